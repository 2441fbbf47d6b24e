//! Registered images.

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
use crate::dto::catalogue::{ImageDto, ImageList, ImageQuery, NewImages, Registration};
use crate::extract::{CallerLanguage, FormBody, Path, Query, defect_code, product_code};
use crate::failure::Failure;
use crate::png::png;
use crate::problem::Problem;
use crate::upload::Form;
use fettle_domain::{ImageId, ImageLabel};
use fettle_engine::{
    FindImage, ListImages, PictureFile, ReadPicture, RegisterImages, RemoveImages,
};

pub(super) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list, register))
        .routes(routes!(read, remove))
        .routes(routes!(picture))
}

fn label(defect: Option<&str>) -> Result<ImageLabel, Failure> {
    Ok(match defect {
        None => ImageLabel::Normal,
        Some(defect) => ImageLabel::Defect(defect_code(defect)?),
    })
}

/// Lists the images of a product: normal ones, or those of a defect.
#[utoipa::path(
    get,
    path = "/products/{product}/images",
    tag = "images",
    security(("token" = ["operator"])),
    params(("product" = String, Path, description = "The product's code"), ImageQuery),
    responses(
        (status = OK, description = "The images", body = ImageList),
        (status = BAD_REQUEST, description = "Not readable", body = Problem, content_type = "application/problem+json"),
        (status = NOT_FOUND, description = "No such product", body = Problem, content_type = "application/problem+json"),
        (status = UNPROCESSABLE_ENTITY, description = "Not a code", body = Problem, content_type = "application/problem+json"),
    )
)]
async fn list(
    State(state): State<AppState>,
    Path(product): Path<String>,
    Query(query): Query<ImageQuery>,
) -> Result<axum::Json<ImageList>, Failure> {
    let label = label(query.defect.as_deref())?;
    let found = ask(&state, ListImages { product: product_code(&product)?, label }).await?;
    Ok(axum::Json(ImageList { images: found.iter().map(ImageDto::from).collect() }))
}

/// Registers images: of normal parts, or of a defect. The bank and the index do not change by it.
#[utoipa::path(
    post,
    path = "/products/{product}/images",
    tag = "images",
    security(("token" = ["engineer"])),
    params(("product" = String, Path, description = "The product's code")),
    request_body(content = NewImages, content_type = "multipart/form-data"),
    responses(
        (status = CREATED, description = "What was registered", body = Registration),
        (status = BAD_REQUEST, description = "Not readable", body = Problem, content_type = "application/problem+json"),
        (status = NOT_FOUND, description = "No such product or defect", body = Problem, content_type = "application/problem+json"),
        (status = PAYLOAD_TOO_LARGE, description = "Too large", body = Problem, content_type = "application/problem+json"),
        (status = UNPROCESSABLE_ENTITY, description = "Not a code; or no picture among them, and why not", content(
            (Problem = "application/problem+json"),
            (Registration = "application/json"),
        )),
        (status = UNSUPPORTED_MEDIA_TYPE, description = "Not a form", body = Problem, content_type = "application/problem+json"),
    )
)]
async fn register(
    State(state): State<AppState>,
    CallerLanguage(language): CallerLanguage,
    Path(product): Path<String>,
    FormBody(body): FormBody,
) -> Result<(StatusCode, axum::Json<Registration>), Failure> {
    let product = product_code(&product)?;
    let mut form = Form::read_only(&state, body, &["images", "defect"]).await?;
    let files = form.files_of("images");
    if files.is_empty() {
        return Err(Failure::MissingField("images"));
    }
    let label = label(form.text("defect"))?;
    let paths = files.iter().map(|file| file.path.clone()).collect();
    let request =
        RegisterImages { product, label, paths, recursive: true, regions: Default::default() };
    let registered = ask(&state, request).await?;
    let word =
        |error: &fettle_engine::EngineError| state.paths().hidden_in(&error.explain(language));
    let done = Registration::of(&registered, word);
    let status = match done.new.is_empty() && done.known.is_empty() {
        true => StatusCode::UNPROCESSABLE_ENTITY,
        false => StatusCode::CREATED,
    };
    Ok((status, axum::Json(done)))
}

/// Reads what is known of an image, also of a removed one.
#[utoipa::path(
    get,
    path = "/images/{id}",
    tag = "images",
    security(("token" = ["operator"])),
    params(("id" = i64, Path, description = "Its number", minimum = 1)),
    responses(
        (status = OK, description = "The image", body = ImageDto),
        (status = NOT_FOUND, description = "No such image", body = Problem, content_type = "application/problem+json"),
    )
)]
async fn read(
    State(state): State<AppState>,
    Path(id): Path<i64>,
) -> Result<axum::Json<ImageDto>, Failure> {
    Ok(axum::Json((&ask(&state, FindImage(ImageId(id))).await?).into()))
}

/// Removes an image; its file stays, since past inspections refer to it.
#[utoipa::path(
    delete,
    path = "/images/{id}",
    tag = "images",
    security(("token" = ["engineer"])),
    params(("id" = i64, Path, description = "Its number", minimum = 1)),
    responses(
        (status = NO_CONTENT, description = "It is removed"),
        (status = NOT_FOUND, description = "No such image", body = Problem, content_type = "application/problem+json"),
    )
)]
async fn remove(State(state): State<AppState>, Path(id): Path<i64>) -> Result<StatusCode, Failure> {
    let image = ask(&state, FindImage(ImageId(id))).await?;
    ask(&state, RemoveImages { paths: vec![image.path.into()] }).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The picture of an image.
#[utoipa::path(
    get,
    path = "/images/{id}/picture",
    tag = "images",
    security(("token" = ["operator"])),
    params(("id" = i64, Path, description = "Its number", minimum = 1)),
    responses(
        (status = OK, description = "The picture", body = Binary, content_type = "image/png"),
        (status = NOT_MODIFIED, description = "The caller has it"),
        (status = NOT_FOUND, description = "No such image, or its file is gone", body = Problem, content_type = "application/problem+json"),
    )
)]
async fn picture(
    State(state): State<AppState>,
    headers: HeaderMap,
    Path(id): Path<i64>,
) -> Result<Response, Failure> {
    let image = ask(&state, FindImage(ImageId(id))).await?;
    cached(&headers, &image.content_hash.0, "image/png", async {
        let read = ask(&state, ReadPicture(PictureFile::Stored(image.path.clone()))).await?;
        png(DynamicImage::from((*read).clone())).await
    })
    .await
}
