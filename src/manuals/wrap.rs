//! Joining the printed lines of one statement or cell.

use std::collections::HashSet;

/// One printed line of a text.
#[derive(Debug, Clone)]
pub(super) struct Piece {
    pub(super) text: String,
    /// The printer set a space after it.
    pub(super) ends_in_space: bool,
}

/// Beginnings of English words that writers part with a hyphen of their own.
const PREFIXES: [&str; 24] = [
    "anti", "co", "cross", "de", "down", "high", "in", "inter", "low", "multi", "non", "off", "on",
    "out", "over", "post", "pre", "re", "self", "semi", "sub", "two", "under", "up",
];

/// What a file shows about where its printer broke lines.
#[derive(Debug, Default)]
pub(super) struct Wraps {
    /// The printer set the space at which it broke a line.
    pub(super) spaces_printed: bool,
    /// The words of Latin letters that stand within lines, in lower case, with their hyphens.
    words: HashSet<String>,
}

impl Wraps {
    /// `texts` are all printed lines.
    pub(super) fn new<'a>(spaces_printed: bool, texts: impl Iterator<Item = &'a str>) -> Self {
        let mut words = HashSet::new();
        for text in texts {
            for word in text.split(|c: char| !(c.is_ascii_alphabetic() || c == '-')) {
                if !word.is_empty() && !word.ends_with('-') {
                    words.insert(word.to_ascii_lowercase());
                }
            }
        }
        Self { spaces_printed, words }
    }

    /// Joins wrapped lines.
    ///
    /// Korean typesetters break lines inside words too, so a break is not always a
    /// space. Word prints the space at which it broke; where a file shows such spaces at
    /// all, a line without one was broken inside a word, unless that word would be a Latin
    /// one. Other producers drop it; then a break is a space, except beside a bracket or
    /// after a hyphen. A hyphen that only parts a Latin word at the break goes.
    pub(super) fn join(&self, pieces: &[Piece]) -> String {
        let mut out = String::new();
        let mut space = false;
        for piece in pieces {
            let text = piece.text.trim();
            if text.is_empty() {
                continue;
            }
            let latin = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphabetic());
            let glued = out.ends_with(['(', '[', '-', '/'])
                || text.starts_with([')', ']', ',', '.', '·', '/', '%', '℃']);
            let words = latin(out.chars().last()) && latin(text.chars().next());
            if out.ends_with('\u{ad}') || self.only_parts_a_word(&out, text) {
                out.pop();
            } else if !out.is_empty() && (words || space && (self.spaces_printed || !glued)) {
                out.push(' ');
            }
            out.push_str(text);
            space = if self.spaces_printed { piece.ends_in_space } else { true };
        }
        out.retain(|c| c != '\u{ad}');
        out
    }

    /// Whether the hyphen at the end of `before` is there for the line's end alone:
    /// `contami-|nation`, not `De-|gassing` or `two-|part`.
    fn only_parts_a_word(&self, before: &str, after: &str) -> bool {
        let Some(stem) = before.strip_suffix('-') else { return false };
        let is_part = |c: &char| c.is_ascii_alphabetic() || *c == '-';
        let head: String = stem.chars().rev().take_while(is_part).collect();
        let head: String = head.chars().rev().collect::<String>().to_ascii_lowercase();
        let tail: String = after.chars().take_while(char::is_ascii_alphabetic).collect();
        if head.is_empty() || !tail.starts_with(|c: char| c.is_ascii_lowercase()) {
            return false;
        }
        let knows = |word: String| self.words.contains(&word);
        if knows(format!("{head}{tail}")) {
            return true;
        }
        let is_own = knows(format!("{head}-{tail}"))
            || PREFIXES.contains(&head.as_str())
            || knows(head.clone()) && knows(tail);
        !is_own && !head.contains('-')
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pieces(texts: &[(&str, bool)]) -> Vec<Piece> {
        let piece = |(text, ends_in_space): &(&str, bool)| Piece {
            text: (*text).to_owned(),
            ends_in_space: *ends_in_space,
        };
        texts.iter().map(piece).collect()
    }

    #[test]
    fn a_break_is_a_space_only_where_one_was_printed() {
        for (lines, printed, expected) in [
            (vec![("응고 중에 남아", true), ("생긴 공극", true)], true, "응고 중에 남아 생긴 공극"),
            (vec![("점도 관", false), ("리, 청정도", true)], true, "점도 관리, 청정도"),
            (
                vec![("응고 중에 남아", false), ("생긴 공극", false)],
                false,
                "응고 중에 남아 생긴 공극",
            ),
            (vec![("공정(탈기", false), (") 점검", false)], false, "공정(탈기) 점검"),
            (vec![("De-", false), ("gassing", false)], false, "De-gassing"),
            (vec![("the", false), ("melt", false)], true, "the melt"),
            (vec![("", false), ("하나", false)], true, "하나"),
        ] {
            let wraps = Wraps::new(printed, std::iter::empty());
            assert_eq!(wraps.join(&pieces(&lines)), expected);
        }
    }

    #[test]
    fn a_hyphen_goes_where_it_only_parts_a_word() {
        let printed = ["overheating of a two-part mould", "check the valve pipe", "well known"];
        let wraps = Wraps::new(false, printed.into_iter());
        for (first, second, expected) in [
            ("metal contami-", "nation of the part", "metal contamination of the part"),
            ("over-", "heating", "overheating"),
            ("over-", "flow", "over-flow"),
            ("two-", "part", "two-part"),
            ("valve-", "pipe", "valve-pipe"),
            ("CO-", "MET", "CO-MET"),
            ("10-", "fold", "10-fold"),
            ("conta\u{ad}", "mination", "contamination"),
        ] {
            let lines = [(first, false), (second, false)];
            assert_eq!(wraps.join(&pieces(&lines)), expected);
        }
    }
}
