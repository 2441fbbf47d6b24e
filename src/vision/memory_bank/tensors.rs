//! The tensors of one scale of a bank, as a bank's file holds them.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;

use half::f16;
use half::slice::HalfFloatSliceExt;
use safetensors::tensor::{Dtype, SafeTensors, View};

use super::bank::MemoryBank;
use super::info::BankInfo;
use crate::align::position::NormalPosition;
use crate::bank_rows::{BankRows, FileBytes};
use crate::oddest_patches::{ODDEST, OddestPatches};
use crate::patches::Origin;
use crate::whitening::Whitening;
use fettle_domain::{ImageId, RectPx};

/// Name of the tensor of oddest patches, which older banks lack.
const ODDEST_PATCHES: &str = "oddest";
/// Name of the tensor of the mean normal picture, which only banks have whose parts have a place.
const MEAN_PICTURE: &str = "mean_picture";

/// Bytes of a tensor with name, type and shape.
pub(super) struct NamedTensor {
    pub(super) name: String,
    dtype: Dtype,
    shape: Vec<usize>,
    pub(super) bytes: Vec<u8>,
}

impl View for &NamedTensor {
    fn dtype(&self) -> Dtype {
        self.dtype
    }
    fn shape(&self) -> &[usize] {
        &self.shape
    }
    fn data(&self) -> Cow<'_, [u8]> {
        Cow::Borrowed(&self.bytes)
    }
    fn data_len(&self) -> usize {
        self.bytes.len()
    }
}

/// The tensors of `bank` without its finer scale, their names beginning with `prefix`, in the
/// order of the checksum.
pub(super) fn encode(bank: &MemoryBank, prefix: &str) -> Vec<NamedTensor> {
    let (count, dim) = (bank.rows().len(), bank.rows().dim());
    let tensor = |name: &str, dtype, shape: &[usize], bytes| NamedTensor {
        name: format!("{prefix}{name}"),
        dtype,
        shape: shape.to_vec(),
        bytes,
    };
    let f16_bytes = |values: &[f16]| values.iter().flat_map(|v| v.to_le_bytes()).collect();
    let f32_bytes = |values: &[f32]| values.iter().flat_map(|v| v.to_le_bytes()).collect();
    let rows = match bank.rows().as_f16() {
        // The rows are in 32 bits.
        [] => {
            let mut scratch = Vec::new();
            let values = bank.rows().to_f32(0..count, &mut scratch);
            let mut rounded = vec![f16::ZERO; values.len()];
            rounded.convert_from_f32_slice(values);
            f16_bytes(&rounded)
        }
        values => f16_bytes(values),
    };
    let origins = bank.origins().iter();
    let images = origins.clone().flat_map(|o| o.image.0.to_le_bytes()).collect();
    let places = origins
        .flat_map(|o| [o.place.x, o.place.y, o.place.width, o.place.height])
        .flat_map(u32::to_le_bytes)
        .collect();
    let whitening = bank.whitening();
    let mut tensors = vec![
        tensor("rows", Dtype::F16, &[count, dim], rows),
        tensor("image", Dtype::I64, &[count], images),
        tensor("place", Dtype::U32, &[count, 4], places),
        tensor("matrix", Dtype::F32, &[dim, dim], f32_bytes(whitening.matrix())),
        tensor("shift", Dtype::F32, &[dim], f32_bytes(whitening.shift())),
    ];
    if !bank.oddest().is_empty() {
        let values = bank.oddest().iter().flat_map(|one| one.rows());
        let values: Vec<f16> = values.map(|value| f16::from_f32(*value)).collect();
        let shape = [bank.oddest().len(), ODDEST, dim];
        tensors.push(tensor(ODDEST_PATCHES, Dtype::F16, &shape, f16_bytes(&values)));
    }
    if let Some(position) = bank.position() {
        let shape = [position.range().height, position.range().width];
        tensors.push(tensor(MEAN_PICTURE, Dtype::U8, &shape, position.mean().to_vec()));
    }
    tensors
}

