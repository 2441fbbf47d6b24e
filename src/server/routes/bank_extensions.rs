//! Further normal parts for a bank, without a new fit.

use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::LOCATION;
use axum::response::{IntoResponse, Response};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app_state::AppState;
use crate::ask_engine::ask;
use crate::begin_job::begin_job;
use crate::dto::bank_extension::{Extension, NewExtension, Preview};
use crate::dto::job::Job;
use crate::extract::{CallerLanguage, FormBody, Path, Query, product_code};
use crate::failure::Failure;
use crate::job_board::Outcome;
use crate::problem::Problem;
use crate::upload::Form;
use fettle_engine::{BankInfo, EngineError, ExtendBank};

pub(super) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(extend))
}

/// Registers normal images and adds them to the product's bank, as a job whose `result` is an `Extension`;
/// with `preview` nothing changes, and the result says which past verdicts would.
#[utoipa::path(
    post,
    path = "/products/{product}/banks/extensions",
    tag = "banks",
    security(("token" = ["engineer"])),
    params(("product" = String, Path, description = "The product's code"), Preview),
    request_body(content = NewExtension, content_type = "multipart/form-data"),
    responses(
        (status = ACCEPTED, description = "The job", body = Job,
         headers(("Location" = String, description = "Where the job is"))),
        (status = BAD_REQUEST, description = "Not readable", body = Problem, content_type = "application/problem+json"),
        (status = NOT_FOUND, description = "No such product", body = Problem, content_type = "application/problem+json"),
        (status = CONFLICT, description = "The product has no bank", body = Problem, content_type = "application/problem+json"),
        (status = PAYLOAD_TOO_LARGE, description = "Too large", body = Problem, content_type = "application/problem+json"),
        (status = UNPROCESSABLE_ENTITY, description = "No picture came, or not a code", body = Problem, content_type = "application/problem+json"),
        (status = UNSUPPORTED_MEDIA_TYPE, description = "Not a form", body = Problem, content_type = "application/problem+json"),
    )
)]
async fn extend(
    State(state): State<AppState>,
    CallerLanguage(language): CallerLanguage,
    Path(product): Path<String>,
    Query(query): Query<Preview>,
    FormBody(body): FormBody,
) -> Result<Response, Failure> {
    let product = product_code(&product)?;
    let mut form = Form::read_only(&state, body, &["images"]).await?;
    let files = form.files_of("images");
    if files.is_empty() {
        return Err(Failure::MissingField("images"));
    }
    // What cannot be is told at once, not by the job.
    if ask(&state, BankInfo(product.clone())).await?.is_none() {
        return Err(Failure::Engine(EngineError::NoBank(product)));
    }
    let paths = files.iter().map(|file| file.path.clone()).collect();
    let preview = query.preview.unwrap_or(false);
    let request = ExtendBank { product: product.clone(), paths, recursive: true, preview };
    let job = begin_job(&state, language, request, move |extended| {
        // Until here the job reads them.
        drop(files);
        Outcome {
            resource: (!preview).then(|| format!("/api/v1/products/{product}/banks/active")),
            result: serde_json::to_value(Extension::from(extended)).ok(),
        }
    });
    let location = format!("/api/v1/jobs/{}", job.id);
    Ok((StatusCode::ACCEPTED, [(LOCATION, location)], axum::Json(job)).into_response())
}
