//! Manuals, their sections and pages, and questions to them.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use image::DynamicImage;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::cached;
use crate::app_state::AppState;
use crate::ask_engine::ask;
use crate::dto::binary::Binary;
use crate::dto::manual::{
    ManualAnswerDto, ManualDto, ManualList, ManualTextDto, NewManual, PageQuery, Question,
};
use crate::extract::{
    CallerLanguage, FormBody, Json, Path, Query, defect_code, product_code, within,
};
use crate::failure::Failure;
use crate::png::png;
use crate::problem::Problem;
use crate::upload::Form;
use fettle_domain::ManualId;
use fettle_engine::{
    EngineError, ListManualVersions, ManualPage, OpenManual, RegisterManual, RemoveManual,
    SearchManual,
};

/// Letters of a question, at most.
const QUESTION_LETTERS: usize = 1000;

pub(super) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list, register))
        .routes(routes!(read, remove))
        .routes(routes!(page))
        .routes(routes!(answer))
}

/// Lists the versions of a product's manuals.
#[utoipa::path(
    get,
    path = "/products/{product}/manuals",
    tag = "manuals",
    security(("token" = ["operator"])),
    params(("product" = String, Path, description = "The product's code")),
    responses(
        (status = OK, description = "The versions", body = ManualList),
        (status = NOT_FOUND, description = "No such product", body = Problem, content_type = "application/problem+json"),
        (status = UNPROCESSABLE_ENTITY, description = "Not a code", body = Problem, content_type = "application/problem+json"),
    )
)]
async fn list(
    State(state): State<AppState>,
    Path(product): Path<String>,
) -> Result<axum::Json<ManualList>, Failure> {
    let found = ask(&state, ListManualVersions(Some(product_code(&product)?))).await?;
    Ok(axum::Json(ManualList { manuals: found.iter().map(ManualDto::from).collect() }))
}

/// Registers a manual; one of the same name is replaced by it, and stays readable.
#[utoipa::path(
    post,
    path = "/products/{product}/manuals",
    tag = "manuals",
    security(("token" = ["engineer"])),
    params(("product" = String, Path, description = "The product's code")),
    request_body(content = NewManual, content_type = "multipart/form-data"),
    responses(
        (status = CREATED, description = "The manual, and what is read of it", body = ManualTextDto),
        (status = BAD_REQUEST, description = "Not readable", body = Problem, content_type = "application/problem+json"),
        (status = NOT_FOUND, description = "No such product", body = Problem, content_type = "application/problem+json"),
        (status = PAYLOAD_TOO_LARGE, description = "Too large", body = Problem, content_type = "application/problem+json"),
        (status = UNPROCESSABLE_ENTITY, description = "No document that is read", body = Problem, content_type = "application/problem+json"),
        (status = UNSUPPORTED_MEDIA_TYPE, description = "Not a form", body = Problem, content_type = "application/problem+json"),
    )
)]
async fn register(
    State(state): State<AppState>,
    CallerLanguage(language): CallerLanguage,
    Path(product): Path<String>,
    FormBody(body): FormBody,
) -> Result<(StatusCode, axum::Json<ManualTextDto>), Failure> {
    let product = product_code(&product)?;
    let mut form = Form::read_only(&state, body, &["manual"]).await?;
    let manual = form.file("manual")?;
    let registered = ask(&state, RegisterManual { product, path: manual.path.clone() }).await?;
    let opened = ask(&state, OpenManual(registered.manual.id)).await?;
    let word = |error: &EngineError| state.paths().hidden_in(&error.explain(language));
    Ok((StatusCode::CREATED, axum::Json(ManualTextDto::of(&opened, word))))
}

/// Reads a manual: its sections, causes and actions.
#[utoipa::path(
    get,
    path = "/manuals/{id}",
    tag = "manuals",
    security(("token" = ["operator"])),
    params(("id" = i64, Path, description = "Its number", minimum = 1)),
    responses(
        (status = OK, description = "What is read of it", body = ManualTextDto),
        (status = NOT_FOUND, description = "No such manual", body = Problem, content_type = "application/problem+json"),
    )
)]
async fn read(
    State(state): State<AppState>,
    CallerLanguage(language): CallerLanguage,
    Path(id): Path<i64>,
) -> Result<axum::Json<ManualTextDto>, Failure> {
    let opened = ask(&state, OpenManual(ManualId(id))).await?;
    let word = |error: &EngineError| state.paths().hidden_in(&error.explain(language));
    Ok(axum::Json(ManualTextDto::of(&opened, word)))
}

