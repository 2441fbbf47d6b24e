//! Places of inspections in the engine: some run, some wait, the rest come back later.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::failure::Failure;
use fettle_engine::JOB_THREADS;

/// Inspections at once: half of the engine's job threads, so that whoever only asks for a record
/// need not wait behind them. Networks run one after another in any case; decoding, comparing and
/// recording run beside.
const RUNNING: usize = JOB_THREADS / 2;
/// Inspections that may wait. Each holds an uploaded file on the disk, and nothing in memory.
const WAITING: usize = 256;
/// When a caller turned away may try again, in seconds.
const RETRY_AFTER_S: u32 = 2;

/// The queue of inspections.
#[derive(Debug, Clone)]
pub(crate) struct InspectionQueue {
    running: Arc<Semaphore>,
    waiting: Arc<AtomicUsize>,
}

impl Default for InspectionQueue {
    fn default() -> Self {
        Self { running: Arc::new(Semaphore::new(RUNNING)), waiting: Arc::default() }
    }
}

/// A place in the queue, which is free again where the value is dropped.
#[derive(Debug)]
pub(crate) struct Place {
    running: Arc<Semaphore>,
    waiting: Option<WaitingPlace>,
}

#[derive(Debug)]
struct WaitingPlace(Arc<AtomicUsize>);

impl Drop for WaitingPlace {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::AcqRel);
    }
}

impl InspectionQueue {
    /// Takes a place.
    ///
    /// # Errors
    /// [`Failure::QueueFull`].
    pub(crate) fn enter(&self) -> Result<Place, Failure> {
        let taken = self.waiting.fetch_update(Ordering::AcqRel, Ordering::Acquire, |waiting| {
            (waiting < WAITING).then_some(waiting + 1)
        });
        match taken {
            Ok(_before) => Ok(Place {
                running: Arc::clone(&self.running),
                waiting: Some(WaitingPlace(Arc::clone(&self.waiting))),
            }),
            Err(_full) => Err(Failure::QueueFull { retry_after_s: RETRY_AFTER_S }),
        }
    }

    /// Number of inspections that wait.
    pub(crate) fn waiting(&self) -> usize {
        self.waiting.load(Ordering::Acquire)
    }

    /// Number of inspections that run.
    pub(crate) fn running(&self) -> usize {
        RUNNING - self.running.available_permits()
    }
}

impl Place {
    /// Waits until it is this inspection's turn. It runs while the permit lives.
    pub(crate) async fn turn(mut self) -> Option<OwnedSemaphorePermit> {
        // The semaphore is never closed.
        let permit = Arc::clone(&self.running).acquire_owned().await.ok();
        self.waiting = None;
        permit
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn some_run_some_wait_and_the_rest_come_back() {
        let queue = InspectionQueue::default();
        let mut running = Vec::new();
        for _ in 0..RUNNING {
            running.push(queue.enter().unwrap().turn().await.unwrap());
        }
        assert_eq!((queue.running(), queue.waiting()), (RUNNING, 0));
        let mut waiting: Vec<Place> = (0..WAITING).map(|_| queue.enter().unwrap()).collect();
        assert!(matches!(queue.enter(), Err(Failure::QueueFull { .. })));
        // One that gives up makes room for another.
        waiting.pop();
        let last = queue.enter().unwrap();
        assert_eq!(queue.waiting(), WAITING);
        running.pop();
        let turn = last.turn().await;
        assert!(turn.is_some());
        assert_eq!((queue.running(), queue.waiting()), (RUNNING, WAITING - 1));
    }
}
