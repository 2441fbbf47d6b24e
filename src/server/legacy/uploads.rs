//! Rows about uploaded files: those of version 3, and the cleaning of version 2.

use std::time::SystemTime;

use axum::extract::{Path, State};
use axum::routing::{delete, get, post};
use axum::{Json, Router};
use serde_json::{Value, json};

use super::paths::{upload_name, uploads_dir};
use crate::app_state::AppState;
use crate::ask_engine::ask;
use crate::extract::FormBody;
use crate::failure::Failure;
use crate::upload::{Form, clean_name};
use fettle_engine::{EngineError, PictureFile, ReadPicture};

pub(super) fn router() -> Router<AppState> {
    Router::new()
        .route("/upload/image", post(upload))
        .route("/upload/list", get(list))
        .route("/upload/clean", delete(clean))
        .route("/uploads/clean", delete(clean))
        .route("/upload/file/{name}", delete(remove))
}

async fn upload(
    State(state): State<AppState>,
    FormBody(body): FormBody,
) -> Result<Json<Value>, Failure> {
    let mut form = Form::read(&state, body).await?;
    let file = form.file("file")?;
    // What is no picture is not kept.
    ask(&state, ReadPicture(PictureFile::Given(file.path.clone()))).await?;
    let folder = uploads_dir(&state);
    tokio::fs::create_dir_all(&folder).await.map_err(Failure::Storage)?;
    let size = tokio::fs::metadata(&file.path).await.map_err(Failure::Storage)?.len();
    let name = kept_name(&file.name);
    // A new name each time: nothing is overwritten. A rename within the workspace is whole.
    tokio::fs::rename(&file.path, folder.join(&name)).await.map_err(Failure::Storage)?;
    #[expect(clippy::cast_precision_loss, reason = "megabytes with two decimals")]
    let megabytes = (size as f64 / 1_048_576.0 * 100.0).round() / 100.0;
    Ok(Json(json!({
        "status": "success",
        "filename": name,
        "file_path": upload_name(&name),
        "file_size": size,
        "file_size_mb": megabytes,
        "message": fettle_i18n::text(state.config().language, "legacy-upload-done"),
    })))
}

/// The name under which an upload is kept: the time in nanoseconds before the caller's.
fn kept_name(name: &str) -> String {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    format!("{}_{name}", since.unwrap_or_default().as_nanos())
}

async fn list(State(state): State<AppState>) -> Result<Json<Value>, Failure> {
    let names = names(&state).await?;
    let files: Vec<Value> = names
        .iter()
        .map(|(name, size)| {
            json!({"filename": name, "file_path": upload_name(name), "file_size": size})
        })
        .collect();
    Ok(Json(json!({"status": "success", "total_count": files.len(), "files": files})))
}

/// Names and sizes of all uploads, by name.
async fn names(state: &AppState) -> Result<Vec<(String, u64)>, Failure> {
    let mut found = Vec::new();
    let mut entries = match tokio::fs::read_dir(uploads_dir(state)).await {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(found),
        Err(error) => return Err(Failure::Storage(error)),
    };
    while let Some(entry) = entries.next_entry().await.map_err(Failure::Storage)? {
        let about = entry.metadata().await.map_err(Failure::Storage)?;
        if let (Ok(name), true) = (entry.file_name().into_string(), about.is_file()) {
            found.push((name, about.len()));
        }
    }
    found.sort();
    Ok(found)
}

async fn clean(State(state): State<AppState>) -> Result<Json<Value>, Failure> {
    let names = names(&state).await?;
    let folder = uploads_dir(&state);
    for (name, _) in &names {
        tokio::fs::remove_file(folder.join(name)).await.map_err(Failure::Storage)?;
    }
    let count = [("count", names.len().into())];
    let message = fettle_i18n::text_with(state.config().language, "legacy-uploads-removed", &count);
    Ok(Json(json!({"status": "success", "message": message, "deleted_count": names.len()})))
}

async fn remove(
    State(state): State<AppState>,
    Path(name): Path<String>,
) -> Result<Json<Value>, Failure> {
    let missing = || Failure::Engine(EngineError::PictureGone(clean_name(&name)));
    // Only names that the list has; nothing with folders is one.
    if !names(&state).await?.iter().any(|(known, _)| *known == name) {
        return Err(missing());
    }
    let removed = tokio::fs::remove_file(uploads_dir(&state).join(&name)).await;
    removed.map_err(Failure::Storage)?;
    let count = [("count", 1_usize.into())];
    let message = fettle_i18n::text_with(state.config().language, "legacy-uploads-removed", &count);
    Ok(Json(json!({"status": "success", "message": message, "filename": name})))
}
