//! Product of few rows with a matrix in GGML's Q5_0 blocks.
//!
//! A block has 32 elements in 22 bytes: an f16 scale, 4 bytes with the fifth bits, 16 bytes of
//! nibbles (low nibbles are elements 0 to 15, high ones 16 to 31). An element is scale · (5 bits -
//! 16). On x86 candle decodes Q5_0 bit by bit, and most weights of a small Qwen2 are Q5_0.
//!
//! Each row of the input is first quantised to 8 bits per block, as GGML does (Q8_0). The product
//! runs on candle's thread pool, not rayon's: candle's threads spin between products, and two
//! pools would take the cores from each other.

use candle_core::quantized::QTensor;
use candle_core::utils::barrier_pool;
use candle_core::{CpuStorage, CustomOp1, Layout, Result, Shape, bail};
use half::f16;

use crate::output_ptr::OutputPtr;

/// Elements of a block, of the weights and of the input.
const BLOCK: usize = 32;
/// Bytes of a block of weights.
const BLOCK_BYTES: usize = 22;

/// `x · Wᵀ` with `W` (outputs, inputs) in Q5_0.
pub(super) struct Q5Gemv<'a>(pub(super) &'a QTensor);

/// 32 numbers of the input, quantised to `scale · values`.
#[derive(Clone)]
struct Q8Block {
    scale: f32,
    /// `16 · scale · Σ values`, which the -16 of the weights subtracts from their dot product.
    offset: f32,
    values: [i8; BLOCK],
}

impl Q8Block {
    fn quantize(x: &[f32]) -> Self {
        let largest = x.iter().fold(0f32, |most, x| most.max(x.abs()));
        let scale = largest / 127.0;
        let inverse = if largest > 0.0 { 127.0 / largest } else { 0.0 };
        let mut values = [0i8; BLOCK];
        for (value, x) in values.iter_mut().zip(x) {
            *value = (x * inverse).round() as i8;
        }
        let sum: i32 = values.iter().map(|v| i32::from(*v)).sum();
        Self { scale, offset: 16.0 * scale * sum as f32, values }
    }
}

impl CustomOp1 for Q5Gemv<'_> {
    fn name(&self) -> &'static str {
        "q5_0-gemv"
    }

    fn cpu_fwd(&self, storage: &CpuStorage, layout: &Layout) -> Result<(CpuStorage, Shape)> {
        let (outputs, inputs) = self.0.shape().dims2()?;
        let (rows, width) = layout.shape().dims2()?;
        let Some((from, to)) = layout.contiguous_offsets() else { bail!("input is strided") };
        let x = storage.as_slice::<f32>()?.get(from..to).unwrap_or_default();
        let bytes = self.0.data()?;
        let row_bytes = inputs / BLOCK * BLOCK_BYTES;
        if width != inputs
            || x.len() != rows * inputs
            || row_bytes == 0
            || !inputs.is_multiple_of(BLOCK)
            || bytes.len() != row_bytes * outputs
        {
            bail!("input {:?} does not fit weights {:?}", layout.shape(), self.0.shape());
        }
        let mut y = vec![0f32; rows * outputs];
        for (x, y) in x.chunks_exact(inputs).zip(y.chunks_exact_mut(outputs)) {
            let x: Vec<Q8Block> = x.chunks_exact(BLOCK).map(Q8Block::quantize).collect();
            let y = OutputPtr::new(y.as_mut_ptr());
            barrier_pool().execute_chunked(outputs, |range| {
                let first = range.start;
                let weights = bytes.chunks_exact(row_bytes).skip(first).take(range.len());
                for (at, row) in (first..).zip(weights) {
                    // SAFETY: `y` has `outputs` numbers, and the ranges do not overlap.
                    unsafe { y.at(at).write(dot(row, &x)) };
                }
            });
        }
        Ok((CpuStorage::F32(y), Shape::from((rows, outputs))))
    }
}

#[cfg(all(
    target_arch = "x86_64",
    target_feature = "avx2",
    target_feature = "fma",
    target_feature = "f16c"
))]
fn dot(row: &[u8], x: &[Q8Block]) -> f32 {
    use std::arch::x86_64::*;

    // SAFETY: the target has the instructions. Every load reads within a block of `BLOCK_BYTES`
    // bytes, which `chunks_exact` guarantees, or within the 32 values of a `Q8Block`.
    unsafe {
        let low_nibbles = _mm256_set1_epi8(15);
        // Byte i of the result tests bit i % 8 of byte i / 8 of the fifth bits.
        let spread = _mm256_set_epi64x(
            0x0303_0303_0303_0303,
            0x0202_0202_0202_0202,
            0x0101_0101_0101_0101,
            0,
        );
        let bit = _mm256_set1_epi64x(0x8040_2010_0804_0201_u64 as i64);
        let sixteen = _mm256_set1_epi8(16);
        let ones = _mm256_set1_epi16(1);
        let mut sum = _mm256_setzero_ps();
        for (block, x) in row.chunks_exact(BLOCK_BYTES).zip(x) {
            let at = block.as_ptr();
            let scale = f16::from_bits(u16::from_le_bytes([*at, *at.add(1)])).to_f32();
            let fifth = _mm256_set1_epi32(at.add(2).cast::<i32>().read_unaligned());
            let fifth = _mm256_and_si256(_mm256_shuffle_epi8(fifth, spread), bit);
            let fifth = _mm256_and_si256(_mm256_cmpeq_epi8(fifth, bit), sixteen);
            let nibbles = _mm_loadu_si128(at.add(6).cast());
            let both = _mm256_set_m128i(_mm_srli_epi16(nibbles, 4), nibbles);
            let weights = _mm256_or_si256(_mm256_and_si256(both, low_nibbles), fifth);
            let values = _mm256_loadu_si256(x.values.as_ptr().cast());
            // Sums of at most 31 · 127 · 2 fit 16 bits.
            let pairs = _mm256_maddubs_epi16(weights, values);
            let fours = _mm256_cvtepi32_ps(_mm256_madd_epi16(pairs, ones));
            let shares =
                _mm256_fmsub_ps(fours, _mm256_set1_ps(x.scale), _mm256_set1_ps(x.offset / 8.0));
            sum = _mm256_fmadd_ps(_mm256_set1_ps(scale), shares, sum);
        }
        let half = _mm_add_ps(_mm256_castps256_ps128(sum), _mm256_extractf128_ps(sum, 1));
        let half = _mm_add_ps(half, _mm_movehl_ps(half, half));
        _mm_cvtss_f32(_mm_add_ss(half, _mm_movehdup_ps(half)))
    }
}

