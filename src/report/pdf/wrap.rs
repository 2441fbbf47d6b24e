//! Text broken into lines, as Korean is: between words, and within one only where it is wider
//! than a line.

use unicode_linebreak::linebreaks;

/// `text` in lines no wider than `width` by `measure`; a single letter that is wider stands on
/// one of its own. Lines break where Unicode's line breaking (UAX #14) lets them, so that none
/// begins with a full stop or a closing bracket; between two Hangul syllables, where it would let
/// them too, only if nothing else helps.
pub(super) fn wrapped(text: &str, width: f32, measure: impl Fn(&str) -> f32) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    for word in pieces(text, false) {
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
        for piece in pieces(word, true) {
            if fits(&line, piece, width, &measure) {
                line.push_str(piece);
                continue;
            }
            for letter in piece.chars().map(String::from) {
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

/// `text` cut where a line may end; between Hangul syllables only if `within_words`.
fn pieces(text: &str, within_words: bool) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut rest = text;
    let mut begun = 0;
    for (at, _) in linebreaks(text) {
        let Some((piece, after)) = rest.split_at_checked(at - begun) else { break };
        let inside = |c: Option<char>| c.is_some_and(|c| ('가'..='힣').contains(&c));
        let in_word = inside(piece.chars().next_back()) && inside(after.chars().next());
        if within_words || !in_word {
            pieces.push(piece);
            (rest, begun) = (after, at);
        }
    }
    pieces
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Hangul is two wide, all else one.
    fn measure(text: &str) -> f32 {
        text.chars().map(|c| if ('가'..='힣').contains(&c) { 2.0 } else { 1.0 }).sum()
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
            assert_eq!(wrapped(text, width, measure), expected, "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_line_is_too_wide_and_nothing_is_lost(
            text in "([a-z가-나.,()/ -]|\\PC){0,60}", width in 2.0_f32..20.0,
        ) {
            let lines = wrapped(&text, width, measure);
            for line in &lines {
                prop_assert!(measure(line) <= width, "{line:?} in {lines:?}");
            }
            let squeezed = |text: &str| text.split_whitespace().collect::<String>();
            prop_assert_eq!(squeezed(&lines.concat()), squeezed(&text));
        }
    }
}
