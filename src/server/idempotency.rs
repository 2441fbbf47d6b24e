//! Requests that are sent again: a change with an `Idempotency-Key` is made once, and whoever sends it again
//! gets the answer of the first.
//!
//! After the IETF's draft `draft-ietf-httpapi-idempotency-key-header`. A key belongs to its caller. Answers outlive
//! the server, but for those that are secrets or that name a job of this server. A request that was
//! cut off by the server's end is made once more with what it left: a picture that was registered is known, and
//! a part that was inspected is not inspected again ([`cut_off_since`]).

use axum::body::{Body, HttpBody as _, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use futures_util::StreamExt as _;
use jiff::Timestamp;

use super::access::caller;
use super::app_state::AppState;
use super::failure::Failure;
use super::kept_answers::Answer;

/// The header of a request that has a key.
pub(crate) const KEY: &str = "idempotency-key";
/// The header of an answer that was given before.
const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");
/// Letters of a key, at most.
pub(crate) const MAX_KEY_LETTERS: usize = 255;
/// Bytes of an answer that is kept, at most.
const MAX_ANSWER_BYTES: usize = 1_000_000;
/// Bytes of a body that comes again and are read before the answer: not every client reads while it writes.
const MAX_DRAINED_BYTES: usize = 100_000_000;

/// Whether a caller may use it as a key: letters of ASCII that are seen, as the description says.
fn is_key(key: &str) -> bool {
    (1..=MAX_KEY_LETTERS).contains(&key.len()) && key.bytes().all(|byte| byte.is_ascii_graphic())
}

/// The layer that gives the first answer to changes that are sent again.
pub(crate) async fn answer_once(
    State(state): State<AppState>,
    request: Request,
    next: Next,
) -> Response {
    let Some(key) = request.headers().get(KEY) else { return next.run(request).await };
    if request.method() != Method::POST {
        return next.run(request).await;
    }
    let key = match key.to_str() {
        Ok(key) if is_key(key) => key.to_owned(),
        _ => {
            let (field, expected) = ("Idempotency-Key", "expected-idempotency-key");
            return Failure::BadValue { field, expected }.into_response();
        }
    };
    if is_shown_once(request.uri().path()) {
        return next.run(request).await;
    }
    let who = caller().map_or_else(String::new, |caller| caller.actor.name);
    let key = (who, key);
    let asked = format!("{} {}", request.method(), request.uri());
    let slot = state.answers.slot(&key);
    let mut answer = slot.answer.lock().await;
    if let Some(answer) = answer.as_ref() {
        drain(request.into_body()).await;
        return match answer.asked == asked {
            true => replayed(answer.clone()),
            false => Failure::KeyReused.into_response(),
        };
    }
    let lasts = lasts(request.uri().path());
    let cut_off = slot.cut_off.as_ref().filter(|cut_off| cut_off.asked == asked);
    let response = match cut_off {
        Some(cut_off) => CUT_OFF.scope(cut_off.at, next.run(request)).await,
        None => {
            if lasts {
                state.answers.begin(&key, &asked).await;
            }
            next.run(request).await
        }
    };
    match kept(asked, response).await {
        Ok((response, first)) => {
            if let Some(first) = first {
                // Jobs have other numbers in the next server.
                let lasts = lasts && first.status != StatusCode::ACCEPTED;
                state.answers.keep(key, &slot, &first, lasts).await;
                *answer = Some(first);
            }
            response
        }
        Err(failure) => failure.into_response(),
    }
}

tokio::task_local! {
    /// Set while a request is answered that the server before had begun.
    static CUT_OFF: Timestamp;
}

/// When the request at hand began for the first time, where a server ended before it was answered.
pub(crate) fn cut_off_since() -> Option<Timestamp> {
    CUT_OFF.try_with(|at| *at).ok()
}

/// Whether what is answered at `path` is a secret that nobody is told twice, whatever key a request has: what is kept of
/// a token finds it and does not open. No two tokens have one name, so that none is given twice all the same.
pub(crate) fn is_shown_once(path: &str) -> bool {
    let path = path.trim_end_matches('/');
    matches!(path.trim_start_matches("/api/v1"), "/tokens" | "/sign-in" | "/sign-out")
}

/// Whether the answers at `path` may be kept beyond the server's end: links end with it.
fn lasts(path: &str) -> bool {
    !path.trim_end_matches('/').ends_with("/link")
}

/// A response, and what of it is kept: an answer that says that something was done. What was refused may be tried
/// again with the same key.
async fn kept(asked: String, response: Response) -> Result<(Response, Option<Answer>), Failure> {
    let is_small = response
        .body()
        .size_hint()
        .upper()
        .is_some_and(|size| usize::try_from(size).is_ok_and(|size| size <= MAX_ANSWER_BYTES));
    if !response.status().is_success() || !is_small {
        return Ok((response, None));
    }
    let (parts, body) = response.into_parts();
    let body = to_bytes(body, MAX_ANSWER_BYTES).await;
    let body = body.map_err(|error| Failure::Storage(std::io::Error::other(error)))?;
    let (status, headers) = (parts.status, parts.headers.clone());
    let answer = Answer { asked, status, headers, body: body.clone() };
    Ok((Response::from_parts(parts, Body::from(body)), Some(answer)))
}

fn replayed(answer: Answer) -> Response {
    let mut response = (answer.status, answer.headers, answer.body).into_response();
    response.headers_mut().insert(REPLAYED, HeaderValue::from_static("true"));
    response
}

/// Reads a body that nobody needs.
async fn drain(body: Body) {
    let (mut stream, mut read) = (body.into_data_stream(), 0);
    while let Some(Ok(bytes)) = stream.next().await {
        read += bytes.len();
        if read > MAX_DRAINED_BYTES {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_secret_is_kept() {
        // Path, whether its answers are kept, and also for the next server.
        let cases = [
            ("/api/v1/inspections", true, true),
            ("/api/v1/products/p/images", true, true),
            ("/register_defect", true, true),
            ("/api/v1/inspections/3/link", true, false),
            ("/api/v1/tokens", false, true),
            ("/api/v1/tokens/", false, true),
            ("/sign-in", false, true),
        ];
        for (path, kept, for_the_next) in cases {
            assert_eq!((!is_shown_once(path), lasts(path)), (kept, for_the_next), "{path}");
        }
    }
    #[test]
    fn a_key_is_what_the_description_says() {
        let longest = "k".repeat(MAX_KEY_LETTERS);
        for key in ["4f9c", "!~", longest.as_str()] {
            assert!(is_key(key), "{key}");
        }
        let too_long = "k".repeat(MAX_KEY_LETTERS + 1);
        for key in ["", " ", "a b", "a\t", "a\u{7f}", "키", too_long.as_str()] {
            assert!(!is_key(key), "{key:?}");
        }
    }
}
