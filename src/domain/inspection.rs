//! One run of the pipeline over one image: what each stage found.

use serde::{Deserialize, Serialize};

use super::{
    ContentHash, DefectCode, HeatmapScale, ImageId, InspectionId, ManualId, ModelId, ModelView,
    PointPx, ProductCode, RectPx, Report, Section, Similarity, SimilarityTransform,
};

/// What is said of a part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Sound.
    Ok,
    /// Not good: a defect.
    Ng,
    /// Not decided: no threshold to decide by.
    Unsure,
}

impl Verdict {
    /// All, the best first.
    pub const ALL: [Self; 3] = [Self::Ok, Self::Ng, Self::Unsure];

    /// Its name in files and in the catalogue.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Ng => "ng",
            Self::Unsure => "unsure",
        }
    }

    /// The id of its message.
    pub fn word(self) -> &'static str {
        match self {
            Self::Ok => "verdict-ok",
            Self::Ng => "verdict-ng",
            Self::Unsure => "verdict-unsure",
        }
    }
}

/// The two limits that turn scores into verdict and mask.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Thresholds {
    /// An image score above this is NG.
    pub image: f32,
    /// A pixel's score up to this is normal: an NG part's mask begins here or higher.
    pub pixel: f32,
}

/// What a result was made with, so that it can be made again.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BankRef {
    /// The product whose bank it is.
    pub product: ProductCode,
    /// Counts the fits of that product, from 1.
    pub version: u32,
    /// The backbone that made it.
    pub model: ModelId,
}

/// What a region's share is a share of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PartArea {
    /// The part itself, told from a plain background.
    Foreground,
    /// What the product's inspection area leaves of the image.
    InspectionArea,
    /// The whole image.
    #[default]
    Image,
}

impl PartArea {
    /// The id of its message.
    pub fn word(self) -> &'static str {
        match self {
            Self::Foreground => "whole-part",
            Self::InspectionArea => "whole-area",
            Self::Image => "whole-image",
        }
    }
}

/// One closed line around a region, or around a hole in it, simplified.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contour {
    /// Its corners; the last is joined to the first. Clockwise as seen, a hole the other way.
    pub points: Vec<PointPx>,
    /// Whether the region lies outside of it.
    pub hole: bool,
}

/// Where in the part a region lies, on a 3×3 grid over the part's box.
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
    /// The id of its message.
    pub fn word(self) -> &'static str {
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

/// A connected piece of the mask.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Region {
    /// Box around it, in the inspected image.
    pub rect_in_image: RectPx,
    /// Area in pixels of the inspected image.
    pub area_px: u32,
    /// Area as a share of `share_of`, 0 to 1; of a part's foreground it may be more where a burr
    /// sticks out of it.
    pub share: f32,
    /// What it is a share of.
    #[serde(default)]
    pub share_of: PartArea,
    /// Highest anomaly score inside.
    pub peak_score: f32,
    /// The pixel that has it.
    #[serde(default)]
    pub peak_at: Option<PointPx>,
    /// Lines around it, the outer one first.
    #[serde(default)]
    pub contours: Vec<Contour>,
    /// Where it lies.
    pub place: Place,
}

/// How a normal image was laid over the part, and how well it fits.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Alignment {
    /// From the normal image to the inspected one.
    pub transform: SimilarityTransform,
    /// Zero-mean normalised cross-correlation of the two pictures' detail (what is left of the
    /// lightness after the mean of its surroundings, an eighth of the picture wide) where they
    /// overlap: 1 the same, 0 unrelated.
    pub quality: f32,
}

/// The registered normal image to compare with.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NormalReference {
    /// Which image.
    pub image: ImageId,
    /// Where it is, relative to the workspace.
    pub path: String,
    /// Cosine similarity of the whole pictures, -1 to 1.
    pub similarity: f32,
    /// How it lies over the part; `None` where the pictures have too little in common to say.
    #[serde(default)]
    pub alignment: Option<Alignment>,
}

/// What `PatchCore` found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Anomaly {
    /// OK or NG by the thresholds.
    pub verdict: Verdict,
    /// The re-weighted image score.
    pub image_score: f32,
    /// What it was held against.
    pub thresholds: Thresholds,
    /// The scale of this product's heatmaps.
    pub scale: HeatmapScale,
    /// The score above which a pixel is in the mask: half-way from a normal pixel's to the highest
    /// of this part, or the pixel threshold where that is more. `None`: the part is OK, so nothing
    /// is marked (or the record is from a time when all above the pixel threshold was).
    #[serde(default)]
    pub mask_threshold: Option<f32>,
    /// The bank used.
    pub bank: BankRef,
    /// The version of the product's inspection area that was looked at; `None`: all of the image.
    #[serde(default)]
    pub area: Option<ContentHash>,
    /// Regions of the mask, highest peak first.
    pub regions: Vec<Region>,
    /// The nearest normal image, when the product has an index of them.
    pub reference: Option<NormalReference>,
}

/// What the manual says of this defect.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ManualFinding {
    /// The manual read.
    pub manual: ManualId,
    /// Its file, relative to the workspace.
    pub path: String,
    /// Hash of the version read.
    pub content_hash: ContentHash,
    /// When that version was registered, RFC 3339; `None` in records from before it was noted.
    #[serde(default)]
    pub registered_at: Option<String>,
    /// The defect looked up.
    pub defect: DefectCode,
    /// The section found.
    pub section: Section,
    /// Where else the product's manuals speak of the defect, the newest manual first.
    #[serde(default)]
    pub others: Vec<OtherSection>,
}

