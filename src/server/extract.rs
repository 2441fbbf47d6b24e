//! Parts of a request, whose errors are [`Failure`]s.

use std::convert::Infallible;

use axum::extract::multipart::MultipartRejection;
use axum::extract::rejection::{FormRejection, JsonRejection, PathRejection, QueryRejection};
use axum::extract::{DefaultBodyLimit, FromRequest, FromRequestParts, Multipart, Request};
use axum::http::StatusCode;
use axum::http::request::Parts;
use fettle_domain::{DefectCode, Language, ProductCode};

use super::app_state::AppState;
use super::failure::Failure;
use super::language::language_of;
use super::upload::MAX_FILE_BYTES;

/// Bytes of a body that is held in memory, at most: JSON, or the fields of a page's form.
pub(crate) const MAX_TEXT_BODY_BYTES: usize = 2_000_000;
/// Bytes of a body that is streamed to the disk, at most: the largest file, and what a form has around it.
const MAX_FORM_BYTES: usize = MAX_FILE_BYTES as usize + 1_000_000;

/// A body as JSON.
#[derive(Debug, FromRequest)]
#[from_request(via(axum::Json), rejection(Failure))]
pub(crate) struct Json<T>(pub(crate) T);

/// The query of an address.
#[derive(Debug, FromRequestParts)]
#[from_request(via(axum::extract::Query), rejection(Failure))]
pub(crate) struct Query<T>(pub(crate) T);

/// Parts of a path.
#[derive(Debug, FromRequestParts)]
#[from_request(via(axum::extract::Path), rejection(Failure))]
pub(crate) struct Path<T>(pub(crate) T);

/// A body as the fields of a page's form (`application/x-www-form-urlencoded`).
#[derive(Debug, FromRequest)]
#[from_request(via(axum::Form), rejection(Failure))]
pub(crate) struct TextForm<T>(pub(crate) T);

/// A body as a form.
pub(crate) struct FormBody(pub(crate) Multipart);

impl<S: Send + Sync> FromRequest<S> for FormBody {
    type Rejection = Failure;

    async fn from_request(mut request: Request, state: &S) -> Result<Self, Failure> {
        DefaultBodyLimit::max(MAX_FORM_BYTES).apply(&mut request);
        let form = Multipart::from_request(request, state).await;
        form.map(Self).map_err(|rejection: MultipartRejection| {
            Failure::UnsupportedMedia(rejection.body_text())
        })
    }
}

/// The caller's language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct CallerLanguage(pub(crate) Language);

impl FromRequestParts<AppState> for CallerLanguage {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Infallible> {
        Ok(Self(language_of(&parts.headers, state.config().language)))
    }
}

impl From<JsonRejection> for Failure {
    fn from(rejection: JsonRejection) -> Self {
        match rejection.status() {
            StatusCode::UNSUPPORTED_MEDIA_TYPE => Self::UnsupportedMedia(rejection.body_text()),
            StatusCode::PAYLOAD_TOO_LARGE => Self::BodyTooLarge(MAX_TEXT_BODY_BYTES as u64),
            // The same for text that is no JSON and for JSON of another shape: both are faults of
            // the body.
            _ => Self::BadRequest(rejection.body_text()),
        }
    }
}

impl From<FormRejection> for Failure {
    fn from(rejection: FormRejection) -> Self {
        match rejection.status() {
            StatusCode::UNSUPPORTED_MEDIA_TYPE => Self::UnsupportedMedia(rejection.body_text()),
            StatusCode::PAYLOAD_TOO_LARGE => Self::BodyTooLarge(MAX_TEXT_BODY_BYTES as u64),
            _ => Self::BadRequest(rejection.body_text()),
        }
    }
}

impl From<QueryRejection> for Failure {
    fn from(rejection: QueryRejection) -> Self {
        Self::BadRequest(rejection.body_text())
    }
}

impl From<PathRejection> for Failure {
    fn from(rejection: PathRejection) -> Self {
        tracing::debug!(%rejection, "a path of another shape");
        Self::NoRoute
    }
}

/// A product's code.
///
/// # Errors
/// [`Failure::BadValue`].
pub(crate) fn product_code(text: &str) -> Result<ProductCode, Failure> {
    text.parse().map_err(|_| Failure::BadValue { field: "product", expected: "expected-code" })
}

/// A defect type's code.
///
/// # Errors
/// [`Failure::BadValue`].
pub(crate) fn defect_code(text: &str) -> Result<DefectCode, Failure> {
    text.parse().map_err(|_| Failure::BadValue { field: "defect", expected: "expected-code" })
}

/// A number within bounds, or its default.
///
/// # Errors
/// [`Failure::BadValue`].
pub(crate) fn within(
    field: &'static str,
    given: Option<u32>,
    default: u32,
    bounds: std::ops::RangeInclusive<u32>,
) -> Result<usize, Failure> {
    let value = given.unwrap_or(default);
    match bounds.contains(&value) {
        true => Ok(value as usize),
        false => Err(Failure::BadValue { field, expected: "expected-within-bounds" }),
    }
}
