//! The style, the script and the sign of all pages, from the program itself.

use axum::Router;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::IntoResponse;
use axum::routing::get;

use crate::app_state::AppState;

const STYLE: &str = include_str!("../../../assets/web/style.css");
const ICON: &str = include_str!("../../../assets/icon/fettle.svg");
const SCRIPT: &str = include_str!("../../../assets/web/page.js");

pub(super) fn router() -> Router<AppState> {
    let file = |content_type: &'static str, text: &'static str| {
        get(async move || {
            let kept = (CACHE_CONTROL, "no-cache");
            ([(CONTENT_TYPE, content_type), kept], text).into_response()
        })
    };
    Router::new()
        .route("/assets/style.css", file("text/css; charset=utf-8", STYLE))
        .route("/assets/icon.svg", file("image/svg+xml", ICON))
        .route("/assets/page.js", file("text/javascript; charset=utf-8", SCRIPT))
}
