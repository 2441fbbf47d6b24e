//! Characters that would not be shown but do something: control characters, and those that turn the
//! direction of writing. A file name, a product name or another program's message may hold them; a
//! terminal obeys them, and a reader is shown another text than there is.

use std::borrow::Cow;
use std::fmt::Write as _;

/// Whether a character acts on its surroundings instead of being shown: of Unicode's control
/// characters all, and the separators, embeddings, overrides and isolates of lines and direction.
fn acts(letter: char) -> bool {
    letter.is_control()
        || matches!(letter, '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

fn shown(text: &str, keeps: impl Fn(char) -> bool) -> Cow<'_, str> {
    if !text.chars().any(|letter| acts(letter) && !keeps(letter)) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 5);
    for letter in text.chars() {
        if acts(letter) && !keeps(letter) {
            // As JSON writes them, so that JSON stays what it is.
            let _infallible = write!(out, "\\u{:04x}", u32::from(letter));
        } else {
            out.push(letter);
        }
    }
    Cow::Owned(out)
}

/// `text` on one line, its acting characters written as `\u001b`.
pub fn printable_line(text: &str) -> Cow<'_, str> {
    shown(text, |_| false)
}

/// `text` on as many lines as it has, with its tabs, its other acting characters written as
/// `\u001b`.
pub fn printable_lines(text: &str) -> Cow<'_, str> {
    shown(text, |letter| matches!(letter, '\n' | '\t'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_that_act_are_shown_and_all_others_stay() {
        // (text, as a line, as lines)
        for (text, line, lines) in [
            ("부품 1.png", "부품 1.png", "부품 1.png"),
            ("\u{1b}[2J\u{7}", "\\u001b[2J\\u0007", "\\u001b[2J\\u0007"),
            ("a\n# b\t", "a\\u000a# b\\u0009", "a\n# b\t"),
            ("\u{9b}31m\u{7f}\r", "\\u009b31m\\u007f\\u000d", "\\u009b31m\\u007f\\u000d"),
            ("gnp.\u{202e}exe", "gnp.\\u202eexe", "gnp.\\u202eexe"),
            ("C:\\u1", "C:\\u1", "C:\\u1"),
        ] {
            assert_eq!(printable_line(text), line, "{text:?}");
            assert_eq!(printable_lines(text), lines, "{text:?}");
        }
        let json = serde_json::to_string_pretty(&["\u{9b}1m\u{202e}", "\u{1b}"]).unwrap();
        let printed = printable_lines(&json);
        let read: Vec<String> = serde_json::from_str(&printed).unwrap();
        assert_eq!(read, ["\u{9b}1m\u{202e}", "\u{1b}"]);
    }
}
