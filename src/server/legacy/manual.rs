//! Rows about causes and actions.

use std::time::Instant;

use axum::extract::State;
use axum::routing::post;
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};

use super::anomaly::{inspect, is_anomaly, picture_url, reference_url};
use super::paths::picture_path;
use crate::app_state::AppState;
use crate::ask_engine::ask;
use crate::dto::stage::skip_message;
use crate::extract::{CallerLanguage, Json as Body, defect_code, product_code};
use crate::failure::Failure;
use crate::upload::UploadedFile;
use fettle_domain::{
    DefectCode, DefectType, Language, ManualFinding, ProductCode, Report, ReportPart, Stage,
};
use fettle_engine::{EngineError, ListLibrary, ReportDefects};

pub(super) fn router() -> Router<AppState> {
    Router::new()
        .route("/generate_manual", post(generate))
        .route("/generate_manual_advanced", post(generate_advanced))
        .route("/manual/generate", post(generate_with_context))
}

/// The fields are optional so that a missing one is told in the old way, with 400.
#[derive(Debug, Deserialize)]
struct GenerateBody {
    image_path: Option<String>,
    product: Option<String>,
    defect: Option<String>,
}

async fn generate(
    State(state): State<AppState>,
    CallerLanguage(language): CallerLanguage,
    Body(body): Body<GenerateBody>,
) -> Result<Json<Value>, Failure> {
    let given = |value: Option<String>, field: &'static str| {
        value.filter(|value| !value.is_empty()).ok_or(Failure::LegacyMissing(field))
    };
    given(body.image_path, "image_path")?;
    let product = product_code(&given(body.product, "product")?)?;
    let defect = defect_code(&given(body.defect, "defect")?)?;
    let kind = defect_type(&state, &product, &defect).await?;
    let section = section(&state, &product, &defect, language).await?;
    Ok(Json(json!({
        "status": "success",
        "defect_info": defect_info(&kind),
        "manual": causes_and_actions(section.as_ref()),
        "message": fettle_i18n::text(language, "legacy-manual-done"),
    })))
}

#[derive(Debug, Deserialize)]
struct GenerateWithContextBody {
    product: String,
    defect: String,
    #[serde(default)]
    anomaly_score: f64,
    #[serde(default)]
    is_anomaly: bool,
    model_type: Option<String>,
    image_path: Option<String>,
}

/// Version 3.
async fn generate_with_context(
    State(state): State<AppState>,
    CallerLanguage(language): CallerLanguage,
    Body(body): Body<GenerateWithContextBody>,
) -> Result<Json<Value>, Failure> {
    let begun = Instant::now();
    let (product, defect) = (product_code(&body.product)?, defect_code(&body.defect)?);
    let kind = defect_type(&state, &product, &defect).await?;
    let section = section(&state, &product, &defect, language).await?;
    let report = report_text(&state, &product, &defect).await?;
    Ok(Json(json!({
        "status": "success",
        "product": product.to_string(),
        "defect_info": defect_info(&kind),
        "anomaly_score": body.anomaly_score,
        "is_anomaly": body.is_anomaly,
        "model_type": body.model_type.as_deref().unwrap_or("hyperclovax"),
        "image_path": body.image_path,
        "manual_context": causes_and_actions(section.as_ref()),
        "llm_analysis": report,
        "processing_time": seconds(begun),
    })))
}

#[derive(Debug, Deserialize)]
struct AdvancedBody {
    image_path: Option<String>,
}

