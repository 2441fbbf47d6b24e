//! Choosing the rows of a bank from more patches than memory holds.
//!
//! Patches come image by image. As long as they fit the budget they are all kept, and the coreset
//! is exactly that of greedy k-center over all of them. Beyond the budget the fit merges and
//! reduces (composable coresets: Indyk, Mahabadi, Mahdian, Mirrokni 2014; the tree is that of
//! Har-Peled and Mazumdar 2004): a full buffer is thinned to a coreset, two coresets of one level
//! are thinned to one of the next, and at the end the rows are chosen from the coresets left. Radii
//! add up level by level, of which there are at most [`LEVELS`] as long as 2^[`LEVELS`] buffers
//! hold the patches; after that the highest level takes one more each time.

use std::collections::HashSet;

use half::f16;

use super::candidates::{Candidates, Space};
use super::coreset::{Coreset, MOST_ROWS, Provenance};
use crate::bank_rows::{BankRows, F16_MAX};
use crate::coreset::CoresetPlan;
use crate::error::same_size;
use crate::grid::Grid;
use crate::inspection_area::PatchSelection;
use crate::patches::{ImagePatches, Origin};
use crate::{Result, VisionError};
use fettle_domain::{ImageId, ProgressSink};

/// Bytes of patches that a fit holds. With the networks and the feature maps of a batch, the
/// whole program stays below 2 GB.
pub const FIT_BUDGET: usize = 512 << 20;

/// Levels of merged coresets that are kept apart.
const LEVELS: usize = 4;
/// Share of the budget for new patches once the budget was exceeded, in eighths; the other eighths
/// hold [`LEVELS`] coresets of one eighth each, and the one being made.
const FRESH_EIGHTHS: usize = 3;

/// Collects the patches of normal images and chooses the rows of a bank.
#[derive(Debug)]
pub struct BankFitter {
    plan: CoresetPlan,
    /// Bytes of patches held at most.
    budget: usize,
    /// Set by the first image.
    space: Option<Space>,
    /// Patches not thinned yet, whole images one after another.
    fresh: Candidates,
    /// Images whose patches are all in `fresh`.
    buffered: Vec<BufferedImage>,
    /// Coresets of earlier buffers, by level.
    levels: Vec<Option<Candidates>>,
    /// Whether patches were given up already.
    reduced: bool,
    seen: HashSet<ImageId>,
    images: Vec<ImageId>,
    /// Patches of all images so far.
    patches: u64,
}

/// An image whose patches are all in the buffer.
#[derive(Debug)]
struct BufferedImage {
    image: ImageId,
    /// Index of its first patch in the buffer.
    first: usize,
    /// Number of its patches in the buffer.
    count: usize,
    grid: Grid,
    inspected: Option<PatchSelection>,
}

impl BankFitter {
    /// A fit by `plan` that holds at most `budget` bytes of patches; usually [`FIT_BUDGET`].
    pub fn new(plan: CoresetPlan, budget: usize) -> Self {
        Self {
            plan,
            budget,
            space: None,
            fresh: Candidates::default(),
            buffered: Vec::new(),
            levels: (0..LEVELS).map(|_| None).collect(),
            reduced: false,
            seen: HashSet::new(),
            images: Vec::new(),
            patches: 0,
        }
    }

    /// Adds the patches of one more image; images may differ in their number of patches.
    ///
    /// # Errors
    /// [`VisionError::Inconsistent`] for an image added before (held out, it would
    /// be scored against itself), or a value that is not finite or above 65,504;
    /// [`VisionError::Size`] where the parts do not fit; [`VisionError::Cancelled`].
    pub fn add(
        &mut self,
        image: ImageId,
        patches: &ImagePatches,
        sink: &dyn ProgressSink,
    ) -> Result<()> {
        let count = patches.inspected.as_ref().map_or(patches.grid.len(), PatchSelection::count);
        if count == 0 || patches.dim == 0 {
            return Err(VisionError::Empty("patches"));
        }
        same_size("values of the patches", count * patches.dim, patches.rows.len())?;
        same_size("places of the patches", count, patches.places.len())?;
        if !patches.rows.iter().all(|value| value.abs() <= F16_MAX) {
            return Err(VisionError::Inconsistent(format!(
                "a patch of image {image} has a value that is not finite or above {F16_MAX}"
            )));
        }
        if !self.seen.insert(image) {
            return Err(VisionError::Inconsistent(format!("image {image} is named twice")));
        }
        let plan = self.plan;
        let space = self.space.get_or_insert_with(|| Space {
            dim: patches.dim,
            projection: plan.projection(patches.dim),
        });
        same_size("values of a patch", space.dim, patches.dim)?;
        let whole = self.budget / space.bytes_per_row();
        let capacity = if self.reduced { whole * FRESH_EIGHTHS / 8 } else { whole };
        if self.fresh.len() > 0 && self.fresh.len() + count > capacity {
            self.reduce(sink)?;
        }
        let Some(space) = &self.space else { return Ok(()) };
        let (first, inspected) = (self.fresh.len(), patches.inspected.clone());
        self.buffered.push(BufferedImage { image, first, count, grid: patches.grid, inspected });
        self.images.push(image);
        self.patches += count as u64;
        self.fresh.stored.extend(patches.rows.iter().map(|value| f16::from_f32(*value)));
        match &space.projection {
            Some(projection) => self.fresh.measured.extend(projection.apply(&patches.rows)?),
            None => self.fresh.measured.extend_from_slice(&patches.rows),
        }
        let origin = |place: &_| Origin { image, place: *place };
        self.fresh.origins.extend(patches.places.iter().map(origin));
        Ok(())
    }

