//! The result of anomaly detection: score, thresholds, regions, and the normal image beside it.

use serde::{Deserialize, Serialize};

use super::{
    CaptureDeviation, ContentHash, HeatmapScale, ImageId, KnownDefectsTerm, ModelId, PointPx,
    ProductCode, RectPx, SampleBits, SimilarityTransform, Thresholds, Verdict,
};

/// Identifies a memory bank, so that a result can be reproduced.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BankRef {
    /// The product whose parts the bank describes.
    pub product: ProductCode,
    /// Number of the fit among the product's fits, from 1.
    pub version: u32,
    /// The backbone whose features the bank holds.
    pub model: ModelId,
}

/// The area that a region's share refers to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PartArea {
    /// The part itself, segmented from a plain background.
    Foreground,
    /// The product's inspection area.
    InspectionArea,
    /// The whole image.
    #[default]
    Image,
}

impl PartArea {
    /// Id of the message that names the area.
    pub fn message_id(self) -> &'static str {
        match self {
            Self::Foreground => "whole-part",
            Self::InspectionArea => "whole-area",
            Self::Image => "whole-image",
        }
    }
}

/// A simplified closed outline of a region or of a hole in a region.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contour {
    /// Corners; the last is joined to the first. Clockwise on the screen, counter-clockwise for a
    /// hole.
    pub points: Vec<PointPx>,
    /// Whether this is the outline of a hole: the region lies outside of it.
    pub hole: bool,
}

/// The cell of a region's centre on a 3×3 grid over the part's bounding box.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    /// 좌측 상단.
    UpperLeft,
    /// 상단.
    Upper,
    /// 우측 상단.
    UpperRight,
    /// 좌측.
    Left,
    /// 중앙.
    Centre,
    /// 우측.
    Right,
    /// 좌측 하단.
    LowerLeft,
    /// 하단.
    Lower,
    /// 우측 하단.
    LowerRight,
}

impl Place {
    /// Id of the message that names the cell.
    pub fn message_id(self) -> &'static str {
        match self {
            Self::UpperLeft => "place-upper-left",
            Self::Upper => "place-upper",
            Self::UpperRight => "place-upper-right",
            Self::Left => "place-left",
            Self::Centre => "place-centre",
            Self::Right => "place-right",
            Self::LowerLeft => "place-lower-left",
            Self::Lower => "place-lower",
            Self::LowerRight => "place-lower-right",
        }
    }
}

/// A connected component of the anomaly mask.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Region {
    /// Bounding box in the inspected image.
    pub rect_in_image: RectPx,
    /// Area in pixels of the inspected image.
    pub area_px: u32,
    /// Longest extent between parallel tangents (Feret diameter) in pixels of the inspected image;
    /// `None` in old records.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub longest_px: Option<f32>,
    /// Area as a share of `share_of`, 0 to 1; more than 1 of a part's foreground where a burr
    /// sticks out of the part.
    pub share: f32,
    /// The area that `share` refers to.
    #[serde(default)]
    pub share_of: PartArea,
    /// Highest anomaly score in the region.
    pub peak_score: f32,
    /// The pixel with the highest score.
    #[serde(default)]
    pub peak_at: Option<PointPx>,
    /// Outlines, the outer one first.
    #[serde(default)]
    pub contours: Vec<Contour>,
    /// Position in the part.
    pub place: Place,
}

/// The registration of a normal image to the inspected one, and its quality.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Alignment {
    /// From the normal image to the inspected one.
    pub transform: SimilarityTransform,
    /// Zero-mean normalised cross-correlation of the two images' detail (lightness minus its mean
    /// over a neighbourhood an eighth of the image wide) where they overlap: 1 for equal images, 0
    /// for unrelated ones.
    pub quality: f32,
}

/// The nearest registered normal image, for comparison.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NormalReference {
    /// The normal image.
    pub image: ImageId,
    /// Its file, relative to the workspace.
    pub path: String,
    /// Cosine similarity of the two whole images, -1 to 1.
    pub similarity: f32,
    /// Registration to the inspected image; `None` where the images have too little in common.
    #[serde(default)]
    pub alignment: Option<Alignment>,
}

/// The result of `PatchCore` for one image.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Anomaly {
    /// OK, unsure or NG by the thresholds; unsure in any case where the picture was taken otherwise
    /// than the normal pictures (`deviations`).
    pub verdict: Verdict,
    /// The re-weighted image score, with the term of known defects.
    pub image_score: f32,
    /// The same on the scale of [`Thresholds::calibrated`]; `None` in old records.
    #[serde(default)]
    pub calibrated_score: Option<f32>,
    /// What known defects added to the score; `None` where the bank has no such term.
    #[serde(default)]
    pub known_defects: Option<KnownDefectsTerm>,
    /// How the picture was taken otherwise than the normal pictures.
    #[serde(default)]
    pub deviations: Vec<CaptureDeviation>,
    /// Bits of white in samples of 16 bits, as the bank has it; `None`: all of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sample_bits: Option<SampleBits>,
    /// The thresholds in force at the time.
    pub thresholds: Thresholds,
    /// The scale of the product's heatmaps.
    pub scale: HeatmapScale,
    /// The score above which a pixel is in the mask: half-way from a normal pixel's score to this
    /// part's highest, or the pixel threshold where that is higher. `None` for an OK part, which
    /// has no mask, and in old records, whose mask is all above the pixel threshold.
    #[serde(default)]
    pub mask_threshold: Option<f32>,
    /// The memory bank used.
    pub bank: BankRef,
    /// Hash of the product's inspection area; `None`: the whole image was inspected.
    #[serde(default)]
    pub area: Option<ContentHash>,
    /// Regions of the mask, highest peak first.
    pub regions: Vec<Region>,
    /// The nearest normal image, where the product has an index of them.
    pub reference: Option<NormalReference>,
}

impl Anomaly {
    /// The image score on the scale of [`Thresholds::calibrated`], also for old records.
    pub fn calibrated(&self) -> f32 {
        self.calibrated_score.unwrap_or_else(|| self.thresholds.calibrated(self.image_score))
    }
}
