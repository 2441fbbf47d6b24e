//! The audit trail, for administrators.

use axum::extract::State;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app_state::AppState;
use crate::ask_engine::ask;
use crate::dto::access::{AuditCheckDto, AuditList, AuditQuery};
use crate::extract::{Query, within};
use crate::failure::Failure;
use crate::problem::Problem;
use fettle_engine::{CheckAudit, ListAudit};

/// Entries of a page, unless the caller says how many.
const PAGE: u32 = 100;
/// Entries of a page, at most.
const LARGEST_PAGE: u32 = 1000;

pub(super) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(entries)).routes(routes!(check))
}

/// Lists who changed what, and when, oldest first.
#[utoipa::path(
    get,
    path = "/audit",
    tag = "access",
    security(("token" = ["admin"])),
    params(AuditQuery),
    responses(
        (status = OK, description = "The entries", body = AuditList),
        (status = BAD_REQUEST, description = "Not readable", body = Problem, content_type = "application/problem+json"),
        (status = UNPROCESSABLE_ENTITY, description = "A value makes no sense", body = Problem, content_type = "application/problem+json"),
    )
)]
async fn entries(
    State(state): State<AppState>,
    Query(query): Query<AuditQuery>,
) -> Result<axum::Json<AuditList>, Failure> {
    let limit = within("limit", query.limit, PAGE, 1..=LARGEST_PAGE)?;
    let after = query.after.unwrap_or(0);
    if i64::try_from(after).is_err() {
        return Err(Failure::BadValue { field: "after", expected: "expected-within-bounds" });
    }
    let entries = ask(&state, ListAudit::After(after, limit)).await?;
    Ok(axum::Json(AuditList::of(entries, limit)))
}

/// Checks that the trail is as it was written.
#[utoipa::path(
    get,
    path = "/audit/check",
    tag = "access",
    security(("token" = ["admin"])),
    responses((status = OK, description = "What was found", body = AuditCheckDto))
)]
async fn check(State(state): State<AppState>) -> Result<axum::Json<AuditCheckDto>, Failure> {
    Ok(axum::Json(ask(&state, CheckAudit::default()).await?.into()))
}
