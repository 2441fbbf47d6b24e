//! Measuring requests, and telling Prometheus.

use std::time::Instant;

use axum::extract::{MatchedPath, Request, State};
use axum::http::Method;
use axum::http::header::CONTENT_TYPE;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::app_state::AppState;
use super::failure::Failure;
use super::metrics::Now;

/// The layer that measures requests.
pub(crate) async fn measure(
    State(state): State<AppState>,
    request: Request,
    next: Next,
) -> Response {
    let begun = Instant::now();
    let route = request.extensions().get::<MatchedPath>();
    let route = route.map_or("(none)", MatchedPath::as_str).to_owned();
    // Methods are a caller's words, too.
    let known = [Method::GET, Method::HEAD, Method::POST, Method::PUT, Method::DELETE];
    let method = match known.contains(request.method()) {
        true => request.method().as_str().to_owned(),
        false => "(other)".to_owned(),
    };
    let response = next.run(request).await;
    let status = response.status().as_u16();
    state.metrics.answered((method, route), status, begun.elapsed());
    response
}

/// `GET /metrics` in OpenMetrics text.
pub(crate) async fn metrics(State(state): State<AppState>) -> Result<Response, Failure> {
    let now = Now {
        waiting: state.queue.waiting(),
        running: state.queue.running(),
        jobs: state.jobs.under_way(),
    };
    let text = state.metrics.text(now);
    let text = text.map_err(|error| Failure::Storage(std::io::Error::other(error)))?;
    let content_type = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    Ok(([(CONTENT_TYPE, content_type)], text).into_response())
}
