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
    /// Files to begin with, which are sound but for those in `refused`.
    pub seeds: fn() -> Vec<Vec<u8>>,
    /// Indices of the files that the reader refuses, as it should.
    pub refused: &'static [usize],
    /// Reads the file, whose content is also given. Returns the kind of what happened ([`outcome`]).
    pub read: fn(&Path, &[u8]) -> String,
}

impl Target {
    /// What is wrong with the files to begin with: those that are read where they should not be, or not
    /// where they should, with what the reader said. From files that are all refused nothing but
    /// refusals would be fuzzed.
    pub fn unsound_seeds(&self, folder: &Path) -> Vec<String> {
        let path = folder.join(self.file);
        let mut wrong = Vec::new();
        for (index, seed) in (self.seeds)().iter().enumerate() {
            let written = std::fs::write(&path, seed);
            let said = match written {
                Ok(()) => (self.read)(&path, seed),
                Err(error) => error.to_string(),
            };
            if said.starts_with(READ) == self.refused.contains(&index) {
                wrong.push(format!("{}: its file {index}: {said}", self.name));
            }
        }
        wrong
    }
}

/// How the outcome of a file begins that was read.
const READ: &str = "read, of size 2^";

/// Longest kind of outcome, in characters.
const MOST: usize = 160;

/// The kind of what a reader returned: its size or its error, without the numbers in it, so that
/// there are not too many.
pub fn outcome<T, E: Debug>(read: Result<T, E>, size: impl FnOnce(T) -> usize) -> String {
    match read {
        Ok(value) => format!("{READ}{}", size(value).checked_ilog2().unwrap_or(0)),
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
