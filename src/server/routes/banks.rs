//! Memory banks of normal parts.

use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::LOCATION;
use axum::response::{IntoResponse, Response};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app_state::AppState;
use crate::ask_engine::ask;
use crate::begin_job::begin_job;
use crate::dto::anomaly::BankRefDto;
use crate::dto::bank::{ActiveBank, BankDto, BankList, NewBank};
use crate::dto::job::Job;
use crate::extract::{CallerLanguage, Json, Path, product_code};
use crate::failure::Failure;
use crate::job_board::Outcome;
use crate::problem::Problem;
use fettle_domain::{ProductCode, ThresholdRule};
use fettle_engine::{BankInfo, EngineError, FitBank, LearnDefects, ListBanks, UndoBank};

pub(super) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(list, fit)).routes(routes!(active, undo))
}

/// Lists the versions of a product's memory bank.
#[utoipa::path(
    get,
    path = "/products/{product}/banks",
    tag = "banks",
    security(("token" = ["operator"])),
    params(("product" = String, Path, description = "The product's code")),
    responses(
        (status = OK, description = "The versions", body = BankList),
        (status = NOT_FOUND, description = "No such product", body = Problem, content_type = "application/problem+json"),
        (status = UNPROCESSABLE_ENTITY, description = "Not a code", body = Problem, content_type = "application/problem+json"),
    )
)]
async fn list(
    State(state): State<AppState>,
    Path(product): Path<String>,
) -> Result<axum::Json<BankList>, Failure> {
    let found = ask(&state, ListBanks(product_code(&product)?)).await?;
    Ok(axum::Json(BankList { banks: found.iter().map(BankDto::from).collect() }))
}

/// Fits a new bank on all normal images of the product, as a job.
#[utoipa::path(
    post,
    path = "/products/{product}/banks",
    tag = "banks",
    security(("token" = ["engineer"])),
    params(("product" = String, Path, description = "The product's code")),
    request_body = NewBank,
    responses(
        (status = ACCEPTED, description = "The job", body = Job,
         headers(("Location" = String, description = "Where the job is"))),
        (status = BAD_REQUEST, description = "Not readable", body = Problem, content_type = "application/problem+json"),
        (status = NOT_FOUND, description = "No such product", body = Problem, content_type = "application/problem+json"),
        (status = UNPROCESSABLE_ENTITY, description = "A value makes no sense", body = Problem, content_type = "application/problem+json"),
        (status = UNSUPPORTED_MEDIA_TYPE, description = "Not JSON", body = Problem, content_type = "application/problem+json"),
    )
)]
async fn fit(
    State(state): State<AppState>,
    CallerLanguage(language): CallerLanguage,
    Path(product): Path<String>,
    Json(given): Json<NewBank>,
) -> Result<Response, Failure> {
    let product = product_code(&product)?;
    let ratio = given.ratio.unwrap_or(FitBank::RATIO);
    if !(0.0001..=1.0).contains(&ratio) {
        return Err(Failure::BadValue { field: "ratio", expected: "expected-within-bounds" });
    }
    // An unknown product is told at once, not by the job.
    ask(&state, ListBanks(product.clone())).await?;
    let seed = u64::from(given.seed.unwrap_or(0));
    let rule = given.rule.map(ThresholdRule::from);
    let request = FitBank { ratio, seed, rule, ..FitBank::new(product.clone()) };
    let job = begin_job(&state, language, request, move |fitted| Outcome {
        resource: Some(format!("/api/v1/products/{product}/banks")),
        result: serde_json::to_value(fitted).ok(),
    });
    let location = format!("/api/v1/jobs/{}", job.id);
    Ok((StatusCode::ACCEPTED, [(LOCATION, location)], axum::Json(job)).into_response())
}

/// Reads the bank that inspections use.
#[utoipa::path(
    get,
    path = "/products/{product}/banks/active",
    tag = "banks",
    security(("token" = ["operator"])),
    params(("product" = String, Path, description = "The product's code")),
    responses(
        (status = OK, description = "The bank", body = ActiveBank),
        (status = NOT_FOUND, description = "No such product", body = Problem, content_type = "application/problem+json"),
        (status = CONFLICT, description = "The product has no bank", body = Problem, content_type = "application/problem+json"),
        (status = UNPROCESSABLE_ENTITY, description = "Not a code", body = Problem, content_type = "application/problem+json"),
    )
)]
async fn active(
    State(state): State<AppState>,
    Path(product): Path<String>,
) -> Result<axum::Json<ActiveBank>, Failure> {
    let product = product_code(&product)?;
    let found = ask(&state, BankInfo(product.clone())).await?;
    let found = found.ok_or(Failure::Engine(EngineError::NoBank(product)))?;
    Ok(axum::Json((&found).into()))
}

/// Goes back to the bank before: the one that was extended, whose new images are removed again, or the fit
/// before.
#[utoipa::path(
    delete,
    path = "/products/{product}/banks/active",
    tag = "banks",
    security(("token" = ["engineer"])),
    params(("product" = String, Path, description = "The product's code")),
    responses(
        (status = OK, description = "The bank that is in force now", body = BankRefDto),
        (status = NOT_FOUND, description = "No such product", body = Problem, content_type = "application/problem+json"),
        (status = CONFLICT, description = "There is no earlier bank", body = Problem, content_type = "application/problem+json"),
        (status = UNPROCESSABLE_ENTITY, description = "Not a code", body = Problem, content_type = "application/problem+json"),
    )
)]
async fn undo(
    State(state): State<AppState>,
    Path(product): Path<String>,
) -> Result<axum::Json<BankRefDto>, Failure> {
    let product = product_code(&product)?;
    let undone = ask(&state, UndoBank(product.clone())).await?;
    learn_again(&state, product).await?;
    Ok(axum::Json((&undone.bank).into()))
}

/// Has the bank in force learn from the known defects: some may have come and gone since it did.
async fn learn_again(state: &AppState, product: ProductCode) -> Result<(), Failure> {
    match ask(state, LearnDefects { product }).await {
        Ok(_) | Err(Failure::Engine(EngineError::NoBank(_))) => Ok(()),
        Err(failure) => Err(failure),
    }
}
