//! Held-out scores: normal images scored against a bank that did not see them.

use serde::{Deserialize, Serialize};

use super::folds::Folds;
use crate::anomaly_map::anomaly_map;
use crate::bank_rows::BankRows;
use crate::patches::{ImagePatches, Origin};
use crate::{Result, VisionError};
use fettle_domain::{ImageId, RectPx};

/// Scores of a normal image against the bank rows of the images outside its fold.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct HeldOut {
    /// The image.
    pub image: ImageId,
    /// Image score.
    pub image_score: f32,
    /// Highest score of the anomaly map.
    pub pixel_max: f32,
    /// Median score of the anomaly map.
    pub pixel_median: f32,
    /// Rectangle of the patch that the image score comes from.
    pub peak: RectPx,
    /// The image that the nearest bank row of that patch comes from.
    pub nearest: ImageId,
    /// Rectangle of that row in its image.
    pub nearest_place: RectPx,
}

/// Scores a normal image against the rows of a bank that do not come from its fold.
///
/// `input` is the width and height of the network input in pixels; the first `localising` values
/// of a row are those of the anomaly map. Answers also with the score of each patch.
///
/// # Errors
/// [`VisionError::CannotHoldOut`] where all rows come from the fold of this image,
/// [`VisionError::Size`] where patches, grid and bank do not fit.
pub fn hold_out(
    bank: &BankRows,
    origins: &[Origin],
    folds: &Folds,
    image: ImageId,
    patches: &ImagePatches,
    input: (u32, u32),
    localising: usize,
) -> Result<(HeldOut, Vec<f32>)> {
    let usable = folds.usable(origins, image);
    if !usable.contains(&true) {
        return Err(VisionError::CannotHoldOut(image));
    }
    let scored = bank.score(&patches.rows, Some(&usable))?;
    let scores = bank.localisation_scores(&patches.rows, &scored.nearest, localising)?;
    let on_grid = patches.on_grid(scores)?;
    let mut pixels = anomaly_map(&on_grid, patches.grid, input.0, input.1)?.scores;
    let pixel_max = pixels.iter().copied().fold(0.0, f32::max);
    let middle = pixels.len() / 2;
    let pixel_median = *pixels.select_nth_unstable_by(middle, f32::total_cmp).1;
    let nothing = || VisionError::Empty("place of the farthest patch");
    let peak = *patches.places.get(scored.peak_patch).ok_or_else(nothing)?;
    let nearest = scored.nearest.get(scored.peak_patch).and_then(|row| origins.get(row.row));
    let nearest = nearest.ok_or_else(nothing)?;
    let held_out = HeldOut {
        image,
        image_score: scored.image_score,
        pixel_max,
        pixel_median,
        peak,
        nearest: nearest.image,
        nearest_place: nearest.place,
    };
    Ok((held_out, scored.scores()))
}
