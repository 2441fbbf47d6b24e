//! The rows of a memory bank: in memory or in a mapped file, of 32 or of 16 bits.

use std::ops::Range;

use half::f16;
use half::slice::{HalfBitsSliceExt, HalfFloatSliceExt};
use memmap2::Mmap;
use rayon::prelude::*;

use super::distance::squared_norm;
use super::error::same_size;
use super::{Result, VisionError};

/// The largest magnitude that 16 bits hold.
pub(super) const LARGEST: f32 = 65_504.0;
/// Rows whose norms one task computes.
const BLOCK: usize = 512;

/// The rows of a memory bank, ready to be searched. Their arithmetic is in 32 bits, however
/// they are kept.
#[derive(Debug)]
pub struct BankRows {
    values: Values,
    dim: usize,
    squared_norms: Vec<f32>,
}

#[derive(Debug)]
enum Values {
    Single(Vec<f32>),
    Half(Vec<f16>),
    /// These bytes of a bank's file are f16, little endian, at an even address.
    Mapped(Mmap, Range<usize>),
}

impl BankRows {
    /// Takes contiguous rows of `dim` values and keeps them as they are.
    ///
    /// # Errors
    /// [`VisionError::Nothing`] for no rows, [`VisionError::Size`] for a broken last row,
    /// [`VisionError::Inconsistent`] for a value that is not finite.
    pub fn new(values: Vec<f32>, dim: usize) -> Result<Self> {
        Self::checked(Values::Single(values), dim)
    }

    /// The same of rows of 16 bits: half the memory, three decimal digits a value.
    ///
    /// # Errors
    /// As [`Self::new`].
    pub fn of_half(values: Vec<f16>, dim: usize) -> Result<Self> {
        Self::checked(Values::Half(values), dim)
    }

    /// The same of `bytes` of a mapped file, f16 in little endian.
    ///
    /// # Errors
    /// As [`Self::new`]; [`VisionError::Size`] where the bytes are not in the file or at an odd
    /// address.
    pub(super) fn mapped(file: Mmap, bytes: Range<usize>, dim: usize) -> Result<Self> {
        let found = file.get(bytes.clone()).map_or(0, <[u8]>::len);
        same_size("bytes of the mapped rows", bytes.len(), found)?;
        same_size("alignment of the mapped rows", 0, bytes.start % 2)?;
        Self::checked(Values::Mapped(file, bytes), dim)
    }

    fn checked(values: Values, dim: usize) -> Result<Self> {
        let mut rows = Self { values, dim, squared_norms: Vec::new() };
        let count = match &rows.values {
            Values::Single(values) => values.len(),
            Values::Half(_) | Values::Mapped(..) => rows.half().len(),
        };
        if count == 0 || dim == 0 {
            return Err(VisionError::Nothing("bank rows"));
        }
        same_size("values of the last bank row", 0, count % dim)?;
        let blocks: Vec<Vec<f32>> = (0..(count / dim).div_ceil(BLOCK))
            .into_par_iter()
            .map(|block| {
                let of = block * BLOCK..((block + 1) * BLOCK).min(count / dim);
                rows.wide(of, &mut Vec::new()).chunks_exact(dim).map(squared_norm).collect()
            })
            .collect();
        rows.squared_norms = blocks.concat();
        // A norm is finite where all values of its row are; those of 16 bits cannot overflow it.
        if rows.squared_norms.iter().any(|norm| !norm.is_finite()) {
            return Err(VisionError::Inconsistent("a row has a value that is not finite".into()));
        }
        Ok(rows)
    }

    /// Some of the rows, of 32 bits.
    ///
    /// # Errors
    /// [`VisionError::Nothing`] for none, [`VisionError::Size`] for one that is not there.
    pub fn chosen(&self, rows: &[usize]) -> Result<Self> {
        let (mut values, mut scratch) = (Vec::with_capacity(rows.len() * self.dim), Vec::new());
        for row in rows {
            same_size("rows of the bank", self.len(), self.len().max(row + 1))?;
            values.extend_from_slice(self.wide(*row..row + 1, &mut scratch));
        }
        Self::new(values, self.dim)
    }

    /// Values a row.
    pub fn dim(&self) -> usize {
        self.dim
    }

    /// How many rows there are; never 0.
    pub fn len(&self) -> usize {
        self.squared_norms.len()
    }

    /// Always false: an empty bank is refused.
    pub fn is_empty(&self) -> bool {
        self.squared_norms.is_empty()
    }

    /// The memory that the rows take, in bytes; of a mapped file, that it takes once read.
    pub fn bytes(&self) -> usize {
        let value = if matches!(self.values, Values::Single(_)) { 4 } else { 2 };
        self.len() * (self.dim * value + size_of::<f32>())
    }

    /// |row|² of each row.
    pub(super) fn squared_norms(&self) -> &[f32] {
        &self.squared_norms
    }

    /// All values, where they are of 16 bits; else none.
    pub(super) fn half(&self) -> &[f16] {
        match &self.values {
            Values::Single(_) => &[],
            Values::Half(values) => values,
            // Checked by `mapped`; a slice that does not fit is empty, and refused.
            Values::Mapped(file, bytes) => {
                bytemuck::try_cast_slice::<u8, u16>(&file[bytes.clone()])
                    .map_or(&[], |bits| bits.reinterpret_cast())
            }
        }
    }

    /// These rows in 32 bits, one after another; `scratch` holds them where they are kept in 16.
    /// `rows` must lie within [`Self::len`].
    pub(super) fn wide<'a>(&'a self, rows: Range<usize>, scratch: &'a mut Vec<f32>) -> &'a [f32] {
        let values = rows.start * self.dim..rows.end * self.dim;
        match &self.values {
            Values::Single(all) => &all[values],
            Values::Half(_) | Values::Mapped(..) => {
                scratch.resize(values.len(), 0.0);
                self.half()[values].convert_to_f32_slice(scratch);
                scratch
            }
        }
    }
}

impl PartialEq for BankRows {
    /// Of the values, however they are kept.
    fn eq(&self, other: &Self) -> bool {
        let all = |rows: &Self| rows.wide(0..rows.len(), &mut Vec::new()).to_vec();
        self.dim == other.dim && self.len() == other.len() && all(self) == all(other)
    }
}
