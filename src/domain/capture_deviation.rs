//! How a picture was taken otherwise than the normal pictures of its product.

use serde::{Deserialize, Serialize};

use super::JpegQuality;

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
    /// The part lies elsewhere in the picture than in the normal pictures.
    Shifted {
        /// Distance from its place in the middle one of them, as a share of the picture's shorter side.
        share: f32,
    },
    /// The part is turned as it is in no normal picture.
    Rotated {
        /// Angle to the middle one of them, in degrees, above 0 in either direction.
        degrees: f32,
    },
    /// The part is larger or smaller than in the normal pictures.
    Scaled {
        /// Ratio of its size to that in the middle one of them.
        ratio: f32,
    },
    /// The picture was compressed more strongly than the normal pictures, which accounts for its
    /// score.
    Compressed {
        /// Quality of the JPEG.
        quality: JpegQuality,
    },
}

impl CaptureDeviation {
    /// Id of the message that says so.
    pub fn message_id(self) -> &'static str {
        match self {
            Self::Brighter { .. } => "deviation-brighter",
            Self::Darker { .. } => "deviation-darker",
            Self::Blurred { .. } => "deviation-blurred",
            Self::Shifted { .. } => "deviation-shifted",
            Self::Rotated { .. } => "deviation-rotated",
            Self::Scaled { ratio } if ratio < 1.0 => "deviation-smaller",
            Self::Scaled { .. } => "deviation-larger",
            Self::Compressed { .. } => "deviation-compressed",
        }
    }

    /// The value `amount` of the message: how far the picture deviates, in percent, of a rotation in
    /// degrees; of a compression its quality.
    pub fn amount(self) -> f32 {
        match self {
            Self::Brighter { ratio } => 100.0 * (ratio - 1.0),
            Self::Darker { ratio } | Self::Blurred { ratio } => 100.0 * (1.0 - ratio),
            Self::Shifted { share } => 100.0 * share,
            Self::Rotated { degrees } => degrees,
            Self::Scaled { ratio } => 100.0 * (ratio - 1.0).abs(),
            Self::Compressed { quality } => f32::from(quality.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_deviation_says_how_far() {
        let compressed = CaptureDeviation::Compressed { quality: JpegQuality(75) };
        // Deviation, message, amount in whole numbers.
        let cases = [
            (CaptureDeviation::Brighter { ratio: 1.304 }, "deviation-brighter", 30),
            (CaptureDeviation::Shifted { share: 0.052 }, "deviation-shifted", 5),
            (CaptureDeviation::Rotated { degrees: 7.6 }, "deviation-rotated", 8),
            (CaptureDeviation::Scaled { ratio: 1.1 }, "deviation-larger", 10),
            (CaptureDeviation::Scaled { ratio: 0.9 }, "deviation-smaller", 10),
            (compressed, "deviation-compressed", 75),
        ];
        for (deviation, message, amount) in cases {
            let found = (deviation.message_id(), deviation.amount().round() as u32);
            assert_eq!(found, (message, amount), "{deviation:?}");
        }
    }
}
