//! What a browser or a phone shows: pages that the server renders, without a framework or a build
//! step. They work without scripts; scripts add what is live.

mod board;
mod capture;
mod files;
mod layout;
mod part;
mod problem;
mod sign_in;

pub(crate) use problem::problem_page;

use axum::Router;

use super::app_state::AppState;

/// All pages.
pub(crate) fn router() -> Router<AppState> {
    Router::new()
        .merge(board::router())
        .merge(capture::router())
        .merge(part::router())
        .merge(sign_in::router())
        .merge(files::router())
}
