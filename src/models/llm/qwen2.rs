//! Qwen2 and Qwen2.5 (Yang et al. 2024, arXiv 2407.10671): biases on queries, keys and values.

use super::decoder::Design;
use super::gguf::Gguf;
use crate::Result;

pub(super) fn design(_gguf: &Gguf) -> Result<Design> {
    Ok(Design { biased: true, ..Design::plain("qwen2") })
}
