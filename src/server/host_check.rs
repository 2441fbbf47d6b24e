//! Callers that a browser sends without its user's will: pages of other sites.
//!
//! A page may reach this machine through a name of its own that resolves to it (DNS rebinding), which
//! the `Host` header tells, or send a form across, which `Origin` or `Sec-Fetch-Site` tell.

use std::net::IpAddr;

use axum::extract::{Request, State};
use axum::http::HeaderMap;
use axum::http::header::{HOST, ORIGIN};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::app_state::AppState;
use super::failure::Failure;

/// The layer that turns such callers away.
pub(crate) async fn check_host(
    State(state): State<AppState>,
    request: Request,
    next: Next,
) -> Response {
    match is_own(request.headers(), &state.config().host_names) {
        true => next.run(request).await,
        false => Failure::WrongHost.into_response(),
    }
}

/// Whether the caller names this server as addresses do, or as its owner said, and does not come from
/// another site's page.
fn is_own(headers: &HeaderMap, names: &[String]) -> bool {
    let text = |name| headers.get(name).map(|value: &axum::http::HeaderValue| value.to_str());
    let host = match text(HOST) {
        // HTTP/1.0 has none; no browser speaks it.
        None => None,
        Some(Ok(host)) if is_known(host, names) => Some(host),
        Some(_) => return false,
    };
    let from_here = match (text(ORIGIN), host) {
        (None, _) => true,
        (Some(Ok(origin)), Some(host)) => {
            origin.split_once("://").is_some_and(|(_scheme, origin)| origin == host)
        }
        (Some(_), _) => false,
    };
    let site = headers.get("sec-fetch-site").and_then(|value| value.to_str().ok());
    // `none`: a person typed the address or followed a bookmark. A link from another page is a
    // navigation, and changes nothing.
    let navigates = headers.get("sec-fetch-mode").is_some_and(|mode| mode == "navigate")
        && headers.get(ORIGIN).is_none();
    from_here && (matches!(site, None | Some("same-origin" | "none")) || navigates)
}

fn is_known(host: &str, names: &[String]) -> bool {
    let name = match host.rsplit_once(':') {
        // The last colon of `[::1]` is none of a port.
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    };
    let address = name.strip_prefix('[').and_then(|name| name.strip_suffix(']')).unwrap_or(name);
    address.parse::<IpAddr>().is_ok()
        || name.eq_ignore_ascii_case("localhost")
        || names.iter().any(|known| known.eq_ignore_ascii_case(name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::{HeaderName, HeaderValue};

    #[test]
    fn pages_of_other_sites_are_turned_away() {
        let names = ["line-3".to_owned()];
        // Headers, served.
        let cases: [(&[(&str, &str)], bool); 14] = [
            (&[("host", "127.0.0.1:5000")], true),
            (&[("host", "[::1]:5000")], true),
            (&[("host", "[::1]")], true),
            (&[("host", "localhost")], true),
            (&[("host", "LINE-3:5000")], true),
            (&[("host", "evil.example:5000")], false),
            (&[("host", "localhost.evil.example")], false),
            (&[], true),
            (&[("host", "localhost:5000"), ("origin", "http://localhost:5000")], true),
            (&[("host", "localhost:5000"), ("origin", "http://evil.example")], false),
            (&[("host", "localhost:5000"), ("origin", "null")], false),
            (&[("host", "localhost:5000"), ("sec-fetch-site", "cross-site")], false),
            (&[("host", "localhost:5000"), ("sec-fetch-site", "same-origin")], true),
            (
                &[
                    ("host", "localhost:5000"),
                    ("sec-fetch-site", "cross-site"),
                    ("sec-fetch-mode", "navigate"),
                ],
                true,
            ),
        ];
        for (given, served) in cases {
            let headers: HeaderMap = given
                .iter()
                .map(|(name, value)| {
                    (HeaderName::from_static(name), HeaderValue::from_static(value))
                })
                .collect();
            assert_eq!(is_own(&headers, &names), served, "{given:?}");
        }
    }
}
