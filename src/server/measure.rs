//! Measuring requests, and telling Prometheus.

use std::time::Instant;

use axum::extract::{MatchedPath, Request, State};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderValue, Method};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use tracing::Instrument as _;

use super::app_state::AppState;
use super::failure::Failure;
use super::metrics::Now;
use fettle_engine::free_bytes;

/// The header that names a request, for who looks for it in the log.
const REQUEST_ID: &str = "x-request-id";

/// The layer that measures requests, and names them in the log: by a number of their own and their route,
/// never by what callers sent.
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
    let id = format!("{:016x}", getrandom::u64().unwrap_or_default());
    let span = tracing::info_span!("request", id, method, route);
    let mut response = next.run(request).instrument(span.clone()).await;
    let (status, took) = (response.status().as_u16(), begun.elapsed());
    span.in_scope(|| tracing::info!(status, ms = took.as_secs_f64() * 1e3, "answered"));
    state.metrics.answered((method, route), status, took);
    if let Ok(id) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(REQUEST_ID, id);
    }
    response
}

/// `GET /metrics` in OpenMetrics text.
pub(crate) async fn metrics(State(state): State<AppState>) -> Result<Response, Failure> {
    let now = Now {
        waiting: state.queue.waiting(),
        running: state.queue.running(),
        jobs: state.jobs.under_way(),
        disk_free_bytes: free_bytes(state.engine().workspace().root()),
        models: state.engine().loaded_models(),
    };
    let text = state.metrics.text(now);
    let text = text.map_err(|error| Failure::Storage(std::io::Error::other(error)))?;
    let content_type = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    Ok(([(CONTENT_TYPE, content_type)], text).into_response())
}
