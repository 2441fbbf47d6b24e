//! Description of a memory bank, as its file keeps it.

use serde::{Deserialize, Serialize};

use super::coreset::Provenance;
use crate::align::position::PositionRange;
use crate::capture::CaptureRange;
use crate::sensitivity::Sensitivity;
use crate::thresholds::{HeldOut, KnownDefect};
use fettle_domain::{
    BankRef, DetectionRecipe, HeatmapScale, ImageId, SampleBits, ThresholdRule, Thresholds,
};

/// Description of a memory bank; part of its file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BankInfo {
    /// Product, version and model.
    pub bank: BankRef,
    /// How images became patches; an image to inspect must become patches the same way.
    pub recipe: DetectionRecipe,
    /// The rule by which the limits were set.
    pub rule: ThresholdRule,
    /// Limits of image and pixel scores.
    pub thresholds: Thresholds,
    /// Scale of the heatmaps of this product.
    pub scale: HeatmapScale,
    /// Scores of normal images, each against the rows of the others: of all images, or of a
    /// sample where there were many.
    pub held_out: Vec<HeldOut>,
    /// Scores of the known defects, if any were registered.
    pub known_defects: Vec<KnownDefect>,
    /// Normal images that look anomalous themselves.
    pub suspicious: Vec<ImageId>,
    /// Light and focus of the normal images; `None` in banks from before they were measured.
    #[serde(default)]
    pub capture: Option<CaptureRange>,
    /// How scores change with light, focus, position and compression; `None` where it was not measured.
    #[serde(default)]
    pub sensitivity: Option<Sensitivity>,
    /// Where the parts lie in the normal images; `None` where they have no common place, and in
    /// banks from before it was measured.
    #[serde(default)]
    pub position: Option<PositionRange>,
    /// Bits of white in samples of 16 bits whose file does not say it, by the normal images; `None`:
    /// all of them.
    #[serde(default)]
    pub sample_bits: Option<SampleBits>,
    /// The patches that the rows were chosen from, and how they were chosen.
    pub fit: Provenance,
}
