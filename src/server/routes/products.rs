//! Products.

use axum::extract::State;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app_state::AppState;
use crate::ask_engine::ask;
use crate::dto::catalogue::{ProductDto, ProductList, ProductNames};
use crate::extract::{Json, Path, product_code};
use crate::failure::Failure;
use crate::problem::Problem;
use fettle_domain::{Product, ProductCode};
use fettle_engine::{AddProduct, EngineError, ListLibrary};

pub(super) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(read, name))
}

/// Lists products, with what is registered of each.
#[utoipa::path(
    get,
    path = "/products",
    tag = "products",
    security(("token" = ["operator"])),
    responses((status = OK, description = "All products", body = ProductList))
)]
async fn list(State(state): State<AppState>) -> Result<axum::Json<ProductList>, Failure> {
    let found = ask(&state, ListLibrary).await?;
    Ok(axum::Json(ProductList { products: found.iter().map(ProductDto::from).collect() }))
}

/// Reads a product.
#[utoipa::path(
    get,
    path = "/products/{product}",
    tag = "products",
    security(("token" = ["operator"])),
    params(("product" = String, Path, description = "Its code")),
    responses(
        (status = OK, description = "The product", body = ProductDto),
        (status = NOT_FOUND, description = "No such product", body = Problem, content_type = "application/problem+json"),
        (status = UNPROCESSABLE_ENTITY, description = "Not a code", body = Problem, content_type = "application/problem+json"),
    )
)]
async fn read(
    State(state): State<AppState>,
    Path(code): Path<String>,
) -> Result<axum::Json<ProductDto>, Failure> {
    Ok(axum::Json(find(&state, product_code(&code)?).await?))
}

/// Registers a product, or gives it other names.
#[utoipa::path(
    put,
    path = "/products/{product}",
    tag = "products",
    security(("token" = ["engineer"])),
    params(("product" = String, Path, description = "Its code")),
    request_body = ProductNames,
    responses(
        (status = OK, description = "The product", body = ProductDto),
        (status = BAD_REQUEST, description = "Not readable", body = Problem, content_type = "application/problem+json"),
        (status = UNPROCESSABLE_ENTITY, description = "Not a code", body = Problem, content_type = "application/problem+json"),
        (status = UNSUPPORTED_MEDIA_TYPE, description = "Not JSON", body = Problem, content_type = "application/problem+json"),
    )
)]
async fn name(
    State(state): State<AppState>,
    Path(code): Path<String>,
    Json(names): Json<ProductNames>,
) -> Result<axum::Json<ProductDto>, Failure> {
    let code = product_code(&code)?;
    let ProductNames { name_ko, name_en } = names;
    check_name("name_ko", &name_ko)?;
    check_name("name_en", &name_en)?;
    ask(&state, AddProduct(Product { code: code.clone(), name_ko, name_en })).await?;
    Ok(axum::Json(find(&state, code).await?))
}

/// Letters of a name, at most.
const NAME_LETTERS: usize = 400;

/// Checks the length of a name.
///
/// # Errors
/// [`Failure::BadValue`].
pub(super) fn check_name(field: &'static str, name: &str) -> Result<(), Failure> {
    match name.chars().count() > NAME_LETTERS {
        true => Err(Failure::BadValue { field, expected: "expected-short-name" }),
        false => Ok(()),
    }
}

/// The product with this code.
async fn find(state: &AppState, code: ProductCode) -> Result<ProductDto, Failure> {
    let all = ask(state, ListLibrary).await?;
    let found = all.iter().find(|summary| summary.product.code == code);
    found.map(ProductDto::from).ok_or(Failure::Engine(EngineError::UnknownProduct(code)))
}
