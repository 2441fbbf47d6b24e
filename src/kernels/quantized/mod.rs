//! Linear layers whose weights stay in GGML's quantised blocks.
//!
//! Few rows (writing an answer token by token) go through quantised dot products, which read the
//! fewest bytes: candle's, but for Q5_0. Many rows (reading a prompt, embedding a
//! text) would repeat that decoding row after row, so there the weights are
//! dequantised a cache-sized piece at a time and multiplied in f32 with `gemm`, unless
//! the CPU has AVX-512 VNNI and the blocks are those candle has tiled kernels for.
//!
//! Reading 342 tokens on two busy cores with VNNI, in tokens a second: Qwen2.5 0.5B
//! (mostly blocks of 32) 51 in f32, 12 to 14 with candle alone; 1.5B (blocks of 256) 16
//! to 19 in f32, 21 to 28 with candle's tiles.

mod q5_0;

use std::sync::Arc;

use candle_core::quantized::k_quants::{
    BlockQ2K, BlockQ3K, BlockQ4_0, BlockQ4_1, BlockQ4K, BlockQ5_0, BlockQ5_1, BlockQ5K, BlockQ6K,
    BlockQ8_0, GgmlType,
};
use candle_core::quantized::{GgmlDType, QMatMul, QTensor};
use candle_core::{CpuStorage, CustomOp1, Layout, Module, Result, Shape, Tensor, bail};
use rayon::prelude::*;

/// From this many rows on, dequantising once and multiplying in f32 is faster than
/// decoding the blocks again for every few rows.
const F32_ROWS: usize = 17;

/// Dequantised weights in flight per thread: 1 MiB stays in a core's L2 cache.
const PIECE_FLOATS: usize = 256 * 1024;

/// `x · Wᵀ + b` with a quantised `W` (outputs, inputs).
#[derive(Debug, Clone)]
pub struct QuantizedLinear {
    weight: Arc<QTensor>,
    /// candle's own product with `weight`.
    few_rows: QMatMul,
    bias: Option<Tensor>,
    f32_from: usize,
}

impl QuantizedLinear {
    /// `weight` must be a matrix (outputs, inputs); `bias` (outputs).
    pub fn new(weight: Arc<QTensor>, bias: Option<Tensor>) -> Result<Self> {
        let (outputs, _) = weight.shape().dims2()?;
        if let Some(bias) = &bias
            && bias.dims() != [outputs]
        {
            bail!("bias {:?} does not fit weights {:?}", bias.shape(), weight.shape());
        }
        let few_rows = QMatMul::from_arc(weight.clone())?;
        Ok(Self { weight, few_rows, bias, f32_from: F32_ROWS })
    }

    /// The same layer, multiplied in f32 however few the rows. candle's quantised products
    /// round the input to 8 bits, which moves an embedding by a few thousandths.
    pub fn exact(self) -> Self {
        Self { f32_from: 1, ..self }
    }

    /// `x` (rows, inputs) to (rows, outputs).
    pub fn forward(&self, x: &Tensor) -> Result<Tensor> {
        let (rows, _) = x.dims2()?;
        let x = x.contiguous()?;
        let in_f32 = rows >= self.f32_from && (self.f32_from == 1 || !tiled(&self.weight));
        let on_cpu = x.device().is_cpu();
        let y = if in_f32 && on_cpu && blocks_of(&self.weight).is_some() {
            x.apply_op1_no_bwd(&Dequantized(&self.weight))?
        } else if on_cpu && self.weight.dtype() == GgmlDType::Q5_0 {
            x.apply_op1_no_bwd(&q5_0::FewRows(&self.weight))?
        } else {
            self.few_rows.forward(&x)?
        };
        match &self.bias {
            Some(bias) => y.broadcast_add(bias),
            None => Ok(y),
        }
    }
}

/// Whether candle multiplies many rows by these weights in its tiled AVX-512 VNNI kernels.
#[cfg(target_arch = "x86_64")]
fn tiled(weight: &QTensor) -> bool {
    let whole_tiles =
        weight.shape().dims2().is_ok_and(|(n, k)| n.is_multiple_of(16) && k.is_multiple_of(256));
    whole_tiles
        && matches!(weight.dtype(), GgmlDType::Q4K | GgmlDType::Q6K)
        && is_x86_feature_detected!("avx512f")
        && is_x86_feature_detected!("avx512vnni")
}

/// candle's tiles for other CPUs have not been measured.
#[cfg(not(target_arch = "x86_64"))]
fn tiled(_weight: &QTensor) -> bool {
    false
}

/// Turns the bytes of whole blocks into floats.
type Decode = fn(&[u8], &mut [f32]);

fn decode<T: GgmlType>(bytes: &[u8], floats: &mut [f32]) {
    // SAFETY: every GGML block is plain numbers, for which any bits are a value.
    let (head, blocks, tail) = unsafe { bytes.align_to::<T>() };
    debug_assert!(head.is_empty() && tail.is_empty());
    T::to_float(blocks, floats);
}

