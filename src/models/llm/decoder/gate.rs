//! The gated feed-forward's middle (Shazeer 2020, arXiv 2002.05202).

use candle_core::{CpuStorage, CustomOp2, Layout, Result, Shape, Tensor, bail};
use rayon::prelude::*;

/// What the gate's half goes through before it multiplies the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::llm) enum Gate {
    /// `x · σ(x)`.
    Silu,
    /// GELU in its tanh form, which is what Gemma was trained with.
    GeluTanh,
}

/// `gate(x) · up`.
pub(super) fn gated(gate: Gate, x: &Tensor, up: &Tensor) -> Result<Tensor> {
    if x.device().is_cpu() {
        return x.apply_op2_no_bwd(up, &Gated(gate));
    }
    match gate {
        Gate::Silu => x.silu()? * up,
        Gate::GeluTanh => x.gelu()? * up,
    }
}

/// Numbers a thread fills at a time. Those of a single token are no more, and not worth waking
/// another for.
const PIECE: usize = 16 * 1024;

/// candle's own runs on one thread.
struct Gated(Gate);

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
            Gate::Silu => silu,
            Gate::GeluTanh => gelu_tanh,
        };
        let mut out = vec![0f32; gate.len()];
        let fill = |out: &mut [f32], gate: &[f32], up: &[f32]| {
            for ((out, &gate), &up) in out.iter_mut().zip(gate).zip(up) {
                *out = activation(gate) * up;
            }
        };
        if gate.len() <= PIECE {
            fill(&mut out, gate, up);
        } else {
            out.par_chunks_mut(PIECE)
                .zip(gate.par_chunks(PIECE))
                .zip(up.par_chunks(PIECE))
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
    fn both_gates_are_candles() {
        let x = Tensor::randn(0f32, 3.0, (3, 40_000), &Device::Cpu).unwrap();
        let up = Tensor::randn(0f32, 3.0, (3, 40_000), &Device::Cpu).unwrap();
        for (gate, expect) in [(Gate::Silu, x.silu()), (Gate::GeluTanh, x.gelu())] {
            let expect = (expect.unwrap() * &up).unwrap();
            let gap = (gated(gate, &x, &up).unwrap() - expect).unwrap().abs().unwrap();
            let gap = gap.max_all().unwrap().to_scalar::<f32>().unwrap();
            assert!(gap < 1e-4, "{gate:?}: off by {gap}");
        }
    }
}
