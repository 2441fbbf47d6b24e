//! Qwen3 (Yang et al. 2025, arXiv 2505.09388), the dense sizes: no biases, but norms on the queries
//! and keys of each head.

use super::decoder::DecoderConfig;
use super::gguf::Gguf;
use crate::Result;

pub(super) fn config(_gguf: &Gguf) -> Result<DecoderConfig> {
    Ok(DecoderConfig { qk_norm: true, ..DecoderConfig::new("qwen3") })
}
