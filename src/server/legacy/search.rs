//! Rows about the index and the search for similar pictures.

use axum::extract::State;
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};

use super::file_number::sequence;
use super::paths::picture_path;
use super::status::index;
use crate::app_state::AppState;
use crate::ask_engine::ask;
use crate::extract::{FormBody, Json as Body, Query, within};
use crate::failure::Failure;
use crate::upload::Form;
use fettle_domain::{Hit, Similarity, file_name_of};
use fettle_engine::{BuildIndex, EngineError, Query as SearchQuery, Search, SearchFilter};

pub(super) fn router() -> Router<AppState> {
    Router::new()
        .route("/build_index", post(build_index))
        .route("/search", post(search))
        .route("/search/upload", post(search_upload))
        .route("/search/similarity", post(search_similarity))
        .route("/index/info", get(index_info))
        .route("/search/index/status", get(index_info))
}

#[derive(Debug, Deserialize)]
struct BuildIndexBody {
    gallery_dir: String,
    #[serde(default)]
    save_index: bool,
    index_save_dir: Option<String>,
}

/// Brings the index up to date. What it holds are the registered images, wherever the caller thinks
/// they lie; a directory that does not exist is told all the same.
async fn build_index(
    State(state): State<AppState>,
    Body(body): Body<BuildIndexBody>,
) -> Result<Json<Value>, Failure> {
    let workspace = state.engine().workspace();
    let is_gallery = match body.gallery_dir.trim_start_matches("./").trim_end_matches('/') {
        "data" | "data/def_split" => true,
        other => std::path::Path::new(other) == workspace.root().join("data/def_split"),
    };
    if !is_gallery {
        return Err(Failure::Engine(EngineError::PictureGone(body.gallery_dir)));
    }
    let built = ask(&state, BuildIndex { rebuild: false }).await?;
    let mut answer = json!({
        "status": "success",
        "gallery_dir": body.gallery_dir,
        "num_images": built.total,
        "model_info": built.model.to_string(),
        // The index is always kept.
        "index_saved": true,
    });
    if body.save_index || body.index_save_dir.is_some() {
        answer["index_save_path"] = json!("data/index");
    }
    Ok(Json(answer))
}

#[derive(Debug, Deserialize)]
struct SearchBody {
    query_image_path: String,
    top_k: Option<u32>,
}

async fn search(
    State(state): State<AppState>,
    Body(body): Body<SearchBody>,
) -> Result<Json<Value>, Failure> {
    let top = within("top_k", body.top_k, 5, 1..=50)?;
    let path = picture_path(&state, &body.query_image_path)?;
    let found = find(&state, path, top).await?;
    let size = index(&state).await?;
    Ok(Json(json!({
        "status": "success",
        "query_image": body.query_image_path,
        "top_k_results": results(&found),
        "total_gallery_size": size.as_ref().map_or(0, |index| index.images),
        "model_info": size.map_or(String::new(), |index| index.model.to_string()),
    })))
}

#[derive(Debug, Deserialize)]
struct TopK {
    top_k: Option<u32>,
}

async fn search_upload(
    State(state): State<AppState>,
    Query(query): Query<TopK>,
    FormBody(body): FormBody,
) -> Result<Json<Value>, Failure> {
    let top = within("top_k", query.top_k, 5, 1..=50)?;
    let mut form = Form::read(&state, body).await?;
    let file = form.file("file")?;
    let found = find(&state, file.path.clone(), top).await?;
    Ok(Json(json!({
        "status": "success",
        "uploaded_file": file.name,
        "top_k_results": results(&found),
        "total_gallery_size": index(&state).await?.map_or(0, |index| index.images),
    })))
}

/// Version 3: results carry product, defect and number in the file's name.
async fn search_similarity(
    State(state): State<AppState>,
    Body(body): Body<SearchBody>,
) -> Result<Json<Value>, Failure> {
    let top = within("top_k", body.top_k, 5, 1..=20)?;
    let path = picture_path(&state, &body.query_image_path)?;
    let found = find(&state, path, top).await?;
    let results: Vec<Value> = (1..)
        .zip(&found.hits)
        .map(|(rank, hit): (u32, &Hit)| {
            json!({
                "rank": rank,
                "image_path": hit.path,
                "image_name": file_name_of(&hit.path),
                "similarity": hit.score,
                "similarity_score": hit.score,
                "product": hit.product.to_string(),
                "defect": hit.defect.to_string(),
                "sequence": sequence(&hit.path),
            })
        })
        .collect();
    Ok(Json(json!({
        "status": "success",
        "query_image": body.query_image_path,
        "top_k_results": results,
        "total_gallery_size": index(&state).await?.map_or(0, |index| index.images),
    })))
}

async fn index_info(State(state): State<AppState>) -> Result<Json<Value>, Failure> {
    let Some(known) = index(&state).await? else {
        let message = fettle_i18n::text(state.config().language, "skip-no-index");
        return Ok(Json(json!({"status": "no_index", "message": message})));
    };
    Ok(Json(json!({
        "status": "index_built",
        "gallery_size": known.images,
        "model_id": known.model.to_string(),
        "device": "cpu",
        "faiss_enabled": true,
        "sample_paths": super::registration::sample_paths(&state, 5).await?,
    })))
}

async fn find(
    state: &AppState,
    picture: std::path::PathBuf,
    top: usize,
) -> Result<Similarity, Failure> {
    let query = SearchQuery::Picture(picture);
    ask(state, Search { query, top, filter: SearchFilter { product: None, defect: None } }).await
}

fn results(found: &Similarity) -> Vec<Value> {
    (1..)
        .zip(&found.hits)
        .map(|(rank, hit): (u32, &Hit)| {
            json!({
                "rank": rank,
                "image_path": hit.path,
                "image_name": file_name_of(&hit.path),
                "similarity_score": hit.score,
            })
        })
        .collect()
}
