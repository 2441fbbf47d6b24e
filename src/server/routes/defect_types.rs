//! Defect types of products.

use axum::extract::State;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::products::check_name;
use crate::app_state::AppState;
use crate::ask_engine::ask;
use crate::dto::catalogue::{DefectNames, DefectTypeDto};
use crate::extract::{Json, Path, defect_code, product_code};
use crate::failure::Failure;
use crate::problem::Problem;
use fettle_engine::AddDefectType;

pub(super) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(name_defect))
}

/// Registers a defect type, or gives it other names.
#[utoipa::path(
    put,
    path = "/products/{product}/defects/{defect}",
    tag = "products",
    security(("token" = ["engineer"])),
    params(
        ("product" = String, Path, description = "The product's code"),
        ("defect" = String, Path, description = "The defect type's code"),
    ),
    request_body = DefectNames,
    responses(
        (status = OK, description = "The defect type", body = DefectTypeDto),
        (status = BAD_REQUEST, description = "Not readable", body = Problem, content_type = "application/problem+json"),
        (status = NOT_FOUND, description = "No such product", body = Problem, content_type = "application/problem+json"),
        (status = UNPROCESSABLE_ENTITY, description = "Not a code", body = Problem, content_type = "application/problem+json"),
        (status = UNSUPPORTED_MEDIA_TYPE, description = "Not JSON", body = Problem, content_type = "application/problem+json"),
    )
)]
async fn name_defect(
    State(state): State<AppState>,
    Path((product, defect)): Path<(String, String)>,
    Json(names): Json<DefectNames>,
) -> Result<axum::Json<DefectTypeDto>, Failure> {
    let DefectNames { name_ko, name_en, full_name } = names;
    for (field, name) in [("name_ko", &name_ko), ("name_en", &name_en), ("full_name", &full_name)] {
        check_name(field, name.as_deref().unwrap_or_default())?;
    }
    let (product, code) = (product_code(&product)?, defect_code(&defect)?);
    let defect = ask(&state, AddDefectType { product, code, name_ko, name_en, full_name }).await?;
    Ok(axum::Json(DefectTypeDto::of(&defect, None)))
}
