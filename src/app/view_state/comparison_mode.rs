//! Ways to compare a part with a normal one.

use serde::{Deserialize, Serialize};

/// How a part and a normal part are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ComparisonMode {
    /// The part alone.
    #[default]
    Part,
    /// Both side by side.
    Beside,
    /// One over the other, under a divider that a person moves.
    Swipe,
    /// One after the other at the same place.
    Blink,
    /// The differences between them.
    Difference,
}

impl ComparisonMode {
    pub(crate) const ALL: [Self; 5] =
        [Self::Part, Self::Beside, Self::Swipe, Self::Blink, Self::Difference];

    /// The id of the mode's message.
    pub(crate) fn label(self) -> &'static str {
        match self {
            Self::Part => "picture-part",
            Self::Beside => "picture-beside",
            Self::Swipe => "picture-swipe",
            Self::Blink => "picture-blink",
            Self::Difference => "picture-difference",
        }
    }
}
