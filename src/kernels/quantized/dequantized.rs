//! Product with quantised weights in f32: the weights are dequantised in cache-sized pieces.

use candle_core::quantized::k_quants::{
    BlockQ2K, BlockQ3K, BlockQ4_0, BlockQ4_1, BlockQ4K, BlockQ5_0, BlockQ5_1, BlockQ5K, BlockQ6K,
    BlockQ8_0, GgmlType,
};
use candle_core::quantized::{GgmlDType, QTensor};
use candle_core::{CpuStorage, CustomOp1, Layout, Result, Shape, bail};
use rayon::prelude::*;

use crate::output_ptr::OutputPtr;

/// Dequantised weights in flight per thread: 1 MiB stays in a core's L2 cache.
const PIECE_FLOATS: usize = 256 * 1024;

/// Function that dequantises the bytes of whole blocks.
type Decode = fn(&[u8], &mut [f32]);

fn decode<T: GgmlType>(bytes: &[u8], floats: &mut [f32]) {
    // SAFETY: every GGML block consists of plain numbers, valid for any bits.
    let (head, blocks, tail) = unsafe { bytes.align_to::<T>() };
    debug_assert!(head.is_empty() && tail.is_empty());
    T::to_float(blocks, floats);
}

/// The decoder of a block type; `None` for types that are not quantised in blocks.
pub(super) fn decoder(dtype: GgmlDType) -> Option<Decode> {
    Some(match dtype {
        GgmlDType::Q2K => decode::<BlockQ2K>,
        GgmlDType::Q3K => decode::<BlockQ3K>,
        GgmlDType::Q4_0 => decode::<BlockQ4_0>,
        GgmlDType::Q4_1 => decode::<BlockQ4_1>,
        GgmlDType::Q4K => decode::<BlockQ4K>,
        GgmlDType::Q5_0 => decode::<BlockQ5_0>,
        GgmlDType::Q5_1 => decode::<BlockQ5_1>,
        GgmlDType::Q5K => decode::<BlockQ5K>,
        GgmlDType::Q6K => decode::<BlockQ6K>,
        GgmlDType::Q8_0 => decode::<BlockQ8_0>,
        _ => return None,
    })
}

/// `x · Wᵀ` in f32, with `W` (outputs, inputs) dequantised piece by piece.
pub(super) struct DequantizedMatMul<'a>(pub(super) &'a QTensor);

impl CustomOp1 for DequantizedMatMul<'_> {
    fn name(&self) -> &'static str {
        "dequantized-matmul"
    }

    fn cpu_fwd(&self, storage: &CpuStorage, layout: &Layout) -> Result<(CpuStorage, Shape)> {
        let (outputs, inputs) = self.0.shape().dims2()?;
        let (rows, width) = layout.shape().dims2()?;
        let Some((from, to)) = layout.contiguous_offsets() else { bail!("input is strided") };
        let x = storage.as_slice::<f32>()?.get(from..to).unwrap_or_default();
        let (Some(decode), true) =
            (decoder(self.0.dtype()), width == inputs && x.len() == rows * inputs)
        else {
            bail!("input {:?} does not fit weights {:?}", layout.shape(), self.0.shape());
        };
        let bytes = self.0.data()?;
        let row_bytes = inputs / self.0.dtype().block_size() * self.0.dtype().type_size();
        if row_bytes == 0 || bytes.len() != row_bytes * outputs {
            bail!("weights {:?} hold {} bytes", self.0.shape(), bytes.len());
        }
        let mut y = vec![0f32; rows * outputs];
        let out = OutputPtr::new(y.as_mut_ptr());
        // At least four pieces per thread, so that all threads finish together.
        let share = outputs.div_ceil(4 * rayon::current_num_threads()).max(16);
        let piece = (PIECE_FLOATS / inputs).clamp(16, share);
        bytes.par_chunks(piece * row_bytes).enumerate().for_each_init(
            Vec::new,
            |floats: &mut Vec<f32>, (index, chunk)| {
                let first = index * piece;
                let count = chunk.len() / row_bytes;
                floats.resize(count * inputs, 0.0);
                decode(chunk, floats);
                // SAFETY: y is rows × outputs in row order; this piece alone writes columns
                // first .. first + count; x is rows × inputs and floats count × inputs, both in
                // row order; all sizes are checked above.
                unsafe {
                    gemm::gemm(
                        rows,
                        count,
                        inputs,
                        out.at(first),
                        1,
                        outputs as isize,
                        false,
                        x.as_ptr(),
                        1,
                        inputs as isize,
                        floats.as_ptr(),
                        inputs as isize,
                        1,
                        0.0,
                        1.0,
                        false,
                        false,
                        false,
                        gemm::Parallelism::None,
                    );
                }
            },
        );
        Ok((CpuStorage::F32(y), Shape::from((rows, outputs))))
    }
}
