//! What is fuzzed.

use std::fmt::Debug;
use std::path::Path;

use super::wrapping::Wrapping;

/// A reader, and files to begin with.
pub struct Target {
    /// By which it is chosen on the command line.
    pub name: &'static str,
    /// Name of the file that is read: the ending may state the format.
    pub file: &'static str,
    /// What the content stands in.
    pub wrapping: Wrapping,
    /// Sound files.
    pub seeds: fn() -> Vec<Vec<u8>>,
    /// Reads the file, whose content is also given. Returns the kind of what happened ([`outcome`]).
    pub read: fn(&Path, &[u8]) -> String,
}

/// Longest kind of outcome, in characters.
const MOST: usize = 160;

/// The kind of what a reader returned: its size or its error, without the numbers in it, so that
/// there are not too many.
pub fn outcome<T, E: Debug>(read: Result<T, E>, size: impl FnOnce(T) -> usize) -> String {
    match read {
        Ok(value) => format!("read, of size 2^{}", size(value).checked_ilog2().unwrap_or(0)),
        Err(error) => kind(&format!("{error:?}")),
    }
}

/// The beginning of a text, without the numbers, in which errors of one kind differ.
fn kind(text: &str) -> String {
    text.chars().filter(|letter| !letter.is_ascii_digit()).take(MOST).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outcomes_are_told_apart_by_their_kind() {
        for (given, expected) in [
            (Ok(9), "read, of size 2^3"),
            (Ok(0), "read, of size 2^0"),
            (Err(("Missing", 17)), "(\"Missing\", )"),
        ] {
            assert_eq!(outcome(given, |size| size), expected);
        }
    }
}
