//! Adding images to a bank without fitting it anew.

use half::f16;
use half::slice::HalfFloatSliceExt;

use super::bank::MemoryBank;
use super::candidates::{Candidates, Space};
use super::coreset::{Coreset, MOST_ROWS, Provenance};
use crate::bank_rows::{BankRows, F16_MAX};
use crate::coreset::{Start, greedy_k_center};
use crate::error::same_size;
use crate::patches::{ImagePatches, Origin};
use crate::{Result, VisionError};
use fettle_domain::{ImageId, ProgressSink};

/// Adds the patches of further images to the rows of a bank: greedy k-center goes on where the fit
/// ended, with patches that are farther from all rows than [`Provenance::spacing`], until none is
/// left. Patches near a row of the bank add nothing.
#[derive(Debug)]
pub struct BankExtender {
    space: Space,
    /// Rows of the bank, and those added.
    rows: Candidates,
    fit: Provenance,
}

impl BankExtender {
    /// Starts with the rows of `bank`.
    ///
    /// # Errors
    /// [`VisionError::PartialRow`] where rows and projection do not fit.
    pub fn of(bank: &MemoryBank) -> Result<Self> {
        let rows = bank.rows();
        let (dim, fit) = (rows.dim(), bank.info().fit.clone());
        let space = Space { dim, projection: fit.plan.projection(dim) };
        let mut scratch = Vec::new();
        let rows = rows.to_f32(0..rows.len(), &mut scratch);
        let mut stored = vec![f16::ZERO; rows.len()];
        stored.convert_from_f32_slice(rows);
        let measured = space.measure(rows)?;
        let origins = bank.origins().to_vec();
        Ok(Self { space, rows: Candidates { stored, measured, origins, radius: 0.0 }, fit })
    }

    /// Adds the patches of one more image and returns the number of rows added. A bank of
    /// 20,000 rows takes no more; its cover radius grows instead.
    ///
    /// # Errors
    /// [`VisionError::Inconsistent`] for an image that the bank was fitted on or a value that is
    /// not finite or above 65,504; [`VisionError::Size`] where patches and bank do not fit,
    /// [`VisionError::Cancelled`].
    pub fn add(
        &mut self,
        image: ImageId,
        patches: &ImagePatches,
        sink: &dyn ProgressSink,
    ) -> Result<usize> {
        if self.fit.images.contains(&image) {
            return Err(VisionError::Inconsistent(format!("the bank has seen image {image}")));
        }
        let (dim, measured_dim) = (self.space.dim, self.space.measured_dim());
        same_size("values of a patch", dim, patches.dim)?;
        let count = patches.rows.len() / dim;
        same_size("places of the patches", count, patches.places.len())?;
        if !patches.rows.iter().all(|value| value.abs() <= F16_MAX) {
            return Err(VisionError::Inconsistent(format!(
                "a patch of image {image} has a value that is not finite or above {F16_MAX}"
            )));
        }
        let measured = self.space.measure(&patches.rows)?;
        let (start, room) = (Start::Centres(&self.rows.measured), MOST_ROWS - self.rows.len());
        let within = self.fit.spacing;
        let cover = greedy_k_center(&measured, measured_dim, start, room, within, sink)?;
        for row in &cover.chosen {
            let values = &patches.rows[row * dim..][..dim];
            self.rows.stored.extend(values.iter().map(|value| f16::from_f32(*value)));
            self.rows.measured.extend_from_slice(&measured[row * measured_dim..][..measured_dim]);
            self.rows.origins.push(Origin { image, place: patches.places[*row] });
        }
        self.fit.images.push(image);
        self.fit.patches += count as u64;
        self.fit.cover_radius = self.fit.cover_radius.max(cover.radius);
        Ok(cover.chosen.len())
    }

