//! All addresses, and the layers around them.

use std::sync::Arc;

use axum::Router;
use axum::extract::{DefaultBodyLimit, MatchedPath, Request, State};
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
    X_FRAME_OPTIONS,
};
use axum::http::{HeaderValue, Method};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::set_header::SetResponseHeaderLayer;
use utoipa_swagger_ui::SwaggerUi;

use super::access::{Permissions, check_access};
use super::app_state::AppState;
use super::extract::MAX_TEXT_BODY_BYTES;
use super::failure::Failure;
use super::host_check::check_host;
use super::idempotency::answer_once;
use super::measure::{measure, metrics};
use super::openapi::described;
use super::word_failures::word_failures;
use super::{health, legacy, pages};

/// The whole server.
pub(crate) fn router(state: AppState) -> Router {
    let (api, description) = described();
    let permissions = Arc::new(Permissions::of(&description, "/api/v1"));
    let api = Router::new()
        .nest("/api/v1", api)
        .merge(pages::router())
        .merge(health::router())
        .route("/metrics", get(metrics))
        .merge(SwaggerUi::new("/docs").url("/api/v1/openapi.json", description))
        .fallback(async || Failure::NoRoute)
        .method_not_allowed_fallback(async || Failure::MethodNotAllowed);
    let nosniff = SetResponseHeaderLayer::overriding(
        X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    let no_frames =
        SetResponseHeaderLayer::overriding(X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    // Not `no-referrer`: with that, browsers send `Origin: null` with the pages' own forms.
    let referrer_here = SetResponseHeaderLayer::overriding(
        REFERRER_POLICY,
        HeaderValue::from_static("same-origin"),
    );
    let not_stored =
        SetResponseHeaderLayer::if_not_present(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    // Styles of Swagger UI stand in its page.
    let own_parts_only = SetResponseHeaderLayer::overriding(
        CONTENT_SECURITY_POLICY,
        HeaderValue::from_static(
            "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; \
             frame-ancestors 'none'; base-uri 'none'",
        ),
    );
    legacy::router()
        .layer(from_fn_with_state(state.clone(), legacy::word_failures))
        .merge(api)
        .layer(from_fn_with_state(state.clone(), answer_once))
        .layer(from_fn_with_state(state.clone(), refuse_changes))
        .layer(from_fn_with_state((state.clone(), permissions), check_access))
        .layer(DefaultBodyLimit::max(MAX_TEXT_BODY_BYTES))
        .layer(CatchPanicLayer::new())
        .layer(from_fn_with_state(state.clone(), check_host))
        .layer(from_fn_with_state(state.clone(), word_failures))
        .layer(from_fn_with_state(state.clone(), measure))
        .layer((nosniff, no_frames, referrer_here, not_stored, own_parts_only))
        .with_state(state)
}

/// The layer that lets only questions pass where the server changes nothing.
async fn refuse_changes(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let asks = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS)
        // Questions that need a body.
        || matches!(request.uri().path(), "/api/v1/manuals/ask" | "/api/v1/search" | "/search"
            | "/search/upload" | "/search/similarity" | "/sign-in" | "/sign-out")
        || is_link(&request);
    match state.config().read_only && !asks {
        true => Failure::ReadOnly.into_response(),
        false => next.run(request).await,
    }
}

/// Whether `request` asks for a link to an inspection, which changes nothing.
fn is_link(request: &Request) -> bool {
    let route = request.extensions().get::<MatchedPath>();
    route.is_some_and(|route| route.as_str() == "/api/v1/inspections/{id}/link")
}
