//! Vector functions for every instruction set that `pulp` supports. All are inlined into kernels
//! that [`pulp::Arch::dispatch`] compiles once for each set and selects at run time.

use pulp::Simd;

use crate::activation::Activation;

/// Loads the first vector of `numbers`; missing numbers are zero.
#[inline(always)]
pub(crate) fn load<S: Simd>(simd: S, numbers: &[f32]) -> S::f32s {
    if numbers.len() < S::F32_LANES {
        return simd.partial_load_f32s(numbers);
    }
    // SAFETY: a vector is `F32_LANES` numbers without gaps, and `numbers` has as many.
    unsafe { numbers.as_ptr().cast::<S::f32s>().read_unaligned() }
}

/// Stores a vector at the start of `numbers`, as far as there is room.
#[inline(always)]
pub(crate) fn store<S: Simd>(simd: S, numbers: &mut [f32], values: S::f32s) {
    if numbers.len() < S::F32_LANES {
        return simd.partial_store_f32s(numbers, values);
    }
    // SAFETY: as in `load`.
    unsafe { numbers.as_mut_ptr().cast::<S::f32s>().write_unaligned(values) }
}

/// `activation(x)`. NaN stays NaN.
#[inline(always)]
pub(crate) fn activate<S: Simd>(simd: S, x: S::f32s, activation: Activation) -> S::f32s {
    // x86's maximum returns its second operand where either is NaN.
    let relu = |x| simd.max_f32s(simd.splat_f32s(0.0), x);
    match activation {
        Activation::Identity => x,
        Activation::Relu => relu(x),
        Activation::Relu6 => simd.min_f32s(simd.splat_f32s(6.0), relu(x)),
        Activation::QuickGelu => {
            let e = exp(simd, simd.mul_f32s(x, simd.splat_f32s(-1.702)));
            simd.div_f32s(x, simd.add_f32s(simd.splat_f32s(1.0), e))
        }
        Activation::Gelu => {
            let erf = erf(simd, simd.mul_f32s(x, simd.splat_f32s(std::f32::consts::FRAC_1_SQRT_2)));
            let half = simd.mul_f32s(x, simd.splat_f32s(0.5));
            simd.mul_add_e_f32s(half, erf, half)
        }
    }
}

/// `e^x` to 2 units in the last place, as `2^n · e^r` with `r` within ±½ ln 2 and a Taylor series
/// for `e^r`. `x` is clamped to -87…88, where the result is still a normal number.
#[inline(always)]
pub(crate) fn exp<S: Simd>(simd: S, x: S::f32s) -> S::f32s {
    /// Adding this constant rounds a number to an integer in the lowest bits of the sum.
    const ROUND: f32 = 12_582_912.0;
    /// ln 2 as a sum of two, the first with few digits (Cody & Waite).
    const LN_2: [f32; 2] = [0.693_359_4, -2.121_944_4e-4];
    const SERIES: [f32; 6] = [1. / 720., 1. / 120., 1. / 24., 1. / 6., 0.5, 1.0];

    let x = simd.min_f32s(simd.splat_f32s(88.0), simd.max_f32s(simd.splat_f32s(-87.0), x));
    let round = simd.splat_f32s(ROUND);
    let shifted = simd.mul_add_e_f32s(x, simd.splat_f32s(std::f32::consts::LOG2_E), round);
    let n = simd.sub_f32s(shifted, round);
    let r = simd.mul_add_e_f32s(n, simd.splat_f32s(-LN_2[0]), x);
    let r = simd.mul_add_e_f32s(n, simd.splat_f32s(-LN_2[1]), r);
    let mut sum = simd.splat_f32s(SERIES[0]);
    for factor in &SERIES[1..] {
        sum = simd.mul_add_e_f32s(sum, r, simd.splat_f32s(*factor));
    }
    sum = simd.mul_add_e_f32s(sum, r, simd.splat_f32s(1.0));
    // The lowest bits of `shifted` are n; shifted into the exponent they multiply by 2^n.
    let bits = simd.wrapping_dyn_shl_u32s(simd.transmute_u32s_f32s(shifted), simd.splat_u32s(23));
    let sum = simd.transmute_u32s_f32s(sum);
    simd.transmute_f32s_u32s(simd.add_u32s(sum, bits))
}

/// The error function to 2e-7 (Abramowitz & Stegun 7.1.26).
#[inline(always)]
fn erf<S: Simd>(simd: S, x: S::f32s) -> S::f32s {
    const SERIES: [f32; 5] = [1.061_405_4, -1.453_152, 1.421_413_7, -0.284_496_74, 0.254_829_6];
    let one = simd.splat_f32s(1.0);
    let size = simd.abs_f32s(x);
    let t = simd.div_f32s(one, simd.mul_add_e_f32s(size, simd.splat_f32s(0.327_591_1), one));
    let mut sum = simd.splat_f32s(SERIES[0]);
    for factor in &SERIES[1..] {
        sum = simd.mul_add_e_f32s(sum, t, simd.splat_f32s(*factor));
    }
    let tail = simd.mul_f32s(sum, t);
    let e = exp(simd, simd.neg_f32s(simd.mul_f32s(x, x)));
    let erf = simd.sub_f32s(one, simd.mul_f32s(tail, e));
    // erf(-x) = -erf(x).
    let sign = simd.and_f32s(x, simd.splat_f32s(-0.0));
    simd.or_f32s(erf, sign)
}
