//! Choosing a bank's rows from more patches than memory holds.
//!
//! Patches come picture by picture. As long as they fit the budget they are all kept, and the
//! coreset is exactly greedy k-center's of all of them. Beyond it the fit merges and reduces
//! (composable coresets: Indyk, Mahabadi, Mahdian, Mirrokni 2014; the tree is that of Har-Peled
//! and Mazumdar 2004): a full buffer is thinned to a coreset, two coresets of one level
//! are thinned to one of the next, and at the end the rows are chosen from what is left. Radii
//! add up level by level, of which there are at most [`LEVELS`] as long as 2^[`LEVELS`] buffers
//! hold the patches; after that the highest level takes one more each time.

use std::collections::HashSet;

use half::f16;

use super::{Origin, PicturePatches, Provenance};
use crate::bank_rows::{BankRows, LARGEST};
use crate::coreset::{CoresetPlan, Start, greedy_k_center};
use crate::error::same_size;
use crate::inspection_area::PatchSelection;
use crate::memory_bank::Grid;
use crate::projection::Projection;
use crate::{Result, VisionError};
use fettle_domain::{ImageId, ProgressSink};

/// Bytes that a fit holds of patches. With the networks and a batch's feature maps beside it,
/// the whole program stays below 2 GB.
pub const FIT_BUDGET: usize = 512 << 20;
/// The most rows of a bank. Inspecting compares every patch with every row: with 784 patches
/// of 1,536 values and 20,000 rows that is 48 GFLOP, a quarter of a second on two cores.
pub const MOST_ROWS: usize = 20_000;

/// Levels of merged coresets that are kept apart.
const LEVELS: usize = 4;
/// Of the budget, in eighths, once it was exceeded: [`LEVELS`] coresets of one eighth each, one
/// being made, and the patches that come.
const FRESH_EIGHTHS: usize = 3;

/// Collects patches and chooses a bank's rows.
#[derive(Debug)]
pub struct BankFitter {
    plan: CoresetPlan,
    budget: usize,
    space: Option<Space>,
    /// Patches as they came, all pictures whole.
    fresh: Candidates,
    pictures: Vec<Kept>,
    levels: Vec<Option<Candidates>>,
    /// Whether patches were given up already.
    reduced: bool,
    seen: HashSet<ImageId>,
    images: Vec<ImageId>,
    patches: u64,
}

/// A chosen coreset.
#[derive(Debug)]
pub struct Coreset {
    /// The rows, of 16 bits.
    pub rows: BankRows,
    /// Where each was seen.
    pub origins: Vec<Origin>,
    /// What they were chosen from, and how.
    pub fit: Provenance,
    /// How many rows the plan asked for, where [`MOST_ROWS`] or the budget allowed fewer.
    pub asked: Option<usize>,
}

/// Between which rows distances are measured.
#[derive(Debug)]
struct Space {
    /// Values a row.
    dim: usize,
    projection: Option<Projection>,
}

impl Space {
    /// Values of a row as it is measured.
    fn measured(&self) -> usize {
        self.projection.as_ref().map_or(self.dim, Projection::target)
    }

    /// What a candidate costs, with the bound that the choice keeps of it.
    fn bytes_a_row(&self) -> usize {
        self.dim * size_of::<f16>()
            + self.measured() * size_of::<f32>()
            + size_of::<Origin>()
            + 2 * size_of::<f32>()
    }
}

/// A picture whose patches are all in the buffer.
#[derive(Debug)]
struct Kept {
    image: ImageId,
    first: usize,
    grid: Grid,
    inspected: Option<PatchSelection>,
    count: usize,
}

/// Rows to choose from.
#[derive(Debug, Default)]
struct Candidates {
    /// As they will be stored.
    stored: Vec<f16>,
    /// As distances are measured.
    measured: Vec<f32>,
    origins: Vec<Origin>,
    /// How far patches given up may be from these rows.
    radius: f32,
}

impl Candidates {
    fn len(&self) -> usize {
        self.origins.len()
    }

    fn append(&mut self, mut other: Self) {
        self.stored.append(&mut other.stored);
        self.measured.append(&mut other.measured);
        self.origins.append(&mut other.origins);
        self.radius = self.radius.max(other.radius);
    }

