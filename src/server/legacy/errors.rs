//! Errors in the old form: `{"detail": "…"}`, and a list where a body does not validate.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::http::header::RETRY_AFTER;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use crate::app_state::AppState;
use crate::failure::Failure;
use crate::language::language_of;
use fettle_domain::Language;
use fettle_engine::EngineError;

/// The layer that words failures as the old system did.
pub(crate) async fn word_failures(
    State(state): State<AppState>,
    request: Request,
    next: Next,
) -> Response {
    let language = language_of(request.headers(), state.config().language);
    let mut response = next.run(request).await;
    let Some(failure) = response.extensions_mut().remove::<Arc<Failure>>() else {
        return response;
    };
    let (status, detail) = worded(&failure, language, &state);
    let mut worded = (status, Json(json!({ "detail": detail }))).into_response();
    if status == StatusCode::TOO_MANY_REQUESTS {
        worded.headers_mut().insert(RETRY_AFTER, 1.into());
    }
    worded
}

fn worded(failure: &Failure, language: Language, state: &AppState) -> (StatusCode, Value) {
    let said = failure.detail(language, state.paths());
    let invalid = |place: Value, kind: &str| {
        (StatusCode::UNPROCESSABLE_ENTITY, json!([{"loc": place, "msg": said, "type": kind}]))
    };
    match failure {
        Failure::MissingField(field) => invalid(json!(["body", field]), "missing"),
        Failure::BadValue { field, .. } => invalid(json!(["body", field]), "value_error"),
        Failure::BadRequest(_) | Failure::UnsupportedMedia(_) => {
            invalid(json!(["body"]), "value_error")
        }
        // The old system had these two states of an index under other codes.
        Failure::Engine(EngineError::NoIndex) => (StatusCode::BAD_REQUEST, json!(said)),
        _ => (failure.status(), json!(said)),
    }
}
