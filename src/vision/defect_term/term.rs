//! The term itself, as inspections use it and its file holds it.

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::outcome::TermOutcome;
use crate::error::same_size;
use crate::oddest_patches::{ODDEST, OddestPatches};
use crate::thresholds::{HeldOut, KnownDefect};
use crate::{Result, VisionError};
use fettle_domain::Resemblance;
use fettle_system::{create_folders, replace};

/// Largest file of a term, in bytes.
const MAX_BYTES: u64 = 1 << 30;
/// Version of the file's layout.
const FORMAT: u32 = 1;

/// The known defects of a bank, and their term where it is in force.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DefectTerm {
    format: u32,
    /// Whether the term is in force, and why.
    outcome: TermOutcome,
    /// Weight of each value of a whitened patch; 0 where the term is not in force.
    weights: Vec<f32>,
    /// The term of a patch whose values are all 0.
    offset: f32,
    /// Image scores of the held-out normal images, with the term of a fit without their fold where
    /// it is in force, in the order of the bank's held-out scores.
    held_out: Vec<f32>,
    known: Vec<KnownExample>,
}

/// A known defect of a term.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct KnownExample {
    /// The image and its scores, with the term of a fit without it where that is in force.
    pub defect: KnownDefect,
    /// Mean of its oddest patches.
    mean: Vec<f32>,
}

impl DefectTerm {
    pub(super) fn new(
        outcome: TermOutcome,
        (weights, offset): (Vec<f32>, f32),
        held_out: Vec<f32>,
        known: Vec<KnownExample>,
    ) -> Self {
        Self { format: FORMAT, outcome, weights, offset, held_out, known }
    }

    /// Whether the term is in force, and why.
    pub fn outcome(&self) -> TermOutcome {
        self.outcome
    }

    /// Whether scores contain the term.
    pub fn in_force(&self) -> bool {
        matches!(self.outcome, TermOutcome::InForce(_))
    }

    /// The term of an image: the mean of its patches' terms, in units of the image score; 0 where
    /// the term is not in force.
    ///
    /// # Errors
    /// [`VisionError::Size`] for patches of another dimension.
    pub fn term(&self, oddest: &OddestPatches) -> Result<f32> {
        same_size("values of an oddest patch", self.weights.len(), oddest.dim())?;
        let products = oddest.rows().chunks_exact(oddest.dim().max(1)).map(|row| {
            self.weights.iter().zip(row).map(|(w, v)| f64::from(*w) * f64::from(*v)).sum::<f64>()
        });
        Ok((products.sum::<f64>() / ODDEST as f64) as f32 + self.offset)
    }

    /// The image score with the term, where that is in force; not below 0.
    ///
    /// # Errors
    /// As [`Self::term`].
    pub fn score(&self, image_score: f32, oddest: &OddestPatches) -> Result<f32> {
        let term = self.term(oddest)?;
        Ok(if self.in_force() { (image_score + term).max(0.0) } else { image_score })
    }

    /// The `count` known defects that the image resembles most, the most alike first.
    ///
    /// # Errors
    /// As [`Self::term`].
    pub fn resembles(&self, oddest: &OddestPatches, count: usize) -> Result<Vec<Resemblance>> {
        same_size("values of an oddest patch", self.weights.len(), oddest.dim())?;
        let mean = oddest.mean();
        let mut found: Vec<Resemblance> = self
            .known
            .iter()
            .map(|known| Resemblance {
                image: known.defect.image,
                path: None,
                defect: known.defect.defect.clone(),
                similarity: cosine(&mean, &known.mean),
            })
            .collect();
        found.sort_by(|a, b| b.similarity.total_cmp(&a.similarity));
        found.truncate(count);
        Ok(found)
    }

    /// The known defects that the term was learned from.
    pub fn known(&self) -> impl Iterator<Item = &KnownDefect> {
        self.known.iter().map(|known| &known.defect)
    }

    /// The held-out scores of the bank with the term. Suspects and maps stay as they are.
    ///
    /// # Errors
    /// [`VisionError::Size`] for another number of images.
    pub fn with_term(&self, held_out: &[HeldOut]) -> Result<Vec<HeldOut>> {
        same_size("held-out images", self.held_out.len(), held_out.len())?;
        let scored = held_out.iter().zip(&self.held_out);
        Ok(scored.map(|(h, score)| HeldOut { image_score: *score, ..*h }).collect())
    }

    /// Writes the term to `path`, atomically.
    ///
    /// # Errors
    /// [`VisionError::Io`].
    pub fn save(&self, path: &Path) -> Result<()> {
        let io = |source| VisionError::Io { path: path.to_owned(), source };
        let folder = path.parent().filter(|p| !p.as_os_str().is_empty());
        let folder = folder.unwrap_or(Path::new("."));
        create_folders(folder).map_err(io)?;
        let text = serde_json::to_vec(self).map_err(|error| io(error.into()))?;
        replace(path, &text).map_err(io)
    }

    /// Reads a term for patches of `dim` values.
    ///
    /// # Errors
    /// [`VisionError::Io`] where the file cannot be read, [`VisionError::BadBank`] where it is
    /// damaged or belongs to another bank.
    pub fn load(path: &Path, dim: usize) -> Result<Self> {
        let bad = |why: String| VisionError::BadBank { path: path.to_owned(), why };
        let bytes = fettle_system::read(path, MAX_BYTES)
            .map_err(|source| VisionError::Io { path: path.to_owned(), source })?;
        let term: Self = serde_json::from_slice(&bytes).map_err(|error| bad(error.to_string()))?;
        let sizes = term.known.iter().map(|known| known.mean.len());
        if term.format != FORMAT || sizes.chain([term.weights.len()]).any(|size| size != dim) {
            return Err(bad("its term of known defects is of another format or bank".into()));
        }
        let means = term.known.iter().flat_map(|known| &known.mean);
        let numbers = term.weights.iter().chain(&term.held_out).chain(means);
        if numbers.chain([&term.offset]).any(|value| !value.is_finite()) {
            return Err(VisionError::NotFinite("term of known defects"));
        }
        Ok(term)
    }
}

impl KnownExample {
    pub(super) fn new(defect: KnownDefect, oddest: &OddestPatches) -> Self {
        Self { defect, mean: oddest.mean() }
    }
}

/// Cosine of the angle between two vectors; 0 where one is 0.
fn cosine(a: &[f32], b: &[f32]) -> f32 {
    let dot = |a: &[f32], b: &[f32]| {
        a.iter().zip(b).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum::<f64>()
    };
    let lengths = (dot(a, a) * dot(b, b)).sqrt();
    if lengths > 0.0 { (dot(a, b) / lengths) as f32 } else { 0.0 }
}