    /// At most `keep` of them.
    fn thin(
        &self,
        space: &Space,
        plan: &CoresetPlan,
        keep: usize,
        sink: &dyn ProgressSink,
    ) -> Result<Self> {
        let measured = space.measured();
        let start = Start::Row(plan.start(self.len()));
        let cover = greedy_k_center(&self.measured, measured, start, keep, 0.0, sink)?;
        let mut kept = Self { radius: self.radius + cover.radius, ..Self::default() };
        kept.stored.reserve_exact(cover.chosen.len() * space.dim);
        kept.measured.reserve_exact(cover.chosen.len() * measured);
        for row in cover.chosen {
            kept.stored.extend_from_slice(&self.stored[row * space.dim..][..space.dim]);
            kept.measured.extend_from_slice(&self.measured[row * measured..][..measured]);
            kept.origins.push(self.origins[row]);
        }
        Ok(kept)
    }
}

impl BankFitter {
    /// A fit by `plan` that holds at most `budget` bytes of patches, [`FIT_BUDGET`] if in doubt.
    pub fn new(plan: CoresetPlan, budget: usize) -> Self {
        Self {
            plan,
            budget,
            space: None,
            fresh: Candidates::default(),
            pictures: Vec::new(),
            levels: (0..LEVELS).map(|_| None).collect(),
            reduced: false,
            seen: HashSet::new(),
            images: Vec::new(),
            patches: 0,
        }
    }

