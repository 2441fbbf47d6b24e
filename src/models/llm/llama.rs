//! Llama 2 and 3 (Touvron et al. 2023, arXiv 2307.09288) and Mistral 7B (Jiang et al. 2023, arXiv
//! 2310.06825), which GGUF files call Llama too. Mistral's first version looked back 4,096
//! positions only; like llama.cpp, this lets it see them all.

use super::decoder::{Design, Pairs};
use super::gguf::Gguf;
use crate::Result;

pub(super) fn design(_gguf: &Gguf) -> Result<Design> {
    Ok(Design { pairs: Pairs::Neighbours, ..Design::plain("llama") })
}
