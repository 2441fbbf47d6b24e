//! Pictures and score maps of inspections.

use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue};
use axum::response::Response;
use image::DynamicImage;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::cached;
use crate::app_state::AppState;
use crate::ask_engine::ask;
use crate::dto::binary::Binary;
use crate::dto::picture::{MapForm, MapQuery, PictureKind, PictureQuery};
use crate::extract::{Path, Query, within};
use crate::failure::Failure;
use crate::png::{gray16, npy, png, png_of};
use crate::problem::Problem;
use crate::read_record::read_record;
use fettle_domain::InspectionId;
use fettle_engine::{ManualFigures, OpenInspection, OpenedInspection, PictureFile, ReadPicture};

/// The longer side of a picture of a manual, in pixels, at most.
const FIGURE_SIDE: u32 = 1600;

pub(super) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(picture)).routes(routes!(figure)).routes(routes!(map))
}

/// A picture of an inspection, drawn again with the bank of its record.
#[utoipa::path(
    get,
    path = "/inspections/{id}/pictures/{kind}",
    tag = "inspections",
    security(("token" = ["operator"])),
    params(
        ("id" = i64, Path, description = "Its number", minimum = 1),
        ("kind" = PictureKind, Path, description = "What it shows"),
        PictureQuery,
    ),
    responses(
        (status = OK, description = "The picture", body = Binary, content_type = "image/png"),
        (status = NOT_MODIFIED, description = "The caller has it"),
        (status = BAD_REQUEST, description = "Not readable", body = Problem, content_type = "application/problem+json"),
        (status = UNPROCESSABLE_ENTITY, description = "A value makes no sense", body = Problem, content_type = "application/problem+json"),
        (status = NOT_FOUND, description = "No such inspection or picture", body = Problem, content_type = "application/problem+json"),
    )
)]
async fn picture(
    State(state): State<AppState>,
    headers: HeaderMap,
    Path((id, kind)): Path<(i64, PictureKind)>,
    Query(query): Query<PictureQuery>,
) -> Result<Response, Failure> {
    let id = InspectionId(id);
    let record = read_record(&state, id).await?;
    let inspection = &record.inspection;
    let width = query.width.map(|width| within("width", Some(width), 0, 16..=4096)).transpose()?;
    let tag = format!("{}-{id}-{}-{}", inspection.image_hash, kind.name(), width.unwrap_or(0));
    // The part alone needs no network; nor do samples whose range is the file's.
    let is_plain = inspection.anomaly.done().is_none_or(|anomaly| anomaly.sample_bits.is_none());
    let stored = inspection.image_path.clone().filter(|_| kind == PictureKind::Part && is_plain);
    cached(&headers, &tag, "image/png", async {
        if let Some(path) = stored {
            let read = ask(&state, ReadPicture(PictureFile::Stored(path))).await?;
            return png_of(move || fitted(DynamicImage::from((*read).clone()), width)).await;
        }
        let picture = picture_of(&ask(&state, OpenInspection(id)).await?, kind)?;
        png_of(move || fitted(picture, width)).await
    })
    .await
}

/// A picture of the manual's section that the inspection's report rests on.
#[utoipa::path(
    get,
    path = "/inspections/{id}/figures/{number}",
    tag = "inspections",
    security(("token" = ["operator"])),
    params(
        ("id" = i64, Path, description = "The inspection's number", minimum = 1),
        ("number" = u32, Path, description = "Which of the section's pictures, from 1", minimum = 1),
    ),
    responses(
        (status = OK, description = "The picture", body = Binary, content_type = "image/png"),
        (status = NOT_MODIFIED, description = "The caller has it"),
        (status = CONFLICT, description = "The manual's file was changed", body = Problem, content_type = "application/problem+json"),
        (status = NOT_FOUND, description = "No such inspection or picture", body = Problem, content_type = "application/problem+json"),
    )
)]
async fn figure(
    State(state): State<AppState>,
    headers: HeaderMap,
    Path((id, number)): Path<(i64, u32)>,
) -> Result<Response, Failure> {
    let record = read_record(&state, InspectionId(id)).await?;
    let finding = record.inspection.manual.done().ok_or(Failure::NoPicture(None))?;
    let at = usize::try_from(number).ok().and_then(|number| number.checked_sub(1));
    let figure = at.and_then(|at| finding.section.all_figures().nth(at));
    let figure = figure.ok_or(Failure::NoPicture(None))?.source.clone();
    let tag = format!("{}-{id}-figure-{number}", finding.content_hash);
    let request =
        ManualFigures { manual: finding.manual, figures: vec![figure], side: FIGURE_SIDE };
    cached(&headers, &tag, "image/png", async {
        let drawn = ask(&state, request).await?.pop().flatten();
        png(drawn.ok_or(Failure::NoPicture(None))?).await
    })
    .await
}

