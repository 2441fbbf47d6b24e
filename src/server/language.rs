//! The language that a caller asks for.

use axum::http::HeaderMap;
use axum::http::header::ACCEPT_LANGUAGE;

use fettle_domain::Language;

/// The language of `Accept-Language` (RFC 9110, 12.5.4) that Fettle speaks and the caller likes
/// best, else `default`.
pub(crate) fn language_of(headers: &HeaderMap, default: Language) -> Language {
    let Some(asked) = headers.get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()) else {
        return default;
    };
    let mut best: Option<(Language, f32)> = None;
    for part in asked.split(',') {
        let mut words = part.split(';');
        let tag = words.next().unwrap_or_default().trim().to_ascii_lowercase();
        let language = match tag.split('-').next() {
            Some("ko") => Language::Ko,
            Some("en") => Language::En,
            _ => continue,
        };
        let quality = words.find_map(|word| word.trim().strip_prefix("q=")?.parse::<f32>().ok());
        let quality = quality.unwrap_or(1.0);
        if quality > best.map_or(0.0, |(_, best)| best) {
            best = Some((language, quality));
        }
    }
    best.map_or(default, |(language, _)| language)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_liked_known_language_is_spoken() {
        use Language::{En, Ko};
        // Header, language where the default is Korean.
        let cases = [
            ("en", En),
            ("en-US,en;q=0.9,ko;q=0.8", En),
            ("ko-KR,ko;q=0.9,en;q=0.8", Ko),
            ("de, en;q=0.5", En),
            ("en;q=0.1, ko", Ko),
            ("en;q=0", Ko),
            ("*", Ko),
            ("", Ko),
        ];
        for (header, language) in cases {
            let mut headers = HeaderMap::new();
            headers.insert(ACCEPT_LANGUAGE, header.parse().unwrap());
            assert_eq!(language_of(&headers, Ko), language, "{header:?}");
        }
        assert_eq!(language_of(&HeaderMap::new(), En), En);
    }
}
