//! Joins the printed lines of a statement or a cell.

use std::collections::HashSet;

/// One printed line of a statement or a cell.
#[derive(Debug, Clone)]
pub(super) struct Fragment {
    pub(super) text: String,
    /// Whether the producer printed a space at the end of the line.
    pub(super) ends_in_space: bool,
}

/// English prefixes that are written with a hyphen also within a line.
const PREFIXES: [&str; 24] = [
    "anti", "co", "cross", "de", "down", "high", "in", "inter", "low", "multi", "non", "off", "on",
    "out", "over", "post", "pre", "re", "self", "semi", "sub", "two", "under", "up",
];

/// Joins wrapped lines by how a file breaks lines and which words the file has.
#[derive(Debug, Default)]
pub(super) struct LineJoiner {
    /// Whether the producer prints the space at which a line is broken.
    pub(super) spaces_printed: bool,
    /// Words of Latin letters within lines, in lower case, with their hyphens.
    words: HashSet<String>,
}

impl LineJoiner {
    /// Learns the words of a file from `texts`, all printed lines of the file.
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
    /// Korean lines are also broken inside words, so a line break is not always a space. Word
    /// prints the space at which a line is broken: in a file with such spaces, a line without one
    /// was broken inside a word, unless the word is a Latin one. Other producers drop the space: in
    /// their files a line break is a space, except beside a bracket or after a hyphen. A hyphen that
    /// only splits a Latin word at the line break is removed.
    pub(super) fn join(&self, fragments: &[Fragment]) -> String {
        let mut out = String::new();
        let mut space = false;
        for fragment in fragments {
            let text = fragment.text.trim();
            if text.is_empty() {
                continue;
            }
            let latin = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphabetic());
            let glued = out.ends_with(['(', '[', '-', '/'])
                || text.starts_with([')', ']', ',', '.', '·', '/', '%', '℃']);
            let words = latin(out.chars().last()) && latin(text.chars().next());
            if out.ends_with('\u{ad}') || self.is_line_break_hyphen(&out, text) {
                out.pop();
            } else if !out.is_empty() && (words || space && (self.spaces_printed || !glued)) {
                out.push(' ');
            }
            out.push_str(text);
            space = if self.spaces_printed { fragment.ends_in_space } else { true };
        }
        out.retain(|c| c != '\u{ad}');
        out
    }

    /// Whether the hyphen at the end of `before` belongs to the line break and not to the word:
    /// `contami-|nation`, but not `De-|gassing` or `two-|part`.
    fn is_line_break_hyphen(&self, before: &str, after: &str) -> bool {
        let Some(head) = before.strip_suffix('-') else { return false };
        let is_part = |c: &char| c.is_ascii_alphabetic() || *c == '-';
        let head: String = head.chars().rev().take_while(is_part).collect();
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

    fn fragments(texts: &[(&str, bool)]) -> Vec<Fragment> {
        let fragment = |(text, ends_in_space): &(&str, bool)| Fragment {
            text: (*text).to_owned(),
            ends_in_space: *ends_in_space,
        };
        texts.iter().map(fragment).collect()
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
            let joiner = LineJoiner::new(printed, std::iter::empty());
            assert_eq!(joiner.join(&fragments(&lines)), expected);
        }
    }

    #[test]
    fn a_hyphen_of_a_line_break_is_removed() {
        let printed = ["overheating of a two-part mould", "check the valve pipe", "well known"];
        let joiner = LineJoiner::new(false, printed.into_iter());
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
            assert_eq!(joiner.join(&fragments(&lines)), expected);
        }
    }
}
