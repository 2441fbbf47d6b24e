use std::ops::ControlFlow;
use std::time::Instant;

use super::events::Event;
use fettle_domain::{ChatOutcome, Sampling, StopReason};

/// Average bytes per token that no model exceeds.
const MAX_BYTES_PER_TOKEN: usize = 32;

/// Answer as received so far.
pub(super) struct Answer<'a> {
    sampling: &'a Sampling,
    text: String,
    /// Events with text, of at least one token each.
    pieces: usize,
    /// Time of the first text.
    first: Option<Instant>,
    /// Tokens of prompt and answer, as counted by the server.
    tokens: Option<(usize, usize)>,
    /// Reason of the end that the server stated.
    pub(super) finish: Option<StopReason>,
}

impl<'a> Answer<'a> {
    pub(super) fn new(sampling: &'a Sampling) -> Self {
        let (text, tokens) = (String::new(), None);
        Self { sampling, text, pieces: 0, first: None, tokens, finish: None }
    }

    /// Adds an event; returns the reason where the answer ends with the event.
    pub(super) fn push(
        &mut self,
        event: Event,
        on_text: &mut dyn FnMut(&str) -> ControlFlow<()>,
    ) -> Option<StopReason> {
        self.tokens = event.tokens.or(self.tokens);
        if let Some(finish) = event.finish {
            let is_length = finish == "length";
            self.finish = Some(if is_length { StopReason::Length } else { StopReason::EndOfTurn });
        }
        if event.text.is_empty() {
            return None;
        }
        self.first.get_or_insert_with(Instant::now);
        // A server that exceeds the requested length is cut off.
        let max_tokens = self.sampling.max_tokens;
        let max_bytes = max_tokens.saturating_mul(MAX_BYTES_PER_TOKEN);
        let is_too_long = self.text.len() + event.text.len() > max_bytes;
        if self.pieces >= max_tokens || is_too_long {
            return Some(StopReason::Length);
        }
        self.pieces += 1;
        self.text += &event.text;
        if let Some(at) = self.sampling.stop.iter().filter_map(|stop| self.text.find(stop)).min() {
            self.text.truncate(at);
            return Some(StopReason::StopText);
        }
        on_text(&event.text).is_break().then_some(StopReason::Stopped)
    }

    /// The outcome of an answer that was requested at `started` and ends now.
    pub(super) fn outcome(self, stop: StopReason, started: Instant) -> ChatOutcome {
        let now = Instant::now();
        let first = self.first.unwrap_or(now);
        let (prompt_tokens, new_tokens) = self.tokens.unwrap_or((0, self.pieces));
        ChatOutcome {
            text: self.text,
            stop,
            prompt_tokens,
            new_tokens,
            prefill_ms: (first - started).as_secs_f64() * 1e3,
            decode_ms: (now - first).as_secs_f64() * 1e3,
        }
    }
}
