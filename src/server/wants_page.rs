//! Whether a person looks at the answer.

use axum::extract::Request;
use axum::http::header::ACCEPT;

/// Whether a browser asks for what it shows as a page: neither the interface of programs, nor a picture on a page.
pub(crate) fn wants_page(request: &Request) -> bool {
    let accepted = request.headers().get(ACCEPT).and_then(|value| value.to_str().ok());
    !request.uri().path().starts_with("/api/")
        && accepted.is_some_and(|kinds| kinds.contains("text/html"))
}
