//! Second moments of the patches by fold, and a bank without one fold.

use std::collections::HashMap;
use std::sync::Arc;

use crate::error::Result;
use fettle_domain::{ComparedLayer, ImageId};
use fettle_vision::VisionError;
use fettle_vision::bank_rows::BankRows;
use fettle_vision::memory_bank::Coreset;
use fettle_vision::moments::Moments;
use fettle_vision::patches::{ImagePatches, Origin};
use fettle_vision::thresholds::Folds;
use fettle_vision::whitening::Whitening;

/// Statistics of the patches of a sample of the pictures.
pub(super) struct PatchStatistics {
    /// Whitening from the whole sample.
    pub(super) whitening: Arc<Whitening>,
    /// Folds of all pictures.
    pub(super) folds: Folds,
    /// Moments of the sample's patches, one a fold.
    pub(super) moments: Vec<Moments>,
    /// Unwhitened patches of the first sample pictures, up to a memory budget: the network need not
    /// compute them again.
    pub(super) patches: HashMap<ImageId, ImagePatches>,
}

/// A bank as fitted without a fold: without its rows, and with a whitening from the other folds.
pub(super) struct LeaveFoldOutBank {
    pub(super) fold: usize,
    /// From the whitening of all folds to the whitening of the other folds.
    pub(super) change: Whitening,
    pub(super) rows: BankRows,
    pub(super) origins: Vec<Origin>,
}

impl PatchStatistics {
    /// The bank without `fold`, the fold of `image`.
    pub(super) fn leave_fold_out(
        &self,
        (image, fold): (ImageId, usize),
        layers: &[ComparedLayer],
        coreset: &Coreset,
    ) -> Result<LeaveFoldOutBank> {
        let others = self.moments.iter().enumerate().filter(|(n, _)| *n != fold);
        let others = Moments::merge(others.map(|(_, moments)| moments))?.whitening(layers)?;
        let change = others.relative_to(&self.whitening)?;
        let is_other = |origin: &Origin| self.folds.of_image(origin.image) != Some(fold);
        let (rows, origins): (Vec<usize>, Vec<Origin>) =
            coreset.origins.iter().enumerate().filter(|(_, origin)| is_other(origin)).unzip();
        if rows.is_empty() {
            return Err(VisionError::CannotHoldOut(image).into());
        }
        let rows = change.apply_to_bank(&coreset.rows.select(&rows)?)?;
        Ok(LeaveFoldOutBank { fold, change, rows, origins })
    }
}
