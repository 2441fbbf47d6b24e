//! The limits of the bank in force.

use axum::extract::State;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app_state::AppState;
use crate::ask_engine::ask;
use crate::dto::bank_thresholds::{BankThresholds, ChangedThresholds, ThresholdRuleDto};
use crate::extract::{Json, Path, product_code};
use crate::failure::Failure;
use crate::problem::Problem;
use fettle_engine::{BankStats, LimitChange, Rethreshold};

pub(super) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(read_thresholds, set_thresholds, undo_thresholds))
}

/// Reads the limits of the bank in force: the rule that set them, how often they are wrong, and the scores.
#[utoipa::path(
    get,
    path = "/products/{product}/banks/active/thresholds",
    tag = "banks",
    security(("token" = ["operator"])),
    params(("product" = String, Path, description = "The product's code")),
    responses(
        (status = OK, description = "The limits", body = BankThresholds),
        (status = NOT_FOUND, description = "No such product", body = Problem, content_type = "application/problem+json"),
        (status = CONFLICT, description = "The product has no bank", body = Problem, content_type = "application/problem+json"),
        (status = UNPROCESSABLE_ENTITY, description = "Not a code", body = Problem, content_type = "application/problem+json"),
    )
)]
async fn read_thresholds(
    State(state): State<AppState>,
    Path(product): Path<String>,
) -> Result<axum::Json<BankThresholds>, Failure> {
    let request = BankStats { product: product_code(&product)?, plot: None };
    Ok(axum::Json((&ask(&state, request).await?).into()))
}

/// Sets the limits of the bank in force by a rule, from kept scores. Past inspections keep theirs.
#[utoipa::path(
    put,
    path = "/products/{product}/banks/active/thresholds",
    tag = "banks",
    security(("token" = ["engineer"])),
    params(("product" = String, Path, description = "The product's code")),
    request_body = ThresholdRuleDto,
    responses(
        (status = OK, description = "The limits before and now", body = ChangedThresholds),
        (status = BAD_REQUEST, description = "Not readable", body = Problem, content_type = "application/problem+json"),
        (status = NOT_FOUND, description = "No such product", body = Problem, content_type = "application/problem+json"),
        (status = CONFLICT, description = "The product has no bank, or the rule needs known defects", body = Problem, content_type = "application/problem+json"),
        (status = UNPROCESSABLE_ENTITY, description = "A value makes no sense", body = Problem, content_type = "application/problem+json"),
        (status = UNSUPPORTED_MEDIA_TYPE, description = "Not JSON", body = Problem, content_type = "application/problem+json"),
    )
)]
async fn set_thresholds(
    State(state): State<AppState>,
    Path(product): Path<String>,
    Json(rule): Json<ThresholdRuleDto>,
) -> Result<axum::Json<ChangedThresholds>, Failure> {
    change(&state, &product, LimitChange::By(rule.into())).await
}

/// Undoes the last change of the limits of the bank in force.
#[utoipa::path(
    delete,
    path = "/products/{product}/banks/active/thresholds",
    tag = "banks",
    security(("token" = ["engineer"])),
    params(("product" = String, Path, description = "The product's code")),
    responses(
        (status = OK, description = "The limits before and now", body = ChangedThresholds),
        (status = NOT_FOUND, description = "No such product", body = Problem, content_type = "application/problem+json"),
        (status = CONFLICT, description = "The product has no bank, or nothing was changed", body = Problem, content_type = "application/problem+json"),
        (status = UNPROCESSABLE_ENTITY, description = "Not a code", body = Problem, content_type = "application/problem+json"),
    )
)]
async fn undo_thresholds(
    State(state): State<AppState>,
    Path(product): Path<String>,
) -> Result<axum::Json<ChangedThresholds>, Failure> {
    change(&state, &product, LimitChange::Undo).await
}

async fn change(
    state: &AppState,
    product: &str,
    change: LimitChange,
) -> Result<axum::Json<ChangedThresholds>, Failure> {
    let request = Rethreshold { product: product_code(product)?, change };
    Ok(axum::Json((&ask(state, request).await?).into()))
}