    /// Takes the patches of one more picture; each may have another number of them.
    ///
    /// # Errors
    /// [`VisionError::Inconsistent`] for a picture that was there before (held out, it would
    /// meet itself), or a value that is not finite or above 65,504;
    /// [`VisionError::Size`] where the parts do not fit; [`VisionError::Cancelled`].
    pub fn add(
        &mut self,
        image: ImageId,
        patches: &PicturePatches,
        sink: &dyn ProgressSink,
    ) -> Result<()> {
        let count = patches.inspected.as_ref().map_or(patches.grid.len(), PatchSelection::count);
        if count == 0 || patches.dim == 0 {
            return Err(VisionError::Nothing("patches"));
        }
        same_size("values of the patches", count * patches.dim, patches.rows.len())?;
        same_size("places of the patches", count, patches.places.len())?;
        if !patches.rows.iter().all(|value| value.abs() <= LARGEST) {
            return Err(VisionError::Inconsistent(format!(
                "a patch of image {image} has a value that is not finite or above {LARGEST}"
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
        let whole = self.budget / space.bytes_a_row();
        let capacity = if self.reduced { whole * FRESH_EIGHTHS / 8 } else { whole };
        if self.fresh.len() > 0 && self.fresh.len() + count > capacity {
            self.reduce(sink)?;
        }
        let Some(space) = &self.space else { return Ok(()) };
        let (first, inspected) = (self.fresh.len(), patches.inspected.clone());
        self.pictures.push(Kept { image, first, grid: patches.grid, inspected, count });
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

    /// How many rows a coreset of a reduced fit has.
    fn part(&self, space: &Space) -> usize {
        (self.budget / space.bytes_a_row() / 8).clamp(1, MOST_ROWS)
    }

    /// Thins the buffer to a coreset and merges that with those of earlier buffers.
    fn reduce(&mut self, sink: &dyn ProgressSink) -> Result<()> {
        let Some(space) = &self.space else { return Ok(()) };
        let keep = self.part(space);
        self.reduced = true;
        self.pictures.clear();
        let mut part = std::mem::take(&mut self.fresh).thin(space, &self.plan, keep, sink)?;
        let last = self.levels.len().saturating_sub(1);
        for (index, level) in self.levels.iter_mut().enumerate() {
            let Some(mut other) = level.take() else {
                *level = Some(part);
                break;
            };
            other.append(part);
            part = other.thin(space, &self.plan, keep, sink)?;
            if index == last {
                *level = Some(part);
                break;
            }
        }
        Ok(())
    }

    /// Chooses the rows of all patches seen.
    ///
    /// # Errors
    /// [`VisionError::Nothing`] for no patches, [`VisionError::Inconsistent`] for a bad plan,
    /// [`VisionError::Cancelled`].
    pub fn choose(&mut self, sink: &dyn ProgressSink) -> Result<Coreset> {
        let Some(space) = &self.space else { return Err(VisionError::Nothing("patches")) };
        let asked = self.plan.keep(usize::try_from(self.patches).unwrap_or(usize::MAX))?;
        let most = if self.reduced { self.part(space) } else { MOST_ROWS };
        for level in &mut self.levels {
            if let Some(part) = level.take() {
                self.fresh.append(part);
            }
        }
        let given_up = self.fresh.radius;
        let chosen = self.fresh.thin(space, &self.plan, asked.min(most), sink)?;
        Ok(Coreset {
            rows: BankRows::of_half(chosen.stored, space.dim)?,
            origins: chosen.origins,
            fit: Provenance {
                images: self.images.clone(),
                patches: self.patches,
                plan: self.plan,
                cover_radius: chosen.radius,
                spacing: chosen.radius - given_up,
                extends: None,
            },
            asked: (asked > most).then_some(asked),
        })
    }

    /// The patches of a picture, rounded to 16 bits, if all patches are still held; `None`
    /// once some were given up, or for a picture that was not seen.
    pub fn kept(&self, image: ImageId) -> Option<PicturePatches> {
        let space = self.space.as_ref().filter(|_| !self.reduced)?;
        // Pictures are asked for in order as a rule, but nothing depends on it.
        let picture = self.pictures.iter().find(|kept| kept.image == image)?;
        let (first, count) = (picture.first, picture.count);
        let rows = &self.fresh.stored[first * space.dim..][..count * space.dim];
        let origins = &self.fresh.origins[first..][..count];
        Some(PicturePatches {
            rows: rows.iter().map(|value| value.to_f32()).collect(),
            dim: space.dim,
            grid: picture.grid,
            places: origins.iter().map(|origin| origin.place).collect(),
            inspected: picture.inspected.clone(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::distance::squared_distance;
    use crate::golden::{Golden, noise};
    use fettle_domain::{RectPx, Unobserved};

    const DIM: usize = 6;

    fn picture(seed: u64, grid: Grid) -> PicturePatches {
        let places = (0..grid.len() as u32)
            .map(|i| RectPx { x: i % grid.width, y: i / grid.width, width: 1, height: 1 })
            .collect();
        PicturePatches {
            rows: noise(grid.len() * DIM, seed),
            dim: DIM,
            grid,
            places,
            inspected: None,
        }
    }

    /// Pictures with different numbers of patches.
    fn pictures(count: u64) -> Vec<PicturePatches> {
        (0..count).map(|i| picture(i, Grid { height: 5, width: 4 + (i % 3) as u32 })).collect()
    }

    fn fitter(plan: CoresetPlan, budget: usize, pictures: &[PicturePatches]) -> BankFitter {
        let mut fitter = BankFitter::new(plan, budget);
        for (id, patches) in pictures.iter().enumerate() {
            fitter.add(ImageId(id as i64), patches, &Unobserved).unwrap();
        }
        fitter
    }

    fn plan(ratio: f64) -> CoresetPlan {
        CoresetPlan { ratio, projection: None, seed: 0 }
    }

    #[test]
    fn within_the_budget_the_choice_is_that_of_the_reference() {
        let Some(golden) = Golden::open("reference/patchcore/golden.safetensors") else { return };
        let rows = golden.floats("bank");
        let count = rows.len() / 48;
        // The seed whose first row is the reference's.
        let plan = |seed| CoresetPlan { ratio: 60.0 / count as f64, projection: None, seed };
        let seed = (0..).find(|seed| plan(*seed).start(count) == 0).unwrap();
        let grid = Grid { height: 1, width: count as u32 };
        let place = |x| RectPx { x, y: 0, width: 1, height: 1 };
        let places = (0..count as u32).map(place).collect();
        let patches = PicturePatches { rows, dim: 48, grid, places, inspected: None };
        let mut fitter = BankFitter::new(plan(seed), FIT_BUDGET);
        fitter.add(ImageId(1), &patches, &Unobserved).unwrap();
        let coreset = fitter.choose(&Unobserved).unwrap();
        let chosen: Vec<usize> = coreset.origins.iter().map(|o| o.place.x as usize).collect();
        assert_eq!(chosen, golden.indices("coreset_idx"));
    }

    #[test]
    fn beyond_the_budget_the_cover_stays_close_and_the_memory_bounded() {
        let pictures = pictures(120);
        let exact = fitter(plan(0.02), FIT_BUDGET, &pictures).choose(&Unobserved).unwrap();
        let total: usize = pictures.iter().map(|picture| picture.grid.len()).sum();
        assert_eq!((exact.rows.len(), exact.fit.patches), (60, total as u64));
        assert_eq!(exact.fit.spacing, exact.fit.cover_radius);
        // Room for 600 of 3,000 patches.
        let bytes = Space { dim: DIM, projection: None }.bytes_a_row();
        let mut bounded = fitter(plan(0.02), 600 * bytes, &pictures);
        assert!(bounded.fresh.len() <= 600 * FRESH_EIGHTHS / 8);
        assert!(bounded.levels.iter().flatten().all(|part| part.len() <= 75));
        assert!(bounded.kept(ImageId(119)).is_none());
        let coreset = bounded.choose(&Unobserved).unwrap();
        assert_eq!((coreset.rows.len(), coreset.asked), (60, None));
        let mut scratch = Vec::new();
        let rows = coreset.rows.wide(0..60, &mut scratch);
        let mut radius = 0f32;
        for patch in pictures.iter().flat_map(|picture| picture.rows.chunks(DIM)) {
            let to = |row: &[f32]| squared_distance(patch, row);
            radius = radius.max(rows.chunks(DIM).map(to).fold(f32::INFINITY, f32::min).sqrt());
        }
        // Rows are stored in 16 bits.
        assert!(radius <= coreset.fit.cover_radius + 0.01, "{radius}");
        assert!(radius <= 1.4 * exact.fit.cover_radius, "{radius}, {}", exact.fit.cover_radius);
        assert!(coreset.fit.spacing <= radius + 0.01, "{}", coreset.fit.spacing);
        // Each row is where its origin says.
        for (row, origin) in rows.chunks(DIM).zip(&coreset.origins) {
            let picture = &pictures[origin.image.0 as usize];
            let at = origin.place.y * picture.grid.width + origin.place.x;
            let patch = &picture.rows[at as usize * DIM..][..DIM];
            assert!(squared_distance(row, patch) < 1e-5);
        }
    }

    #[test]
    fn too_many_rows_are_capped_and_said() {
        let pictures = pictures(60);
        let bytes = Space { dim: DIM, projection: None }.bytes_a_row();
        let coreset = fitter(plan(1.0), 400 * bytes, &pictures).choose(&Unobserved).unwrap();
        let total: usize = pictures.iter().map(|picture| picture.grid.len()).sum();
        assert_eq!((coreset.rows.len(), coreset.asked), (50, Some(total)));
    }

    #[test]
    fn what_is_kept_is_what_came() {
        let pictures = pictures(4);
        let fitter = fitter(plan(0.5), FIT_BUDGET, &pictures);
        for (id, came) in pictures.iter().enumerate() {
            let kept = fitter.kept(ImageId(id as i64)).unwrap();
            assert_eq!((kept.grid, &kept.places), (came.grid, &came.places));
            assert!(kept.rows.iter().zip(&came.rows).all(|(a, b)| (a - b).abs() < 1e-3));
        }
        assert!(fitter.kept(ImageId(9)).is_none());
    }

    #[test]
    fn nonsense_is_refused() {
        let good = picture(1, Grid { height: 2, width: 2 });
        let mut fitter = fitter(plan(0.5), FIT_BUDGET, std::slice::from_ref(&good));
        let mut refused = |image, patches: &PicturePatches| {
            assert!(fitter.add(ImageId(image), patches, &Unobserved).is_err());
        };
        refused(0, &good);
        refused(1, &PicturePatches { grid: Grid { height: 0, width: 2 }, ..good.clone() });
        refused(2, &PicturePatches { places: vec![], ..good.clone() });
        refused(3, &PicturePatches { rows: vec![f32::NAN; 4 * DIM], ..good.clone() });
        refused(4, &PicturePatches { rows: vec![1e5; 4 * DIM], ..good.clone() });
        refused(5, &PicturePatches { rows: vec![1.0; 4], dim: 1, ..good });
        let nothing = BankFitter::new(plan(0.5), FIT_BUDGET).choose(&Unobserved);
        assert!(matches!(nothing, Err(VisionError::Nothing(_))));
    }
}
