//! What a model that looks at pictures says of a part: its view, and no more. It is no
//! source of anything: verdict, causes and actions do not depend on it.

use serde::{Deserialize, Serialize};

use super::{Language, ModelId};

/// A picture that a model was shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ShownPicture {
    /// The part inspected.
    Part,
    /// The nearest normal part.
    Reference,
    /// The part with its anomaly map over it.
    Overlay,
}

impl ShownPicture {
    /// The id of its message.
    pub fn word(self) -> &'static str {
        match self {
            Self::Part => "view-of-part",
            Self::Reference => "view-of-reference",
            Self::Overlay => "view-of-overlay",
        }
    }
}

/// A model's description of a part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModelView {
    /// Whose view it is.
    pub model: ModelId,
    /// The language of the text.
    pub language: Language,
    /// What it wrote, in whole sentences.
    pub text: String,
    /// What it looked at, in order.
    pub shown: Vec<ShownPicture>,
}
