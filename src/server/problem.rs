//! Errors as RFC 9457 writes them.

use serde::Serialize;
use utoipa::ToSchema;

/// What went wrong, as `application/problem+json` (RFC 9457), in the caller's language.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(example = json!({
    "type": "/problems/not-found",
    "title": "Not found",
    "status": 404,
    "detail": "no product 'prod9'",
}))]
pub(crate) struct Problem {
    /// The kind of problem: a relative reference that does not change.
    #[serde(rename = "type")]
    pub(crate) kind: String,
    /// The kind in words.
    pub(crate) title: String,
    /// The status code of the answer.
    pub(crate) status: u16,
    /// What happened, and what to do.
    pub(crate) detail: String,
}
