//! Product of few rows with quantised weights as they lie in memory.
//!
//! candle's own product first arranges the blocks of a matrix anew for its vector instructions and
//! keeps both: a model then takes two to three times the memory of its file. Few rows read each
//! weight once, so that the arrangement saves nothing there but the decoding of some scales.

use candle_core::quantized::k_quants::{
    BlockQ2K, BlockQ3K, BlockQ4_0, BlockQ4_1, BlockQ4K, BlockQ5_0, BlockQ5_1, BlockQ5K, BlockQ6K,
    BlockQ8_0, GgmlType, matmul,
};
use candle_core::quantized::{GgmlDType, QTensor};
use candle_core::{CpuStorage, CustomOp1, Layout, Result, Shape, bail};

/// `x · Wᵀ` by quantised dot products, with `W` (outputs, inputs).
pub(super) struct CompactMatMul<'a>(pub(super) &'a QTensor);

impl CompactMatMul<'_> {
    /// Whether there is a product for weights of this type.
    pub(super) fn supports(dtype: GgmlDType) -> bool {
        product(dtype).is_some()
    }
}

/// Rows, inputs and outputs.
type Size = (usize, usize, usize);
/// Function that multiplies rows of the first slice by the blocks in the bytes of the second.
type Product = fn(Size, &[f32], &[u8], &mut [f32]) -> Result<()>;

fn product(dtype: GgmlDType) -> Option<Product> {
    Some(match dtype {
        GgmlDType::Q2K => multiply::<BlockQ2K>,
        GgmlDType::Q3K => multiply::<BlockQ3K>,
        GgmlDType::Q4_0 => multiply::<BlockQ4_0>,
        GgmlDType::Q4_1 => multiply::<BlockQ4_1>,
        GgmlDType::Q4K => multiply::<BlockQ4K>,
        GgmlDType::Q5_0 => multiply::<BlockQ5_0>,
        GgmlDType::Q5_1 => multiply::<BlockQ5_1>,
        GgmlDType::Q5K => multiply::<BlockQ5K>,
        GgmlDType::Q6K => multiply::<BlockQ6K>,
        GgmlDType::Q8_0 => multiply::<BlockQ8_0>,
        _ => return None,
    })
}

fn multiply<T: GgmlType>(size: Size, x: &[f32], bytes: &[u8], y: &mut [f32]) -> Result<()> {
    // SAFETY: every GGML block consists of plain numbers, valid for any bits.
    let (head, blocks, tail) = unsafe { bytes.align_to::<T>() };
    if !head.is_empty() || !tail.is_empty() {
        bail!("the weights are not aligned to their blocks");
    }
    matmul(size, x, blocks, y)
}

impl CustomOp1 for CompactMatMul<'_> {
    fn name(&self) -> &'static str {
        "compact-matmul"
    }

    fn cpu_fwd(&self, storage: &CpuStorage, layout: &Layout) -> Result<(CpuStorage, Shape)> {
        let (outputs, inputs) = self.0.shape().dims2()?;
        let (rows, width) = layout.shape().dims2()?;
        let Some((from, to)) = layout.contiguous_offsets() else { bail!("input is strided") };
        let x = storage.as_slice::<f32>()?.get(from..to).unwrap_or_default();
        let (Some(product), true) =
            (product(self.0.dtype()), width == inputs && x.len() == rows * inputs)
        else {
            bail!("input {:?} does not fit weights {:?}", layout.shape(), self.0.shape());
        };
        let mut y = vec![0f32; rows * outputs];
        product((rows, inputs, outputs), x, &self.0.data()?, &mut y)?;
        Ok((CpuStorage::F32(y), Shape::from((rows, outputs))))
    }
}
