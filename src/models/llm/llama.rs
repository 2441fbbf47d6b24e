//! Llama 2 and 3 (Touvron et al. 2023, arXiv 2307.09288) and Mistral 7B (Jiang et al. 2023, arXiv
//! 2310.06825), whose GGUF files have the same architecture name. Mistral's first version
//! attended to 4,096 positions only; here, as in llama.cpp, it attends to all.

use super::decoder::{DecoderConfig, RotaryLayout};
use super::gguf::Gguf;
use crate::Result;

pub(super) fn config(_gguf: &Gguf) -> Result<DecoderConfig> {
    Ok(DecoderConfig { rotary_layout: RotaryLayout::Interleaved, ..DecoderConfig::new("llama") })
}
