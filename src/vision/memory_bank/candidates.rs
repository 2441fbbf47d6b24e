//! Rows to choose a coreset from, and the space in which their distances are measured.

use half::f16;

use crate::Result;
use crate::coreset::{CoresetPlan, Start, greedy_k_center};
use crate::patches::Origin;
use crate::projection::Projection;
use fettle_domain::ProgressSink;

/// The space in which distances between rows are measured.
#[derive(Debug)]
pub(super) struct Space {
    /// Values a row.
    pub(super) dim: usize,
    /// Projection to fewer values; `None`: rows are measured as they are.
    pub(super) projection: Option<Projection>,
}

impl Space {
    /// Values of a measured row.
    pub(super) fn measured_dim(&self) -> usize {
        self.projection.as_ref().map_or(self.dim, Projection::target)
    }

    /// Rows as they are measured; contiguous, [`Self::dim`] values each.
    ///
    /// # Errors
    /// As [`Projection::apply`].
    pub(super) fn measure(&self, rows: &[f32]) -> Result<Vec<f32>> {
        match &self.projection {
            Some(projection) => projection.apply(rows),
            None => Ok(rows.to_vec()),
        }
    }

    /// Memory of a candidate in bytes, with the bound that greedy k-center keeps of it.
    pub(super) fn bytes_per_row(&self) -> usize {
        self.dim * size_of::<f16>()
            + self.measured_dim() * size_of::<f32>()
            + size_of::<Origin>()
            + 2 * size_of::<f32>()
    }
}

/// Rows to choose from.
#[derive(Debug, Default)]
pub(super) struct Candidates {
    /// The rows in 16 bits, as a bank stores them.
    pub(super) stored: Vec<f16>,
    /// The rows as distances are measured.
    pub(super) measured: Vec<f32>,
    /// Image and position of each row.
    pub(super) origins: Vec<Origin>,
    /// Upper bound of the distance from a patch given up before to these rows.
    pub(super) radius: f32,
}

impl Candidates {
    /// Number of rows.
    pub(super) fn len(&self) -> usize {
        self.origins.len()
    }

    /// Adds the rows of `other`.
    pub(super) fn append(&mut self, mut other: Self) {
        self.stored.append(&mut other.stored);
        self.measured.append(&mut other.measured);
        self.origins.append(&mut other.origins);
        self.radius = self.radius.max(other.radius);
    }

    /// A coreset of at most `keep` rows.
    ///
    /// # Errors
    /// As [`greedy_k_center`].
    pub(super) fn thin(
        &self,
        space: &Space,
        plan: &CoresetPlan,
        keep: usize,
        sink: &dyn ProgressSink,
    ) -> Result<Self> {
        let measured_dim = space.measured_dim();
        let start = Start::Row(plan.start(self.len()));
        let cover = greedy_k_center(&self.measured, measured_dim, start, keep, 0.0, sink)?;
        let mut kept = Self { radius: self.radius + cover.radius, ..Self::default() };
        kept.stored.reserve_exact(cover.chosen.len() * space.dim);
        kept.measured.reserve_exact(cover.chosen.len() * measured_dim);
        for row in cover.chosen {
            kept.stored.extend_from_slice(&self.stored[row * space.dim..][..space.dim]);
            kept.measured.extend_from_slice(&self.measured[row * measured_dim..][..measured_dim]);
            kept.origins.push(self.origins[row]);
        }
        Ok(kept)
    }
}
