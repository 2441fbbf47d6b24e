//! Qwen3 (Yang et al. 2025, arXiv 2505.09388), the dense sizes: no biases, but queries and keys
//! normed head by head.

use super::decoder::Design;
use super::gguf::Gguf;
use crate::Result;

pub(super) fn design(_gguf: &Gguf) -> Result<Design> {
    Ok(Design { head_norms: true, ..Design::plain("qwen3") })
}
