//! The interface of the system that Fettle replaces (its versions 2 and 3), word for word: a caller
//! needs another address and nothing else.
//!
//! What it did wrong is not repeated: paths reach uploads and images of the workspace alone, uploads
//! never overwrite one another, and product and defect come from the vote, never from file names.

mod anomaly;
mod errors;
mod file_number;
mod manual;
mod paths;
mod registration;
mod search;
mod status;
mod uploads;

use axum::Router;

use super::app_state::AppState;

pub(crate) use errors::word_failures;

/// All rows of the old interface.
pub(crate) fn router() -> Router<AppState> {
    Router::new()
        .merge(status::router())
        .merge(search::router())
        .merge(anomaly::router())
        .merge(registration::router())
        .merge(manual::router())
        .merge(uploads::router())
}
