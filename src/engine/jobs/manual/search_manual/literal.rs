//! Whether a question is a look-up: words, a heading or a number that stand in a manual as they are
//! written.

use fettle_domain::normal_form;

/// Fewest characters of a look-up.
const SHORTEST: usize = 2;

/// A question that may stand in a manual as it is written.
pub(super) struct Lookup {
    /// Without spaces, in lower case; empty where it is too short.
    letters: String,
}

impl Lookup {
    pub(super) fn new(question: &str) -> Self {
        let letters = letters_of(question);
        let is_long = letters.chars().count() >= SHORTEST;
        Self { letters: if is_long { letters } else { String::new() } }
    }

    /// Whether it is `question`, however that is spaced.
    pub(super) fn is(&self, question: &str) -> bool {
        !self.letters.is_empty() && self.letters == letters_of(question)
    }

    /// Whether it stands in `text`, however that is spaced: from the start of a word to the end of one
    /// where it begins and ends with letters or digits other than Hangul (`in` is not in `line`,
    /// `3` not in `13`).
    pub(super) fn stands_in(&self, text: &str) -> bool {
        if self.letters.is_empty() {
            return false;
        }
        let text = plain(text);
        text.match_indices(&self.letters).any(|(at, found)| {
            let (before, rest) = text.split_at_checked(at).unwrap_or_default();
            let after = rest.strip_prefix(found).unwrap_or_default();
            let goes_on = |a: Option<char>, b: Option<char>| {
                a.zip(b).is_some_and(|(a, b)| kind(a).is_some() && kind(a) == kind(b))
            };
            !goes_on(before.chars().next_back(), found.chars().next())
                && !goes_on(found.chars().next_back(), after.chars().next())
        })
    }
}

/// Letters of scripts that are written with spaces go on in their like, and so do digits.
fn kind(c: char) -> Option<bool> {
    (c.is_ascii_alphabetic() || c.is_numeric()).then(|| c.is_numeric())
}

fn letters_of(question: &str) -> String {
    plain(question.trim().trim_end_matches(['?', '!', '.', '？']))
}

fn plain(text: &str) -> String {
    normal_form(text).chars().filter(|c| !c.is_whitespace()).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_look_up_stands_in_a_text_as_it_is_written() {
        for (question, text, expected) in [
            ("외곽 테두리", "burr 외곽테두리 금형 누유", true),
            ("±3℃", "건조 라인 온도 자동제어(±3℃) 유지", true),
            ("±3℃?", "±13℃", false),
            ("3℃", "±13℃", false),
            ("TiN", "경도 코팅(TiN 등) 적용", true),
            ("in", "line", false),
            ("핀홀", "핀홀 (pinhole) - 조치: 탈기", true),
            ("a", "a", false),
            ("", "기공", false),
            ("?", "기공?", false),
            ("탈기 장치를 점검", "탈기 장치 점검", false),
        ] {
            assert_eq!(Lookup::new(question).stands_in(text), expected, "{question} / {text}");
        }
    }
}
