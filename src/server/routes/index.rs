//! The index of known defects.

use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::LOCATION;
use axum::response::{IntoResponse, Response};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app_state::AppState;
use crate::ask_engine::ask;
use crate::begin_job::begin_job;
use crate::dto::bank::IndexDto;
use crate::dto::job::Job;
use crate::extract::CallerLanguage;
use crate::failure::Failure;
use crate::job_board::Outcome;
use crate::problem::Problem;
use fettle_engine::{BuildIndex, IndexInfo};

pub(super) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(read, build))
}

/// The state of the index of known defects.
#[utoipa::path(
    get,
    path = "/index",
    tag = "search",
    security(("token" = ["operator"])),
    responses(
        (status = OK, description = "The index", body = IndexDto),
        (status = CONFLICT, description = "It was made by another model", body = Problem, content_type = "application/problem+json"),
    )
)]
async fn read(State(state): State<AppState>) -> Result<axum::Json<IndexDto>, Failure> {
    Ok(axum::Json(ask(&state, IndexInfo).await?.into()))
}

/// Brings the index up to date with the registered images, as a job.
#[utoipa::path(
    post,
    path = "/index",
    tag = "search",
    security(("token" = ["engineer"])),
    responses(
        (status = ACCEPTED, description = "The job", body = Job,
         headers(("Location" = String, description = "Where the job is"))),
    )
)]
async fn build(
    State(state): State<AppState>,
    CallerLanguage(language): CallerLanguage,
) -> Response {
    let job = begin_job(&state, language, BuildIndex { rebuild: false }, |built| Outcome {
        resource: Some("/api/v1/index".to_owned()),
        result: Some(serde_json::json!({
            "total": built.total, "added": built.added, "removed": built.removed,
        })),
    });
    let location = format!("/api/v1/jobs/{}", job.id);
    (StatusCode::ACCEPTED, [(LOCATION, location)], axum::Json(job)).into_response()
}
