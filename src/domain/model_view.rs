//! A vision-language model's description of a part. Verdict, causes and actions never depend on
//! the description.

use serde::{Deserialize, Serialize};

use super::{Language, ModelId};

/// An image that was given to the model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ShownPicture {
    /// The inspected image.
    Part,
    /// The nearest normal image.
    Reference,
    /// The inspected image with its heatmap over it.
    Overlay,
}

impl ShownPicture {
    /// Id of the message that names the image.
    pub fn message_id(self) -> &'static str {
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
    /// The model.
    pub model: ModelId,
    /// The language of the text.
    pub language: Language,
    /// The description, in whole sentences.
    pub text: String,
    /// The images given to the model, in order.
    pub shown: Vec<ShownPicture>,
}
