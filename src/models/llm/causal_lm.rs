use std::ops::ControlFlow;

use candle_core::Tensor;

use crate::Result;

/// Causal language model with a key-value cache.
pub(super) trait CausalLm: Send {
    /// Maximum number of tokens in the cache.
    fn context_length(&self) -> usize;
    /// Number of tokens in the cache.
    fn cached(&self) -> usize;
    /// Removes all tokens from position `len` on from the cache.
    fn truncate(&mut self, len: usize);
    /// Runs `tokens` (at least one) after the cached ones; returns the hidden state of the last,
    /// (1, hidden). Calls `poll` between layers: after a `Break` the cache is as before the call.
    /// After an error the cache is unusable until `truncate(0)`.
    fn forward(
        &mut self,
        tokens: &[u32],
        poll: &mut dyn FnMut() -> ControlFlow<()>,
    ) -> Result<ControlFlow<(), Tensor>>;
    /// Logits (vocabulary) of the token after the hidden state `last` (1, hidden).
    fn logits(&self, last: &Tensor) -> Result<Tensor>;
}
