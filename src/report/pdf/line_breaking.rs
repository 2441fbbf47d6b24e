//! Line breaking for Korean and Latin text: between words, and within a word only if the word is wider
//! than a line.

use fettle_domain::hangul::is_syllable;
use unicode_linebreak::linebreaks;

/// Breaks `text` into lines no wider than `width` by `measure`; a wider single character has a line of
/// its own.
///
/// Lines break at the opportunities of UAX #14, so that no line starts with a full stop or a closing
/// bracket. UAX #14 also allows breaks between two Hangul syllables; those are used only in a word that
/// is wider than a line.
pub(super) fn break_lines(text: &str, width: f32, measure: impl Fn(&str) -> f32) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    for word in segments(text, false) {
        if fits(&line, word, width, &measure) {
            line.push_str(word);
            continue;
        }
        if !line.is_empty() {
            lines.push(std::mem::take(&mut line));
        }
        if measure(word.trim_end()) <= width {
            line.push_str(word);
            continue;
        }
        for segment in segments(word, true) {
            if fits(&line, segment, width, &measure) {
                line.push_str(segment);
                continue;
            }
            for letter in segment.chars().map(String::from) {
                if !line.is_empty() && !fits(&line, &letter, width, &measure) {
                    lines.push(std::mem::take(&mut line));
                }
                line.push_str(&letter);
            }
        }
    }
    lines.push(line);
    for line in &mut lines {
        line.truncate(line.trim_end().len());
    }
    lines
}

fn fits(line: &str, more: &str, width: f32, measure: impl Fn(&str) -> f32) -> bool {
    measure(format!("{line}{more}").trim_end()) <= width
}

/// Splits `text` at line break opportunities; between Hangul syllables only with `within_words`.
fn segments(text: &str, within_words: bool) -> Vec<&str> {
    let mut segments = Vec::new();
    let mut rest = text;
    let mut begun = 0;
    for (at, _) in linebreaks(text) {
        let Some((segment, after)) = rest.split_at_checked(at - begun) else { break };
        let is_hangul = |c: Option<char>| c.is_some_and(is_syllable);
        let in_word = is_hangul(segment.chars().next_back()) && is_hangul(after.chars().next());
        if within_words || !in_word {
            segments.push(segment);
            (rest, begun) = (after, at);
        }
    }
    segments
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Hangul is two wide, all other characters one.
    fn measure(text: &str) -> f32 {
        text.chars().map(|c| if is_syllable(c) { 2.0 } else { 1.0 }).sum()
    }

    #[test]
    fn korean_breaks_between_words_and_long_words_where_they_may() {
        let cases: [(&str, f32, &[&str]); 6] = [
            ("용탕 온도를 낮춘다.", 12.0, &["용탕 온도를", "낮춘다."]),
            // No line begins with the bracket or the full stop.
            ("주조온도(높음).", 13.0, &["주조온도", "(높음)."]),
            ("가나다라마바사", 6.0, &["가나다", "라마바", "사"]),
            ("/line/a/part-b.png", 9.0, &["/line/a/", "part-", "b.png"]),
            ("aaaaaaaaaa", 4.0, &["aaaa", "aaaa", "aa"]),
            ("", 4.0, &[""]),
        ];
        for (text, width, expected) in cases {
            assert_eq!(break_lines(text, width, measure), expected, "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_line_is_too_wide_and_nothing_is_lost(
            text in "([a-z가-나.,()/ -]|\\PC){0,60}", width in 2.0_f32..20.0,
        ) {
            let lines = break_lines(&text, width, measure);
            for line in &lines {
                prop_assert!(measure(line) <= width, "{line:?} in {lines:?}");
            }
            let squeezed = |text: &str| text.split_whitespace().collect::<String>();
            prop_assert_eq!(squeezed(&lines.concat()), squeezed(&text));
        }
    }
}
