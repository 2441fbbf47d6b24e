//! Which vector instructions this CPU has, and the row operations that every kernel ends
//! with. The program is built for any x86-64; what is hot is compiled twice and chosen
//! while running.

use super::Activation;

/// Whether AVX2 and FMA are here.
pub(super) fn has_avx2() -> bool {
    #[cfg(target_arch = "x86_64")]
    {
        std::arch::is_x86_feature_detected!("avx2") && std::arch::is_x86_feature_detected!("fma")
    }
    #[cfg(not(target_arch = "x86_64"))]
    {
        false
    }
}

/// `row = activation(row + bias + residual)`. Not a number stays what it is.
pub(super) fn finish(row: &mut [f32], bias: f32, residual: Option<&[f32]>, activation: Activation) {
    match residual {
        None => row.iter_mut().for_each(|v| *v += bias),
        Some(residual) => row.iter_mut().zip(residual).for_each(|(v, r)| *v += bias + r),
    }
    activate(row, activation);
}

/// `row = activation(row)`.
pub(super) fn activate(row: &mut [f32], activation: Activation) {
    let low = |v: f32| if v < 0.0 { 0.0 } else { v };
    match activation {
        Activation::Identity => {}
        Activation::Relu => row.iter_mut().for_each(|v| *v = low(*v)),
        Activation::Relu6 => row.iter_mut().for_each(|v| {
            let v_low = low(*v);
            *v = if v_low > 6.0 { 6.0 } else { v_low };
        }),
    }
}
