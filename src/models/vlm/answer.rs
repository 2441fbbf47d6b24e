//! Writing an answer: token after token, until the model is done or stopped.

use std::ops::ControlFlow;

use candle_core::Tensor;

use super::tokens::Tokens;
use crate::Result;
use crate::llm::{Sampler, StopTexts};
use fettle_domain::{Sampling, StopReason};

/// Hears each piece of text, and may stop.
pub(super) type OnText<'a> = &'a mut dyn FnMut(&str) -> ControlFlow<()>;

/// What was written.
pub(super) struct Answer {
    pub(super) text: String,
    pub(super) stop: StopReason,
    pub(super) tokens: usize,
}

/// Continues `prompt`, of whose last token the network made `logits`, for at most `room` tokens.
/// `next` has the network read a token and gives the logits after it, or `Break` where it
/// was stopped in between.
pub(super) fn write(
    tokens: &Tokens,
    prompt: &[u32],
    mut logits: Tensor,
    room: usize,
    sampling: &Sampling,
    on_text: OnText<'_>,
    mut next: impl FnMut(u32, OnText<'_>) -> Result<ControlFlow<(), Tensor>>,
) -> Result<Answer> {
    let mut sampler = Sampler::new(sampling);
    let mut read = tokens.reader();
    let mut stop_texts = StopTexts::new(&sampling.stop);
    let mut context = prompt.to_vec();
    // What the tokens say, and what of it is the answer.
    let (mut said, mut text) = (String::new(), String::new());
    let mut written = Vec::new();
    let stop = loop {
        if written.len() >= sampling.max_tokens.min(room) {
            break StopReason::Length;
        }
        let token = sampler.choose(&logits, &context)?;
        if tokens.ends(token) {
            break StopReason::EndOfTurn;
        }
        context.push(token);
        written.push(token);
        let completed = read(token)?;
        said.push_str(&completed);
        let (piece, ended) = stop_texts.push(&completed);
        text.push_str(&piece);
        if on_text(&piece).is_break() {
            break StopReason::Stopped;
        }
        if ended {
            break StopReason::StopText;
        }
        if written.len() < sampling.max_tokens.min(room) {
            match next(token, on_text)? {
                ControlFlow::Continue(made) => logits = made,
                ControlFlow::Break(()) => break StopReason::Stopped,
            }
        }
    };
    if stop != StopReason::StopText {
        // A character that never got its last byte, and what might have become a stop text.
        let whole = tokens.decode(&written)?;
        let (mut rest, _) = stop_texts.push(whole.strip_prefix(&said).unwrap_or_default());
        rest.push_str(&stop_texts.finish());
        text.push_str(&rest);
        if !rest.is_empty() {
            // The answer is over: there is nothing left to stop.
            let _ = on_text(&rest);
        }
    }
    Ok(Answer { text, stop, tokens: written.len() })
}
