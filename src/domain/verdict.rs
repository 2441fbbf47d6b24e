//! The verdict on a part.

use serde::{Deserialize, Serialize};

/// OK, NG, or unsure: a person has to look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// A sound part.
    Ok,
    /// Not good: the part has a defect.
    Ng,
    /// Between the two limits, or without a limit to compare with, or taken in conditions that the
    /// bank has not seen: a person decides.
    Unsure,
}

impl Verdict {
    /// All verdicts, the best first.
    pub const ALL: [Self; 3] = [Self::Ok, Self::Ng, Self::Unsure];

    /// The verdict's name in files and in the library's database.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Ng => "ng",
            Self::Unsure => "unsure",
        }
    }

    /// Id of the message that names the verdict.
    pub fn message_id(self) -> &'static str {
        match self {
            Self::Ok => "verdict-ok",
            Self::Ng => "verdict-ng",
            Self::Unsure => "verdict-unsure",
        }
    }
}
