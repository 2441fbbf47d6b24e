//! Check of the CPU's instruction sets.

/// Whether the CPU has the instruction sets that `.cargo/config.toml` compiles for (x86-64-v3).
///
/// Uses `cpuid`: `is_x86_feature_detected!` is always true for features of the compiler's target,
/// which are the ones to check.
#[cfg(target_arch = "x86_64")]
pub(super) fn can_run() -> bool {
    let cpu = raw_cpuid::CpuId::new();
    let basic = cpu
        .get_feature_info()
        .is_some_and(|has| has.has_avx() && has.has_fma() && has.has_f16c() && has.has_oxsave());
    let extended =
        cpu.get_extended_feature_info().is_some_and(|has| has.has_avx2() && has.has_bmi2());
    basic && extended
}

/// Other architectures are compiled for their baseline.
#[cfg(not(target_arch = "x86_64"))]
pub(super) fn can_run() -> bool {
    true
}
