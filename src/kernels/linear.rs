use candle_core::{Result, Tensor, bail};
use candle_nn::VarBuilder;
use pulp::Arch;

use crate::activation::Activation;
use crate::gemm::Gemm;
use crate::panels::Panels;
use crate::portable;
use crate::tensor_data::{to_vec, with_slice};

/// Linear layer with its activation: `activation(x · weightᵀ + bias + residual)` in f32.
#[derive(Debug, Clone)]
pub struct Linear {
    weights: Weights,
    inputs: usize,
    outputs: usize,
    activation: Activation,
}

#[derive(Debug, Clone)]
enum Weights {
    Packed(Panels),
    /// Weight (outputs, inputs) and bias (outputs) for candle's operations.
    Portable(Tensor, Tensor),
}

impl Linear {
    /// Makes a layer of a `weight` (outputs, inputs) and a `bias` (outputs).
    ///
    /// # Errors
    /// A weight or bias of another shape.
    pub fn new(weight: &Tensor, bias: &Tensor, activation: Activation) -> Result<Self> {
        let (outputs, inputs) = weight.dims2()?;
        if bias.dims() != [outputs] || outputs == 0 || inputs == 0 {
            bail!("a bias of {:?} for a weight of {:?}", bias.dims(), weight.dims());
        }
        let weights = if weight.device().is_cpu() {
            let bias = to_vec(bias)?;
            Weights::Packed(with_slice(weight, |weight| {
                Ok(Panels::pack(Arch::new(), inputs, weight, &bias))
            })?)
        } else {
            Weights::Portable(weight.contiguous()?, bias.contiguous()?)
        };
        Ok(Self { weights, inputs, outputs, activation })
    }

    /// Reads `weight` (outputs, inputs) and `bias` (outputs) of a checkpoint.
    pub fn load(
        vb: &VarBuilder<'_>,
        inputs: usize,
        outputs: usize,
        activation: Activation,
    ) -> Result<Self> {
        Self::new(&vb.get((outputs, inputs), "weight")?, &vb.get(outputs, "bias")?, activation)
    }

    /// Maps `x` (rows, inputs) to (rows, outputs).
    pub fn forward(&self, x: &Tensor) -> Result<Tensor> {
        self.run(x, None)
    }

    /// As [`Self::forward`], with `residual` (rows, outputs) added before the activation.
    pub fn forward_add(&self, x: &Tensor, residual: &Tensor) -> Result<Tensor> {
        self.run(x, Some(residual))
    }

    fn run(&self, x: &Tensor, residual: Option<&Tensor>) -> Result<Tensor> {
        let (rows, inputs) = x.dims2()?;
        if inputs != self.inputs || residual.is_some_and(|r| r.dims() != [rows, self.outputs]) {
            bail!("{:?} into a layer of {} to {}", x.dims(), self.inputs, self.outputs);
        }
        let panels = match &self.weights {
            Weights::Portable(weight, bias) => {
                return portable::linear(x, weight, bias, residual, self.activation);
            }
            Weights::Packed(panels) => panels,
        };
        let run = |residual: Option<&[f32]>| {
            with_slice(x, |input| {
                let offset = |row: usize, _: usize| Some(row * inputs);
                let activation = self.activation;
                Ok(Gemm { input, offset, rows, taps: 1, panels, residual, activation }.run())
            })
        };
        let out = match residual {
            Some(residual) => with_slice(residual, |residual| run(Some(residual)))?,
            None => run(None)?,
        };
        Tensor::from_vec(out, (rows, self.outputs), x.device())
    }
}