impl ManualFinding {
    /// Which version was read: the day it was registered, where that is known, and the start of
    /// its hash.
    pub fn version(&self) -> String {
        let hash: String = self.content_hash.0.chars().take(8).collect();
        match self.registered_at.as_ref().and_then(|time| time.split('T').next()) {
            Some(day) => format!("{day}, {hash}"),
            None => hash,
        }
    }
}

/// A section about the same defect in another manual of the product.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OtherSection {
    /// The manual.
    pub manual: ManualId,
    /// Its file, relative to the workspace.
    pub path: String,
    /// The section's heading.
    pub heading: String,
    /// Page of the heading, from 1.
    pub page: u32,
}

/// How a stage ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "state", content = "result")]
pub enum Stage<T> {
    /// It ran.
    Done(T),
    /// It lacked something; the others still ran.
    Skipped(SkipReason),
    /// It broke; the others still ran.
    Failed {
        /// What went wrong and what to do.
        message: String,
    },
}

impl<T> Stage<T> {
    /// The result, if the stage ran.
    pub fn done(&self) -> Option<&T> {
        match self {
            Self::Done(result) => Some(result),
            Self::Skipped(_) | Self::Failed { .. } => None,
        }
    }
}

/// Why a stage did not run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "reason")]
pub enum SkipReason {
    /// A model is not on this machine.
    NoModel {
        /// Which one.
        model: ModelId,
    },
    /// No registered defect images are indexed.
    NoIndex,
    /// Nobody said the product and the neighbours did not agree on one.
    NoProduct,
    /// The product has no memory bank.
    NoBank {
        /// Which product.
        product: ProductCode,
    },
    /// The product has no manual.
    NoManual {
        /// Which product.
        product: ProductCode,
    },
    /// The manual has no section for this defect.
    NoSection {
        /// Which defect.
        defect: DefectCode,
    },
    /// No defect is known or suggested.
    NoDefect,
    /// The part is OK, so there is nothing to correct.
    PartIsOk,
    /// No model that looks at pictures is chosen; none need be.
    NoVisionChat,
    /// Nobody asked for it.
    NotAsked,
}

impl SkipReason {
    /// Its name in message ids: `skip-<key>`.
    pub fn key(&self) -> &'static str {
        match self {
            Self::NoModel { .. } => "no-model",
            Self::NoIndex => "no-index",
            Self::NoProduct => "no-product",
            Self::NoBank { .. } => "no-bank",
            Self::NoManual { .. } => "no-manual",
            Self::NoSection { .. } => "no-section",
            Self::NoDefect => "no-defect",
            Self::PartIsOk => "part-is-ok",
            Self::NoVisionChat => "no-vision-chat",
            Self::NotAsked => "not-asked",
        }
    }

    /// The values of that message.
    pub fn values(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::NoModel { model } => vec![("model", model.to_string())],
            Self::NoBank { product } | Self::NoManual { product } => {
                vec![("product", product.to_string())]
            }
            Self::NoSection { defect } => vec![("defect", defect.to_string())],
            Self::NoIndex
            | Self::NoProduct
            | Self::NoDefect
            | Self::PartIsOk
            | Self::NoVisionChat
            | Self::NotAsked => Vec::new(),
        }
    }
}

/// Time a stage took.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Timing {
    /// What was done, e.g. `load.backbone`, `similarity.embed`.
    pub name: String,
    /// Milliseconds.
    pub ms: f64,
}

/// The whole result of one inspection.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Inspection {
    /// Row id, once recorded.
    pub id: Option<InspectionId>,
    /// When, RFC 3339 with offset.
    pub created_at: String,
    /// The file inspected, as given.
    pub source: String,
    /// Hash of its bytes.
    pub image_hash: ContentHash,
    /// The workspace's copy of it, relative to the workspace.
    pub image_path: Option<String>,
    /// Width in pixels.
    pub width_px: u32,
    /// Height in pixels.
    pub height_px: u32,
    /// The product inspected as: given, or voted by the neighbours.
    pub product: Option<ProductCode>,
    /// Models used, by role name.
    pub models: Vec<ModelId>,
    /// OK, NG or unsure.
    pub verdict: Verdict,
    /// Which known defects it resembles.
    pub similarity: Stage<Similarity>,
    /// Whether and where it is anomalous.
    pub anomaly: Stage<Anomaly>,
    /// What the manual says.
    pub manual: Stage<ManualFinding>,
    /// What to do.
    pub report: Stage<Report>,
    /// What a model sees in the pictures. It has no part in the verdict or the report.
    #[serde(default = "not_asked")]
    pub view: Stage<ModelView>,
    /// What was done without, and why, in the report's language: a model that is not here,
    /// an answer of it that could not be used.
    #[serde(default)]
    pub notices: Vec<String>,
    /// Where the time went.
    pub timings: Vec<Timing>,
}

/// Records of a time when no model looked.
fn not_asked() -> Stage<ModelView> {
    Stage::Skipped(SkipReason::NotAsked)
}

impl Inspection {
    /// The name of the file inspected, without its folders.
    pub fn file_name(&self) -> &str {
        file_name(&self.source)
    }
}

/// The last part of a path of any system.
pub(super) fn file_name(source: &str) -> &str {
    source.rsplit(['/', '\\']).next().unwrap_or(source)
}
