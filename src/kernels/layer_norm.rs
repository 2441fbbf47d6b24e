use candle_core::{Result, Tensor, bail};
use candle_nn::VarBuilder;
use pulp::{Arch, Simd, WithSimd};
use rayon::prelude::*;

use crate::tensor_data::{to_vec, with_slice};

/// Rows that one task normalises.
const ROWS: usize = 32;

/// Layer norm (Ba, Kiros & Hinton, arXiv 1607.06450) over the last dimension, in f32.
#[derive(Debug, Clone)]
pub struct LayerNorm {
    weight: Tensor,
    bias: Tensor,
    /// Copy of `weight` for the CPU kernel, empty on other devices.
    scale: Vec<f32>,
    /// Copy of `bias` for the CPU kernel, empty on other devices.
    shift: Vec<f32>,
    eps: f32,
}

impl LayerNorm {
    /// Reads `weight` and `bias` (dim) of a checkpoint.
    pub fn load(vb: &VarBuilder<'_>, dim: usize, eps: f32) -> Result<Self> {
        Self::new(vb.get(dim, "weight")?, vb.get(dim, "bias")?, eps)
    }

    /// Makes a layer norm of a `weight` and a `bias` (dim).
    pub fn new(weight: Tensor, bias: Tensor, eps: f32) -> Result<Self> {
        let (scale, shift) = match weight.device().is_cpu() {
            true => (to_vec(&weight)?, to_vec(&bias)?),
            false => Default::default(),
        };
        Ok(Self { weight, bias, scale, shift, eps })
    }

    /// Normalises each row of `x` (rows, dim).
    pub fn forward(&self, x: &Tensor) -> Result<Tensor> {
        if !x.device().is_cpu() {
            return candle_nn::ops::layer_norm(
                &x.contiguous()?,
                &self.weight,
                &self.bias,
                self.eps,
            );
        }
        let (rows, dim) = x.dims2()?;
        if dim != self.scale.len() || dim == 0 {
            bail!("a layer norm of {} over rows of {dim}", self.scale.len());
        }
        let arch = Arch::new();
        let mut out = vec![0f32; rows * dim];
        with_slice(x, |x| {
            out.par_chunks_mut(ROWS * dim).zip(x.par_chunks(ROWS * dim)).for_each(|(out, x)| {
                for (out, x) in out.chunks_exact_mut(dim).zip(x.chunks_exact(dim)) {
                    arch.dispatch(NormalizeRow { norm: self, x, out });
                }
            });
            Ok(())
        })?;
        Tensor::from_vec(out, (rows, dim), x.device())
    }
}

/// Normalisation of one row, compiled for each instruction set.
struct NormalizeRow<'a> {
    norm: &'a LayerNorm,
    x: &'a [f32],
    out: &'a mut [f32],
}

impl WithSimd for NormalizeRow<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Self { norm, x, out } = self;
        let len = x.len() as f32;
        let (vectors, rest) = S::as_simd_f32s(x);
        let mut sums = simd.splat_f32s(0.0);
        for v in vectors {
            sums = simd.add_f32s(sums, *v);
        }
        let mean = (simd.reduce_sum_f32s(sums) + rest.iter().sum::<f32>()) / len;
        let means = simd.splat_f32s(mean);
        let mut squares = simd.splat_f32s(0.0);
        for v in vectors {
            let off = simd.sub_f32s(*v, means);
            squares = simd.mul_add_e_f32s(off, off, squares);
        }
        let rest: f32 = rest.iter().map(|v| (v - mean) * (v - mean)).sum();
        let variance = (simd.reduce_sum_f32s(squares) + rest) / len;
        let inverse = 1.0 / (variance + norm.eps).sqrt();
        let values = out.iter_mut().zip(x).zip(&norm.scale).zip(&norm.shift);
        for (((out, x), scale), shift) in values {
            *out = (x - mean) * inverse * scale + shift;
        }
    }
}
