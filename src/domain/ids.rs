//! Codes, row ids and hashes. A code is typed by people and is part of file names; a row id
//! identifies a row of the library's database and is never reused.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A text that cannot be a code: empty, too long, or with a character that file names cannot hold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' cannot be a code: use 1 to 64 letters, digits or '-'")]
pub struct InvalidCode(pub String);

/// Longest product or defect code, in characters.
const MAX_CODE_CHARS: usize = 64;

fn checked_code(text: &str) -> Result<String, InvalidCode> {
    let text = text.trim();
    let fits = (1..=MAX_CODE_CHARS).contains(&text.chars().count());
    // No '_', which separates the parts of file names.
    let plain = text.chars().all(|c| c.is_alphanumeric() || c == '-');
    if fits && plain { Ok(text.to_owned()) } else { Err(InvalidCode(text.to_owned())) }
}

macro_rules! code_type {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// The code in `text`, without surrounding spaces: 1 to 64 letters, digits or `-`.
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
    /// Row id of an inspection.
    InspectionId
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
}
