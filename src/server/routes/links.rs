//! Links that open an inspection for a while.

use axum::extract::State;
use axum::http::header::HOST;
use axum::http::{HeaderMap, StatusCode};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app_state::AppState;
use crate::config::Encryption;
use crate::dto::link::{LinkDto, LinkQuery};
use crate::extract::{Path, Query, within};
use crate::failure::Failure;
use crate::links::Links;
use crate::problem::Problem;
use crate::read_record::read_record;
use fettle_domain::InspectionId;

pub(super) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(make_link))
}

/// Makes a link that opens the page of this inspection without a token, to be read, for a while. Its
/// address begins with the one by which the server was called.
#[utoipa::path(
    post,
    path = "/inspections/{id}/link",
    tag = "inspections",
    security(("token" = ["operator"])),
    params(("id" = i64, Path, description = "Its number", minimum = 1), LinkQuery),
    responses(
        (status = CREATED, description = "The link", body = LinkDto),
        (status = BAD_REQUEST, description = "Not readable", body = Problem, content_type = "application/problem+json"),
        (status = NOT_FOUND, description = "No such inspection", body = Problem, content_type = "application/problem+json"),
        (status = UNPROCESSABLE_ENTITY, description = "A value makes no sense", body = Problem, content_type = "application/problem+json"),
    )
)]
async fn make_link(
    State(state): State<AppState>,
    headers: HeaderMap,
    Path(id): Path<i64>,
    Query(query): Query<LinkQuery>,
) -> Result<(StatusCode, axum::Json<LinkDto>), Failure> {
    let bounds = Links::LEAST_MINUTES..=Links::MOST_MINUTES;
    within("minutes", query.minutes, Links::USUAL_MINUTES, bounds)?;
    let id = InspectionId(id);
    read_record(&state, id).await?;
    let link = state.links().to(id, query.minutes.unwrap_or(Links::USUAL_MINUTES));
    let called = headers.get(HOST).and_then(|host| host.to_str().ok()).map(str::to_owned);
    let called = called.unwrap_or_else(|| state.config().bind.to_string());
    let scheme = if state.config().encryption == Encryption::None { "http" } else { "https" };
    let url = format!("{scheme}://{called}{}", link.path);
    let made = LinkDto { url, expires_at: link.expires_at.to_string() };
    Ok((StatusCode::CREATED, axum::Json(made)))
}
