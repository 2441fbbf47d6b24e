//! Rotary positions (Su et al. 2021, arXiv 2104.09864).

use candle_core::{Device, Result as CandleResult, Tensor};

use crate::Result;
use crate::llm::gguf::Gguf;

/// Which columns of a head are turned together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::llm) enum Pairs {
    /// Column i and column i + width / 2.
    Halves,
    /// Columns 2 i and 2 i + 1; GGUF files of Llama are permuted to this.
    Neighbours,
}

/// The angle per position of each pair.
pub(super) struct Rotary {
    frequencies: Vec<f32>,
}

impl Rotary {
    /// `width` columns a head, slower by powers of `base`.
    pub(super) fn new(base: f32, width: usize) -> Self {
        let frequencies =
            (0..width / 2).map(|i| base.powf(-2.0 * i as f32 / width as f32)).collect();
        Self { frequencies }
    }

    /// As the file has it: its base, stretched by its scaling where it has one.
    pub(super) fn of_file(gguf: &Gguf, family: &str, width: usize) -> Result<Self> {
        let key = |name: &str| format!("{family}.rope.{name}");
        let turned = gguf.count(&key("dimension_count"), 1 << 12).unwrap_or(width);
        if turned != width {
            return Err(gguf.bad(format!("positions turn {turned} of {width} columns")));
        }
        let mut rotary = Self::new(gguf.float(&key("freq_base")).unwrap_or(10_000.0), width);
        let scaling = gguf.text(&key("scaling.type")).unwrap_or("none");
        let factor = match scaling {
            "none" => 1.0,
            "linear" => gguf.float(&key("scaling.factor")).unwrap_or(1.0),
            other => {
                return Err(gguf.bad(format!("its positions are scaled by '{other}'")));
            }
        };
        // Llama 3 stretches each pair by a factor of its own.
        let factors = if gguf.has("rope_freqs.weight") {
            gguf.tensor("rope_freqs.weight", &[width / 2], &Device::Cpu)?.to_vec1::<f32>()?
        } else {
            vec![1.0; width / 2]
        };
        for (frequency, own) in rotary.frequencies.iter_mut().zip(factors) {
            *frequency /= factor * own;
        }
        Ok(rotary)
    }

    /// The turn of `new` positions from `start` on.
    pub(super) fn rotation(
        &self,
        pairs: Pairs,
        start: usize,
        new: usize,
        device: &Device,
    ) -> CandleResult<Rotation> {
        let angles: Vec<f32> = (start..start + new)
            .flat_map(|position| self.frequencies.iter().map(move |f| position as f32 * f))
            .collect();
        let angles = Tensor::from_vec(angles, (new, self.frequencies.len()), device)?;
        Ok(Rotation { pairs, cos: angles.cos()?, sin: angles.sin()? })
    }
}

/// Cosines and sines of some positions, (positions, width / 2) each.
pub(super) struct Rotation {
    pairs: Pairs,
    cos: Tensor,
    sin: Tensor,
}

impl Rotation {
    /// Turns `heads` (heads, positions, width).
    pub(super) fn turn(&self, heads: &Tensor) -> CandleResult<Tensor> {
        let heads = heads.unsqueeze(0)?;
        match self.pairs {
            Pairs::Halves => candle_nn::rotary_emb::rope(&heads, &self.cos, &self.sin),
            Pairs::Neighbours => candle_nn::rotary_emb::rope_i(&heads, &self.cos, &self.sin),
        }?
        .squeeze(0)
    }
}
