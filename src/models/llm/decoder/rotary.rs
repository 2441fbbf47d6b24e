//! Rotary position embedding (Su et al. 2021, arXiv 2104.09864).

use candle_core::{Device, Result as CandleResult, Tensor};

use crate::Result;
use crate::llm::gguf::Gguf;

/// Pairing of the columns of a head that are rotated together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::llm) enum RotaryLayout {
    /// Column i and column i + width / 2.
    Halves,
    /// Columns 2 i and 2 i + 1; GGUF files of Llama are permuted to this.
    Interleaved,
}

/// Angle per position of each pair of columns.
pub(super) struct RotaryEmbedding {
    frequencies: Vec<f32>,
}

impl RotaryEmbedding {
    /// Angles for heads of `width` columns: `base^(-2 i / width)`.
    pub(super) fn new(base: f32, width: usize) -> Self {
        let frequencies =
            (0..width / 2).map(|i| base.powf(-2.0 * i as f32 / width as f32)).collect();
        Self { frequencies }
    }

    /// Angles with the base and the scaling of a file.
    pub(super) fn from_gguf(gguf: &Gguf, family: &str, width: usize) -> Result<Self> {
        let key = |name: &str| format!("{family}.rope.{name}");
        let rotated = gguf.count(&key("dimension_count"), 1 << 12).unwrap_or(width);
        if rotated != width {
            return Err(gguf.bad(format!("positions rotate {rotated} of {width} columns")));
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
        // Llama 3 scales each pair by a factor of its own.
        let factors = if gguf.has_tensor("rope_freqs.weight") {
            gguf.tensor("rope_freqs.weight", &[width / 2], &Device::Cpu)?.to_vec1::<f32>()?
        } else {
            vec![1.0; width / 2]
        };
        for (frequency, pair_factor) in rotary.frequencies.iter_mut().zip(factors) {
            *frequency /= factor * pair_factor;
        }
        Ok(rotary)
    }

    /// Cosines and sines of `new` positions from `start` on.
    pub(super) fn angles(
        &self,
        layout: RotaryLayout,
        start: usize,
        new: usize,
        device: &Device,
    ) -> CandleResult<RotaryAngles> {
        let angles: Vec<f32> = (start..start + new)
            .flat_map(|position| self.frequencies.iter().map(move |f| position as f32 * f))
            .collect();
        let angles = Tensor::from_vec(angles, (new, self.frequencies.len()), device)?;
        Ok(RotaryAngles { layout, cos: angles.cos()?, sin: angles.sin()? })
    }
}

/// Cosines and sines of a range of positions, (positions, width / 2) each.
pub(super) struct RotaryAngles {
    layout: RotaryLayout,
    cos: Tensor,
    sin: Tensor,
}

impl RotaryAngles {
    /// Rotates `heads` (heads, positions, width).
    pub(super) fn rotate(&self, heads: &Tensor) -> CandleResult<Tensor> {
        let heads = heads.unsqueeze(0)?;
        match self.layout {
            RotaryLayout::Halves => candle_nn::rotary_emb::rope(&heads, &self.cos, &self.sin),
            RotaryLayout::Interleaved => {
                candle_nn::rotary_emb::rope_i(&heads, &self.cos, &self.sin)
            }
        }?
        .squeeze(0)
    }
}
