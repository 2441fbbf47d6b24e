//! What known defects contribute to the image score of a part.

use serde::{Deserialize, Serialize};

use super::{DefectCode, ImageId, InspectionId};

/// The picture of a known defect.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(untagged)]
pub enum KnownImage {
    /// A registered image of a defect.
    Registered(ImageId),
    /// The picture of an inspection that a person judged NG.
    Judged {
        /// The inspection.
        inspection: InspectionId,
    },
}

impl std::fmt::Display for KnownImage {
    /// Formats as `#7`, or as `#9` of the history.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Registered(image) => write!(f, "#{image}"),
            Self::Judged { inspection } => write!(f, "#{inspection}"),
        }
    }
}

/// How much a part resembles a known defect.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Resemblance {
    /// The picture of the known defect.
    pub image: KnownImage,
    /// The file of a registered image, relative to the workspace.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// The defect that it shows; `None` where nobody named it.
    pub defect: Option<DefectCode>,
    /// Cosine of the two parts' oddest patches, -1 to 1.
    pub similarity: f32,
}

/// The part of an image score that known defects account for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct KnownDefectsTerm {
    /// The file of what was learned, relative to the workspace: each time of learning writes one of its
    /// own. `None` in records from before it was kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub learned: Option<String>,
    /// Added to the score: above 0 where the oddest patches look like those of known defects, below
    /// 0 where they look like what is odd about normal parts.
    pub added: f32,
    /// The known defects that the part resembles most, the most alike first.
    pub resembles: Vec<Resemblance>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_are_written_as_numbers_or_by_their_inspection() {
        let cases = [
            (KnownImage::Registered(ImageId(7)), "7"),
            (KnownImage::Judged { inspection: InspectionId(9) }, r#"{"inspection":9}"#),
        ];
        for (image, expected) in cases {
            assert_eq!(serde_json::to_string(&image).unwrap(), expected);
            assert_eq!(serde_json::from_str::<KnownImage>(expected).unwrap(), image);
        }
    }
}
