//! Writing an answer: token after token, until the model is done or stopped.

use std::ops::ControlFlow;

use candle_core::Tensor;

use super::tokens::Tokens;
use crate::domain::{Sampling, StopReason};
use crate::models::Result;
use crate::models::llm::Sampler;

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
    let mut text = StoppingText::new(&sampling.stop);
    let mut context = prompt.to_vec();
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
        let piece = text.push(&read(token)?);
        let heard = on_text(&piece);
        if text.stopped {
            break StopReason::StopText;
        }
        if heard.is_break() {
            break StopReason::Stopped;
        }
        if written.len() < sampling.max_tokens.min(room) {
            match next(token, on_text)? {
                ControlFlow::Continue(made) => logits = made,
                ControlFlow::Break(()) => break StopReason::Stopped,
            }
        }
    };
    if !text.stopped {
        // A character that never got its last byte, and what might have become a stop text.
        let whole = tokens.decode(&written)?;
        text.push(whole.strip_prefix(text.all.as_str()).unwrap_or_default());
    }
    let rest = text.rest();
    if !rest.is_empty() {
        // The answer is over: there is nothing left to stop.
        let _ = on_text(&rest);
    }
    Ok(Answer { text: text.all, stop, tokens: written.len() })
}

/// Text that ends before the first of some stop texts. What may be the beginning of one is held
/// back until it is known not to be.
struct StoppingText<'a> {
    stop: &'a [String],
    all: String,
    /// Bytes given out.
    given: usize,
    stopped: bool,
}

impl<'a> StoppingText<'a> {
    fn new(stop: &'a [String]) -> Self {
        Self { stop, all: String::new(), given: 0, stopped: false }
    }

    /// Adds `piece` and gives what can be shown now.
    fn push(&mut self, piece: &str) -> String {
        self.all.push_str(piece);
        let stops = || self.stop.iter().filter(|stop| !stop.is_empty());
        let found = stops().filter_map(|stop| self.all.find(stop.as_str())).min();
        if let Some(at) = found {
            self.stopped = true;
            self.all.truncate(at);
        }
        let begun = |stop: &String| {
            let ends = stop.char_indices().map(|(at, _)| at).filter(|at| *at > 0);
            ends.filter(|at| stop.get(..*at).is_some_and(|head| self.all.ends_with(head))).max()
        };
        let held = if self.stopped { None } else { stops().filter_map(begun).max() };
        let until = self.all.len() - held.unwrap_or_default();
        let piece = self.all.get(self.given..until).unwrap_or_default().to_owned();
        self.given = self.given.max(until);
        piece
    }

    /// What was held back, when nothing more comes.
    fn rest(&mut self) -> String {
        let rest = self.all.get(self.given..).unwrap_or_default().to_owned();
        self.given = self.all.len();
        rest
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_ends_before_a_stop_text_wherever_the_pieces_end() {
        // given stop texts and pieces, expect pieces, what is left at the end, and all
        type Case = (&'static [&'static str], &'static [&'static str], &'static [&'static str]);
        let cases: &[(Case, &str, &str)] = &[
            ((&["끝."], &["좋아요", " 끝", ".", "더"], &["좋아요", " ", "", ""]), "", "좋아요 "),
            ((&["끝."], &["좋아요 끝", "내요"], &["좋아요 ", "끝내요"]), "", "좋아요 끝내요"),
            ((&["##", "\n\n"], &["a\n", "#", "\n"], &["a", "\n", "#"]), "\n", "a\n#\n"),
            ((&["b", "ab"], &["xa", "b"], &["x", ""]), "", "x"),
            ((&[""], &["a"], &["a"]), "", "a"),
        ];
        for ((stop, given, expect), rest, all) in cases {
            let stop: Vec<String> = stop.iter().map(|text| (*text).to_owned()).collect();
            let mut text = StoppingText::new(&stop);
            let mut got = Vec::new();
            for piece in *given {
                got.push(if text.stopped { String::new() } else { text.push(piece) });
            }
            assert_eq!(&got, expect, "{given:?}");
            assert_eq!((text.rest().as_str(), text.all.as_str()), (*rest, *all), "{given:?}");
        }
    }
}
