//! Qwen2 and Qwen2.5 (Yang et al. 2024, arXiv 2407.10671): biases on queries, keys and values.

use super::decoder::DecoderConfig;
use super::gguf::Gguf;
use crate::Result;

pub(super) fn config(_gguf: &Gguf) -> Result<DecoderConfig> {
    Ok(DecoderConfig { qkv_bias: true, ..DecoderConfig::new("qwen2") })
}