    /// The rows of the bank, and those added.
    ///
    /// # Errors
    /// As [`BankRows::from_f16`].
    pub fn finish(self) -> Result<Coreset> {
        let Candidates { stored, origins, .. } = self.rows;
        let rows = BankRows::from_f16(stored, self.space.dim)?;
        Ok(Coreset { rows, origins, fit: self.fit, requested: None })
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::coreset::CoresetPlan;
    use crate::grid::Grid;
    use crate::memory_bank::{BankFitter, BankInfo, FIT_BUDGET};
    use crate::test_data::noise;
    use crate::whitening::Whitening;
    use fettle_domain::{
        BankRef, DetectionRecipe, HeatmapScale, ImageRecipe, ModelId, NullProgress, ProductCode,
        RectPx, Resize, ResizeFilter, ThresholdRule, Thresholds, Tiling,
    };

    const DIM: usize = 24;

    /// Values between `shift` - 1 and `shift` + 1.
    fn image(seed: u64, shift: f32) -> ImagePatches {
        let grid = Grid { height: 6, width: 5 };
        let place = |i| RectPx { x: i, y: 0, width: 1, height: 1 };
        let rows = noise(grid.len() * DIM, seed).into_iter().map(|v| v + shift).collect();
        ImagePatches { rows, dim: DIM, grid, places: (0..30).map(place).collect(), inspected: None }
    }

    fn bank(projection: Option<usize>) -> MemoryBank {
        let plan = CoresetPlan { ratio: 0.3, projection, seed: 1 };
        let mut fitter = BankFitter::new(plan, FIT_BUDGET);
        for id in 1..=10 {
            fitter.add(ImageId(id), &image(id as u64, 0.0), &NullProgress).unwrap();
        }
        let Coreset { rows, origins, fit, .. } = fitter.choose(&NullProgress).unwrap();
        let product = ProductCode::new("p").unwrap();
        let info = BankInfo {
            bank: BankRef { product, version: 1, model: ModelId("m".into()) },
            recipe: DetectionRecipe {
                input: ImageRecipe {
                    resize: Resize::ShorterSideCrop(8),
                    filter: ResizeFilter::Bilinear,
                    mean: [0.0; 3],
                    std: [1.0; 3],
                },
                tiling: Tiling { side: 64, overlap: 16, step: 8 },
                layers: vec![],
                finer: None,
            },
            rule: ThresholdRule::default(),
            known_defects: vec![],
            capture: None,
            sensitivity: None,
            position: None,
            sample_bits: None,
            thresholds: Thresholds::without_zone(1.0, 1.0),
            scale: HeatmapScale { low: 0.0, high: 1.0 },
            held_out: vec![],
            suspicious: vec![],
            fit,
        };
        let unit = (0..DIM * DIM).map(|at| f32::from(u8::from(at % (DIM + 1) == 0))).collect();
        let whitening = Whitening::new(unit, vec![0.0; DIM]).unwrap();
        MemoryBank::new(info, Arc::new(whitening), rows, origins).unwrap()
    }

    #[test]
    fn only_what_is_beyond_the_cover_radius_is_added() {
        for projection in [None, Some(8)] {
            let bank = bank(projection);
            let mut extension = BankExtender::of(&bank).unwrap();
            // An image of the fit under another id: rounding aside, its patches are covered.
            let repeated = extension.add(ImageId(11), &image(3, 0.0), &NullProgress).unwrap();
            assert!(repeated <= 1, "{repeated}");
            let strange = image(50, 20.0);
            let added = extension.add(ImageId(12), &strange, &NullProgress).unwrap();
            assert!((1..=30).contains(&added), "{added}");
            assert_eq!(extension.add(ImageId(13), &strange, &NullProgress).unwrap(), 0);
            let longer = extension.finish().unwrap();
            assert_eq!(longer.rows.len(), bank.rows().len() + repeated + added);
            assert_eq!(longer.origins[..bank.origins().len()], *bank.origins());
            assert_eq!(longer.origins.iter().filter(|o| o.image == ImageId(12)).count(), added);
            assert_eq!((longer.fit.images.len(), longer.fit.patches), (13, 390));
            let score = |rows: &BankRows| rows.score(&strange.rows, None).unwrap().image_score;
            assert!(score(&longer.rows) < 0.2 * score(bank.rows()));
        }
    }

    #[test]
    fn nonsense_is_refused() {
        let mut extension = BankExtender::of(&bank(None)).unwrap();
        let good = image(1, 0.0);
        let mut refused = |image, patches: &ImagePatches| {
            assert!(extension.add(ImageId(image), patches, &NullProgress).is_err());
        };
        refused(3, &good);
        refused(20, &ImagePatches { rows: vec![f32::NAN; 30 * DIM], ..good.clone() });
        refused(20, &ImagePatches { places: vec![], ..good.clone() });
        refused(20, &ImagePatches { dim: 1, ..good });
    }
}
