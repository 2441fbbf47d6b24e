//! What makes a request fail, and the answer that says it.
//!
//! A handler's `Failure` becomes a response without words; the layer of `word_failures.rs` writes them in
//! the caller's language, and its counterpart in `legacy/` does so in the form of the old interface.

use std::sync::Arc;

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use super::machine_paths::MachinePaths;
use super::problem::Problem;
use fettle_domain::{Language, Role};
use fettle_engine::{EngineError, ErrorKind};
use fettle_i18n::Value;

/// Why a request failed.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The engine's error.
    Engine(EngineError),
    /// A part of the request cannot be read: which one, and why (in English, as the library says it).
    BadRequest(String),
    /// A value is readable and makes no sense: a field and what it must be.
    BadValue {
        /// The field.
        field: &'static str,
        /// What it must be, as a message id.
        expected: &'static str,
    },
    /// A required field is missing.
    MissingField(&'static str),
    /// Nothing is at this address.
    NoRoute,
    /// The address does not take this method.
    MethodNotAllowed,
    /// The body is of a kind that is not read.
    UnsupportedMedia(String),
    /// The body is larger than this many bytes.
    BodyTooLarge(u64),
    /// Too much waits already; try again after so many seconds.
    QueueFull {
        /// Seconds after which to try again.
        retry_after_s: u32,
    },
    /// The idempotency key was used for another request.
    KeyReused,
    /// The server only answers questions.
    ReadOnly,
    /// The caller sent no token.
    NoToken,
    /// The caller's token is not accepted.
    BadToken,
    /// The link is none that this server made for this inspection.
    BadLink,
    /// The link held until some time ago.
    LinkExpired,
    /// Too many tokens or links that are not accepted came from the caller's address.
    TooManyFailures {
        /// Seconds after which to try again.
        retry_after_s: u32,
    },
    /// The caller may not do this.
    RoleTooLow {
        /// The role that may.
        needed: Role,
        /// The caller's.
        has: Role,
    },
    /// The server is called by a name that is not its own (DNS rebinding).
    WrongHost,
    /// The server is stopping.
    Stopping,
    /// There is no such job, or it was forgotten.
    NoJob(u64),
    /// The inspection has no such picture, for this reason.
    NoPicture(Option<String>),
    /// A file that came in cannot be kept.
    Storage(std::io::Error),
    /// The verdict stands and could not be recorded, for this reason.
    NotKept(String),
    /// A stage that the answer needs did not run, for this reason.
    NotScored(String),
    /// The old interface: a field is missing, which it answers with 400.
    LegacyMissing(&'static str),
    /// The old interface: nothing similar is a known defect.
    LegacyNothingSimilar,
}

impl From<EngineError> for Failure {
    fn from(error: EngineError) -> Self {
        Self::Engine(error)
    }
}

impl Failure {
    /// The status code.
    pub(crate) fn status(&self) -> StatusCode {
        match self {
            Self::Engine(error) => match error.kind() {
                ErrorKind::NotFound => StatusCode::NOT_FOUND,
                ErrorKind::Invalid => StatusCode::UNPROCESSABLE_ENTITY,
                ErrorKind::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
                ErrorKind::Conflict | ErrorKind::NotReady => StatusCode::CONFLICT,
                ErrorKind::Forbidden => StatusCode::FORBIDDEN,
                ErrorKind::Busy => StatusCode::TOO_MANY_REQUESTS,
                ErrorKind::Cancelled => StatusCode::SERVICE_UNAVAILABLE,
                ErrorKind::DiskFull => StatusCode::INSUFFICIENT_STORAGE,
                ErrorKind::Internal => StatusCode::INTERNAL_SERVER_ERROR,
            },
            Self::BadRequest(_) | Self::LegacyMissing(_) | Self::LegacyNothingSimilar => {
                StatusCode::BAD_REQUEST
            }
            Self::BadValue { .. } | Self::MissingField(_) | Self::KeyReused => {
                StatusCode::UNPROCESSABLE_ENTITY
            }
            Self::NoRoute | Self::NoJob(_) | Self::NoPicture(_) => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::UnsupportedMedia(_) => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::BodyTooLarge(_) => StatusCode::PAYLOAD_TOO_LARGE,
            Self::QueueFull { .. } | Self::TooManyFailures { .. } => StatusCode::TOO_MANY_REQUESTS,
            Self::NoToken | Self::BadToken | Self::BadLink => StatusCode::UNAUTHORIZED,
            Self::ReadOnly | Self::RoleTooLow { .. } | Self::LinkExpired => StatusCode::FORBIDDEN,
            Self::WrongHost => StatusCode::MISDIRECTED_REQUEST,
            Self::Stopping | Self::NotScored(_) => StatusCode::SERVICE_UNAVAILABLE,
            Self::Storage(error) if error.kind() == std::io::ErrorKind::StorageFull => {
                StatusCode::INSUFFICIENT_STORAGE
            }
            Self::NotKept(_) => StatusCode::INSUFFICIENT_STORAGE,
            Self::Storage(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// The id of the kind's title; what follows its first word is the last part of the problem's type.
    fn title_id(&self) -> &'static str {
        match self.status() {
            StatusCode::BAD_REQUEST => "problem-bad-request",
            StatusCode::UNAUTHORIZED => "problem-unauthorized",
            StatusCode::FORBIDDEN if matches!(self, Self::ReadOnly) => "problem-read-only",
            StatusCode::FORBIDDEN => "problem-forbidden",
            StatusCode::NOT_FOUND => "problem-not-found",
            StatusCode::METHOD_NOT_ALLOWED => "problem-method-not-allowed",
            StatusCode::CONFLICT => "problem-conflict",
            StatusCode::PAYLOAD_TOO_LARGE => "problem-too-large",
            StatusCode::UNSUPPORTED_MEDIA_TYPE => "problem-unsupported-media",
            StatusCode::MISDIRECTED_REQUEST => "problem-wrong-host",
            StatusCode::UNPROCESSABLE_ENTITY => "problem-invalid",
            StatusCode::TOO_MANY_REQUESTS => "problem-busy",
            StatusCode::SERVICE_UNAVAILABLE => "problem-stopping",
            StatusCode::INSUFFICIENT_STORAGE => "problem-disk-full",
            _ => "problem-internal",
        }
    }

    /// What happened and what to do, in `language`. Paths of this machine are cut to what follows
    /// the workspace's root.
    pub(crate) fn detail(&self, language: Language, paths: &MachinePaths) -> String {
        let text =
            |id: &str, values: &[(&str, Value)]| fettle_i18n::text_with(language, id, values);
        let said = match self {
            Self::Engine(error) => error.explain(language),
            Self::BadRequest(why) => text("problem-unreadable", &[("reason", why.clone().into())]),
            Self::BadValue { field, expected } => text(
                "problem-bad-value",
                &[("field", (*field).into()), ("expected", text(expected, &[]).into())],
            ),
            Self::NotScored(why) | Self::NotKept(why) => why.clone(),
            Self::LegacyNothingSimilar => text("legacy-nothing-similar", &[]),
            Self::MissingField(field) | Self::LegacyMissing(field) => {
                text("problem-missing-field", &[("field", (*field).into())])
            }
            Self::NoRoute => text("problem-no-route", &[]),
            Self::MethodNotAllowed => text("problem-no-method", &[]),
            Self::UnsupportedMedia(why) => {
                text("problem-unreadable", &[("reason", why.clone().into())])
            }
            Self::BodyTooLarge(bytes) => {
                let megabytes = (bytes / 1_000_000).to_string();
                text("problem-body-too-large", &[("megabytes", megabytes.into())])
            }
            Self::QueueFull { .. } => text("error-busy", &[]),
            Self::NoToken => text("problem-no-token", &[]),
            Self::BadToken => text("problem-bad-token", &[]),
            Self::BadLink => text("problem-bad-link", &[]),
            Self::LinkExpired => text("problem-link-expired", &[]),
            Self::TooManyFailures { .. } => text("problem-too-many-failures", &[]),
            Self::RoleTooLow { needed, has } => {
                let role = |role: &Role| text(role.message_id(), &[]).into();
                text("problem-role-too-low", &[("needed", role(needed)), ("has", role(has))])
            }
            Self::KeyReused => text("problem-key-reused", &[]),
            Self::ReadOnly => text("problem-server-read-only", &[]),
            Self::WrongHost => text("problem-wrong-host-detail", &[]),
            Self::Stopping => text("problem-server-stopping", &[]),
            Self::NoJob(id) => text("problem-no-job", &[("id", id.to_string().into())]),
            Self::NoPicture(why) => why.clone().unwrap_or_else(|| text("problem-no-picture", &[])),
            Self::Storage(error) => {
                text("problem-storage", &[("reason", error.to_string().into())])
            }
        };
        paths.hidden_in(&said)
    }

    /// The problem in `language`.
    pub(crate) fn problem(&self, language: Language, paths: &MachinePaths) -> Problem {
        let id = self.title_id();
        Problem {
            kind: format!("/problems/{}", id.trim_start_matches("problem-")),
            title: fettle_i18n::text(language, id),
            status: self.status().as_u16(),
            detail: self.detail(language, paths),
        }
    }

    /// When to try again, in seconds.
    pub(crate) fn retry_after_s(&self) -> Option<u32> {
        match self {
            Self::QueueFull { retry_after_s } | Self::TooManyFailures { retry_after_s } => {
                Some(*retry_after_s)
            }
            Self::Engine(error) if error.kind() == ErrorKind::Busy => Some(1),
            _ => None,
        }
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        if self.status().is_server_error() {
            tracing::error!(failure = ?self, "a request failed");
        }
        response.extensions_mut().insert(Arc::new(self));
        response
    }
}
