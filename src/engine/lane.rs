//! Lanes: named threads that each own what only one thread may touch.
//!
//! The vision lane owns the vision networks and banks, the language lane the text
//! networks, the library lane the database connection. Other threads send closures through a
//! bounded queue and wait; a `Tensor` never leaves its lane. A panic in a closure is its caller's
//! error, and the lane goes on with a fresh state. A caller whose job is cancelled stops waiting,
//! and the lane skips its closure.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread::JoinHandle;
use std::time::Duration;

use crossbeam_channel::{RecvTimeoutError, SendTimeoutError, Sender, bounded};

use super::protocol::Claim;
use fettle_domain::{CancelToken, Cancelled};

/// Messages that may wait in a lane's queue before callers wait to enter it.
const QUEUE: usize = 16;
/// How often a waiting caller looks whether its job was cancelled.
const TICK: Duration = Duration::from_millis(10);

/// What a lane's thread receives.
enum Message<S> {
    /// Run this on the state.
    Call(Box<dyn FnOnce(&mut S) -> Ended + Send>),
    /// Build the state anew.
    Renew,
}

/// How a call ended, as far as it concerns the lane's state.
enum Ended {
    /// The state is in order.
    Returned,
    /// The state may be half changed.
    Panicked,
}

/// Why a lane gave no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum LaneError {
    /// The caller's job was cancelled before the lane came to its closure.
    #[error("cancelled")]
    Cancelled,
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

impl From<Cancelled> for LaneError {
    fn from(_: Cancelled) -> Self {
        Self::Cancelled
    }
}

/// A named thread that owns an `S`.
pub(crate) struct Lane<S> {
    name: &'static str,
    queue: Option<Sender<Message<S>>>,
    thread: Option<JoinHandle<()>>,
}

