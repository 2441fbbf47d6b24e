//! Distances between rows of numbers: the inner loops of fitting and scoring.

use gemm::Parallelism;

/// Sums kept apart so that the compiler can add eight at once.
const LANES: usize = 8;

/// |a − b|², summed in a fixed order, so that equal input gives equal bits. Rows of different
/// length are compared up to the shorter.
pub(super) fn squared_distance(a: &[f32], b: &[f32]) -> f32 {
    let mut lanes = [0f32; LANES];
    let (a_parts, b_parts) = (a.chunks_exact(LANES), b.chunks_exact(LANES));
    let tail: f32 =
        a_parts.remainder().iter().zip(b_parts.remainder()).map(|(a, b)| (a - b) * (a - b)).sum();
    for (a, b) in a_parts.zip(b_parts) {
        for ((lane, a), b) in lanes.iter_mut().zip(a).zip(b) {
            let difference = a - b;
            *lane += difference * difference;
        }
    }
    lanes.iter().sum::<f32>() + tail
}

/// |a|².
pub(super) fn squared_norm(a: &[f32]) -> f32 {
    let mut lanes = [0f32; LANES];
    let parts = a.chunks_exact(LANES);
    let tail: f32 = parts.remainder().iter().map(|v| v * v).sum();
    for part in parts {
        for (lane, v) in lanes.iter_mut().zip(part) {
            *lane += v * v;
        }
    }
    lanes.iter().sum::<f32>() + tail
}

/// All inner products of the rows of `a` (m×k) with the rows of `b` (n×k), into `out` (m×n),
/// on this thread. Where a length does not fit, nothing is written and `false` returned.
#[must_use]
pub(super) fn inner_products(a: &[f32], b: &[f32], k: usize, out: &mut [f32]) -> bool {
    if k == 0 || !a.len().is_multiple_of(k) || !b.len().is_multiple_of(k) {
        return false;
    }
    let (m, n) = (a.len() / k, b.len() / k);
    if out.len() != m * n {
        return false;
    }
    let stride = |elements: usize| elements as isize;
    // SAFETY: the lengths were compared above: `a` holds m·k values, `b` n·k and `out` m·n,
    // each in rows of k, k and n. gemm reads a[i·k + j], b[i·k + j] and writes out[i·n + j]
    // (`read_dst` is false) within those bounds, and `out` is borrowed mutably, so it overlaps
    // neither input.
    unsafe {
        gemm::gemm(
            m,
            n,
            k,
            out.as_mut_ptr(),
            1,
            stride(n),
            false,
            a.as_ptr(),
            1,
            stride(k),
            b.as_ptr(),
            stride(k),
            1,
            0.0f32,
            1.0f32,
            false,
            false,
            false,
            Parallelism::None,
        );
    }
    true
}

#[cfg(test)]
mod tests {
    use super::super::golden::noise;
    use super::*;

    #[test]
    fn the_loops_compute_what_their_definitions_say() {
        for (m, n, k) in [(1, 1, 1), (3, 5, 7), (17, 9, 64), (4, 2, 19)] {
            let (a, b) = (noise(m * k, 1), noise(n * k, 2));
            let mut products = vec![f32::NAN; m * n];
            assert!(inner_products(&a, &b, k, &mut products));
            for (i, a) in a.chunks(k).enumerate() {
                for (j, b) in b.chunks(k).enumerate() {
                    let dot: f64 =
                        a.iter().zip(b).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum();
                    assert!((f64::from(products[i * n + j]) - dot).abs() < 1e-5);
                    let by_parts = squared_norm(a) + squared_norm(b) - 2.0 * products[i * n + j];
                    assert!((squared_distance(a, b) - by_parts).abs() < 1e-4);
                }
            }
        }
        assert!(!inner_products(&[1.0; 6], &[1.0; 4], 4, &mut [0.0; 1]));
        assert!(!inner_products(&[1.0; 8], &[1.0; 4], 4, &mut [0.0; 1]));
        assert!(!inner_products(&[], &[], 0, &mut []));
    }
}
