//! Jobs that go on without their callers.

use super::app_state::AppState;
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
    let ticket = state.jobs.enter(request.name());
    let begun = ticket.job();
    let state = state.clone();
    tokio::spawn(async move {
        let end = ticket.follow(state.engine(), request).await;
        ticket.end(state.paths(), language, end.as_ref().map(outcome));
    });
    begun
}
