//! GateActivation of the feed-forward (Shazeer 2020, arXiv 2002.05202).

use candle_core::{CpuStorage, CustomOp2, Layout, Result, Shape, Tensor, bail};
use rayon::prelude::*;

/// Activation of the gate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::llm) enum GateActivation {
    /// `x · σ(x)`.
    Silu,
    /// GELU in the tanh approximation, with which Gemma was trained.
    GeluTanh,
}

/// `gate(x) · up`.
pub(super) fn gated(gate: GateActivation, x: &Tensor, up: &Tensor) -> Result<Tensor> {
    if x.device().is_cpu() {
        return x.apply_op2_no_bwd(up, &Gated(gate));
    }
    match gate {
        GateActivation::Silu => x.silu()? * up,
        GateActivation::GeluTanh => x.gelu()? * up,
    }
}

/// Numbers per task. A single token has fewer, and runs on the calling thread.
const CHUNK: usize = 16 * 1024;

/// `activation(gate) · up` on all cores; candle's operations run on one thread.
struct Gated(GateActivation);

fn silu(x: f32) -> f32 {
    x / (1.0 + (-x).exp())
}

fn gelu_tanh(x: f32) -> f32 {
    const ROOT_2_OVER_PI: f32 = 0.797_884_6;
    0.5 * x * (1.0 + (ROOT_2_OVER_PI * x * (1.0 + 0.044_715 * x * x)).tanh())
}

impl CustomOp2 for Gated {
    fn name(&self) -> &'static str {
        "gated"
    }

    fn cpu_fwd(
        &self,
        gate: &CpuStorage,
        gate_layout: &Layout,
        up: &CpuStorage,
        up_layout: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        let (Some((g0, g1)), Some((u0, u1))) =
            (gate_layout.contiguous_offsets(), up_layout.contiguous_offsets())
        else {
            bail!("gated: strided input");
        };
        let gate = gate.as_slice::<f32>()?.get(g0..g1).unwrap_or_default();
        let up = up.as_slice::<f32>()?.get(u0..u1).unwrap_or_default();
        if gate.len() != up.len() {
            bail!("gated: {:?} and {:?}", gate_layout.shape(), up_layout.shape());
        }
        let activation = match self.0 {
            GateActivation::Silu => silu,
            GateActivation::GeluTanh => gelu_tanh,
        };
        let mut out = vec![0f32; gate.len()];
        let fill = |out: &mut [f32], gate: &[f32], up: &[f32]| {
            for ((out, &gate), &up) in out.iter_mut().zip(gate).zip(up) {
                *out = activation(gate) * up;
            }
        };
        if gate.len() <= CHUNK {
            fill(&mut out, gate, up);
        } else {
            out.par_chunks_mut(CHUNK)
                .zip(gate.par_chunks(CHUNK))
                .zip(up.par_chunks(CHUNK))
                .for_each(|((out, gate), up)| fill(out, gate, up));
        }
        Ok((CpuStorage::F32(out), gate_layout.shape().clone()))
    }
}

#[cfg(test)]
mod tests {
    use candle_core::Device;

    use super::*;

    #[test]
    fn both_activations_agree_with_candle() {
        let x = Tensor::randn(0f32, 3.0, (3, 40_000), &Device::Cpu).unwrap();
        let up = Tensor::randn(0f32, 3.0, (3, 40_000), &Device::Cpu).unwrap();
        for (gate, expect) in
            [(GateActivation::Silu, x.silu()), (GateActivation::GeluTanh, x.gelu())]
        {
            let expect = (expect.unwrap() * &up).unwrap();
            let gap = (gated(gate, &x, &up).unwrap() - expect).unwrap().abs().unwrap();
            let gap = gap.max_all().unwrap().to_scalar::<f32>().unwrap();
            assert!(gap < 1e-4, "{gate:?}: off by {gap}");
        }
    }
}
