//! Progress reports and cancellation of long work.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

/// The work was cancelled. Its unfinished results are undone or were never visible.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("cancelled")]
pub struct Cancelled;

const GOING_ON: u8 = 0;
const CANCELLED: u8 = 1;
const DEFERRED: u8 = 2;

/// A flag that any clone can raise and all clones see. Of cancelling and deferring the first
/// counts.
#[derive(Debug, Clone, Default)]
pub struct CancelToken(Arc<AtomicU8>);

impl CancelToken {
    /// Asks the work to stop at its next check.
    pub fn cancel(&self) {
        self.raise(CANCELLED);
    }

    /// Asks the work to stop at its next check: it is wanted all the same, at another time.
    pub fn defer(&self) {
        self.raise(DEFERRED);
    }

    fn raise(&self, to: u8) {
        let _asked_before =
            self.0.compare_exchange(GOING_ON, to, Ordering::Relaxed, Ordering::Relaxed);
    }

    /// Whether somebody cancelled or deferred the work.
    pub fn is_cancelled(&self) -> bool {
        self.0.load(Ordering::Relaxed) != GOING_ON
    }

    /// Whether the work is to be done at another time.
    pub fn is_deferred(&self) -> bool {
        self.0.load(Ordering::Relaxed) == DEFERRED
    }

    /// `Err` once somebody asked: `token.check()?` inside a loop.
    pub fn check(&self) -> Result<(), Cancelled> {
        if self.is_cancelled() { Err(Cancelled) } else { Ok(()) }
    }
}

/// One step of a job's progress.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Progress {
    /// Id of the message that names the step, e.g. `progress-download`.
    pub step: &'static str,
    /// The file or product being processed. Not translated.
    pub subject: String,
    /// Finished units: bytes, images, tokens.
    pub done: u64,
    /// All units, where their number is known.
    pub total: Option<u64>,
}

/// Receives progress reports of long work, and tells it when to stop.
pub trait ProgressSink: Send + Sync {
    /// Receives a report. Must not block.
    fn report(&self, progress: Progress);
    /// `Err` once the work should stop.
    fn check(&self) -> Result<(), Cancelled>;
}

/// A sink that discards reports and never cancels.
#[derive(Debug, Clone, Copy, Default)]
pub struct NullProgress;

impl ProgressSink for NullProgress {
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
            (token.is_cancelled(), token.is_deferred())
        };
        assert_eq!(ask(&[]), (false, false));
        assert_eq!(ask(&[CancelToken::cancel, CancelToken::defer]), (true, false));
        // As a window closes: each job is deferred, then its handle is dropped.
        assert_eq!(ask(&[CancelToken::defer, CancelToken::cancel]), (true, true));
    }
}
