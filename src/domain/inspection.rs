//! The record of one inspection: the results of all stages of the pipeline for one image.

use serde::{Deserialize, Serialize};

use super::file_names::file_name_of;
use super::{
    Anomaly, ContentHash, DefectCode, InspectionId, ManualId, Measurements, ModelId, ModelView,
    PastAction, ProductCode, Report, Section, Similarity, SkipReason, Stage, Verdict,
};

/// The manual's section about the defect.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ManualFinding {
    /// The manual.
    pub manual: ManualId,
    /// Its file, relative to the workspace.
    pub path: String,
    /// Hash of the version that was read.
    pub content_hash: ContentHash,
    /// When that version was registered, RFC 3339; `None` in old records.
    #[serde(default)]
    pub registered_at: Option<String>,
    /// The defect looked up.
    pub defect: DefectCode,
    /// The section about it.
    pub section: Section,
    /// Sections about the defect in other manuals of the product, the newest manual first.
    #[serde(default)]
    pub others: Vec<OtherSection>,
}

impl ManualFinding {
    /// The version that was read, for people: the day of its registration, where known, and the
    /// first eight digits of its hash.
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
    /// Heading of the section.
    pub heading: String,
    /// Page of the heading, from 1.
    pub page: u32,
}

/// The duration of one step.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Timing {
    /// The step, e.g. `load.backbone`, `similarity.embed`.
    pub name: String,
    /// Milliseconds.
    pub ms: f64,
}

/// The complete result of one inspection.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Inspection {
    /// Row id, once recorded in the library.
    pub id: Option<InspectionId>,
    /// Time of the inspection, RFC 3339 with offset.
    pub created_at: String,
    /// Path of the inspected file, as given.
    pub source: String,
    /// Hash of its bytes.
    pub image_hash: ContentHash,
    /// The workspace's copy of the file, relative to the workspace.
    pub image_path: Option<String>,
    /// Width in pixels.
    pub width_px: u32,
    /// Height in pixels.
    pub height_px: u32,
    /// The product: given, or voted by the nearest known defects.
    pub product: Option<ProductCode>,
    /// Whether the product was given; `false` also in old records.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub product_given: bool,
    /// The models used.
    pub models: Vec<ModelId>,
    /// OK, NG or unsure.
    pub verdict: Verdict,
    /// Known defects that look alike.
    pub similarity: Stage<Similarity>,
    /// Anomaly score and regions.
    pub anomaly: Stage<Anomaly>,
    /// The manual's section about the defect.
    pub manual: Stage<ManualFinding>,
    /// The corrective-action report.
    pub report: Stage<Report>,
    /// A vision-language model's description of the images. It has no part in the verdict or the
    /// report.
    #[serde(default = "view_not_asked")]
    pub view: Stage<ModelView>,
    /// What was done last time about the defect, newest first: records of corrective actions, which
    /// have no part in the report.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub past_actions: Vec<PastAction>,
    /// What the inspection had to do without, and why, in the report's language: a model that is
    /// not here, a model's answer that could not be used.
    #[serde(default)]
    pub notices: Vec<String>,
    /// Durations of the steps.
    pub timings: Vec<Timing>,
    /// The scale of the picture, and what a person measured in it.
    #[serde(default, skip_serializing_if = "Measurements::is_empty")]
    pub measurements: Measurements,
}

/// The value of `view` in records made before vision-language models were used.
fn view_not_asked() -> Stage<ModelView> {
    Stage::Skipped(SkipReason::NotAsked)
}

impl Inspection {
    /// The defect that the part resembles, whatever the verdict: the one looked up in the manual, else
    /// the one that the neighbours voted for its product.
    pub fn resembled_defect(&self) -> Option<&DefectCode> {
        let voted = self.similarity.done().and_then(|found| found.suggestion.as_ref());
        let of_product = voted.filter(|voted| self.product.as_ref() == Some(&voted.product));
        let looked_up = self.manual.done().map(|manual| &manual.defect);
        looked_up.or_else(|| of_product.and_then(|voted| voted.defect.as_ref()))
    }

    /// The defect that the part probably has; `None` for an OK part, which has none.
    pub fn probable_defect(&self) -> Option<&DefectCode> {
        self.resembled_defect().filter(|_| self.verdict != Verdict::Ok)
    }

    /// Name of the inspected file, without its folders.
    pub fn file_name(&self) -> &str {
        file_name_of(&self.source)
    }
}
