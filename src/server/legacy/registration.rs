//! Rows about known defects.

use axum::extract::{Path, State};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::{Value, json};

use super::file_number::sequence;
use crate::app_state::AppState;
use crate::ask_engine::ask;
use crate::extract::{FormBody, defect_code, product_code};
use crate::failure::Failure;
use crate::upload::Form;
use fettle_domain::{DefectCode, ImageLabel, ProductCode, RegisteredImage, file_name_of};
use fettle_engine::{EngineError, FindImage, ListImages, ListLibrary, RegisterDefect};

pub(super) fn router() -> Router<AppState> {
    Router::new()
        .route("/register_defect", post(register))
        .route("/defect/stats/{product}/{defect}", get(stats))
}

async fn register(
    State(state): State<AppState>,
    FormBody(body): FormBody,
) -> Result<Json<Value>, Failure> {
    let mut form = Form::read(&state, body).await?;
    let file = form.file("file")?;
    let named = |field: &'static str| form.text(field).ok_or(Failure::MissingField(field));
    let (product, defect) =
        (product_code(named("product_name")?)?, defect_code(named("defect_name")?)?);
    let request = RegisterDefect {
        product: product.clone(),
        defect: defect.clone(),
        image: file.path.clone(),
        region: None,
    };
    let mut done = ask(&state, request).await?;
    if let Some(rejected) = done.registered.rejected.pop() {
        return Err(Failure::Engine(rejected.error));
    }
    let registered = &done.registered;
    let id = registered.new.first().or(registered.known.first());
    let id = *id.ok_or(Failure::Engine(EngineError::NotRegistered(file.path.clone())))?;
    let image = ask(&state, FindImage(id)).await?;
    Ok(Json(json!({
        "status": "success",
        "saved_path": image.path,
        "filename": file_name_of(&image.path),
        "product_name": product.to_string(),
        "defect_name": defect.to_string(),
        "seqno": sequence(&image.path).unwrap_or(0),
        "index_rebuilt": done.index.is_some(),
    })))
}

async fn stats(
    State(state): State<AppState>,
    Path((product, defect)): Path<(String, String)>,
) -> Result<Json<Value>, Failure> {
    let (product, defect) = (product_code(&product)?, defect_code(&defect)?);
    let images = images_of(&state, &product, &defect).await?;
    let files: Vec<&str> = images.iter().map(|image| file_name_of(&image.path)).collect();
    let last = images.iter().filter_map(|image| sequence(&image.path)).max();
    Ok(Json(json!({
        "product_name": product.to_string(),
        "defect_name": defect.to_string(),
        "total_count": images.len(),
        "next_seqno": last.unwrap_or(0) + 1,
        "files": files,
    })))
}

async fn images_of(
    state: &AppState,
    product: &ProductCode,
    defect: &DefectCode,
) -> Result<Vec<RegisteredImage>, Failure> {
    let label = ImageLabel::Defect(defect.clone());
    ask(state, ListImages { product: product.clone(), label }).await
}

/// Paths of the first images of known defects.
pub(super) async fn sample_paths(state: &AppState, most: usize) -> Result<Vec<String>, Failure> {
    let mut paths = Vec::new();
    for summary in ask(state, ListLibrary).await? {
        for (defect, _) in &summary.defects {
            let images = images_of(state, &summary.product.code, &defect.code).await?;
            paths.extend(images.into_iter().map(|image| image.path));
            if paths.len() >= most {
                paths.truncate(most);
                return Ok(paths);
            }
        }
    }
    Ok(paths)
}
