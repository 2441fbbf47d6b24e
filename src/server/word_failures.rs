//! The words of failures: a problem for programs, a page for who looks at a browser.

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
use super::pages::problem_page;
use super::wants_page::wants_page;

/// The layer that words failures.
pub(crate) async fn word_failures(
    State(state): State<AppState>,
    request: Request,
    next: Next,
) -> Response {
    let language = language_of(request.headers(), state.config().language);
    let wants_page = wants_page(&request);
    let mut response = next.run(request).await;
    let Some(failure) = response.extensions_mut().remove::<Arc<Failure>>() else {
        return response;
    };
    let problem = failure.problem(language, state.paths());
    let mut worded = match wants_page {
        true => (failure.status(), problem_page(language, &problem)).into_response(),
        false => {
            let form = [(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"))];
            (failure.status(), form, Json(problem)).into_response()
        }
    };
    if worded.status() == StatusCode::UNAUTHORIZED {
        worded.headers_mut().insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    if let Some(seconds) = failure.retry_after_s() {
        worded.headers_mut().insert(RETRY_AFTER, seconds.into());
    }
    worded
}
