//! Jobs that go on without their callers.

use tracing::Instrument as _;

use super::app_state::AppState;
use super::ask_engine::actor;
use super::dto::job::Job;
use super::job_board::Outcome;
use fettle_domain::Language;
use fettle_engine::Request;

/// Begins a job that goes on without its caller, and returns it as it is now.
pub(crate) fn begin_job<R: Request>(
    state: &AppState,
    language: Language,
    request: R,
    outcome: impl FnOnce(&R::Answer) -> Outcome + Send + 'static,
) -> Job {
    let actor = actor(state);
    let ticket = state.jobs.enter(request.name(), &actor);
    let begun = ticket.job();
    let state = state.clone();
    let work = async move {
        let end = ticket.follow((state.engine(), actor), request).await;
        ticket.end(state.paths(), language, end.as_ref().map(outcome));
    };
    tokio::spawn(work.in_current_span());
    begun
}
