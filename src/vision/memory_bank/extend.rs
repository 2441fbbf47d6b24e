//! Adding pictures to a bank without fitting it anew.

use half::f16;
use half::slice::HalfFloatSliceExt;

use super::{Coreset, MOST_ROWS, MemoryBank, Origin, PicturePatches, Provenance};
use crate::bank_rows::{BankRows, LARGEST};
use crate::coreset::{Start, greedy_k_center};
use crate::error::same_size;
use crate::projection::Projection;
use crate::{Result, VisionError};
use fettle_domain::{ImageId, ProgressSink};

/// A bank's rows and those that pictures add to them: greedy k-center goes on where the fit
/// ended, with patches farther from all rows than the fit's were, until none is left.
/// What the bank knows already adds nothing.
#[derive(Debug)]
pub struct Extension {
    dim: usize,
    projection: Option<Projection>,
    stored: Vec<f16>,
    /// The rows as distances between them are measured.
    measured: Vec<f32>,
    origins: Vec<Origin>,
    fit: Provenance,
}

impl Extension {
    /// Begins with the rows of `bank`.
    ///
    /// # Errors
    /// [`VisionError::Size`] where rows and projection do not fit.
    pub fn of(bank: &MemoryBank) -> Result<Self> {
        let rows = bank.rows();
        let (dim, fit) = (rows.dim(), bank.info().fit.clone());
        let projection = fit.plan.projection(dim);
        let mut scratch = Vec::new();
        let wide = rows.wide(0..rows.len(), &mut scratch);
        let mut stored = vec![f16::ZERO; wide.len()];
        stored.convert_from_f32_slice(wide);
        let measured = match &projection {
            Some(projection) => projection.apply(wide)?,
            None => wide.to_vec(),
        };
        Ok(Self { dim, projection, stored, measured, origins: bank.origins().to_vec(), fit })
    }

    /// Takes the patches of one more picture and answers how many rows they added. A bank that
    /// has [`MOST_ROWS`] takes no more; its cover radius grows instead.
    ///
    /// # Errors
    /// [`VisionError::Inconsistent`] for a picture that the bank was fitted on or a value that is
    /// not finite or above 65,504; [`VisionError::Size`] where patches and bank do not fit,
    /// [`VisionError::Cancelled`].
    pub fn add(
        &mut self,
        image: ImageId,
        patches: &PicturePatches,
        sink: &dyn ProgressSink,
    ) -> Result<usize> {
        if self.fit.images.contains(&image) {
            return Err(VisionError::Inconsistent(format!("the bank has seen image {image}")));
        }
        same_size("values of a patch", self.dim, patches.dim)?;
        let count = patches.rows.len() / self.dim;
        same_size("places of the patches", count, patches.places.len())?;
        if !patches.rows.iter().all(|value| value.abs() <= LARGEST) {
            return Err(VisionError::Inconsistent(format!(
                "a patch of image {image} has a value that is not finite or above {LARGEST}"
            )));
        }
        let projected = self.projection.as_ref().map(|p| p.apply(&patches.rows)).transpose()?;
        let measured = projected.as_deref().unwrap_or(&patches.rows);
        let measured_dim = self.projection.as_ref().map_or(self.dim, Projection::target);
        let (start, room) = (Start::Centres(&self.measured), MOST_ROWS - self.origins.len());
        let within = self.fit.spacing;
        let cover = greedy_k_center(measured, measured_dim, start, room, within, sink)?;
        for row in &cover.chosen {
            let values = &patches.rows[row * self.dim..][..self.dim];
            self.stored.extend(values.iter().map(|value| f16::from_f32(*value)));
            self.measured.extend_from_slice(&measured[row * measured_dim..][..measured_dim]);
            self.origins.push(Origin { image, place: patches.places[*row] });
        }
        self.fit.images.push(image);
        self.fit.patches += count as u64;
        self.fit.cover_radius = self.fit.cover_radius.max(cover.radius);
        Ok(cover.chosen.len())
    }

    /// The rows, old and new.
    ///
    /// # Errors
    /// As [`BankRows::of_half`].
    pub fn finish(self) -> Result<Coreset> {
        let rows = BankRows::of_half(self.stored, self.dim)?;
        Ok(Coreset { rows, origins: self.origins, fit: self.fit, asked: None })
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::coreset::CoresetPlan;
    use crate::golden::noise;
    use crate::memory_bank::{BankFitter, BankInfo, FIT_BUDGET, Grid};
    use crate::whitening::Whitening;
    use fettle_domain::{
        BankRef, DetectionRecipe, HeatmapScale, ImageRecipe, ModelId, ProductCode, RectPx, Resize,
        ResizeFilter, ThresholdRule, Thresholds, Tiling, Unobserved,
    };

    const DIM: usize = 24;

    /// Values between `shift` - 1 and `shift` + 1.
    fn picture(seed: u64, shift: f32) -> PicturePatches {
        let grid = Grid { height: 6, width: 5 };
        let place = |i| RectPx { x: i, y: 0, width: 1, height: 1 };
        let rows = noise(grid.len() * DIM, seed).into_iter().map(|v| v + shift).collect();
        PicturePatches {
            rows,
            dim: DIM,
            grid,
            places: (0..30).map(place).collect(),
            inspected: None,
        }
    }

    fn bank(projection: Option<usize>) -> MemoryBank {
        let plan = CoresetPlan { ratio: 0.3, projection, seed: 1 };
        let mut fitter = BankFitter::new(plan, FIT_BUDGET);
        for id in 1..=10 {
            fitter.add(ImageId(id), &picture(id as u64, 0.0), &Unobserved).unwrap();
        }
        let Coreset { rows, origins, fit, .. } = fitter.choose(&Unobserved).unwrap();
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
            },
            rule: ThresholdRule::default(),
            known_defects: vec![],
            thresholds: Thresholds { image: 1.0, pixel: 1.0 },
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
            let mut extension = Extension::of(&bank).unwrap();
            // A picture the fit has seen, under another name: rounding aside, it is covered.
            let again = extension.add(ImageId(11), &picture(3, 0.0), &Unobserved).unwrap();
            assert!(again <= 1, "{again}");
            let strange = picture(50, 20.0);
            let added = extension.add(ImageId(12), &strange, &Unobserved).unwrap();
            assert!((1..=30).contains(&added), "{added}");
            assert_eq!(extension.add(ImageId(13), &strange, &Unobserved).unwrap(), 0);
            let longer = extension.finish().unwrap();
            assert_eq!(longer.rows.len(), bank.rows().len() + again + added);
            assert_eq!(longer.origins[..bank.origins().len()], *bank.origins());
            assert_eq!(longer.origins.iter().filter(|o| o.image == ImageId(12)).count(), added);
            assert_eq!((longer.fit.images.len(), longer.fit.patches), (13, 390));
            let score = |rows: &BankRows| rows.score(&strange.rows, None).unwrap().image_score;
            assert!(score(&longer.rows) < 0.2 * score(bank.rows()));
        }
    }

    #[test]
    fn nonsense_is_refused() {
        let mut extension = Extension::of(&bank(None)).unwrap();
        let good = picture(1, 0.0);
        let mut refused = |image, patches: &PicturePatches| {
            assert!(extension.add(ImageId(image), patches, &Unobserved).is_err());
        };
        refused(3, &good);
        refused(20, &PicturePatches { rows: vec![f32::NAN; 30 * DIM], ..good.clone() });
        refused(20, &PicturePatches { places: vec![], ..good.clone() });
        refused(20, &PicturePatches { dim: 1, ..good });
    }
}
