//! The live board: the last parts with their verdicts.

use std::convert::Infallible;

use axum::Router;
use axum::extract::State;
use axum::response::sse::{Event, KeepAlive};
use axum::response::{Html, Sse};
use axum::routing::get;
use futures_util::{Stream, StreamExt as _};
use maud::{Markup, html};
use tokio_stream::wrappers::BroadcastStream;

use super::layout::{page, row, text};
use crate::app_state::AppState;
use crate::ask_engine::ask;
use crate::extract::CallerLanguage;
use crate::failure::Failure;
use fettle_domain::Language;
use fettle_engine::ListInspections;

/// Parts on the board.
const PARTS: usize = 24;

pub(super) fn router() -> Router<AppState> {
    Router::new()
        .route("/", get(board))
        // The address of the old page.
        .route("/matching.html", get(board))
        .route("/board/parts", get(parts))
        .route("/board/events", get(events))
}

async fn list(state: &AppState, language: Language) -> Result<Markup, Failure> {
    let request = ListInspections { limit: PARTS, ..ListInspections::default() };
    let found = ask(state, request).await?;
    Ok(html! {
        @if found.rows.is_empty() { li class="empty" { (text(language, "web-no-parts")) } }
        @for one in &found.rows { (row(language, one)) }
    })
}

async fn board(
    State(state): State<AppState>,
    CallerLanguage(language): CallerLanguage,
) -> Result<Html<String>, Failure> {
    let title = text(language, "web-board");
    let content = html! {
        h1 { (title) }
        p class="live" role="status" data-live=(text(language, "web-live")) data-lost=(text(language, "web-lost")) {}
        ul class="parts" data-board="/board/parts" data-events="/board/events" {
            (list(&state, language).await?)
        }
    };
    Ok(page(language, &title, &content))
}

/// The list alone, for the script.
async fn parts(
    State(state): State<AppState>,
    CallerLanguage(language): CallerLanguage,
) -> Result<Html<String>, Failure> {
    Ok(Html(list(&state, language).await?.into_string()))
}

/// Server-sent events `recorded`: the number of each new inspection.
async fn events(
    State(state): State<AppState>,
) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let recorded = BroadcastStream::new(state.recorded.subscribe());
    let events = recorded.map(|id| {
        // A listener who was too slow learns that something came; it asks for the list in any case.
        let id = id.map_or_else(|_lagged| String::new(), |id| id.to_string());
        Ok(Event::default().event("recorded").data(id))
    });
    let stopping = state.stopping.clone();
    let events = events.take_until(async move { stopping.cancelled().await });
    Sse::new(events).keep_alive(KeepAlive::default())
}
