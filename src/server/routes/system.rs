//! Models and statistics.

use axum::extract::State;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::inspections::filter;
use crate::app_state::AppState;
use crate::ask_engine::ask;
use crate::dto::inspection_list::InspectionQuery;
use crate::dto::statistics::StatisticsDto;
use crate::dto::system::{ModelDto, ModelList};
use crate::extract::Query;
use crate::failure::Failure;
use crate::problem::Problem;
use fettle_engine::{GetStatistics, ListModels};

pub(super) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(models)).routes(routes!(statistics))
}

/// Lists the models that Fettle knows, and whether they are here.
#[utoipa::path(
    get,
    path = "/models",
    tag = "system",
    security(("token" = ["operator"])),
    responses((status = OK, description = "The models", body = ModelList))
)]
async fn models(State(state): State<AppState>) -> Result<axum::Json<ModelList>, Failure> {
    let found = ask(&state, ListModels).await?;
    Ok(axum::Json(ModelList { models: found.iter().map(ModelDto::from).collect() }))
}

/// Counts and rates of the inspections that a filter selects.
#[utoipa::path(
    get,
    path = "/statistics",
    tag = "inspections",
    security(("token" = ["operator"])),
    params(InspectionQuery),
    responses(
        (status = OK, description = "The counts", body = StatisticsDto),
        (status = BAD_REQUEST, description = "Not readable", body = Problem, content_type = "application/problem+json"),
        (status = UNPROCESSABLE_ENTITY, description = "A value makes no sense", body = Problem, content_type = "application/problem+json"),
    )
)]
async fn statistics(
    State(state): State<AppState>,
    Query(query): Query<InspectionQuery>,
) -> Result<axum::Json<StatisticsDto>, Failure> {
    let found = ask(&state, GetStatistics(filter(&query)?)).await?;
    Ok(axum::Json((&found).into()))
}