/// The whole pipeline.
async fn generate_advanced(
    State(state): State<AppState>,
    CallerLanguage(language): CallerLanguage,
    Body(body): Body<AdvancedBody>,
) -> Result<Json<Value>, Failure> {
    let begun = Instant::now();
    let named = body.image_path.filter(|path| !path.is_empty());
    let named = named.ok_or(Failure::LegacyMissing("image_path"))?;
    let path = picture_path(&state, &named)?;
    let file = UploadedFile::copy_of(&state, &path).await?;
    let inspection = inspect(&state, language, (file, None)).await?;
    let similarity = match &inspection.similarity {
        Stage::Done(found) => found,
        Stage::Skipped(reason) => return Err(Failure::NotScored(skip_message(reason, language))),
        Stage::Failed { message } => return Err(Failure::NotScored(message.clone())),
    };
    let voted = similarity.suggestion.as_ref().and_then(|vote| {
        let defect = vote.defect.clone()?;
        Some((vote.product.clone(), defect))
    });
    let (product, defect) = voted.ok_or(Failure::LegacyNothingSimilar)?;
    let kind = defect_type(&state, &product, &defect).await?;
    let top = similarity.hits.first();
    let section = match inspection.manual.done() {
        Some(found) => Some(found.clone()),
        None => section(&state, &product, &defect, language).await?,
    };
    let text = match inspection.report.done() {
        Some(report) => lines(report),
        None => report_text(&state, &product, &defect).await?,
    };
    let step = |number: u8, id: &str| format!("{number}. {}", fettle_i18n::text(language, id));
    let score = inspection.anomaly.done().map(|anomaly| anomaly.image_score);
    Ok(Json(json!({
        "status": "success",
        "steps": [
            step(1, "legacy-step-similar"),
            step(2, "legacy-step-defect"),
            step(3, "legacy-step-anomaly"),
            step(4, "legacy-step-manual"),
            step(5, "legacy-step-report"),
        ],
        "similarity": {
            "top_match": top.map_or("", |hit| hit.path.as_str()),
            "similarity": top.map_or(0.0, |hit| hit.score),
            "product": product.to_string(),
            "defect": defect.to_string(),
        },
        "defect_info": {
            "product": product.to_string(),
            "en": kind.name_en,
            "ko": kind.name_ko,
            "full_name_ko": kind.full_name,
        },
        "anomaly": {
            "score": score.unwrap_or(0.0),
            "is_anomaly": is_anomaly(&inspection),
            "normal_image_url": reference_url(&inspection),
            "overlay_image_url": picture_url(&inspection, "overlay.png"),
            "mask_image_url": picture_url(&inspection, "mask.png"),
        },
        "manual": causes_and_actions(section.as_ref()),
        "llm_analysis": text,
        "processing_time": seconds(begun),
    })))
}

/// Seconds with two decimals.
fn seconds(begun: Instant) -> f64 {
    (begun.elapsed().as_secs_f64() * 100.0).round() / 100.0
}

fn defect_info(kind: &DefectType) -> Value {
    json!({"en": kind.name_en, "ko": kind.name_ko, "full_name_ko": kind.full_name})
}

fn causes_and_actions(section: Option<&ManualFinding>) -> Value {
    let texts = |statements: &[fettle_domain::Statement]| -> Vec<String> {
        statements.iter().map(|statement| statement.text.clone()).collect()
    };
    let (causes, actions) = section.map_or((Vec::new(), Vec::new()), |finding| {
        (texts(&finding.section.causes), texts(&finding.section.actions))
    });
    json!({"원인": causes, "조치": actions})
}

async fn defect_type(
    state: &AppState,
    product: &ProductCode,
    defect: &DefectCode,
) -> Result<DefectType, Failure> {
    let all = ask(state, ListLibrary).await?;
    let summary = all.iter().find(|summary| summary.product.code == *product);
    let summary = summary.ok_or(EngineError::UnknownProduct(product.clone()))?;
    let found = summary.defects.iter().find(|(known, _)| known.code == *defect);
    let unknown =
        || EngineError::UnknownDefect { product: product.clone(), defect: defect.clone() };
    Ok(found.ok_or_else(unknown)?.0.clone())
}

/// The manual's section about a defect.
async fn section(
    state: &AppState,
    product: &ProductCode,
    defect: &DefectCode,
    language: Language,
) -> Result<Option<ManualFinding>, Failure> {
    let reports = reports(state, product, defect).await?;
    match reports.into_iter().next().map(|report| report.manual) {
        Some(Stage::Done(finding)) => Ok(Some(finding)),
        Some(Stage::Failed { message }) => Err(Failure::NotScored(message)),
        Some(Stage::Skipped(reason)) => Err(Failure::NotScored(skip_message(&reason, language))),
        None => Ok(None),
    }
}

async fn reports(
    state: &AppState,
    product: &ProductCode,
    defect: &DefectCode,
) -> Result<Vec<fettle_engine::DefectReport>, Failure> {
    let request = ReportDefects {
        product: product.clone(),
        defect: Some(defect.clone()),
        with_llm: false,
        model_text: None,
    };
    ask(state, request).await
}

/// The report in lines; empty where there is none.
async fn report_text(
    state: &AppState,
    product: &ProductCode,
    defect: &DefectCode,
) -> Result<String, Failure> {
    let reports = reports(state, product, defect).await?;
    let report = reports.first().and_then(|report| report.report.done());
    Ok(report.map_or_else(String::new, lines))
}

fn lines(report: &Report) -> String {
    let mut text = String::new();
    for section in &report.sections {
        let title = match section.part {
            ReportPart::Situation => "report-situation",
            ReportPart::Causes => "report-causes",
            ReportPart::Actions => "report-actions",
            ReportPart::Prevention => "report-prevention",
            ReportPart::Remarks => "report-remarks",
        };
        text.push_str(&format!("[{}]\n", fettle_i18n::text(report.language, title)));
        for (number, line) in (1..).zip(&section.lines) {
            text.push_str(&format!("{} {}\n", section.part.list_mark(number), line.text));
        }
    }
    text
}
