//! Parts of a request, whose errors are [`Failure`]s.

use std::convert::Infallible;
use std::fmt;
use std::marker::PhantomData;

use axum::extract::multipart::MultipartRejection;
use axum::extract::rejection::{FormRejection, JsonRejection, PathRejection, QueryRejection};
use axum::extract::{DefaultBodyLimit, FromRequest, FromRequestParts, Multipart, Request};
use axum::http::StatusCode;
use axum::http::request::Parts;
use fettle_domain::{DefectCode, Language, ProductCode};
use serde::de::value::MapAccessDeserializer;
use serde::de::{DeserializeOwned, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

use super::app_state::AppState;
use super::failure::Failure;
use super::language::language_of;
use super::upload::MAX_FILE_BYTES;

/// Bytes of a body that is held in memory, at most: JSON, or the fields of a page's form.
pub(crate) const MAX_TEXT_BODY_BYTES: usize = 2_000_000;
/// Bytes of a body that is streamed to the disk, at most: the largest file, and what a form has around it.
const MAX_FORM_BYTES: usize = MAX_FILE_BYTES as usize + 1_000_000;

/// A body as a JSON object. An array is none: serde would take one for the fields in their order.
#[derive(Debug)]
pub(crate) struct Json<T>(pub(crate) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Json<T> {
    type Rejection = Failure;

    async fn from_request(request: Request, state: &S) -> Result<Self, Failure> {
        let axum::Json(Object(body)) = axum::Json::from_request(request, state).await?;
        Ok(Self(body))
    }
}

/// A value that is written as an object.
struct Object<T>(T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct AsObject<T>(PhantomData<T>);

        impl<'de, T: Deserialize<'de>> Visitor<'de> for AsObject<T> {
            type Value = T;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, fields: A) -> Result<T, A::Error> {
                T::deserialize(MapAccessDeserializer::new(fields))
            }
        }

        deserializer.deserialize_map(AsObject(PhantomData)).map(Self)
    }
}

/// A part of a body that is an object, or is absent.
///
/// # Errors
/// Whatever else it is.
pub(crate) fn object_or_absent<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    let given = Option::<Object<T>>::deserialize(deserializer)?;
    Ok(given.map(|Object(given)| given))
}

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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dto::access::NewTokenDto;
    use crate::dto::bank::NewBank;

    #[test]
    fn a_body_is_an_object() {
        // Body, whether it is read.
        let cases = [
            (r#"{"name": "line", "role": "operator"}"#, true),
            (r#"["line", "operator", null]"#, false),
            (r#"{"name": "line", "role": "operator", "x": 1}"#, false),
            (r#"{"name": "line", "name": "line", "role": "operator"}"#, false),
            ("null", false),
            ("3", false),
        ];
        for (body, expected) in cases {
            let read = serde_json::from_str::<Object<NewTokenDto>>(body);
            assert_eq!(read.is_ok(), expected, "{body}");
        }
        // Also below the top.
        let cases = [
            (r#"{"rule": {"rule": "quantile", "share": 0.9}}"#, true),
            (r#"{"rule": ["quantile", 0.9]}"#, false),
            (r#"{}"#, true),
            ("[]", false),
        ];
        for (body, expected) in cases {
            let read = serde_json::from_str::<Object<NewBank>>(body);
            assert_eq!(read.is_ok(), expected, "{body}");
        }
    }
}
