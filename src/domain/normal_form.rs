//! One way to write a text that can be written in several: a Mac takes Hangul apart, so that "가" is
//! two characters there, and two names that look the same would differ.

use unicode_normalization::UnicodeNormalization;

/// The text in Unicode's normalisation form C, in which what looks the same is the same. File paths
/// stay as they are: a file is found under the name that it has.
pub fn normal_form(text: &str) -> String {
    text.nfc().collect()
}

/// Whether a character leaves no mark: by Unicode the fillers of Hangul are letters, and the signs
/// that join or part words have no width.
pub fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{ad}'
            | '\u{34f}'
            | '\u{61c}'
            | '\u{115f}'..='\u{1160}'
            | '\u{17b4}'..='\u{17b5}'
            | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{3164}'
            | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}'
            | '\u{ffa0}'
            | '\u{1bca0}'..='\u{1bca3}'
            | '\u{1d173}'..='\u{1d17a}'
            | '\u{e0000}'..='\u{e0fff}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_has_one_form_and_keeps_what_is_seen() {
        for (given, expect) in [
            ("\u{110c}\u{116e}\u{110c}\u{1169} A\u{1112}\u{1167}\u{11bc}", "주조 A형"),
            ("주조 A형", "주조 A형"),
            ("\u{f90a}", "金"),
            // Wide letters look different and stay.
            ("Ａ형", "Ａ형"),
            ("", ""),
        ] {
            assert_eq!(normal_form(given), expect);
        }
    }

    #[test]
    fn fillers_and_joiners_are_not_seen() {
        for (letter, expect) in [
            ('\u{3164}', true),
            ('\u{200d}', true),
            ('가', false),
            ('-', false),
            ('\u{3131}', false),
        ] {
            assert_eq!(is_invisible(letter), expect, "{letter:?}");
        }
    }
}
