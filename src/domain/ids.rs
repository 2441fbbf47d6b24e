//! Codes, row ids and hashes. A code is typed by people and is part of file names; a row id
//! identifies a row of the library's database and is never reused.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::normal_form::{is_invisible, normal_form};

/// A text that cannot be a code: empty, too long, or with a character that file names cannot hold
/// or nobody sees.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' cannot be a code: use 1 to 64 letters, digits or '-'")]
pub struct InvalidCode(pub String);

/// Longest product or defect code, in characters.
const MAX_CODE_CHARS: usize = 64;

fn checked_code(text: &str) -> Result<String, InvalidCode> {
    let text = normal_form(text.trim());
    let fits = (1..=MAX_CODE_CHARS).contains(&text.chars().count());
    // No '_', which separates the parts of file names.
    let plain = text.chars().all(|c| (c.is_alphanumeric() && !is_invisible(c)) || c == '-');
    if fits && plain { Ok(text) } else { Err(InvalidCode(text)) }
}

macro_rules! code_type {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// The code in `text`, without surrounding spaces and in the normal form: 1 to 64
            /// letters, digits or `-`.
            ///
            /// # Errors
            /// [`InvalidCode`] for any other text.
            pub fn new(text: &str) -> Result<Self, InvalidCode> {
                checked_code(text).map(Self)
            }

            /// The code as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = InvalidCode;
            fn try_from(text: String) -> Result<Self, InvalidCode> {
                Self::new(&text)
            }
        }

        impl std::str::FromStr for $name {
            type Err = InvalidCode;
            fn from_str(text: &str) -> Result<Self, InvalidCode> {
                Self::new(text)
            }
        }

        impl From<$name> for String {
            fn from(code: $name) -> Self {
                code.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

macro_rules! row_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub i64);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

code_type!(
    /// A product's code, e.g. `prod1`: the first part of the names of its files.
    ProductCode
);
code_type!(
    /// A defect type's code within its product, e.g. `hole`.
    DefectCode
);
row_id!(
    /// Row id of a registered image, and its id in the image index.
    ImageId
);
row_id!(
    /// Row id of a registered version of a manual.
    ManualId
);
row_id!(
    /// Row id of a deletion of a product or a defect type.
    DeletionId
);
row_id!(
    /// Row id of an inspection.
    InspectionId
);
row_id!(
    /// Row id of a record of a corrective action.
    CorrectiveActionId
);

/// The SHA-256 of a file's bytes, as 64 lower-case hexadecimal digits.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ContentHash(pub String);

impl fmt::Display for ContentHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A model's id in the manifest, e.g. `efficientnet-lite0`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ModelId(pub String);

impl fmt::Display for ModelId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_has_only_characters_that_file_names_can_hold() {
        for good in ["prod1", "가죽", " leather ", "a-b"] {
            assert_eq!(ProductCode::new(good).map(|c| c.to_string()), Ok(good.trim().to_owned()));
        }
        for bad in ["", "  ", "a_b", "../etc", "a/b", "a.b", "a b", &"x".repeat(65)] {
            assert!(ProductCode::new(bad).is_err(), "{bad:?} was taken");
        }
    }

    #[test]
    fn codes_that_look_the_same_are_the_same() {
        // As a Mac writes it, or a font's compatibility letters; the code.
        for (given, code) in [
            ("\u{1100}\u{1161}\u{110c}\u{116e}\u{11a8}", "가죽"),
            ("\u{1112}\u{1161}\u{11ab}\u{1100}\u{1173}\u{11af}-1", "한글-1"),
            ("cafe\u{301}", "café"),
            ("e\u{302}\u{301}", "ế"),
            ("\u{f90a}-\u{f9b4}", "金-領"),
            ("\u{212b}", "Å"),
            ("\u{2126}1", "Ω1"),
        ] {
            let (given, code) = (DefectCode::new(given), DefectCode::new(code).unwrap());
            assert_eq!(given.as_ref(), Ok(&code));
            let json = serde_json::to_string(&code).unwrap();
            assert_eq!(serde_json::from_str::<DefectCode>(&json).ok(), given.ok());
        }
        // 64 syllables are 64 letters, however they are written.
        let long = "\u{1100}\u{1161}".repeat(64);
        assert_eq!(ProductCode::new(&long).map(|code| code.to_string()), Ok("가".repeat(64)));
        // Letters that nobody sees.
        for hidden in ["p\u{3164}", "\u{115f}", "a\u{ffa0}b", "p\u{200b}", "\u{feff}p", "p\u{ad}"] {
            assert!(ProductCode::new(hidden).is_err(), "{hidden:?} was taken");
        }
    }
}
