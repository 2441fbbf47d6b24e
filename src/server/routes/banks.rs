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
use crate::dto::bank::{BankDto, BankList, NewBank};
use crate::dto::job::Job;
use crate::extract::{CallerLanguage, Json, Path, product_code};
use crate::failure::Failure;
use crate::job_board::Outcome;
use crate::problem::Problem;
use fettle_engine::{FitBank, ListBanks, UndoBank};

pub(super) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(list, fit)).routes(routes!(undo))
}

/// Lists the versions of a product's memory bank.
#[utoipa::path(
    get,
    path = "/products/{product}/banks",
    tag = "banks",
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
    let request = FitBank { ratio, seed, ..FitBank::new(product.clone()) };
    let job = begin_job(&state, language, request, move |fitted| Outcome {
        resource: Some(format!("/api/v1/products/{product}/banks")),
        result: serde_json::to_value(fitted).ok(),
    });
    let location = format!("/api/v1/jobs/{}", job.id);
    Ok((StatusCode::ACCEPTED, [(LOCATION, location)], axum::Json(job)).into_response())
}

/// Goes back to the bank before.
#[utoipa::path(
    delete,
    path = "/products/{product}/banks/active",
    tag = "banks",
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
    let undone = ask(&state, UndoBank(product_code(&product)?)).await?;
    Ok(axum::Json((&undone.bank).into()))
}
