//! Whether this CPU can run what was compiled.

/// Whether the CPU has what `.cargo/config.toml` compiles for (x86-64-v3).
///
/// Asked of the CPU itself: `is_x86_feature_detected!` answers from the compiler's target
/// where that names the feature, which is the very thing to be checked.
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

/// Other processors are compiled for their baseline.
#[cfg(not(target_arch = "x86_64"))]
pub(super) fn can_run() -> bool {
    true
}
