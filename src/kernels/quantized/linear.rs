//! Linear layer over quantised weights, and the choice of its kernel.
//!
//! Few rows (decoding an answer token by token) are multiplied by quantised dot products, which
//! read the fewest bytes: candle's over the weights as they are, and our own for Q5_0. For many rows
//! (reading a prompt, embedding a text) those would decode the weights again for each row. There
//! the weights are dequantised in cache-sized pieces and multiplied in f32 with `gemm`.
//!
//! candle's products of `QMatMul` are not used on a CPU: they keep a second arrangement of the
//! weights (see [`super::compact`]).

use std::sync::Arc;

use candle_core::quantized::{GgmlDType, QMatMul, QTensor};
use candle_core::{Module, Result, Tensor, bail};

use super::compact::CompactMatMul;
use super::dequantized::{self, DequantizedMatMul};
use super::q5_0::Q5Gemv;

/// From this number of rows on, dequantising once and multiplying in f32 is faster than decoding
/// the blocks again for every few rows.
const MIN_F32_ROWS: usize = 17;

/// Linear layer `x · Wᵀ + b` with a quantised `W` (outputs, inputs).
#[derive(Debug, Clone)]
pub struct QuantizedLinear {
    weight: Arc<QTensor>,
    /// candle's product with `weight`, for other devices and unquantised weights.
    qmatmul: QMatMul,
    bias: Option<Tensor>,
    /// Rows from which on the product is computed in f32.
    min_f32_rows: usize,
}

impl QuantizedLinear {
    /// Makes a layer of a matrix `weight` (outputs, inputs) and a `bias` (outputs).
    ///
    /// # Errors
    /// A weight that is no matrix, or a bias of another length.
    pub fn new(weight: Arc<QTensor>, bias: Option<Tensor>) -> Result<Self> {
        let (outputs, _) = weight.shape().dims2()?;
        if let Some(bias) = &bias
            && bias.dims() != [outputs]
        {
            bail!("bias {:?} does not fit weights {:?}", bias.shape(), weight.shape());
        }
        let qmatmul = QMatMul::from_arc(weight.clone())?;
        Ok(Self { weight, qmatmul, bias, min_f32_rows: MIN_F32_ROWS })
    }

    /// The same layer with every product in f32. Quantised dot products round the input to 8 bits,
    /// which changes an embedding by a few thousandths.
    pub fn exact(self) -> Self {
        Self { min_f32_rows: 1, ..self }
    }

    /// Maps `x` (rows, inputs) to (rows, outputs).
    pub fn forward(&self, x: &Tensor) -> Result<Tensor> {
        let (rows, _) = x.dims2()?;
        let x = x.contiguous()?;
        let in_f32 = rows >= self.min_f32_rows;
        let on_cpu = x.device().is_cpu();
        let y = if in_f32 && on_cpu && dequantized::decoder(self.weight.dtype()).is_some() {
            x.apply_op1_no_bwd(&DequantizedMatMul(&self.weight))?
        } else if on_cpu && self.weight.dtype() == GgmlDType::Q5_0 {
            x.apply_op1_no_bwd(&Q5Gemv(&self.weight))?
        } else if on_cpu && CompactMatMul::supports(self.weight.dtype()) {
            x.apply_op1_no_bwd(&CompactMatMul(&self.weight))?
        } else {
            self.qmatmul.forward(&x)?
        };
        match &self.bias {
            Some(bias) => y.broadcast_add(bias),
            None => Ok(y),
        }
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
