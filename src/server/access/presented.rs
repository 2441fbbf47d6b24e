//! The token that a request carries: in `Authorization`, as programs send it, or in a cookie, as the pages
//! of a browser do.

use axum::http::HeaderMap;
use axum::http::header::{AUTHORIZATION, COOKIE};
use cookie::{Cookie, SameSite};

/// The cookie that holds a browser's token.
const TOKEN_COOKIE: &str = "fettle_token";
/// Days that a browser keeps it.
const COOKIE_DAYS: i64 = 30;

/// The token that the headers carry. A header says more than a cookie.
pub(super) fn presented(headers: &HeaderMap) -> Option<String> {
    if let Some(given) = headers.get(AUTHORIZATION) {
        let (scheme, token) = given.to_str().ok()?.split_once(' ')?;
        return scheme.eq_ignore_ascii_case("bearer").then(|| token.trim().to_owned());
    }
    let cookies = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut cookies = cookies.flat_map(Cookie::split_parse).flatten();
    cookies.find(|cookie| cookie.name() == TOKEN_COOKIE).map(|cookie| cookie.value().to_owned())
}

/// The cookie that a browser is given with its token. Scripts do not see it, and other sites' pages do not
/// send it.
pub(crate) fn token_cookie(token: &str, is_encrypted: bool) -> Cookie<'static> {
    Cookie::build((TOKEN_COOKIE, token.to_owned()))
        .path("/")
        .http_only(true)
        .same_site(SameSite::Strict)
        .secure(is_encrypted)
        .max_age(cookie::time::Duration::days(COOKIE_DAYS))
        .build()
}

/// The cookie that takes a browser's token away.
pub(crate) fn forget_cookie() -> Cookie<'static> {
    let mut cookie = token_cookie("", false);
    cookie.make_removal();
    cookie
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::{HeaderName, HeaderValue};

    #[test]
    fn a_token_comes_in_a_header_or_a_cookie() {
        type Headers = &'static [(&'static str, &'static str)];
        // Headers, token.
        let cases: [(Headers, Option<&str>); 8] = [
            (&[], None),
            (&[("authorization", "Bearer fettle_a_b")], Some("fettle_a_b")),
            (&[("authorization", "bearer  fettle_a_b ")], Some("fettle_a_b")),
            (&[("authorization", "Basic Zm9v")], None),
            (&[("authorization", "fettle_a_b")], None),
            (&[("cookie", "theme=dark; fettle_token=fettle_a_b")], Some("fettle_a_b")),
            (&[("cookie", "x"), ("cookie", "fettle_token=y")], Some("y")),
            (&[("authorization", "Basic Zm9v"), ("cookie", "fettle_token=y")], None),
        ];
        for (given, expected) in cases {
            let mut headers = HeaderMap::new();
            for (name, value) in given {
                let name = HeaderName::from_static(name);
                headers.append(name, HeaderValue::from_static(value));
            }
            assert_eq!(presented(&headers).as_deref(), expected, "{given:?}");
        }
    }

    #[test]
    fn a_browser_gets_a_cookie_that_stays_with_it() {
        let written = token_cookie("fettle_a_b", true).to_string();
        for word in ["HttpOnly", "SameSite=Strict", "Secure", "Path=/"] {
            assert!(written.contains(word), "{written}");
        }
        assert!(!token_cookie("fettle_a_b", false).to_string().contains("Secure"));
        assert!(forget_cookie().to_string().contains("Max-Age=0"));
    }
}