/// The parts of one scale of a bank in a file; the rows stay there.
pub(super) struct ScaleParts {
    dim: usize,
    /// Position of the rows in the file, in bytes.
    rows: Range<usize>,
    origins: Vec<Origin>,
    whitening: Whitening,
    oddest: Vec<OddestPatches>,
    position: Option<NormalPosition>,
}

/// Reads the tensors of the scale described by `info`, of `count` rows of `dim` values, whose names
/// begin with `prefix`, from the `bytes` of a file. Answers with its parts and with what the
/// checksum covers of it.
pub(super) fn decode<'a>(
    tensors: &SafeTensors<'a>,
    bytes: &'a [u8],
    prefix: &str,
    (count, dim): (usize, usize),
    info: &BankInfo,
) -> Result<(ScaleParts, Vec<&'a [u8]>), String> {
    let tensor = |name: &str, dtype: Dtype, shape: &[usize]| -> Result<&'a [u8], String> {
        let view = tensors.tensor(&format!("{prefix}{name}")).map_err(|e| e.to_string())?;
        if view.dtype() != dtype || view.shape() != shape {
            return Err(format!("'{prefix}{name}' is {:?} {:?}", view.dtype(), view.shape()));
        }
        Ok(view.data())
    };
    let rows = tensor("rows", Dtype::F16, &[count, dim])?;
    let image = tensor("image", Dtype::I64, &[count])?;
    let place = tensor("place", Dtype::U32, &[count, 4])?;
    let matrix = tensor("matrix", Dtype::F32, &[dim, dim])?;
    let shift = tensor("shift", Dtype::F32, &[dim])?;
    let oddest = match tensors.tensor(&format!("{prefix}{ODDEST_PATCHES}")) {
        Ok(_) => tensor(ODDEST_PATCHES, Dtype::F16, &[info.held_out.len(), ODDEST, dim])?,
        Err(_) => &[],
    };
    let mean = match &info.position {
        Some(range) => tensor(MEAN_PICTURE, Dtype::U8, &[range.height, range.width])?,
        None => &[],
    };
    let position = match &info.position {
        Some(range) => Some(
            NormalPosition::from_parts(range.clone(), mean.to_vec())
                .ok_or("the place of its parts is no place")?,
        ),
        None => None,
    };
    let values: Vec<f32> =
        oddest.as_chunks().0.iter().map(|b| f16::from_le_bytes(*b).to_f32()).collect();
    let oddest_patches = values
        .chunks_exact((ODDEST * dim).max(1))
        .map(|rows| OddestPatches::from_rows(rows.to_vec(), dim))
        .collect::<crate::Result<Vec<_>>>()
        .map_err(|e| e.to_string())?;
    let numbers = place.as_chunks().0.iter().map(|b| u32::from_le_bytes(*b));
    let numbers: Vec<u32> = numbers.collect();
    let origins = image
        .as_chunks()
        .0
        .iter()
        .zip(numbers.as_chunks().0)
        .map(|(image, &[x, y, width, height])| Origin {
            image: ImageId(i64::from_le_bytes(*image)),
            place: RectPx { x, y, width, height },
        })
        .collect();
    let floats =
        |bytes: &[u8]| bytes.as_chunks().0.iter().map(|b| f32::from_le_bytes(*b)).collect();
    let whitening = Whitening::new(floats(matrix), floats(shift)).map_err(|e| e.to_string())?;
    // `rows` is a slice of `bytes`: the difference of their addresses is its position.
    let start = rows.as_ptr().addr() - bytes.as_ptr().addr();
    let parts = ScaleParts {
        dim,
        rows: start..start + rows.len(),
        origins,
        whitening,
        oddest: oddest_patches,
        position,
    };
    Ok((parts, vec![rows, image, place, matrix, shift, oddest, mean]))
}

impl ScaleParts {
    /// The scale as a bank of its own, its rows in the `file`.
    pub(super) fn into_bank(
        self,
        info: BankInfo,
        file: &Arc<FileBytes>,
    ) -> crate::Result<MemoryBank> {
        let rows = BankRows::from_file(Arc::clone(file), self.rows, self.dim)?;
        let bank = MemoryBank::new(info, Arc::new(self.whitening), rows, self.origins)?
            .with_oddest(self.oddest)?;
        Ok(bank.with_position(self.position))
    }
}
