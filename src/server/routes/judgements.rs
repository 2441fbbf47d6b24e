//! What people say of inspected parts.

use axum::extract::State;
use axum::http::StatusCode;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app_state::AppState;
use crate::ask_engine::ask;
use crate::dto::inspection::InspectionDto;
use crate::dto::judgement::{NewActionState, NewJudgement};
use crate::extract::{CallerLanguage, Json, Path, defect_code};
use crate::failure::Failure;
use crate::problem::Problem;
use crate::read_record::read_record;
use fettle_domain::{InspectionId, Opinion};
use fettle_engine::{JudgeInspection, SetAction};

/// Letters of a remark, at most.
const NOTE_LETTERS: usize = 2000;

pub(super) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(judge, take_back)).routes(routes!(set_action))
}

/// Judges a part: confirms the machine's verdict or overrules it.
#[utoipa::path(
    put,
    path = "/inspections/{id}/judgement",
    tag = "inspections",
    security(("token" = ["operator"])),
    params(("id" = i64, Path, description = "Its number", minimum = 1)),
    request_body = NewJudgement,
    responses(
        (status = OK, description = "The inspection with the judgement", body = InspectionDto),
        (status = BAD_REQUEST, description = "Not readable", body = Problem, content_type = "application/problem+json"),
        (status = NOT_FOUND, description = "No such inspection or defect", body = Problem, content_type = "application/problem+json"),
        (status = UNPROCESSABLE_ENTITY, description = "A value makes no sense", body = Problem, content_type = "application/problem+json"),
        (status = UNSUPPORTED_MEDIA_TYPE, description = "Not JSON", body = Problem, content_type = "application/problem+json"),
    )
)]
async fn judge(
    State(state): State<AppState>,
    CallerLanguage(language): CallerLanguage,
    Path(id): Path<i64>,
    Json(given): Json<NewJudgement>,
) -> Result<axum::Json<InspectionDto>, Failure> {
    if given.note.chars().count() > NOTE_LETTERS {
        return Err(Failure::BadValue { field: "note", expected: "expected-short-note" });
    }
    let inspection = InspectionId(id);
    let opinion = Opinion {
        verdict: given.verdict.into(),
        defect: given.defect.as_deref().map(defect_code).transpose()?,
        note: given.note,
    };
    ask(&state, JudgeInspection { inspection, opinion: Some(opinion) }).await?;
    let record = read_record(&state, inspection).await?;
    Ok(axum::Json(InspectionDto::of(&record, language)))
}

/// Takes a judgement back.
#[utoipa::path(
    delete,
    path = "/inspections/{id}/judgement",
    tag = "inspections",
    security(("token" = ["operator"])),
    params(("id" = i64, Path, description = "Its number", minimum = 1)),
    responses(
        (status = NO_CONTENT, description = "There is none any more"),
        (status = NOT_FOUND, description = "No such inspection", body = Problem, content_type = "application/problem+json"),
    )
)]
async fn take_back(
    State(state): State<AppState>,
    Path(id): Path<i64>,
) -> Result<StatusCode, Failure> {
    ask(&state, JudgeInspection { inspection: InspectionId(id), opinion: None }).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Sets the state of the corrective action.
#[utoipa::path(
    put,
    path = "/inspections/{id}/action",
    tag = "inspections",
    security(("token" = ["supervisor"])),
    params(("id" = i64, Path, description = "Its number", minimum = 1)),
    request_body = NewActionState,
    responses(
        (status = OK, description = "The inspection with the state", body = InspectionDto),
        (status = BAD_REQUEST, description = "Not readable", body = Problem, content_type = "application/problem+json"),
        (status = NOT_FOUND, description = "No such inspection", body = Problem, content_type = "application/problem+json"),
        (status = CONFLICT, description = "Records of actions say the state", body = Problem, content_type = "application/problem+json"),
        (status = UNSUPPORTED_MEDIA_TYPE, description = "Not JSON", body = Problem, content_type = "application/problem+json"),
    )
)]
async fn set_action(
    State(state): State<AppState>,
    CallerLanguage(language): CallerLanguage,
    Path(id): Path<i64>,
    Json(given): Json<NewActionState>,
) -> Result<axum::Json<InspectionDto>, Failure> {
    let inspection = InspectionId(id);
    ask(&state, SetAction { inspection, state: given.state.into() }).await?;
    let record = read_record(&state, inspection).await?;
    Ok(axum::Json(InspectionDto::of(&record, language)))
}
