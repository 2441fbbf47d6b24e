//! Signing in with a token, for browsers.

use std::net::SocketAddr;

use axum::Router;
use axum::extract::{ConnectInfo, State};
use axum::http::header::SET_COOKIE;
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use maud::html;
use serde::Deserialize;

use super::layout::{page, text};
use crate::access::{counted, forget_cookie, token_cookie};
use crate::app_state::AppState;
use crate::config::Encryption;
use crate::extract::{CallerLanguage, Query, TextForm};
use crate::failure::Failure;
use fettle_domain::Language;

/// Where a browser goes that says nothing else.
const HOME: &str = "/";

pub(super) fn router() -> Router<AppState> {
    Router::new().route("/sign-in", get(form).post(sign_in)).route("/sign-out", post(sign_out))
}

#[derive(Debug, Deserialize)]
struct Wanted {
    /// The page that the browser asked for.
    next: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Given {
    token: String,
    next: Option<String>,
}

async fn form(
    CallerLanguage(language): CallerLanguage,
    Query(wanted): Query<Wanted>,
) -> Html<String> {
    form_page(language, &page_of_ours(wanted.next), None)
}

fn form_page(language: Language, next: &str, problem: Option<&str>) -> Html<String> {
    let title = text(language, "web-sign-in");
    let content = html! {
        h1 { (title) }
        @if let Some(problem) = problem { p class="problem" role="alert" { (problem) } }
        p { (text(language, "web-sign-in-why")) }
        form method="post" action="/sign-in" {
            label for="token" { (text(language, "web-token")) }
            input id="token" name="token" type="password" autocomplete="current-password" required;
            input name="next" type="hidden" value=(next);
            button type="submit" class="primary" { (text(language, "web-sign-in")) }
        }
    };
    page(language, &title, &content)
}

async fn sign_in(
    State(state): State<AppState>,
    ConnectInfo(address): ConnectInfo<SocketAddr>,
    CallerLanguage(language): CallerLanguage,
    TextForm(given): TextForm<Given>,
) -> Result<Response, Failure> {
    let next = page_of_ours(given.next);
    let token = given.token.trim();
    let tokens = state.tokens.tokens(state.engine()).await?;
    if tokens.find(token, jiff::Timestamp::now()).is_none() {
        let failure = counted(&state, address.ip(), Failure::BadToken);
        let said = failure.detail(language, state.paths());
        let again = form_page(language, &next, Some(&said));
        return Ok((failure.status(), again).into_response());
    }
    let is_encrypted = state.config().encryption != Encryption::None;
    let cookie = token_cookie(token, is_encrypted).to_string();
    Ok(([(SET_COOKIE, cookie)], Redirect::to(&next)).into_response())
}

async fn sign_out() -> Response {
    ([(SET_COOKIE, forget_cookie().to_string())], Redirect::to("/sign-in")).into_response()
}

/// The page to go to: one of this server, whatever a link says.
fn page_of_ours(next: Option<String>) -> String {
    let is_ours = |page: &String| {
        let rest = page.strip_prefix('/');
        rest.is_some_and(|rest| !rest.starts_with(['/', '\\']))
            && !page.chars().any(char::is_control)
    };
    next.filter(is_ours).unwrap_or_else(|| HOME.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_leads_to_no_other_site() {
        // Asked for, gone to.
        let cases = [
            (Some("/parts/3?x=1"), "/parts/3?x=1"),
            (None, "/"),
            (Some(""), "/"),
            (Some("https://evil.example"), "/"),
            (Some("//evil.example"), "/"),
            (Some("/\\evil.example"), "/"),
            (Some("/a\r\nset-cookie: x=y"), "/"),
        ];
        for (next, expected) in cases {
            assert_eq!(page_of_ours(next.map(str::to_owned)), expected, "{next:?}");
        }
    }
}