#[cfg(not(all(
    target_arch = "x86_64",
    target_feature = "avx2",
    target_feature = "fma",
    target_feature = "f16c"
)))]
fn dot(row: &[u8], x: &[Q8Block]) -> f32 {
    portable(row, x)
}

#[cfg(any(
    test,
    not(all(
        target_arch = "x86_64",
        target_feature = "avx2",
        target_feature = "fma",
        target_feature = "f16c"
    ))
))]
fn portable(row: &[u8], x: &[Q8Block]) -> f32 {
    let mut sum = 0.0;
    for (block, x) in row.chunks_exact(BLOCK_BYTES).zip(x) {
        let (head, nibbles) = block.split_at(6);
        let (scale, fifth) = head.split_at(2);
        let scale = scale.iter().rev().fold(0u16, |bits, byte| bits << 8 | u16::from(*byte));
        let fifth = fifth.iter().rev().fold(0u32, |bits, byte| bits << 8 | u32::from(*byte));
        let element = |i: usize| {
            let nibble =
                nibbles.get(i % 16).map_or(0, |byte| if i < 16 { byte & 15 } else { byte >> 4 });
            i32::from(nibble) | ((fifth >> i & 1) as i32) << 4
        };
        let products = x.values.iter().enumerate().map(|(i, value)| element(i) * i32::from(*value));
        let product: i32 = products.sum();
        sum += f16::from_bits(scale).to_f32() * (x.scale * product as f32 - x.offset);
    }
    sum
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use candle_core::quantized::GgmlDType;
    use candle_core::{Device, Tensor};

    use super::*;

    #[test]
    fn the_product_is_that_of_the_decoded_weights() {
        let device = Device::Cpu;
        for (outputs, inputs, rows) in [(1, 32, 1), (130, 896, 1), (70, 64, 5)] {
            let weight = Tensor::randn(0f32, 1.0, (outputs, inputs), &device).unwrap();
            let weight = Arc::new(QTensor::quantize(&weight, GgmlDType::Q5_0).unwrap());
            let x = Tensor::randn(0f32, 1.0, (rows, inputs), &device).unwrap();
            let got = x.apply_op1_no_bwd(&Q5Gemv(&weight)).unwrap();
            // The quantised input, so that only the order of the sums differs.
            let quantized: Vec<f32> = x
                .flatten_all()
                .and_then(|x| x.to_vec1::<f32>())
                .unwrap()
                .chunks(BLOCK)
                .map(Q8Block::quantize)
                .flat_map(|block| block.values.map(|v| f32::from(v) * block.scale))
                .collect();
            let quantized = Tensor::from_vec(quantized, (rows, inputs), &device).unwrap();
            let decoded = weight.dequantize(&device).unwrap().t().unwrap();
            let expect = quantized.matmul(&decoded).unwrap();
            let gap = (&got - expect).unwrap().abs().unwrap().max_all().unwrap();
            assert!(gap.to_scalar::<f32>().unwrap() < 1e-3, "{outputs} × {inputs}: {gap}");

            let bytes = weight.data().unwrap();
            let x = x.get(0).unwrap().to_vec1::<f32>().unwrap();
            let x: Vec<Q8Block> = x.chunks(BLOCK).map(Q8Block::quantize).collect();
            let row = &bytes[..inputs / BLOCK * BLOCK_BYTES];
            assert!((dot(row, &x) - portable(row, &x)).abs() < 1e-3);
        }
    }

    #[test]
    fn shapes_that_do_not_fit_are_errors() {
        let weight = Tensor::zeros((8, 64), candle_core::DType::F32, &Device::Cpu).unwrap();
        let weight = QTensor::quantize(&weight, GgmlDType::Q5_0).unwrap();
        let x = Tensor::zeros((1, 32), candle_core::DType::F32, &Device::Cpu).unwrap();
        assert!(x.apply_op1_no_bwd(&Q5Gemv(&weight)).is_err());
    }
}
