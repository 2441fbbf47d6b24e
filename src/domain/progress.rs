//! How long work tells how far it is, and learns that nobody wants it any more.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

/// The work was cancelled. Whatever it had begun is undone or was never visible.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("cancelled")]
pub struct Cancelled;

const GOING_ON: u8 = 0;
const CANCELLED: u8 = 1;
const PUT_OFF: u8 = 2;

/// A flag that any clone can raise and all clones see. What was asked first counts.
#[derive(Debug, Clone, Default)]
pub struct CancelToken(Arc<AtomicU8>);

impl CancelToken {
    /// Asks the work to stop at its next check.
    pub fn cancel(&self) {
        self.raise(CANCELLED);
    }

    /// The same, of work that is wanted all the same, at another time.
    pub fn put_off(&self) {
        self.raise(PUT_OFF);
    }

    fn raise(&self, to: u8) {
        let _asked_before =
            self.0.compare_exchange(GOING_ON, to, Ordering::Relaxed, Ordering::Relaxed);
    }

    /// Whether somebody asked for either.
    pub fn is_cancelled(&self) -> bool {
        self.0.load(Ordering::Relaxed) != GOING_ON
    }

    /// Whether it is to be done at another time.
    pub fn is_put_off(&self) -> bool {
        self.0.load(Ordering::Relaxed) == PUT_OFF
    }

    /// `Err` once somebody asked: `token.check()?` inside a loop.
    pub fn check(&self) -> Result<(), Cancelled> {
        if self.is_cancelled() { Err(Cancelled) } else { Ok(()) }
    }
}

/// One step of a job's progress.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Progress {
    /// What is being done, as an i18n message id, e.g. `progress-download`.
    pub step: &'static str,
    /// What it is being done to: a file, a product. Not translated.
    pub subject: String,
    /// Units finished: bytes, images, tokens.
    pub done: u64,
    /// Units in all, when known.
    pub total: Option<u64>,
}

/// Where long work reports to, and asks whether to go on.
pub trait ProgressSink: Send + Sync {
    /// Takes a report. Must not block.
    fn report(&self, progress: Progress);
    /// `Err` once the work should stop.
    fn check(&self) -> Result<(), Cancelled>;
}

/// Reports to nobody and is never cancelled.
#[derive(Debug, Clone, Copy, Default)]
pub struct Unobserved;

impl ProgressSink for Unobserved {
    fn report(&self, _progress: Progress) {}
    fn check(&self) -> Result<(), Cancelled> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_asked_first_counts() {
        let ask = |asked: &[fn(&CancelToken)]| {
            let token = CancelToken::default();
            asked.iter().for_each(|ask| ask(&token));
            (token.is_cancelled(), token.is_put_off())
        };
        assert_eq!(ask(&[]), (false, false));
        assert_eq!(ask(&[CancelToken::cancel, CancelToken::put_off]), (true, false));
        // As a window closes: each job is put off, then its handle is dropped.
        assert_eq!(ask(&[CancelToken::put_off, CancelToken::cancel]), (true, true));
    }
}
