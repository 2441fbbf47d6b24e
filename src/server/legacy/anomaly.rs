//! Rows about anomaly detection.

use std::time::Duration;

use axum::extract::{Path, State};
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};

use super::paths::picture_path;
use crate::app_state::AppState;
use crate::ask_engine::ask;
use crate::dto::picture::PictureKind;
use crate::dto::stage::skip_message;
use crate::extract::{CallerLanguage, FormBody, Json as Body, Query, product_code};
use crate::failure::Failure;
use crate::png::png;
use crate::read_record::read_record;
use crate::routes::{Inspected, inspect_upload, picture_of};
use crate::upload::{Form, UploadedFile};
use fettle_domain::{Inspection, InspectionId, Language, ProductCode, Stage, Verdict};
use fettle_engine::{EngineError, OpenInspection};

/// How long a caller of the old interface waits, which knew no jobs.
const PATIENCE: Duration = Duration::from_secs(600);

pub(super) fn router() -> Router<AppState> {
    Router::new()
        .route("/detect_anomaly", post(detect))
        .route("/anomaly/detect", post(detect))
        .route("/detect_anomaly/upload", post(detect_upload))
        .route("/anomaly/image/{id}/{file}", get(picture))
}

#[derive(Debug, Deserialize)]
struct DetectBody {
    test_image_path: String,
    /// Fettle compares with the nearest registered normal picture; the caller's need not exist.
    #[serde(rename = "reference_image_path")]
    _reference: Option<String>,
    product_name: Option<String>,
}

async fn detect(
    State(state): State<AppState>,
    CallerLanguage(language): CallerLanguage,
    Body(body): Body<DetectBody>,
) -> Result<Json<Value>, Failure> {
    let path = picture_path(&state, &body.test_image_path)?;
    let product = body.product_name.as_deref().filter(|code| !code.is_empty());
    let product = product.map(product_code).transpose()?;
    let file = UploadedFile::copy_of(&state, &path).await?;
    let inspection = inspect(&state, language, (file, product)).await?;
    answer(&inspection, language, true).map(Json)
}

#[derive(Debug, Deserialize)]
struct ProductName {
    product_name: Option<String>,
}

async fn detect_upload(
    State(state): State<AppState>,
    CallerLanguage(language): CallerLanguage,
    Query(query): Query<ProductName>,
    FormBody(body): FormBody,
) -> Result<Json<Value>, Failure> {
    let mut form = Form::read(&state, body).await?;
    let file = form.file("test_file")?;
    let product = query.product_name.as_deref().filter(|code| !code.is_empty());
    let product = product.map(product_code).transpose()?;
    let inspection = inspect(&state, language, (file, product)).await?;
    answer(&inspection, language, false).map(Json)
}

/// Inspects a file and reads the record.
pub(super) async fn inspect(
    state: &AppState,
    language: Language,
    (file, product): (UploadedFile, Option<ProductCode>),
) -> Result<Inspection, Failure> {
    match inspect_upload(state, language, (file, product, false), PATIENCE).await? {
        Inspected::Done(id) => Ok(read_record(state, id).await?.inspection),
        Inspected::Later(_) => Err(Failure::Engine(EngineError::Busy)),
    }
}

/// Where a picture of an inspection is.
pub(super) fn picture_url(inspection: &Inspection, file: &str) -> String {
    let id = inspection.id.map_or(0, |id| id.0);
    format!("/anomaly/image/{id}/{file}")
}

/// Where the nearest normal picture is; empty where there is none.
pub(super) fn reference_url(inspection: &Inspection) -> String {
    let reference = inspection.anomaly.done().and_then(|anomaly| anomaly.reference.as_ref());
    reference.map_or(String::new(), |reference| format!("/api/image/{}", reference.path))
}

/// Whether the old interface calls the part anomalous: all that is not surely OK.
pub(super) fn is_anomaly(inspection: &Inspection) -> bool {
    inspection.verdict != Verdict::Ok
}

fn answer(
    inspection: &Inspection,
    language: Language,
    with_limits: bool,
) -> Result<Value, Failure> {
    let anomaly = match &inspection.anomaly {
        Stage::Done(anomaly) => anomaly,
        Stage::Skipped(reason) => {
            return Err(Failure::NotScored(skip_message(reason, language)));
        }
        Stage::Failed { message } => return Err(Failure::NotScored(message.clone())),
    };
    let product = inspection.product.as_ref().map_or_else(String::new, ToString::to_string);
    let mut answer = json!({
        "status": "success",
        "product_name": product,
        "image_score": anomaly.image_score,
        "is_anomaly": is_anomaly(inspection),
        "mask_url": picture_url(inspection, "mask.png"),
        "overlay_url": picture_url(inspection, "overlay.png"),
        "comparison_url": picture_url(inspection, "comparison.png"),
    });
    if with_limits {
        answer["pixel_tau"] = json!(anomaly.thresholds.pixel);
        answer["image_tau"] = json!(anomaly.thresholds.image);
        answer["reference_normal_url"] = json!(reference_url(inspection));
    } else {
        answer["heatmap_url"] = json!(picture_url(inspection, "heatmap.png"));
    }
    Ok(answer)
}

async fn picture(
    State(state): State<AppState>,
    Path((id, file)): Path<(String, String)>,
) -> Result<Response, Failure> {
    let kind = match file.as_str() {
        "heatmap.png" => PictureKind::Heatmap,
        "mask.png" => PictureKind::Mask,
        "overlay.png" => PictureKind::Overlay,
        "comparison.png" => PictureKind::Comparison,
        _ => return Err(Failure::NoRoute),
    };
    let id = id.parse().map(InspectionId).map_err(|_| Failure::NoRoute)?;
    let opened = ask(&state, OpenInspection(id)).await?;
    let bytes = png(picture_of(&opened, kind)?).await?;
    Ok(([(CONTENT_TYPE, "image/png")], bytes).into_response())
}