/// Removes a manual; past reports keep what they quote.
#[utoipa::path(
    delete,
    path = "/manuals/{id}",
    tag = "manuals",
    security(("token" = ["engineer"])),
    params(("id" = i64, Path, description = "Its number", minimum = 1)),
    responses(
        (status = NO_CONTENT, description = "It is removed"),
        (status = NOT_FOUND, description = "No such manual", body = Problem, content_type = "application/problem+json"),
        (status = CONFLICT, description = "A newer version replaced it", body = Problem, content_type = "application/problem+json"),
    )
)]
async fn remove(State(state): State<AppState>, Path(id): Path<i64>) -> Result<StatusCode, Failure> {
    ask(&state, RemoveManual(ManualId(id))).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A page of a PDF manual as a picture.
#[utoipa::path(
    get,
    path = "/manuals/{id}/pages/{page}",
    tag = "manuals",
    security(("token" = ["operator"])),
    params(
        ("id" = i64, Path, description = "Its number", minimum = 1),
        ("page" = u32, Path, description = "The page, from 1", minimum = 1),
        PageQuery,
    ),
    responses(
        (status = OK, description = "The page", body = Binary, content_type = "image/png"),
        (status = NOT_MODIFIED, description = "The caller has it"),
        (status = BAD_REQUEST, description = "Not readable", body = Problem, content_type = "application/problem+json"),
        (status = NOT_FOUND, description = "No such manual or page", body = Problem, content_type = "application/problem+json"),
        (status = UNPROCESSABLE_ENTITY, description = "A file without pages", body = Problem, content_type = "application/problem+json"),
    )
)]
async fn page(
    State(state): State<AppState>,
    headers: HeaderMap,
    Path((id, page)): Path<(i64, u32)>,
    Query(query): Query<PageQuery>,
) -> Result<Response, Failure> {
    let width = within("width", query.width, 1024, 64..=4096)?;
    let width_px = u32::try_from(width).unwrap_or(1024);
    let opened = ask(&state, OpenManual(ManualId(id))).await?;
    let manual = opened.manual;
    let tag = format!("{}-{page}-{width_px}", manual.content_hash);
    cached(&headers, &tag, "image/png", async {
        let drawn = ask(&state, ManualPage { manual, page, width_px }).await?;
        png(DynamicImage::from((*drawn).clone())).await
    })
    .await
}

/// Asks the manuals: passages that answer, or the nearest ones where they probably do not.
#[utoipa::path(
    post,
    path = "/manuals/ask",
    tag = "manuals",
    security(("token" = ["operator"])),
    request_body = Question,
    responses(
        (status = OK, description = "The answer", body = ManualAnswerDto),
        (status = BAD_REQUEST, description = "Not readable", body = Problem, content_type = "application/problem+json"),
        (status = NOT_FOUND, description = "No such product, or no manual", body = Problem, content_type = "application/problem+json"),
        (status = UNPROCESSABLE_ENTITY, description = "A value makes no sense", body = Problem, content_type = "application/problem+json"),
        (status = UNSUPPORTED_MEDIA_TYPE, description = "Not JSON", body = Problem, content_type = "application/problem+json"),
    )
)]
async fn answer(
    State(state): State<AppState>,
    Json(given): Json<Question>,
) -> Result<axum::Json<ManualAnswerDto>, Failure> {
    let question = given.question.trim().to_owned();
    if question.is_empty() {
        return Err(Failure::MissingField("question"));
    }
    if question.chars().count() > QUESTION_LETTERS {
        return Err(Failure::BadValue { field: "question", expected: "expected-short-question" });
    }
    let request = SearchManual {
        question,
        product: given.product.as_deref().map(product_code).transpose()?,
        defect: given.defect.as_deref().map(defect_code).transpose()?,
        top: within("top", given.top, 5, 1..=20)?,
        embed: false,
    };
    Ok(axum::Json((&ask(&state, request).await?).into()))
}
