//! Claims on queued work: the thread that works off the queue begins it, or a caller who stops
//! waiting withdraws it. Whoever comes first wins.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

const QUEUED: u8 = 0;
const BEGUN: u8 = 1;
const WITHDRAWN: u8 = 2;

/// The state of queued work, shared by its caller and its thread.
#[derive(Debug, Clone, Default)]
pub(crate) struct Claim(Arc<AtomicU8>);

impl Claim {
    /// Claims the work for its thread; `false` where the caller has withdrawn it.
    pub(crate) fn begin(&self) -> bool {
        self.set(BEGUN)
    }

    /// Withdraws the work; `false` where it has begun.
    pub(crate) fn withdraw(&self) -> bool {
        self.set(WITHDRAWN)
    }

    fn set(&self, to: u8) -> bool {
        match self.0.compare_exchange(QUEUED, to, Ordering::AcqRel, Ordering::Acquire) {
            Ok(_) => true,
            Err(before) => before == to,
        }
    }
}
