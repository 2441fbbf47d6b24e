//! Marks and words for: the same as above.

use super::headings::compact;

/// Marks that stand alone in a cell.
const MARKS: [&str; 5] = ["〃", "″", "\"", "''", "””"];
/// Words, as [`compact`] gives them.
const WORDS: [&str; 7] =
    ["상동", "동일", "위와같음", "위와동일", "sameasabove", "asabove", "ditto"];

/// Whether a cell says that it says the same as the one above.
pub(super) fn is_ditto(text: &str) -> bool {
    MARKS.contains(&text.trim()) || WORDS.contains(&compact(text).as_str())
}
