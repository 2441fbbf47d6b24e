//! The description of the interface (OpenAPI 3.1).

use axum::Router;
use utoipa::OpenApi;
use utoipa_axum::router::OpenApiRouter;

use super::app_state::AppState;
use super::routes;

/// What the description says beside the operations.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "Fettle",
        description = "Inspects parts: finds the defect, shows it, names it, and says what the \
                       manual says to do. Every operation answers errors as RFC 9457 problems in \
                       the language of `Accept-Language` (ko, en).",
    ),
    tags(
        (name = "inspections", description = "Inspect a part, and read what was found"),
        (name = "search", description = "Known defects that look alike"),
        (name = "products", description = "Products and defect types"),
        (name = "images", description = "Registered images"),
        (name = "banks", description = "Memory banks of normal parts"),
        (name = "manuals", description = "Manuals and questions to them"),
        (name = "jobs", description = "What takes longer"),
        (name = "system", description = "The machine"),
    ),
    servers((url = "/api/v1")),
)]
struct Description;

/// `/api/v1` and its description.
pub(crate) fn described() -> (Router<AppState>, utoipa::openapi::OpenApi) {
    let (router, mut description) = OpenApiRouter::with_openapi(Description::openapi())
        .merge(routes::router())
        .split_for_parts();
    description.info.version = env!("CARGO_PKG_VERSION").to_owned();
    (router, description)
}

/// The description as JSON, as `/api/v1/openapi.json` serves it.
pub fn openapi_json() -> String {
    let (_router, description) = described();
    description.to_pretty_json().unwrap_or_default()
}
