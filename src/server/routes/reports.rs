//! Reports of inspections as JSON, Markdown and PDF.

use axum::extract::State;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app_state::AppState;
use crate::ask_engine::ask;
use crate::dto::binary::Binary;
use crate::dto::report::{ReportDto, ReportForm, ReportQuery};
use crate::dto::stage::StageDto;
use crate::extract::{CallerLanguage, Path, Query};
use crate::failure::Failure;
use crate::problem::Problem;
use crate::read_record::read_record;
use crate::upload::scratch_folder;
use fettle_domain::InspectionId;
use fettle_engine::{ExportPdf, InspectionSelection, ReportMarkdown};

pub(super) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(report))
}

/// The report of an inspection.
#[utoipa::path(
    get,
    path = "/inspections/{id}/report",
    tag = "inspections",
    security(("token" = ["operator"])),
    params(("id" = i64, Path, description = "Its number", minimum = 1), ReportQuery),
    responses(
        (status = OK, description = "The report",
         content(
             (StageDto<ReportDto> = "application/json"),
             (String = "text/markdown"),
             (Binary = "application/pdf"),
         )),
        (status = BAD_REQUEST, description = "Not readable", body = Problem, content_type = "application/problem+json"),
        (status = NOT_FOUND, description = "No such inspection", body = Problem, content_type = "application/problem+json"),
    )
)]
async fn report(
    State(state): State<AppState>,
    CallerLanguage(language): CallerLanguage,
    Path(id): Path<i64>,
    Query(query): Query<ReportQuery>,
) -> Result<Response, Failure> {
    let id = InspectionId(id);
    match query.form.unwrap_or_default() {
        ReportForm::Json => {
            let record = read_record(&state, id).await?;
            let report = StageDto::of(&record.inspection.report, language, ReportDto::from);
            Ok(axum::Json(report).into_response())
        }
        ReportForm::Markdown => {
            let text = state.paths().hidden_in(&ask(&state, ReportMarkdown(id)).await?);
            Ok(([(CONTENT_TYPE, "text/markdown; charset=utf-8")], text).into_response())
        }
        ReportForm::Pdf => {
            let bytes = pdf(&state, id).await?;
            let name = format!("inline; filename=\"inspection-{id}.pdf\"");
            let headers =
                [(CONTENT_TYPE, "application/pdf".to_owned()), (CONTENT_DISPOSITION, name)];
            Ok((headers, bytes).into_response())
        }
    }
}

/// The report as PDF, by way of a file: the engine writes files.
async fn pdf(state: &AppState, id: InspectionId) -> Result<Vec<u8>, Failure> {
    let folder = scratch_folder(state).await?;
    let path = folder.path().join("report.pdf");
    let which = InspectionSelection::Ids(vec![id]);
    ask(state, ExportPdf { which, path: path.clone() }).await?;
    tokio::fs::read(&path).await.map_err(Failure::Storage)
}
