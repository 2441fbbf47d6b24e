//! Rows of a memory bank: values of 32 or of 16 bits, or the bytes of a file that was read.

use std::io::Read;
use std::ops::{Deref, Range};
use std::sync::Arc;

use half::f16;
use half::slice::{HalfBitsSliceExt, HalfFloatSliceExt};
use rayon::prelude::*;

use super::distance::squared_norm;
use super::error::{row_count, same_size};
use super::{Result, VisionError};

/// The largest magnitude of an `f16`.
pub(crate) const F16_MAX: f32 = 65_504.0;
/// Rows whose norms are computed in one task.
const BLOCK: usize = 512;

/// The bytes of a file, at an address that any number may have.
#[derive(Debug)]
pub(crate) struct FileBytes {
    words: Vec<u64>,
    length: usize,
}

impl FileBytes {
    /// Reads all of `file`, of `length` bytes.
    ///
    /// # Errors
    /// The system's, and an end before that length.
    pub(crate) fn read(file: &mut impl Read, length: usize) -> std::io::Result<Self> {
        let mut words = vec![0_u64; length.div_ceil(size_of::<u64>())];
        let bytes: &mut [u8] = bytemuck::cast_slice_mut(&mut words);
        file.read_exact(bytes.get_mut(..length).unwrap_or_default())?;
        Ok(Self { words, length })
    }
}

impl Deref for FileBytes {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        bytemuck::cast_slice(&self.words).get(..self.length).unwrap_or_default()
    }
}

/// Rows of a memory bank, ready to be searched. Arithmetic is in 32 bits, whatever the storage.
#[derive(Debug)]
pub struct BankRows {
    values: Values,
    dim: usize,
    squared_norms: Vec<f32>,
}

/// Storage of the rows' values.
#[derive(Debug)]
enum Values {
    F32(Vec<f32>),
    F16(Vec<f16>),
    /// These bytes of a bank file: f16, little endian, at an even address.
    File(Arc<FileBytes>, Range<usize>),
}

impl BankRows {
    /// Contiguous rows of `dim` values, kept in 32 bits.
    ///
    /// # Errors
    /// [`VisionError::Empty`] for no rows, [`VisionError::PartialRow`] for a broken last row,
    /// [`VisionError::NotFinite`] for a value that is not finite.
    pub fn new(values: Vec<f32>, dim: usize) -> Result<Self> {
        Self::checked(Values::F32(values), dim)
    }

    /// Contiguous rows of `dim` values, kept in 16 bits: half the memory, three decimal digits a
    /// value.
    ///
    /// # Errors
    /// As [`Self::new`].
    pub fn from_f16(values: Vec<f16>, dim: usize) -> Result<Self> {
        Self::checked(Values::F16(values), dim)
    }

    /// Rows of `dim` values at `bytes` of a file, f16 in little endian.
    ///
    /// # Errors
    /// As [`Self::new`]; [`VisionError::Size`] where the bytes are not in the file,
    /// [`VisionError::Inconsistent`] where they begin at an odd address.
    pub(crate) fn from_file(file: Arc<FileBytes>, bytes: Range<usize>, dim: usize) -> Result<Self> {
        let found = file.get(bytes.clone()).map_or(0, <[u8]>::len);
        same_size("bytes of the rows", bytes.len(), found)?;
        if !bytes.start.is_multiple_of(2) {
            return Err(VisionError::Inconsistent("the rows begin at an odd address".into()));
        }
        Self::checked(Values::File(file, bytes), dim)
    }

    /// Checks the values and computes the squared norms.
    fn checked(values: Values, dim: usize) -> Result<Self> {
        let mut rows = Self { values, dim, squared_norms: Vec::new() };
        let count = match &rows.values {
            Values::F32(values) => values.len(),
            Values::F16(_) | Values::File(..) => rows.as_f16().len(),
        };
        if count == 0 || dim == 0 {
            return Err(VisionError::Empty("bank rows"));
        }
        let count = row_count("bank rows", count, dim)?;
        let blocks: Vec<Vec<f32>> = (0..count.div_ceil(BLOCK))
            .into_par_iter()
            .map(|block| {
                let range = block * BLOCK..((block + 1) * BLOCK).min(count);
                rows.to_f32(range, &mut Vec::new()).chunks_exact(dim).map(squared_norm).collect()
            })
            .collect();
        rows.squared_norms = blocks.concat();
        // A norm is finite where all values of its row are; values of 16 bits cannot overflow it.
        if rows.squared_norms.iter().any(|norm| !norm.is_finite()) {
            return Err(VisionError::NotFinite("bank rows"));
        }
        Ok(rows)
    }

    /// The rows of these indices, in 32 bits.
    ///
    /// # Errors
    /// [`VisionError::Empty`] for no indices, [`VisionError::OutOfRange`] for an index beyond the
    /// last row.
    pub fn select(&self, rows: &[usize]) -> Result<Self> {
        let (mut values, mut scratch) = (Vec::with_capacity(rows.len() * self.dim), Vec::new());
        for row in rows {
            self.check_row(*row)?;
            values.extend_from_slice(self.to_f32(*row..row + 1, &mut scratch));
        }
        Self::new(values, self.dim)
    }

    /// Values a row.
    pub fn dim(&self) -> usize {
        self.dim
    }

    /// Number of rows; never 0.
    pub fn len(&self) -> usize {
        self.squared_norms.len()
    }

    /// Always false: an empty bank is an error.
    pub fn is_empty(&self) -> bool {
        self.squared_norms.is_empty()
    }

    /// Memory of the rows in bytes.
    pub fn bytes(&self) -> usize {
        let value = if matches!(self.values, Values::F32(_)) { 4 } else { 2 };
        self.len() * (self.dim * value + size_of::<f32>())
    }

    /// |row|² of each row.
    pub(crate) fn squared_norms(&self) -> &[f32] {
        &self.squared_norms
    }

    /// All values, where the storage is of 16 bits; else an empty slice.
    pub(crate) fn as_f16(&self) -> &[f16] {
        match &self.values {
            Values::F32(_) => &[],
            Values::F16(values) => values,
            // Checked by `from_file`; a slice that does not fit is empty, which is an error there.
            Values::File(file, bytes) => bytemuck::try_cast_slice::<u8, u16>(&file[bytes.clone()])
                .map_or(&[], |bits| bits.reinterpret_cast()),
        }
    }

    /// `Ok` where `row` is the index of a row.
    pub(crate) fn check_row(&self, row: usize) -> Result<()> {
        let high = self.len() - 1;
        if row > high {
            return Err(VisionError::OutOfRange { what: "bank row", got: row, low: 0, high });
        }
        Ok(())
    }

    /// A range of rows in 32 bits, contiguous; `scratch` holds the values where the storage is of
    /// 16 bits. `rows` must lie within [`Self::len`].
    pub(crate) fn to_f32<'a>(&'a self, rows: Range<usize>, scratch: &'a mut Vec<f32>) -> &'a [f32] {
        let values = rows.start * self.dim..rows.end * self.dim;
        match &self.values {
            Values::F32(all) => &all[values],
            Values::F16(_) | Values::File(..) => {
                scratch.resize(values.len(), 0.0);
                self.as_f16()[values].convert_to_f32_slice(scratch);
                scratch
            }
        }
    }
}

impl PartialEq for BankRows {
    /// Compares the values, whatever the storage.
    fn eq(&self, other: &Self) -> bool {
        let all = |rows: &Self| rows.to_f32(0..rows.len(), &mut Vec::new()).to_vec();
        self.dim == other.dim && self.len() == other.len() && all(self) == all(other)
    }
}
