//! The description of the interface (OpenAPI 3.1).

use utoipa::OpenApi;

/// What the description says beside the operations, which `router.rs` collects.
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
pub(crate) struct Description;

/// The description as JSON, as `/api/v1/openapi.json` serves it.
pub fn openapi_json() -> String {
    let (_router, description) = super::router::described();
    description.to_pretty_json().unwrap_or_default()
}
