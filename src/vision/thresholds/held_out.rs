//! What normal pictures score against a bank that did not see them.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use crate::anomaly_map::anomaly_map;
use crate::bank_rows::BankRows;
use crate::memory_bank::{Origin, PicturePatches};
use crate::{Result, VisionError};
use fettle_domain::{ImageId, RectPx};

/// How many groups of pictures are held out in turn.
const FOLDS: usize = 5;
/// Below so many pictures each is held out alone: a group would leave too few.
const ENOUGH_FOR_FOLDS: usize = 10;

/// What a normal picture scores against the bank rows of the pictures outside its fold.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct HeldOut {
    /// The picture.
    pub image: ImageId,
    /// Its image score.
    pub image_score: f32,
    /// The highest score of its anomaly map.
    pub pixel_max: f32,
    /// The median score of its anomaly map.
    pub pixel_median: f32,
    /// Where in it the oddest patch lies.
    pub peak: RectPx,
    /// The picture that the patch most like it comes from.
    pub nearest: ImageId,
    /// Where in that picture.
    pub nearest_place: RectPx,
}

/// Which pictures are held out together: runs of neighbours in the order they are given.
///
/// Pictures registered one after another are rarely independent: they show one batch, one
/// shift's light, one sheet cut into tiles. Held out alone, each would be scored against its
/// siblings and look more normal than a new part's picture will.
#[derive(Debug, Clone, PartialEq)]
pub struct Folds(HashMap<ImageId, usize>);

impl Folds {
    /// Folds of `images`, in the order in which they were registered.
    pub fn of(images: &[ImageId]) -> Self {
        let n = images.len();
        let folds = if n < ENOUGH_FOR_FOLDS { n } else { FOLDS };
        Self(images.iter().enumerate().map(|(i, image)| (*image, i * folds / n)).collect())
    }

    /// How many folds there are.
    pub fn count(&self) -> usize {
        self.0.values().max().map_or(0, |last| last + 1)
    }

    /// The fold of `image`, if it was among those folded.
    pub fn of_image(&self, image: ImageId) -> Option<usize> {
        self.0.get(&image).copied()
    }

    /// For each row whether it comes from another fold than `image`'s.
    fn usable(&self, origins: &[Origin], image: ImageId) -> Vec<bool> {
        let own = self.0.get(&image);
        let outside = |origin: &Origin| match own {
            Some(own) => self.0.get(&origin.image) != Some(own),
            None => origin.image != image,
        };
        origins.iter().map(outside).collect()
    }
}

/// Scores a normal picture against the rows of a bank that do not come from its fold.
///
/// `input` is the network input's width and height in pixels; the first `locating` values of a
/// row say where an anomaly is.
///
/// # Errors
/// [`VisionError::NothingLeft`] where all rows come from this picture's fold,
/// [`VisionError::Size`] where patches, grid and bank do not fit.
pub fn hold_out(
    bank: &BankRows,
    origins: &[Origin],
    folds: &Folds,
    image: ImageId,
    picture: &PicturePatches,
    input: (u32, u32),
    locating: usize,
) -> Result<HeldOut> {
    let usable = folds.usable(origins, image);
    if !usable.contains(&true) {
        return Err(VisionError::NothingLeft(image));
    }
    let scored = bank.score(&picture.rows, Some(&usable))?;
    let located = bank.located(&picture.rows, &scored.nearest, locating)?;
    let on_grid = picture.on_grid(located)?;
    let mut pixels = anomaly_map(&on_grid, picture.grid, input.0, input.1)?.scores;
    let pixel_max = pixels.iter().copied().fold(0.0, f32::max);
    let middle = pixels.len() / 2;
    let pixel_median = *pixels.select_nth_unstable_by(middle, f32::total_cmp).1;
    let nothing = || VisionError::Nothing("place of the oddest patch");
    let peak = *picture.places.get(scored.peak_patch).ok_or_else(nothing)?;
    let nearest = scored.nearest.get(scored.peak_patch).and_then(|row| origins.get(row.row));
    let nearest = nearest.ok_or_else(nothing)?;
    Ok(HeldOut {
        image,
        image_score: scored.image_score,
        pixel_max,
        pixel_median,
        peak,
        nearest: nearest.image,
        nearest_place: nearest.place,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_are_held_out_together_and_few_alone() {
        let held = |count: i64, image: i64| -> Vec<i64> {
            let images: Vec<ImageId> = (0..count).map(ImageId).collect();
            let place = RectPx { x: 0, y: 0, width: 1, height: 1 };
            let origins: Vec<Origin> =
                images.iter().map(|image| Origin { image: *image, place }).collect();
            let usable = Folds::of(&images).usable(&origins, ImageId(image));
            (0..count).filter(|i| !usable[*i as usize]).collect()
        };
        // Pictures, the one to score, those whose rows are not used.
        let cases: [(i64, i64, &[i64]); 6] = [
            (3, 1, &[1]),
            (9, 8, &[8]),
            (10, 0, &[0, 1]),
            (10, 9, &[8, 9]),
            (12, 4, &[3, 4]),
            (3, 7, &[]),
        ];
        for (count, image, expected) in cases {
            assert_eq!(held(count, image), expected, "{image} of {count}");
        }
    }
}
