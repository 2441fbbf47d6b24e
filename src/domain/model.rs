//! Roles of models in the pipeline.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The task of a model in the pipeline.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ModelRole {
    /// Image to unit vector, for the search of similar defects.
    ImageEmbedder,
    /// Image to feature maps, for `PatchCore`.
    Backbone,
    /// Text to unit vector, for the search in manuals.
    TextEmbedder,
    /// Text generation, for reports.
    Chat,
    /// Description of images in words. Optional.
    VisionChat,
}

impl ModelRole {
    /// All roles, in the order in which an inspection uses them.
    pub const ALL: [Self; 5] =
        [Self::ImageEmbedder, Self::Backbone, Self::TextEmbedder, Self::Chat, Self::VisionChat];

    /// Whether Fettle works without a model in this role.
    pub fn is_optional(self) -> bool {
        self == Self::VisionChat
    }
}

impl fmt::Display for ModelRole {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::ImageEmbedder => "image embedder",
            Self::Backbone => "backbone",
            Self::TextEmbedder => "text embedder",
            Self::Chat => "chat",
            Self::VisionChat => "vision chat",
        })
    }
}

/// The side of a search that a text is on: e5 models embed the two sides with different prefixes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextKind {
    /// A question.
    Query,
    /// A text that may answer it.
    Passage,
}
