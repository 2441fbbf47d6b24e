//! What all pages have in common.

use axum::response::Html;
use maud::{DOCTYPE, Markup, html};

use crate::access::caller;
use crate::dto::report::language_code;
use fettle_domain::{InspectionRow, Language, Verdict};

/// A message without values.
pub(super) fn text(language: Language, id: &str) -> String {
    fettle_i18n::text(language, id)
}

/// A page.
pub(super) fn page(language: Language, title: &str, content: &Markup) -> Html<String> {
    let page = html! {
        (DOCTYPE)
        html lang=(language_code(language)) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (title) " · Fettle" }
                link rel="icon" href="/assets/icon.svg";
                link rel="stylesheet" href="/assets/style.css";
                script src="/assets/page.js" defer {}
            }
            body {
                a class="skip" href="#main" { (text(language, "web-skip")) }
                header {
                    @if caller().is_some_and(|caller| caller.link.is_some()) {
                        span class="home" { "Fettle" }
                    } @else {
                        nav aria-label=(text(language, "web-pages")) {
                            a class="home" href="/" { "Fettle" }
                            a href="/" { (text(language, "web-board")) }
                            a href="/capture" { (text(language, "web-capture")) }
                        }
                    }
                    @if let Some(caller) = caller().filter(|caller| caller.has_token) {
                        form class="signed-in" method="post" action="/sign-out" {
                            span { (caller.actor.name) }
                            button type="submit" { (text(language, "web-sign-out")) }
                        }
                    }
                }
                main id="main" { (content) }
            }
        }
    };
    Html(page.into_string())
}

/// A verdict as colour, sign and word.
pub(super) fn verdict(language: Language, verdict: Verdict) -> Markup {
    let sign = match verdict {
        Verdict::Ok => "✓",
        Verdict::Ng => "✕",
        Verdict::Unsure => "?",
    };
    html! {
        span class={ "verdict " (verdict.name()) } {
            span aria-hidden="true" { (sign) } " " (text(language, verdict.message_id()))
        }
    }
}

/// An inspection as a line of the board.
pub(super) fn row(language: Language, row: &InspectionRow) -> Markup {
    let defect = row.defect.as_ref().filter(|_| row.judged.unwrap_or(row.verdict) != Verdict::Ok);
    html! {
        li {
            a href={ "/parts/" (row.id) } {
                img src={ "/api/v1/inspections/" (row.id) "/pictures/part?width=192" } alt="" loading="lazy";
                span class="words" {
                    (verdict(language, row.verdict))
                    @if let Some(judged) = row.judged {
                        span class="judged" {
                            (text(language, "web-judged")) ": " (verdict(language, judged))
                        }
                    }
                    @if let Some(defect) = defect { span class="defect" { (defect) } }
                    span class="file" { (row.file_name()) }
                    span class="about" { @if let Some(product) = &row.product { (product) " · " } time datetime=(row.created_at) { (time(&row.created_at)) } }
                }
            }
        }
    }
}

/// Day and time of RFC 3339 as people write them.
pub(super) fn time(at: &str) -> String {
    let short: String = at.chars().take(16).collect();
    short.replace('T', " ")
}
