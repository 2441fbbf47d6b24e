//! The description of the interface (OpenAPI 3.1).

use axum::Router;
use utoipa::OpenApi;
use utoipa::openapi::path::{ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::Type;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{ContentBuilder, ObjectBuilder, Ref, Required, Response, ResponseBuilder};
use utoipa_axum::router::OpenApiRouter;

use super::access::SCHEME;
use super::app_state::AppState;
use super::dto::bank_extension::Extension;
use super::idempotency::{MAX_KEY_LETTERS, is_shown_once};
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
        (name = "access", description = "Who may call, and who changed what"),
    ),
    // What stands in a job's `result`, which has many forms.
    components(schemas(Extension)),
    servers((url = "/api/v1")),
)]
struct Description;

/// `/api/v1` and its description.
pub(crate) fn described() -> (Router<AppState>, utoipa::openapi::OpenApi) {
    let (router, mut description) = OpenApiRouter::with_openapi(Description::openapi())
        .merge(routes::router())
        .split_for_parts();
    description.info.version = env!("CARGO_PKG_VERSION").to_owned();
    with_names(&mut description);
    with_access(&mut description);
    with_idempotency_keys(&mut description);
    (router, description)
}

/// Names each operation by its first tag and what it does, so that no two have one name: clients are made of them.
fn with_names(description: &mut utoipa::openapi::OpenApi) {
    for operation in operations(description) {
        let tag = operation.tags.iter().flatten().next();
        if let (Some(tag), Some(name)) = (tag, &operation.operation_id) {
            operation.operation_id = Some(format!("{tag}_{name}"));
        }
    }
}

/// All operations of the description.
fn operations(
    description: &mut utoipa::openapi::OpenApi,
) -> impl Iterator<Item = &mut utoipa::openapi::path::Operation> {
    description.paths.paths.values_mut().flat_map(|item| {
        [&mut item.get, &mut item.put, &mut item.post, &mut item.delete, &mut item.patch]
            .into_iter()
            .flatten()
    })
}

/// Adds what all operations have in common: a token, and the answers to callers who have none that will do.
fn with_access(description: &mut utoipa::openapi::OpenApi) {
    let components = description.components.get_or_insert_default();
    let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).description(Some(
        "A token of `fettle token add`. On loopback none is needed as long as none was given.",
    ));
    components.add_security_scheme(SCHEME, SecurityScheme::Http(bearer.build()));
    for operation in operations(description) {
        let responses = &mut operation.responses.responses;
        for (status, what) in [
            ("401", "No token that is accepted"),
            ("403", "The token's role may not do this, or the server only answers questions"),
            ("429", "Too much waits, or too many tokens were not accepted"),
        ] {
            responses.entry(status.to_owned()).or_insert_with(|| problem(what).into());
        }
    }
}

fn problem(what: &str) -> Response {
    let schema = Ref::from_schema_name("Problem");
    let content = ContentBuilder::new().schema(Some(schema)).build();
    ResponseBuilder::new().description(what).content("application/problem+json", content).build()
}

/// Adds the header by which a change that is sent again is made once.
fn with_idempotency_keys(description: &mut utoipa::openapi::OpenApi) {
    let letters = ObjectBuilder::new()
        .schema_type(Type::String)
        .min_length(Some(1))
        .max_length(Some(MAX_KEY_LETTERS))
        .pattern(Some("^[!-~]+$"));
    let key = ParameterBuilder::new()
        .name("Idempotency-Key")
        .parameter_in(ParameterIn::Header)
        .required(Required::False)
        .description(Some(
            "A new one for each change, such as a UUID. What is sent again with the same key within 24 hours \
             is not done again and gets the first answer, with `Idempotency-Replayed: true`.",
        ))
        .schema(Some(letters))
        .build();
    let paths = description.paths.paths.iter_mut().filter(|(path, _)| !is_shown_once(path));
    let posts = paths.filter_map(|(_, item)| item.post.as_mut());
    for operation in posts {
        operation.parameters.get_or_insert_default().push(key.clone().into());
        let answers = &mut operation.responses.responses;
        let what = "The key is none, or was used for something else";
        answers.entry("422".to_owned()).or_insert_with(|| problem(what).into());
    }
}

/// The description as JSON, as `/api/v1/openapi.json` serves it.
pub fn openapi_json() -> String {
    let (_router, description) = described();
    description.to_pretty_json().unwrap_or_default()
}
