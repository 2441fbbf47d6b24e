//! The words of failures.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Request, State};
use axum::http::header::{CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::app_state::AppState;
use super::failure::Failure;
use super::language::language_of;

/// The layer that words failures as problems.
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
    let mut worded =
        (failure.status(), Json(failure.problem(language, state.paths()))).into_response();
    worded.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
    if worded.status() == StatusCode::UNAUTHORIZED {
        worded.headers_mut().insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    if let Some(seconds) = failure.retry_after_s() {
        worded.headers_mut().insert(RETRY_AFTER, seconds.into());
    }
    worded
}
