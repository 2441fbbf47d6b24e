//! Jobs that callers began.

use std::convert::Infallible;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Sse;
use axum::response::sse::{Event, KeepAlive};
use futures_util::{Stream, StreamExt as _, stream};
use tokio_stream::wrappers::WatchStream;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app_state::AppState;
use crate::ask_engine::actor;
use crate::dto::job::{Job, JobEvent, JobList};
use crate::extract::Path;
use crate::failure::Failure;
use crate::problem::Problem;

pub(super) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(read, cancel)).routes(routes!(events))
}

/// Lists the jobs that the server remembers, the newest first.
#[utoipa::path(
    get,
    path = "/jobs",
    tag = "jobs",
    security(("token" = ["operator"])),
    responses((status = OK, description = "The jobs", body = JobList))
)]
async fn list(State(state): State<AppState>) -> axum::Json<JobList> {
    axum::Json(JobList { jobs: state.jobs.list() })
}

/// Reads a job.
#[utoipa::path(
    get,
    path = "/jobs/{id}",
    tag = "jobs",
    security(("token" = ["operator"])),
    params(("id" = u64, Path, description = "Its number", minimum = 1)),
    responses(
        (status = OK, description = "The job", body = Job),
        (status = NOT_FOUND, description = "No such job", body = Problem, content_type = "application/problem+json"),
    )
)]
async fn read(
    State(state): State<AppState>,
    Path(id): Path<u64>,
) -> Result<axum::Json<Job>, Failure> {
    Ok(axum::Json(state.jobs.find(id)?.job()))
}

/// Cancels a job that the caller began, or as an engineer anybody's; one that has ended stays as it is.
#[utoipa::path(
    delete,
    path = "/jobs/{id}",
    tag = "jobs",
    security(("token" = ["operator"])),
    params(("id" = u64, Path, description = "Its number", minimum = 1)),
    responses(
        (status = ACCEPTED, description = "It is asked to end", body = Job),
        (status = NOT_FOUND, description = "No such job", body = Problem, content_type = "application/problem+json"),
    )
)]
async fn cancel(
    State(state): State<AppState>,
    Path(id): Path<u64>,
) -> Result<(StatusCode, axum::Json<Job>), Failure> {
    let ticket = state.jobs.find(id)?;
    ticket.cancel_as(&actor(&state))?;
    Ok((StatusCode::ACCEPTED, axum::Json(ticket.job())))
}

/// The progress of a job as server-sent events `job`, each a whole job; the last one is its end.
#[utoipa::path(
    get,
    path = "/jobs/{id}/events",
    tag = "jobs",
    security(("token" = ["operator"])),
    params(("id" = u64, Path, description = "Its number", minimum = 1)),
    responses(
        (status = OK, description = "The events", body = JobEvent, content_type = "text/event-stream"),
        (status = NOT_FOUND, description = "No such job", body = Problem, content_type = "application/problem+json"),
    )
)]
async fn events(
    State(state): State<AppState>,
    Path(id): Path<u64>,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, Failure> {
    let changes = WatchStream::new(state.jobs.find(id)?.changes());
    let stopping = state.stopping.clone();
    // Nothing changes after the end: the stream ends with it.
    let until_end = stream::unfold((changes, false), |(mut changes, is_over)| async move {
        if is_over {
            return None;
        }
        let job = changes.next().await?;
        let is_over = job.state.has_ended();
        Some((job, (changes, is_over)))
    });
    let events = until_end.map(|job| {
        let event = Event::default().event("job").id(job.id.to_string());
        Ok(event.json_data(&job).unwrap_or_default())
    });
    let events = events.take_until(async move { stopping.cancelled().await });
    Ok(Sse::new(events).keep_alive(KeepAlive::default()))
}
