use super::gate_activation::GateActivation;
use super::rotary::RotaryLayout;

/// Differences between the model families.
#[derive(Debug, Clone, Copy)]
pub(in crate::llm) struct DecoderConfig {
    /// Prefix of the metadata keys in the file.
    pub(in crate::llm) family: &'static str,
    /// Pairing of the columns that rotary positions rotate.
    pub(in crate::llm) rotary_layout: RotaryLayout,
    /// Activation of the feed-forward gate.
    pub(in crate::llm) gate: GateActivation,
    /// Biases on queries, keys and values.
    pub(in crate::llm) qkv_bias: bool,
    /// RMS norm on the queries and keys of each head, before the rotation.
    pub(in crate::llm) qk_norm: bool,
    /// RMS norm on the output of attention and feed-forward, before the residual sum.
    pub(in crate::llm) post_norm: bool,
    /// Token embeddings are multiplied by the square root of their width.
    pub(in crate::llm) scale_embedding: bool,
    /// Width by whose square root queries are divided; `None` for the width of a head.
    pub(in crate::llm) query_scale_width: Option<usize>,
    /// Sliding window of most layers.
    pub(in crate::llm) sliding_window: Option<SlidingWindow>,
}

impl DecoderConfig {
    /// The settings that most families share.
    pub(in crate::llm) const fn new(family: &'static str) -> Self {
        Self {
            family,
            rotary_layout: RotaryLayout::Halves,
            gate: GateActivation::Silu,
            qkv_bias: false,
            qk_norm: false,
            post_norm: false,
            scale_embedding: false,
            query_scale_width: None,
            sliding_window: None,
        }
    }
}

/// Layers with a sliding window between those with full attention.
#[derive(Debug, Clone, Copy)]
pub(in crate::llm) struct SlidingWindow {
    /// Positions that a query attends to, its own included.
    pub(in crate::llm) positions: usize,
    /// Every `period`-th layer has full attention.
    pub(in crate::llm) period: usize,
    /// Base of the rotary positions in the layers with a window.
    pub(in crate::llm) rope_base: f32,
}
