//! Rows about the service: health, the catalogue, models, pictures by path.

use axum::extract::{Path, State};
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::{Value, json};

use super::paths::picture_path;
use crate::app_state::AppState;
use crate::ask_engine::ask;
use crate::failure::Failure;
use crate::png::png;
use fettle_domain::ModelRole;
use fettle_engine::{
    Doctor, EngineError, IndexInfo, IndexState, ListLibrary, PictureFile, ReadPicture,
};

pub(super) fn router() -> Router<AppState> {
    Router::new()
        .route("/health2", get(health))
        .route("/defect_config.json", get(defect_config))
        .route("/vlm/status", get(vlm_status))
        .route("/vlm/reload", post(reload))
        .route("/mapping/status", get(mapping_status))
        .route("/mapping/reload", post(reload))
        .route("/api/image/{*path}", get(image))
}

/// The index; `None` where it cannot be used, too: the old system had no word for that.
pub(super) async fn index(state: &AppState) -> Result<Option<IndexState>, Failure> {
    match ask(state, IndexInfo).await {
        Err(Failure::Engine(EngineError::Models(_) | EngineError::Retrieval(_))) => Ok(None),
        other => other,
    }
}

async fn health(State(state): State<AppState>) -> Result<Json<Value>, Failure> {
    let index = index(&state).await?;
    Ok(Json(json!({
        "status": "healthy",
        "message": "Fettle",
        "index_built": index.is_some(),
        "gallery_size": index.map_or(0, |index| index.images),
    })))
}

async fn defect_config(State(state): State<AppState>) -> Result<Json<Value>, Failure> {
    let products = ask(&state, ListLibrary).await?;
    let products: serde_json::Map<String, Value> = products
        .iter()
        .map(|summary| {
            let product = &summary.product;
            let defects: Vec<String> =
                summary.defects.iter().map(|(defect, _)| defect.code.to_string()).collect();
            let name = match product.name_ko.is_empty() {
                true => &product.name_en,
                false => &product.name_ko,
            };
            (product.code.to_string(), json!({"name": name, "defects": defects}))
        })
        .collect();
    Ok(Json(json!({ "products": products })))
}

async fn vlm_status(State(state): State<AppState>) -> Result<Json<Value>, Failure> {
    let report = ask(&state, Doctor).await?;
    let has = |role: ModelRole| report.models.iter().any(|(of, _, here)| *of == role && *here);
    Ok(Json(json!({
        "mapper_loaded": true,
        "rag_loaded": has(ModelRole::TextEmbedder),
        "vlm_loaded": has(ModelRole::VisionChat),
        "prompt_builder_loaded": true,
    })))
}

async fn mapping_status(State(state): State<AppState>) -> Result<Json<Value>, Failure> {
    let products = ask(&state, ListLibrary).await?;
    let defects: usize = products.iter().map(|summary| summary.defects.len()).sum();
    Ok(Json(json!({
        "status": "success",
        "mapping_loaded": true,
        "products": products.len(),
        "defects": defects,
    })))
}

/// Nothing is read twice: products, defects and models are always the present ones.
async fn reload(State(state): State<AppState>) -> Json<Value> {
    let language = state.config().language;
    let message = fettle_i18n::text(language, "legacy-nothing-to-reload");
    Json(json!({"status": "success", "message": message}))
}

async fn image(
    State(state): State<AppState>,
    Path(path): Path<String>,
) -> Result<Response, Failure> {
    let path = picture_path(&state, &path)?;
    // Only what decodes as a picture leaves, whatever its name.
    let read = ask(&state, ReadPicture(PictureFile::Given(path))).await?;
    let bytes = png((*read).clone()).await?;
    Ok(([(CONTENT_TYPE, "image/png")], bytes).into_response())
}