impl<S: 'static> Lane<S> {
    /// Starts the thread; `make` builds the state on it, now and after each panic.
    pub(crate) fn start(
        name: &'static str,
        make: impl Fn() -> S + Send + 'static,
    ) -> std::io::Result<Self> {
        let (queue, messages) = bounded::<Message<S>>(QUEUE);
        let thread =
            std::thread::Builder::new().name(format!("fettle-{name}")).spawn(move || {
                let mut state = make();
                for message in messages {
                    match message {
                        Message::Call(call) => match call(&mut state) {
                            Ended::Returned => {}
                            Ended::Panicked => state = make(),
                        },
                        Message::Renew => state = make(),
                    }
                }
            })?;
        Ok(Self { name, queue: Some(queue), thread: Some(thread) })
    }

    /// Runs `work` on the lane's thread and waits for its answer.
    ///
    /// # Errors
    /// [`LaneError::Cancelled`] where `cancel` is raised before `work` begins, which then never
    /// does. Once begun, `work` is waited for: it checks `cancel` itself.
    pub(crate) fn call<R: Send + 'static>(
        &self,
        cancel: &CancelToken,
        work: impl FnOnce(&mut S) -> R + Send + 'static,
    ) -> Result<R, LaneError> {
        cancel.check()?;
        let (answer, answered) = bounded(1);
        let claim = Claim::default();
        let begin = claim.clone();
        let call = move |state: &mut S| {
            if !begin.begin() {
                return Ended::Returned;
            }
            match catch_unwind(AssertUnwindSafe(|| work(state))) {
                Ok(result) => {
                    // Nobody waiting any more is not the lane's business.
                    let _gone = answer.send(Ok(result));
                    Ended::Returned
                }
                Err(payload) => {
                    let _gone = answer.send(Err(panic_message(payload.as_ref())));
                    Ended::Panicked
                }
            }
        };
        self.enter(cancel, Message::Call(Box::new(call)))?;
        let answer = loop {
            match answered.recv_timeout(TICK) {
                Ok(answer) => break answer,
                Err(RecvTimeoutError::Timeout) if cancel.is_cancelled() && claim.withdraw() => {
                    return Err(LaneError::Cancelled);
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return Err(LaneError::Ended(self.name)),
            }
        };
        answer.map_err(|message| LaneError::Panicked { lane: self.name, message })
    }

    /// Has the calls that come after this one find a fresh state.
    pub(crate) fn renew(&self) -> Result<(), LaneError> {
        self.enter(&CancelToken::default(), Message::Renew)
    }

    /// Puts `message` into the queue as soon as there is room.
    fn enter(&self, cancel: &CancelToken, mut message: Message<S>) -> Result<(), LaneError> {
        let ended = || LaneError::Ended(self.name);
        let queue = self.queue.as_ref().ok_or_else(ended)?;
        loop {
            match queue.send_timeout(message, TICK) {
                Ok(()) => return Ok(()),
                Err(SendTimeoutError::Timeout(back)) => {
                    cancel.check()?;
                    message = back;
                }
                Err(SendTimeoutError::Disconnected(_)) => return Err(ended()),
            }
        }
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

/// The message of a panic.
pub(crate) fn panic_message(payload: &(dyn Any + Send)) -> String {
    payload
        .downcast_ref::<&str>()
        .map(|text| (*text).to_owned())
        .or_else(|| payload.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "no message".to_owned())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU32, Ordering};
    use std::time::Instant;

    use super::*;

    fn call<S: 'static, R: Send + 'static>(
        lane: &Lane<S>,
        work: impl FnOnce(&mut S) -> R + Send + 'static,
    ) -> Result<R, LaneError> {
        lane.call(&CancelToken::default(), work)
    }

    #[test]
    fn a_panic_is_the_callers_error_and_the_lane_goes_on_afresh() {
        let lane = Lane::start("test", || 1_u32).unwrap();
        assert_eq!(
            call(&lane, |n| {
                *n += 1;
                *n
            }),
            Ok(2)
        );
        let broken: Result<u32, _> = call(&lane, |n| {
            *n = 99;
            panic!("on purpose");
        });
        assert_eq!(broken, Err(LaneError::Panicked { lane: "test", message: "on purpose".into() }));
        assert_eq!(call(&lane, |n| *n), Ok(1), "the state a panic left behind was kept");
    }

    #[test]
    fn a_lane_is_renewed_between_two_calls() {
        let made = Arc::new(AtomicU32::new(0));
        let count = Arc::clone(&made);
        let lane = Lane::start("test", move || count.fetch_add(1, Ordering::Relaxed)).unwrap();
        assert_eq!(call(&lane, |n| *n), Ok(0));
        lane.renew().unwrap();
        assert_eq!(call(&lane, |n| *n), Ok(1));
    }

    #[test]
    fn a_lane_has_its_own_named_thread() {
        let lane = Lane::start("vision", || ()).unwrap();
        let name = call(&lane, |()| std::thread::current().name().map(str::to_owned)).unwrap();
        assert_eq!(name.as_deref(), Some("fettle-vision"));
    }

    #[test]
    fn a_cancelled_caller_stops_waiting_and_its_work_is_skipped() {
        let lane = Arc::new(Lane::start("test", || 0_u32).unwrap());
        let (entered, occupied) = bounded(1);
        let (let_go, until) = bounded::<()>(1);
        let slow = {
            let lane = Arc::clone(&lane);
            std::thread::spawn(move || {
                call(&lane, move |n| {
                    entered.send(()).unwrap();
                    until.recv().unwrap();
                    *n += 1;
                })
            })
        };
        occupied.recv().unwrap();
        // More callers than the queue holds: some wait in the queue, the others to enter it.
        let cancel = CancelToken::default();
        let callers: Vec<_> = (0..QUEUE + 4)
            .map(|_| {
                let (lane, cancel) = (Arc::clone(&lane), cancel.clone());
                std::thread::spawn(move || lane.call(&cancel, |n| *n += 100))
            })
            .collect();
        std::thread::sleep(3 * TICK);
        let begun = Instant::now();
        cancel.cancel();
        for caller in callers {
            assert_eq!(caller.join().unwrap(), Err(LaneError::Cancelled));
        }
        assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
        assert!(!slow.is_finished(), "the lane was free");
        let_go.send(()).unwrap();
        assert_eq!(slow.join().unwrap(), Ok(()));
        assert_eq!(call(&lane, |n| *n), Ok(1), "a cancelled caller's work was done");
    }

    #[test]
    fn work_that_has_begun_is_waited_for() {
        let lane = Lane::start("test", || ()).unwrap();
        let cancel = CancelToken::default();
        let raise = cancel.clone();
        let answer = lane.call(&cancel, move |()| {
            raise.cancel();
            std::thread::sleep(5 * TICK);
            "done"
        });
        assert_eq!(answer, Ok("done"));
    }
}