    /// Number of rows of a coreset of a reduced fit.
    fn coreset_rows(&self, space: &Space) -> usize {
        (self.budget / space.bytes_per_row() / 8).clamp(1, MOST_ROWS)
    }

    /// Thins the buffer to a coreset and merges the coreset with those of earlier buffers.
    fn reduce(&mut self, sink: &dyn ProgressSink) -> Result<()> {
        let Some(space) = &self.space else { return Ok(()) };
        let keep = self.coreset_rows(space);
        self.reduced = true;
        self.buffered.clear();
        let mut coreset = std::mem::take(&mut self.fresh).thin(space, &self.plan, keep, sink)?;
        let last = self.levels.len().saturating_sub(1);
        for (index, level) in self.levels.iter_mut().enumerate() {
            let Some(mut other) = level.take() else {
                *level = Some(coreset);
                break;
            };
            other.append(coreset);
            coreset = other.thin(space, &self.plan, keep, sink)?;
            if index == last {
                *level = Some(coreset);
                break;
            }
        }
        Ok(())
    }

    /// Chooses the rows of the bank from the patches of all images.
    ///
    /// # Errors
    /// [`VisionError::Empty`] for no patches, [`VisionError::Inconsistent`] for a bad plan,
    /// [`VisionError::Cancelled`].
    pub fn choose(&mut self, sink: &dyn ProgressSink) -> Result<Coreset> {
        let Some(space) = &self.space else { return Err(VisionError::Empty("patches")) };
        let requested = self.plan.keep(usize::try_from(self.patches).unwrap_or(usize::MAX))?;
        let most = if self.reduced { self.coreset_rows(space) } else { MOST_ROWS };
        for level in &mut self.levels {
            if let Some(coreset) = level.take() {
                self.fresh.append(coreset);
            }
        }
        let given_up = self.fresh.radius;
        let chosen = self.fresh.thin(space, &self.plan, requested.min(most), sink)?;
        Ok(Coreset {
            rows: BankRows::from_f16(chosen.stored, space.dim)?,
            origins: chosen.origins,
            fit: Provenance {
                images: self.images.clone(),
                patches: self.patches,
                plan: self.plan,
                cover_radius: chosen.radius,
                spacing: chosen.radius - given_up,
                extends: None,
            },
            requested: (requested > most).then_some(requested),
        })
    }

