//! How long work tells how far it is, and learns that nobody wants it any more.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// The work was cancelled. Whatever it had begun is undone or was never visible.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("cancelled")]
pub struct Cancelled;

/// A flag that any clone can raise and all clones see.
#[derive(Debug, Clone, Default)]
pub struct CancelToken(Arc<AtomicBool>);

impl CancelToken {
    /// Asks the work to stop at its next check.
    pub fn cancel(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Whether somebody asked.
    pub fn is_cancelled(&self) -> bool {
        self.0.load(Ordering::Relaxed)
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
