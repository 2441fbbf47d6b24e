//! Whether the server lives and can work, for whoever watches it.

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::get;
use axum::{Json, Router};

use super::app_state::AppState;
use super::ask_engine::ask;
use super::dto::system::Readiness;
use super::extract::CallerLanguage;
use super::failure::Failure;
use fettle_domain::Language;
use fettle_engine::{CheckReadiness, MissingRequirement};

/// `/livez` and `/readyz`.
pub(crate) fn router() -> Router<AppState> {
    Router::new().route("/livez", get(livez)).route("/readyz", get(readyz))
}

async fn livez() -> &'static str {
    "ok\n"
}

async fn readyz(
    State(state): State<AppState>,
    CallerLanguage(language): CallerLanguage,
) -> Result<(StatusCode, Json<Readiness>), Failure> {
    let missing = ask(&state, CheckReadiness { language }).await?;
    let missing: Vec<String> = missing
        .iter()
        .filter_map(|missing| needed_to_inspect(missing, language))
        .map(|text| state.paths().hidden_in(&text))
        .collect();
    let ready = missing.is_empty() && !state.stopping.is_cancelled();
    let status = if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let readiness = Readiness {
        ready,
        version: env!("CARGO_PKG_VERSION").to_owned(),
        read_only: state.config().read_only,
        waiting: state.queue.waiting(),
        running: state.queue.running(),
        missing,
    };
    Ok((status, Json(readiness)))
}

/// What is missing, in words; `None` for what inspections do without.
fn needed_to_inspect(missing: &MissingRequirement, language: Language) -> Option<String> {
    match missing {
        MissingRequirement::Model { role, model } => {
            let values = [("role", role.to_string().into()), ("model", model.to_string().into())];
            Some(fettle_i18n::text_with(language, "doctor-no-model", &values))
        }
        MissingRequirement::Products => Some(fettle_i18n::text(language, "doctor-no-products")),
        MissingRequirement::Library { message } => Some(message.clone()),
        MissingRequirement::KoreanFont | MissingRequirement::Refit { .. } => None,
    }
}