    /// The patches of an image, rounded to 16 bits, if all patches are still held; `None`
    /// once some were given up, or for an image that was not added.
    pub fn kept(&self, image: ImageId) -> Option<ImagePatches> {
        let space = self.space.as_ref().filter(|_| !self.reduced)?;
        let BufferedImage { first, count, grid, inspected, .. } =
            self.buffered.iter().find(|buffered| buffered.image == image)?;
        let rows = &self.fresh.stored[first * space.dim..][..count * space.dim];
        let origins = &self.fresh.origins[*first..][..*count];
        Some(ImagePatches {
            rows: rows.iter().map(|value| value.to_f32()).collect(),
            dim: space.dim,
            grid: *grid,
            places: origins.iter().map(|origin| origin.place).collect(),
            inspected: inspected.clone(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::distance::squared_distance;
    use crate::test_data::{Golden, noise};
    use fettle_domain::{NullProgress, RectPx};

    const DIM: usize = 6;

    fn image(seed: u64, grid: Grid) -> ImagePatches {
        let places = (0..grid.len() as u32)
            .map(|i| RectPx { x: i % grid.width, y: i / grid.width, width: 1, height: 1 })
            .collect();
        ImagePatches {
            rows: noise(grid.len() * DIM, seed),
            dim: DIM,
            grid,
            places,
            inspected: None,
        }
    }

    /// Images with different numbers of patches.
    fn images(count: u64) -> Vec<ImagePatches> {
        (0..count).map(|i| image(i, Grid { height: 5, width: 4 + (i % 3) as u32 })).collect()
    }

    fn fitter(plan: CoresetPlan, budget: usize, images: &[ImagePatches]) -> BankFitter {
        let mut fitter = BankFitter::new(plan, budget);
        for (id, patches) in images.iter().enumerate() {
            fitter.add(ImageId(id as i64), patches, &NullProgress).unwrap();
        }
        fitter
    }

    fn plan(ratio: f64) -> CoresetPlan {
        CoresetPlan { ratio, projection: None, seed: 0 }
    }

    #[test]
    fn within_the_budget_the_choice_is_that_of_the_reference() {
        let golden = Golden::open("patchcore");
        let rows = golden.floats("bank");
        let count = rows.len() / 48;
        // The seed whose first row is the reference's.
        let plan = |seed| CoresetPlan { ratio: 60.0 / count as f64, projection: None, seed };
        let seed = (0..).find(|seed| plan(*seed).start(count) == 0).unwrap();
        let grid = Grid { height: 1, width: count as u32 };
        let place = |x| RectPx { x, y: 0, width: 1, height: 1 };
        let places = (0..count as u32).map(place).collect();
        let patches = ImagePatches { rows, dim: 48, grid, places, inspected: None };
        let mut fitter = BankFitter::new(plan(seed), FIT_BUDGET);
        fitter.add(ImageId(1), &patches, &NullProgress).unwrap();
        let coreset = fitter.choose(&NullProgress).unwrap();
        let chosen: Vec<usize> = coreset.origins.iter().map(|o| o.place.x as usize).collect();
        assert_eq!(chosen, golden.indices("coreset_idx"));
    }

    #[test]
    fn beyond_the_budget_the_cover_stays_close_and_the_memory_bounded() {
        let images = images(120);
        let exact = fitter(plan(0.02), FIT_BUDGET, &images).choose(&NullProgress).unwrap();
        let total: usize = images.iter().map(|image| image.grid.len()).sum();
        assert_eq!((exact.rows.len(), exact.fit.patches), (60, total as u64));
        assert_eq!(exact.fit.spacing, exact.fit.cover_radius);
        // Room for 600 of 3,000 patches.
        let bytes = Space { dim: DIM, projection: None }.bytes_per_row();
        let mut bounded = fitter(plan(0.02), 600 * bytes, &images);
        assert!(bounded.fresh.len() <= 600 * FRESH_EIGHTHS / 8);
        assert!(bounded.levels.iter().flatten().all(|coreset| coreset.len() <= 75));
        assert!(bounded.kept(ImageId(119)).is_none());
        let coreset = bounded.choose(&NullProgress).unwrap();
        assert_eq!((coreset.rows.len(), coreset.requested), (60, None));
        let mut scratch = Vec::new();
        let rows = coreset.rows.to_f32(0..60, &mut scratch);
        let mut radius = 0f32;
        for patch in images.iter().flat_map(|image| image.rows.chunks(DIM)) {
            let to = |row: &[f32]| squared_distance(patch, row);
            radius = radius.max(rows.chunks(DIM).map(to).fold(f32::INFINITY, f32::min).sqrt());
        }
        // Rows are stored in 16 bits.
        assert!(radius <= coreset.fit.cover_radius + 0.01, "{radius}");
        assert!(radius <= 1.4 * exact.fit.cover_radius, "{radius}, {}", exact.fit.cover_radius);
        assert!(coreset.fit.spacing <= radius + 0.01, "{}", coreset.fit.spacing);
        // Each row is where its origin says.
        for (row, origin) in rows.chunks(DIM).zip(&coreset.origins) {
            let image = &images[origin.image.0 as usize];
            let at = origin.place.y * image.grid.width + origin.place.x;
            let patch = &image.rows[at as usize * DIM..][..DIM];
            assert!(squared_distance(row, patch) < 1e-5);
        }
    }

    #[test]
    fn too_many_rows_are_capped_and_said() {
        let images = images(60);
        let bytes = Space { dim: DIM, projection: None }.bytes_per_row();
        let coreset = fitter(plan(1.0), 400 * bytes, &images).choose(&NullProgress).unwrap();
        let total: usize = images.iter().map(|image| image.grid.len()).sum();
        assert_eq!((coreset.rows.len(), coreset.requested), (50, Some(total)));
    }

    #[test]
    fn what_is_kept_is_what_came() {
        let images = images(4);
        let fitter = fitter(plan(0.5), FIT_BUDGET, &images);
        for (id, came) in images.iter().enumerate() {
            let kept = fitter.kept(ImageId(id as i64)).unwrap();
            assert_eq!((kept.grid, &kept.places), (came.grid, &came.places));
            assert!(kept.rows.iter().zip(&came.rows).all(|(a, b)| (a - b).abs() < 1e-3));
        }
        assert!(fitter.kept(ImageId(9)).is_none());
    }

    #[test]
    fn nonsense_is_refused() {
        let good = image(1, Grid { height: 2, width: 2 });
        let mut fitter = fitter(plan(0.5), FIT_BUDGET, std::slice::from_ref(&good));
        let mut refused = |image, patches: &ImagePatches| {
            assert!(fitter.add(ImageId(image), patches, &NullProgress).is_err());
        };
        refused(0, &good);
        refused(1, &ImagePatches { grid: Grid { height: 0, width: 2 }, ..good.clone() });
        refused(2, &ImagePatches { places: vec![], ..good.clone() });
        refused(3, &ImagePatches { rows: vec![f32::NAN; 4 * DIM], ..good.clone() });
        refused(4, &ImagePatches { rows: vec![1e5; 4 * DIM], ..good.clone() });
        refused(5, &ImagePatches { rows: vec![1.0; 4], dim: 1, ..good });
        let nothing = BankFitter::new(plan(0.5), FIT_BUDGET).choose(&NullProgress);
        assert!(matches!(nothing, Err(VisionError::Empty(_))));
    }
}
