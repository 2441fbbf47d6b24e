//! What went wrong, as a page.

use axum::response::Html;
use maud::html;

use super::layout::page;
use crate::problem::Problem;
use fettle_domain::Language;

/// A problem for a person who looks at a browser.
pub(crate) fn problem_page(language: Language, problem: &Problem) -> Html<String> {
    let content = html! {
        h1 { (problem.title) }
        p class="problem" role="alert" { (problem.detail) }
    };
    page(language, &problem.title, &content)
}
