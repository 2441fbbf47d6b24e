//! Words of a text.

use unicode_normalization::UnicodeNormalization;

use super::steps::count_steps;
use fettle_domain::hangul::is_hangul;

/// The words of `text`, composed (NFC) and in lower case. A word is a run of letters and digits
/// that are all Hangul or all of other scripts.
pub(super) fn words(text: &str) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    let mut last: Option<bool> = None;
    count_steps(text.len());
    for c in text.nfc() {
        if !c.is_alphanumeric() {
            last = None;
            continue;
        }
        let hangul = is_hangul(c);
        match out.last_mut() {
            Some(word) if last == Some(hangul) => word.extend(c.to_lowercase()),
            _ => out.push(c.to_lowercase().collect()),
        }
        last = Some(hangul);
    }
    out
}
