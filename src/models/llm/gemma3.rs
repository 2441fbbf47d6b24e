//! Language model of Gemma 3 (Gemma Team 2025, arXiv 2503.19786): norms before and after attention
//! and feed-forward, norms on queries and keys, a GELU gate, and five layers with a sliding window
//! for each layer with full attention.

use super::decoder::{DecoderConfig, GateActivation, SlidingWindow};
use super::gguf::Gguf;
use crate::Result;

/// Blocks of the 27B, the only size whose queries are scaled by another width than the heads have.
const LARGEST_BLOCKS: usize = 62;

pub(super) fn config(gguf: &Gguf) -> Result<DecoderConfig> {
    let hidden = gguf.count("gemma3.embedding_length", 1 << 16)?;
    let heads = gguf.count("gemma3.attention.head_count", 1 << 10)?;
    let is_largest = gguf.count("gemma3.block_count", 512)? == LARGEST_BLOCKS;
    let sliding_window =
        gguf.count("gemma3.attention.sliding_window", 1 << 20).ok().map(|window| SlidingWindow {
            positions: window,
            period: gguf.count("gemma3.attention.sliding_window_pattern", 512).unwrap_or(6),
            rope_base: gguf.float("gemma3.rope.freq_base_swa").unwrap_or(10_000.0),
        });
    Ok(DecoderConfig {
        gate: GateActivation::GeluTanh,
        qk_norm: true,
        post_norm: true,
        scale_embedding: true,
        query_scale_width: is_largest.then_some(hidden / heads),
        sliding_window,
        ..DecoderConfig::new("gemma3")
    })
}
