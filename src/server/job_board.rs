//! The jobs that callers began: their state, progress and end, for whoever asks later.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tracing::Instrument as _;

use super::dto::job::{Job, JobState};
use super::failure::Failure;
use super::machine_paths::MachinePaths;
use super::wait_for_job::{CancelOnDrop, wait};
use fettle_domain::{Actor, Language, Role};
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
    /// The name of who began it.
    by: String,
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
    /// Puts a job that `actor` has done and that has not begun on the board.
    pub(crate) fn enter(&self, name: &'static str, actor: &Actor) -> Arc<Ticket> {
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
        let (by, state) = (actor.name.clone(), watch::Sender::new(job));
        let ticket = Arc::new(Ticket { by, state, cancel: CancellationToken::new() });
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

    /// Asks it to end, as `actor` does: who began it, or an engineer.
    ///
    /// # Errors
    /// [`Failure::RoleTooLow`].
    pub(crate) fn cancel_as(&self, actor: &Actor) -> Result<(), Failure> {
        if actor.role < Role::Engineer && actor.name != self.by {
            return Err(Failure::RoleTooLow { needed: Role::Engineer, has: actor.role });
        }
        self.cancel();
        Ok(())
    }

    /// Asks it to end.
    pub(crate) fn cancel(&self) {
        self.cancel.cancel();
    }

    /// Resolves as somebody cancels it.
    pub(crate) async fn cancelled(&self) {
        self.cancel.cancelled().await;
    }

    /// Submits `request` to the engine as the actor's and follows it to its end.
    ///
    /// # Errors
    /// Where the engine does not take it, or it fails; the board has it, too.
    pub(crate) async fn follow<R: Request>(
        self: &Arc<Self>,
        (engine, actor): (&Engine, Actor),
        request: R,
    ) -> Result<R::Answer, Failure> {
        let (id, kind) = (self.job().id, request.name());
        let span = tracing::info_span!("job", id, kind);
        let handle = span.in_scope(|| engine.submit_as(actor, request))?;
        let token = handle.cancel_token();
        let guard = CancelOnDrop::new(token.clone());
        let board = Arc::clone(self);
        self.state.send_modify(|job| job.state = JobState::Running);
        let answer = wait(handle, move |update| {
            if let JobUpdate::Progress(progress) = update {
                board.state.send_modify(|job| job.progress = Some(progress.into()));
            }
        });
        let answer = answer.instrument(span.clone());
        tokio::pin!(answer);
        let answer = tokio::select! {
            answer = &mut answer => answer,
            () = self.cancelled() => {
                token.cancel();
                answer.await
            }
        };
        guard.release();
        span.in_scope(|| tracing::info!(is_done = answer.is_ok(), "job ended"));
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
    use fettle_domain::Via;

    fn actor(name: &str, role: Role) -> Actor {
        Actor { name: name.to_owned(), via: Via::Server, role }
    }

    #[test]
    fn a_job_is_cancelled_by_who_began_it_or_an_engineer() {
        // Who asks, whether the press's job is cancelled.
        for (asker, is_cancelled) in [
            (actor("press", Role::Operator), true),
            (actor("saw", Role::Operator), false),
            (actor("saw", Role::Supervisor), false),
            (actor("saw", Role::Engineer), true),
        ] {
            let ticket = JobBoard::default().enter("inspect", &actor("press", Role::Operator));
            let answer = ticket.cancel_as(&asker);
            assert_eq!(answer.is_ok(), is_cancelled, "{asker:?}");
            assert_eq!(ticket.cancel.is_cancelled(), is_cancelled, "{asker:?}");
        }
    }

    #[test]
    fn ended_jobs_are_forgotten_before_running_ones() {
        let board = JobBoard::default();
        let first = board.enter("bench", &actor("press", Role::Engineer));
        for _ in 0..REMEMBERED {
            let ticket = board.enter("inspect", &actor("press", Role::Engineer));
            ticket.state.send_modify(|job| job.state = JobState::Done);
        }
        assert_eq!(board.list().len(), REMEMBERED);
        assert_eq!(board.under_way(), 1);
        assert!(board.find(first.job().id).is_ok());
        assert!(matches!(board.find(2), Err(Failure::NoJob(2))));
    }
}
