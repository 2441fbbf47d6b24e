//! Lanes: named threads that each own what only one thread may touch.
//!
//! The vision lane owns the vision networks and banks, the language lane the text
//! networks, the library lane the database connection. Others send closures through a
//! bounded queue and wait; a `Tensor` never leaves. A panic in a closure is the caller's
//! error, and the lane goes on with a fresh state.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread::JoinHandle;

use crossbeam_channel::{Sender, bounded};

/// Calls that may wait in a lane's queue before callers wait to enter it.
const QUEUE: usize = 16;

type Task<S> = Box<dyn FnOnce(&mut S) -> Result<(), Box<dyn Any + Send>> + Send>;

/// Why a lane gave no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LaneError {
    /// The closure panicked. The lane has a fresh state and goes on.
    #[error("the {lane} lane panicked: {message}")]
    Panicked {
        /// Which lane.
        lane: &'static str,
        /// What the panic said.
        message: String,
    },
    /// The engine is shutting down.
    #[error("the {0} lane has ended")]
    Ended(&'static str),
}

/// A named thread that owns an `S`.
pub(super) struct Lane<S> {
    name: &'static str,
    queue: Option<Sender<Task<S>>>,
    thread: Option<JoinHandle<()>>,
}

impl<S: 'static> Lane<S> {
    /// Starts the thread; `make` builds the state on it, now and after each panic.
    pub(super) fn start(
        name: &'static str,
        make: impl Fn() -> S + Send + 'static,
    ) -> std::io::Result<Self> {
        let (queue, tasks) = bounded::<Task<S>>(QUEUE);
        let thread =
            std::thread::Builder::new().name(format!("fettle-{name}")).spawn(move || {
                let mut state = make();
                for task in tasks {
                    if task(&mut state).is_err() {
                        state = make();
                    }
                }
            })?;
        Ok(Self { name, queue: Some(queue), thread: Some(thread) })
    }

    /// Runs `work` on the lane's thread and waits for its answer.
    pub(super) fn call<R: Send + 'static>(
        &self,
        work: impl FnOnce(&mut S) -> R + Send + 'static,
    ) -> Result<R, LaneError> {
        let (answer, answered) = bounded(1);
        let task: Task<S> =
            Box::new(move |state| match catch_unwind(AssertUnwindSafe(|| work(state))) {
                Ok(result) => {
                    // Nobody waiting any more is not the lane's business.
                    let _gone = answer.send(Ok(result));
                    Ok(())
                }
                Err(payload) => {
                    let _gone = answer.send(Err(panic_message(payload.as_ref())));
                    Err(payload)
                }
            });
        let ended = || LaneError::Ended(self.name);
        self.queue.as_ref().ok_or_else(ended)?.send(task).map_err(|_| ended())?;
        answered
            .recv()
            .map_err(|_| ended())?
            .map_err(|message| LaneError::Panicked { lane: self.name, message })
    }
}

impl<S: 'static> Lane<S> {
    /// Has the calls that come after this one find a fresh state.
    pub(super) fn renew(&self) -> Result<(), LaneError> {
        let renew: Task<S> = Box::new(|_| Err(Box::new("asked for")));
        let ended = || LaneError::Ended(self.name);
        self.queue.as_ref().ok_or_else(ended)?.send(renew).map_err(|_| ended())
    }
}

impl<S> Drop for Lane<S> {
    fn drop(&mut self) {
        self.queue = None;
        if let Some(thread) = self.thread.take() {
            // A lane catches its panics, so there is nothing to learn from this.
            let _ended = thread.join();
        }
    }
}

/// What a panic said.
pub(super) fn panic_message(payload: &(dyn Any + Send)) -> String {
    payload
        .downcast_ref::<&str>()
        .map(|text| (*text).to_owned())
        .or_else(|| payload.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "no message".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_the_callers_error_and_the_lane_goes_on_afresh() {
        let lane = Lane::start("test", || 1_u32).unwrap();
        assert_eq!(
            lane.call(|n| {
                *n += 1;
                *n
            }),
            Ok(2)
        );
        let broken: Result<u32, _> = lane.call(|n| {
            *n = 99;
            panic!("on purpose");
        });
        assert_eq!(broken, Err(LaneError::Panicked { lane: "test", message: "on purpose".into() }));
        assert_eq!(lane.call(|n| *n), Ok(1), "the state a panic left behind was kept");
    }

    #[test]
    fn a_lane_is_renewed_between_two_calls() {
        let made = std::sync::Arc::new(std::sync::atomic::AtomicU32::new(0));
        let count = std::sync::Arc::clone(&made);
        let make = move || count.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let lane = Lane::start("test", make).unwrap();
        assert_eq!(lane.call(|n| *n), Ok(0));
        lane.renew().unwrap();
        assert_eq!(lane.call(|n| *n), Ok(1));
    }

    #[test]
    fn a_lane_has_its_own_named_thread() {
        let lane = Lane::start("vision", || ()).unwrap();
        let name = lane.call(|()| std::thread::current().name().map(str::to_owned)).unwrap();
        assert_eq!(name.as_deref(), Some("fettle-vision"));
    }
}
