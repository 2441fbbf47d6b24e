//! Gemma 3 (Gemma Team 2025, arXiv 2503.19786), its language model: norms before and after each
//! part, queries and keys normed, GELU in the gate, and five layers that see a window for each
//! that sees everything.

use super::decoder::{Design, Gate, Local};
use super::gguf::Gguf;
use crate::Result;

/// The 27B alone divides its queries by another width than its heads have.
const LARGEST_BLOCKS: usize = 62;

pub(super) fn design(gguf: &Gguf) -> Result<Design> {
    let hidden = gguf.count("gemma3.embedding_length", 1 << 16)?;
    let heads = gguf.count("gemma3.attention.head_count", 1 << 10)?;
    let is_largest = gguf.count("gemma3.block_count", 512)? == LARGEST_BLOCKS;
    let local = gguf.count("gemma3.attention.sliding_window", 1 << 20).ok().map(|window| Local {
        window,
        every: gguf.count("gemma3.attention.sliding_window_pattern", 512).unwrap_or(6),
        rope_base: gguf.float("gemma3.rope.freq_base_swa").unwrap_or(10_000.0),
    });
    Ok(Design {
        gate: Gate::GeluTanh,
        head_norms: true,
        post_norms: true,
        scaled_embedding: true,
        query_width: is_largest.then_some(hidden / heads),
        local,
        ..Design::plain("gemma3")
    })
}
