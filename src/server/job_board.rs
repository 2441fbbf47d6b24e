//! The jobs that callers began: their state, progress and end, for whoever asks later.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::dto::job::{Job, JobState};
use super::failure::Failure;
use super::machine_paths::MachinePaths;
use super::wait_for_job::{CancelOnDrop, wait};
use fettle_domain::Language;
use fettle_engine::{Engine, EngineError, JobUpdate, Request};

/// Ended jobs that are remembered; older ones are forgotten.
const REMEMBERED: usize = 500;

/// All jobs that callers began since the start of the server.
#[derive(Debug, Default)]
pub(crate) struct JobBoard(Mutex<Jobs>);

#[derive(Debug, Default)]
struct Jobs {
    last_id: u64,
    jobs: BTreeMap<u64, Arc<Ticket>>,
}

/// A job on the board.
#[derive(Debug)]
pub(crate) struct Ticket {
    state: watch::Sender<Job>,
    cancel: CancellationToken,
}

/// What a job left behind.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    /// Where its result is.
    pub(crate) resource: Option<String>,
    /// What it says beside.
    pub(crate) result: Option<serde_json::Value>,
}

impl JobBoard {
    /// Puts a job that has not begun on the board.
    pub(crate) fn enter(&self, name: &'static str) -> Arc<Ticket> {
        let mut board = self.lock();
        board.last_id += 1;
        let id = board.last_id;
        let job = Job {
            id,
            name: name.to_owned(),
            state: JobState::Waiting,
            progress: None,
            created_at: now(),
            ended_at: None,
            resource: None,
            result: None,
            problem: None,
        };
        let ticket =
            Arc::new(Ticket { state: watch::Sender::new(job), cancel: CancellationToken::new() });
        board.jobs.insert(id, Arc::clone(&ticket));
        board.forget_old();
        ticket
    }

    /// The job with this number.
    ///
    /// # Errors
    /// [`Failure::NoJob`].
    pub(crate) fn find(&self, id: u64) -> Result<Arc<Ticket>, Failure> {
        self.lock().jobs.get(&id).cloned().ok_or(Failure::NoJob(id))
    }

    /// All jobs, the newest first.
    pub(crate) fn list(&self) -> Vec<Job> {
        self.lock().jobs.values().rev().map(|ticket| ticket.job()).collect()
    }

    /// Asks all jobs to end.
    pub(crate) fn cancel_all(&self) {
        for ticket in self.lock().jobs.values() {
            ticket.cancel();
        }
    }

    /// Number of jobs that have not ended.
    pub(crate) fn under_way(&self) -> usize {
        let has_ended = |ticket: &&Arc<Ticket>| ticket.state.borrow().state.has_ended();
        let board = self.lock();
        board.jobs.len() - board.jobs.values().filter(has_ended).count()
    }

    fn lock(&self) -> MutexGuard<'_, Jobs> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Jobs {
    fn forget_old(&mut self) {
        while self.jobs.len() > REMEMBERED {
            let is_over = |(id, ticket): (&u64, &Arc<Ticket>)| {
                ticket.state.borrow().state.has_ended().then_some(*id)
            };
            // All run: the queue of the engine bounds them.
            let Some(oldest) = self.jobs.iter().find_map(is_over) else { return };
            self.jobs.remove(&oldest);
        }
    }
}

impl Ticket {
    /// The job as it is now.
    pub(crate) fn job(&self) -> Job {
        self.state.borrow().clone()
    }

    /// Its changes from now on.
    pub(crate) fn changes(&self) -> watch::Receiver<Job> {
        self.state.subscribe()
    }

    /// Asks it to end.
    pub(crate) fn cancel(&self) {
        self.cancel.cancel();
    }

    /// Resolves as somebody cancels it.
    pub(crate) async fn cancelled(&self) {
        self.cancel.cancelled().await;
    }

    /// Submits `request` to the engine and follows it to its end.
    ///
    /// # Errors
    /// Where the engine does not take it, or it fails; the board has it, too.
    pub(crate) async fn follow<R: Request>(
        self: &Arc<Self>,
        engine: &Engine,
        request: R,
    ) -> Result<R::Answer, Failure> {
        let handle = engine.submit(request)?;
        let token = handle.cancel_token();
        let guard = CancelOnDrop::new(token.clone());
        let board = Arc::clone(self);
        self.state.send_modify(|job| job.state = JobState::Running);
        let answer = wait(handle, move |update| {
            if let JobUpdate::Progress(progress) = update {
                board.state.send_modify(|job| job.progress = Some(progress.into()));
            }
        });
        tokio::pin!(answer);
        let answer = tokio::select! {
            answer = &mut answer => answer,
            () = self.cancelled() => {
                token.cancel();
                answer.await
            }
        };
        guard.release();
        answer
    }

    /// Writes the end of the job on the board.
    pub(crate) fn end(
        &self,
        paths: &MachinePaths,
        language: Language,
        end: Result<Outcome, &Failure>,
    ) {
        let problem = end.as_ref().err().map(|failure| failure.problem(language, paths));
        self.state.send_modify(|job| {
            job.progress = None;
            job.ended_at = Some(now());
            match end {
                Ok(outcome) => {
                    job.state = JobState::Done;
                    job.resource = outcome.resource;
                    job.result = outcome.result;
                }
                Err(Failure::Engine(EngineError::Cancelled)) => job.state = JobState::Cancelled,
                Err(_) => {
                    job.state = JobState::Failed;
                    job.problem = problem;
                }
            }
        });
    }
}

/// The time in RFC 3339, to the second.
fn now() -> String {
    let now = jiff::Timestamp::now();
    now.round(jiff::Unit::Second).unwrap_or(now).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ended_jobs_are_forgotten_before_running_ones() {
        let board = JobBoard::default();
        let first = board.enter("bench");
        for _ in 0..REMEMBERED {
            let ticket = board.enter("inspect");
            ticket.state.send_modify(|job| job.state = JobState::Done);
        }
        assert_eq!(board.list().len(), REMEMBERED);
        assert_eq!(board.under_way(), 1);
        assert!(board.find(first.job().id).is_ok());
        assert!(matches!(board.find(2), Err(Failure::NoJob(2))));
    }
}
