//! Generation of an answer, token by token.

use std::ops::ControlFlow;

use candle_core::Tensor;

use super::tokenizer::CheckpointTokenizer;
use crate::Result;
use crate::llm::{Sampler, StopSequences};
use fettle_domain::{Sampling, StopReason};

/// Callback for each piece of text; `Break` stops the generation.
pub(super) type OnText<'a> = &'a mut dyn FnMut(&str) -> ControlFlow<()>;

/// Generated answer.
pub(super) struct Generation {
    pub(super) text: String,
    pub(super) stop: StopReason,
    /// Number of generated tokens.
    pub(super) tokens: usize,
}

/// Continues `prompt`, after which the network has `logits`, for at most `max_tokens` tokens.
/// `next` runs a token through the network and returns the logits after it, or `Break` where the
/// generation was stopped.
pub(super) fn generate(
    tokenizer: &CheckpointTokenizer,
    prompt: &[u32],
    mut logits: Tensor,
    max_tokens: usize,
    sampling: &Sampling,
    on_text: OnText<'_>,
    mut next: impl FnMut(u32, OnText<'_>) -> Result<ControlFlow<(), Tensor>>,
) -> Result<Generation> {
    let mut sampler = Sampler::new(sampling);
    let mut decode = tokenizer.stream_decoder();
    let mut stop_sequences = StopSequences::new(&sampling.stop);
    let mut context = prompt.to_vec();
    // The decoded text, and the part of it before a stop sequence.
    let (mut decoded, mut text) = (String::new(), String::new());
    let mut generated = Vec::new();
    let max_tokens = sampling.max_tokens.min(max_tokens);
    let stop = loop {
        if generated.len() >= max_tokens {
            break StopReason::Length;
        }
        let token = sampler.sample(&logits, &context)?;
        if tokenizer.is_end_of_turn(token) {
            break StopReason::EndOfTurn;
        }
        context.push(token);
        generated.push(token);
        let completed = decode(token)?;
        decoded.push_str(&completed);
        let (piece, ended) = stop_sequences.push(&completed);
        text.push_str(&piece);
        if on_text(&piece).is_break() {
            break StopReason::Stopped;
        }
        if ended {
            break StopReason::StopText;
        }
        if generated.len() < max_tokens {
            match next(token, on_text)? {
                ControlFlow::Continue(next_logits) => logits = next_logits,
                ControlFlow::Break(()) => break StopReason::Stopped,
            }
        }
    };
    if stop != StopReason::StopText {
        // The rest: an incomplete character, and text held back as a possible stop sequence.
        let whole = tokenizer.decode(&generated)?;
        let (mut rest, _) = stop_sequences.push(whole.strip_prefix(&decoded).unwrap_or_default());
        rest.push_str(&stop_sequences.finish());
        text.push_str(&rest);
        if !rest.is_empty() {
            // The answer is complete: a `Break` has no effect.
            let _ = on_text(&rest);
        }
    }
    Ok(Generation { text, stop, tokens: generated.len() })
}
