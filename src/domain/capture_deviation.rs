//! How a picture was taken otherwise than the normal pictures of its product.

use serde::{Deserialize, Serialize};

/// A way in which a picture differs from all normal pictures of its product, other than by a
/// defect. Scores of such a picture mean little: its part is unsure.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "deviation")]
pub enum CaptureDeviation {
    /// The light is stronger than in the brightest normal picture.
    Brighter {
        /// Ratio of the lightness to that picture's, above 1.
        ratio: f32,
    },
    /// The light is weaker than in the darkest normal picture.
    Darker {
        /// Ratio of the lightness to that picture's, below 1.
        ratio: f32,
    },
    /// The focus is softer than in the softest normal picture.
    Blurred {
        /// Ratio of the sharpness to that picture's, below 1.
        ratio: f32,
    },
}

impl CaptureDeviation {
    /// Id of the message that says so.
    pub fn message_id(self) -> &'static str {
        match self {
            Self::Brighter { .. } => "deviation-brighter",
            Self::Darker { .. } => "deviation-darker",
            Self::Blurred { .. } => "deviation-blurred",
        }
    }

    /// How far the picture deviates, in percent.
    pub fn amount(self) -> f32 {
        match self {
            Self::Brighter { ratio } => 100.0 * (ratio - 1.0),
            Self::Darker { ratio } | Self::Blurred { ratio } => 100.0 * (1.0 - ratio),
        }
    }
}