fn blocks_of(weight: &QTensor) -> Option<Decode> {
    Some(match weight.dtype() {
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

/// `x · Wᵀ` in f32, `W` dequantised piece by piece.
struct Dequantized<'a>(&'a QTensor);

/// A pointer into the output that several threads may hold: each writes other columns.
#[derive(Clone, Copy)]
struct Columns(*mut f32);
// SAFETY: see the one use in `Dequantized::cpu_fwd`: no element is written twice.
unsafe impl Send for Columns {}
// SAFETY: as above.
unsafe impl Sync for Columns {}

impl Columns {
    /// Where column `first` begins.
    ///
    /// # Safety
    /// `first` must lie within the buffer.
    unsafe fn at(self, first: usize) -> *mut f32 {
        // SAFETY: the caller's promise.
        unsafe { self.0.add(first) }
    }
}

impl CustomOp1 for Dequantized<'_> {
    fn name(&self) -> &'static str {
        "dequantized-matmul"
    }

    fn cpu_fwd(&self, storage: &CpuStorage, layout: &Layout) -> Result<(CpuStorage, Shape)> {
        let (outputs, inputs) = self.0.shape().dims2()?;
        let (rows, width) = layout.shape().dims2()?;
        let Some((from, to)) = layout.contiguous_offsets() else { bail!("input is strided") };
        let x = storage.as_slice::<f32>()?.get(from..to).unwrap_or_default();
        let (Some(decode), true) = (blocks_of(self.0), width == inputs && x.len() == rows * inputs)
        else {
            bail!("input {:?} does not fit weights {:?}", layout.shape(), self.0.shape());
        };
        let bytes = self.0.data()?;
        let row_bytes = inputs / self.0.dtype().block_size() * self.0.dtype().type_size();
        if row_bytes == 0 || bytes.len() != row_bytes * outputs {
            bail!("weights {:?} hold {} bytes", self.0.shape(), bytes.len());
        }
        let mut y = vec![0f32; rows * outputs];
        let columns = Columns(y.as_mut_ptr());
        // At least four pieces a thread, so that both finish together.
        let share = outputs.div_ceil(4 * rayon::current_num_threads()).max(16);
        let piece = (PIECE_FLOATS / inputs).clamp(16, share);
        bytes.par_chunks(piece * row_bytes).enumerate().for_each_init(
            Vec::new,
            |floats: &mut Vec<f32>, (index, chunk)| {
                let first = index * piece;
                let count = chunk.len() / row_bytes;
                floats.resize(count * inputs, 0.0);
                decode(chunk, floats);
                // SAFETY: y is rows × outputs in row order; this piece writes columns
                // first .. first + count of it and no other piece does; x is rows × inputs
                // and floats count × inputs, both in row order, all checked above.
                unsafe {
                    gemm::gemm(
                        rows,
                        count,
                        inputs,
                        columns.at(first),
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

#[cfg(test)]
mod tests {
    use candle_core::Device;

    use super::*;

    #[test]
    fn many_rows_and_few_rows_agree_with_the_dequantised_product() {
        let device = Device::Cpu;
        for dtype in
            [GgmlDType::Q4_0, GgmlDType::Q5_0, GgmlDType::Q8_0, GgmlDType::Q4K, GgmlDType::Q6K]
        {
            // 100 outputs are no whole tiles, so that the f32 product is taken on any CPU.
            let weight = Tensor::randn(0f32, 1.0, (100, 512), &device).unwrap();
            let bias = Tensor::randn(0f32, 1.0, 100, &device).unwrap();
            let weight = Arc::new(QTensor::quantize(&weight, dtype).unwrap());
            let linear = QuantizedLinear::new(weight.clone(), Some(bias.clone())).unwrap();
            let cases = [(1, 1.5, &linear), (16, 1.5, &linear), (17, 1e-3, &linear)];
            let exact = linear.clone().exact();
            let cases = cases.into_iter().chain([(130, 1e-3, &linear), (1, 1e-3, &exact)]);
            for (rows, tolerance, linear) in cases {
                let x = Tensor::randn(0f32, 1.0, (rows, 512), &device).unwrap();
                let expect = x
                    .matmul(&weight.dequantize(&device).unwrap().t().unwrap())
                    .and_then(|y| y.broadcast_add(&bias))
                    .unwrap();
                let got = linear.forward(&x).unwrap();
                let gap = (got - expect).unwrap().abs().unwrap().max_all().unwrap();
                let gap = gap.to_scalar::<f32>().unwrap();
                assert!(gap < tolerance, "{dtype:?}, {rows} rows: off by {gap}");
            }
        }
    }

    #[test]
    fn shapes_that_do_not_fit_are_errors() {
        let device = Device::Cpu;
        let weight = Tensor::zeros((8, 64), candle_core::DType::F32, &device).unwrap();
        let weight = Arc::new(QTensor::quantize(&weight, GgmlDType::Q8_0).unwrap());
        let short = Tensor::zeros(7, candle_core::DType::F32, &device).unwrap();
        assert!(QuantizedLinear::new(weight.clone(), Some(short)).is_err());
        let linear = QuantizedLinear::new(weight, None).unwrap();
        let narrow = Tensor::zeros((32, 32), candle_core::DType::F32, &device).unwrap();
        assert!(linear.forward(&narrow).is_err());
    }
}
