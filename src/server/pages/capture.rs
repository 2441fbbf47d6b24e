//! Taking a picture with a phone and inspecting it.

use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::get;
use maud::html;

use super::layout::{page, text};
use crate::app_state::AppState;
use crate::ask_engine::ask;
use crate::extract::{CallerLanguage, FormBody, product_code};
use crate::failure::Failure;
use crate::routes::{Inspected, inspect_upload};
use crate::upload::Form;
use fettle_domain::Language;
use fettle_engine::ListLibrary;

/// How long the page waits for the result.
const PATIENCE: Duration = Duration::from_secs(120);

pub(super) fn router() -> Router<AppState> {
    Router::new().route("/capture", get(form).post(inspect))
}

async fn form(
    State(state): State<AppState>,
    CallerLanguage(language): CallerLanguage,
) -> Result<Html<String>, Failure> {
    form_page(&state, language, None).await
}

async fn form_page(
    state: &AppState,
    language: Language,
    problem: Option<&str>,
) -> Result<Html<String>, Failure> {
    let products = ask(state, ListLibrary).await?;
    let title = text(language, "web-capture");
    let content = html! {
        h1 { (title) }
        @if let Some(problem) = problem { p class="problem" role="alert" { (problem) } }
        form method="post" enctype="multipart/form-data" {
            label for="image" { (text(language, "web-picture")) }
            input id="image" name="image" type="file" accept="image/*" capture="environment" required;
            label for="product" { (text(language, "label-product")) }
            select id="product" name="product" {
                option value="" { (text(language, "web-product-voted")) }
                @for summary in &products {
                    option value=(summary.product.code) {
                        (summary.product.name_and_code(language))
                    }
                }
            }
            button type="submit" class="primary" { (text(language, "web-inspect")) }
        }
    };
    Ok(page(language, &title, &content))
}

async fn inspect(
    State(state): State<AppState>,
    CallerLanguage(language): CallerLanguage,
    FormBody(body): FormBody,
) -> Result<Response, Failure> {
    match inspected(&state, language, body).await {
        Ok(Inspected::Done(id)) => Ok(Redirect::to(&format!("/parts/{id}")).into_response()),
        Ok(Inspected::Later(_)) => Ok(Redirect::to("/").into_response()),
        // A person sees why, and may try again.
        Err(failure) => {
            let said = failure.detail(language, state.paths());
            let page = form_page(&state, language, Some(&said)).await?;
            Ok((failure.status(), page).into_response())
        }
    }
}

async fn inspected(
    state: &AppState,
    language: Language,
    body: axum::extract::Multipart,
) -> Result<Inspected, Failure> {
    let mut form = Form::read(state, body).await?;
    let image = form.file("image")?;
    let product = form.text("product").map(product_code).transpose()?;
    inspect_upload(state, language, (image, product, false), PATIENCE).await
}
