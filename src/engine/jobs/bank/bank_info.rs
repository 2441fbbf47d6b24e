//! Reading the header of the active bank.

use std::collections::HashSet;
use std::sync::Arc;

use serde::Serialize;

use crate::error::Result;
use crate::jobs::registration::catalogue::require_product;
use crate::protocol::{JobContext, NoEvent, Request, Stopwatch};
use fettle_domain::{
    BankRef, DetectionRecipe, HeatmapScale, ImageId, ProductCode, Role, SampleBits, Thresholds,
};
use fettle_library::LabelFilter;
use fettle_vision::align::position::PositionRange;
use fettle_vision::memory_bank::MemoryBank;

/// Reads the active bank of a product; `None` where the product has no bank.
#[derive(Debug, Clone)]
pub struct BankInfo(pub ProductCode);

/// State of the active bank.
#[derive(Debug, Clone, Serialize)]
pub struct BankState {
    /// The bank.
    pub bank: BankRef,
    /// Time of the fit, RFC 3339.
    pub created_at: String,
    /// Number of rows.
    pub rows: usize,
    /// Number of images that the bank was fitted on.
    pub images: usize,
    /// Number of these images held out to set the thresholds.
    pub held_out: usize,
    /// Recipe from pictures to patches.
    pub recipe: DetectionRecipe,
    /// Thresholds in force.
    pub thresholds: Thresholds,
    /// Scale of the heatmaps of this product.
    pub scale: HeatmapScale,
    /// Where the parts lie in the pictures; `None` where they have no common place.
    pub position: Option<PositionRange>,
    /// Bits of white in samples of 16 bits, by the normal images; `None`: all of them.
    pub sample_bits: Option<SampleBits>,
    /// Number of registered normal images that the bank was not fitted on.
    pub unseen_images: usize,
    /// Whether the inspection area of the product changed since the fit.
    pub area_changed: bool,
}

impl Request for BankInfo {
    type Answer = Option<BankState>;
    type Event = NoEvent;

    fn name(&self) -> &'static str {
        "bank-info"
    }

    fn role(&self) -> Role {
        Role::Operator
    }

    fn run(self, job: &JobContext) -> Result<Option<BankState>> {
        require_product(job, &self.0)?;
        let product = self.0.clone();
        let (active, images, area) = job.library(move |library| {
            let images = library.images(Some(&product), &LabelFilter::Normal)?;
            let area = library.inspection_area(&product)?;
            Ok((library.active_bank(&product)?, images, area))
        })?;
        let Some(active) = active else { return Ok(None) };
        let path = job.shared.workspace.file(&active.path);
        let (product, model) = (self.0, active.bank.model.clone());
        let bank: Arc<MemoryBank> =
            job.vision(move |lane| lane.bank(&product, &path, &model, &mut Stopwatch::default()))?;
        let info = bank.info();
        let fitted_on: HashSet<ImageId> = info.fit.images.iter().copied().collect();
        Ok(Some(BankState {
            bank: active.bank,
            created_at: active.created_at,
            rows: bank.rows().len(),
            images: info.fit.images.len(),
            held_out: info.held_out.len(),
            recipe: info.recipe.clone(),
            position: info.position.clone(),
            sample_bits: info.sample_bits,
            thresholds: active.thresholds,
            scale: active.scale,
            area_changed: active.area != area.hash,
            unseen_images: images.iter().filter(|image| !fitted_on.contains(&image.id)).count(),
        }))
    }
}