/// `picture` at most `width` pixels wide.
fn fitted(picture: DynamicImage, width: Option<usize>) -> DynamicImage {
    match width.and_then(|width| u32::try_from(width).ok()) {
        Some(width) if width < picture.width() => picture.thumbnail(width, u32::MAX),
        _ => picture,
    }
}

/// The picture of this kind.
///
/// # Errors
/// [`Failure::NoPicture`], with the reason where the engine has one.
pub(crate) fn picture_of(
    opened: &OpenedInspection,
    kind: PictureKind,
) -> Result<DynamicImage, Failure> {
    let drawn = opened.pictures.as_deref();
    let picture: Option<DynamicImage> = match kind {
        PictureKind::Part => opened.picture.as_deref().cloned().map(DynamicImage::from),
        PictureKind::Heatmap => drawn.map(|all| all.heatmap.clone().into()),
        PictureKind::Overlay => drawn.map(|all| all.overlay.clone().into()),
        PictureKind::Mask => drawn.map(|all| all.mask.clone().into()),
        PictureKind::Comparison => drawn.map(|all| all.comparison.clone().into()),
        PictureKind::Reference => {
            drawn.and_then(|all| all.reference.as_deref().cloned()).map(DynamicImage::from)
        }
        PictureKind::Difference => {
            drawn.and_then(|all| all.difference.clone()).map(DynamicImage::from)
        }
    };
    picture.ok_or_else(|| Failure::NoPicture(opened.notice.clone()))
}

/// The anomaly map: a score a pixel.
#[utoipa::path(
    get,
    path = "/inspections/{id}/map",
    tag = "inspections",
    security(("token" = ["operator"])),
    params(("id" = i64, Path, description = "Its number", minimum = 1), MapQuery),
    responses(
        (status = OK, description = "The scores: 16-bit samples, or 32-bit floats",
         content((Binary = "image/png"), (Binary = "application/octet-stream")),
         headers(
             ("Fettle-Map-Low" = f32, description = "The score of sample 0"),
             ("Fettle-Map-High" = f32, description = "The score of sample 65535"),
         )),
        (status = BAD_REQUEST, description = "Not readable", body = Problem, content_type = "application/problem+json"),
        (status = NOT_FOUND, description = "No such inspection, or not scored", body = Problem, content_type = "application/problem+json"),
    )
)]
async fn map(
    State(state): State<AppState>,
    headers: HeaderMap,
    Path(id): Path<i64>,
    Query(query): Query<MapQuery>,
) -> Result<Response, Failure> {
    let id = InspectionId(id);
    let form = query.form.unwrap_or_default();
    let opened = ask(&state, OpenInspection(id)).await?;
    let missing = || Failure::NoPicture(opened.notice.clone());
    let map = opened.map.clone().ok_or_else(missing)?;
    // The product's scale, so that a good part stays dark; a score above it raises the upper end.
    let scale = opened.inspection.anomaly.done().map(|anomaly| anomaly.scale);
    let (low, high) = (0.0, scale.map_or(0.0, |scale| scale.high).max(map.max()));
    let hash = &opened.inspection.image_hash;
    let mut response = match form {
        MapForm::Png => {
            let picture = gray16(&map, low, high).ok_or_else(missing)?;
            let tag = format!("{hash}-{id}-map");
            cached(&headers, &tag, "image/png", png(picture)).await?
        }
        MapForm::Npy => {
            let tag = format!("{hash}-{id}-npy");
            let bytes = async { Ok::<_, Failure>(npy(&map)) };
            cached(&headers, &tag, "application/octet-stream", bytes).await?
        }
    };
    for (name, score) in [("fettle-map-low", low), ("fettle-map-high", high)] {
        if let Ok(score) = HeaderValue::from_str(&score.to_string()) {
            response.headers_mut().insert(name, score);
        }
    }
    Ok(response)
}
