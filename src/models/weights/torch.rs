//! Checkpoints of `torch.save` in both formats, tensors only.
//!
//! **Legacy** (before torch 1.6): four pickles in sequence (magic number, protocol 1001, a
//! description of the machine, the `state_dict`), a fifth with the keys of the storages, then for
//! each key a u64 number of elements and the elements.
//! **Zip** (since 1.6): an uncompressed archive with `<name>/data.pkl` (the `state_dict`) and one
//! file `<name>/data/<key>` per storage.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::io::{Cursor, Read};

use candle_core::{Device, Tensor};

use super::pickle::{self, ElementType, Pickle, PickleError, StorageRef, TensorRef, Value};

/// Beginning of a legacy checkpoint: a pickle of 0x1950a86a20f9469cfc6c.
pub(super) const LEGACY_MAGIC: [u8; 15] =
    *b"\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.";

const LEGACY_PROTOCOL: i64 = 1001;

/// Name of a tensor that was saved without a dictionary.
pub const UNNAMED: &str = "";

/// Error of a checkpoint that is refused.
#[derive(Debug, thiserror::Error)]
pub enum TorchError {
    /// A pickle that is refused.
    #[error(transparent)]
    Pickle(#[from] PickleError),
    /// A damaged archive.
    #[error("damaged archive: {0}")]
    Zip(#[from] zip::result::ZipError),
    /// A tensor that does not match the storages of the file.
    #[error("tensor '{name}': {why}")]
    Tensor {
        /// Name in the `state_dict`.
        name: String,
        /// The defect.
        why: &'static str,
    },
    /// An inconsistent file.
    #[error("{0}")]
    Layout(&'static str),
}

use TorchError::Layout;

/// Reads the floating-point tensors of a checkpoint, as f32 on the CPU, by their names in the
/// `state_dict`. A tensor that was saved without a dictionary has the name [`UNNAMED`]. Integer
/// tensors (`num_batches_tracked`, `position_ids`) are left out.
///
/// No code is run, and memory use is proportional to `bytes`.
///
/// # Errors
/// A name outside the short list of [`super::pickle`], a size that the file cannot hold, or any
/// damage.
pub fn read(bytes: &[u8]) -> Result<HashMap<String, Tensor>, TorchError> {
    if bytes.starts_with(&LEGACY_MAGIC) { read_legacy(bytes) } else { read_zip(bytes) }
}

fn read_legacy<'a>(bytes: &'a [u8]) -> Result<HashMap<String, Tensor>, TorchError> {
    let mut rest = bytes.get(LEGACY_MAGIC.len()..).ok_or(PickleError::CutShort)?;
    let mut next = || -> Result<Pickle<'a>, TorchError> {
        let (pickle, length) = pickle::read(rest)?;
        rest = rest.get(length..).ok_or(PickleError::CutShort)?;
        Ok(pickle)
    };
    if next()?.root != Value::Int(LEGACY_PROTOCOL) {
        return Err(Layout("not protocol 1001 of torch.save"));
    }
    let machine = next()?;
    let little = (Value::Text("little_endian"), Value::Bool(true));
    if !machine.pairs(machine.root).is_some_and(|pairs| pairs.contains(&little)) {
        return Err(Layout("not written on a little-endian machine"));
    }
    let state = next()?;
    let keys = next()?;

    let declared: HashMap<&str, StorageRef<'_>> =
        state.storages().map(|storage| (storage.key, storage)).collect();
    let mut storages = HashMap::new();
    for key in keys.items(keys.root).ok_or(Layout("no list of storages"))? {
        let Value::Text(key) = key else {
            return Err(Layout("the list of storages is damaged"));
        };
        let storage = declared.get(key).ok_or(Layout("a storage that no tensor uses"))?;
        let (len, data) = rest.split_first_chunk::<8>().ok_or(PickleError::CutShort)?;
        if u64::from_le_bytes(*len) != storage.len as u64 {
            return Err(Layout("a storage of another length than declared"));
        }
        let size = storage.len.checked_mul(storage.element.size()).ok_or(PickleError::CutShort)?;
        let (data, after) = data.split_at_checked(size).ok_or(PickleError::CutShort)?;
        storages.insert(*key, data);
        rest = after;
    }
    tensors(&state, bytes.len(), |key| Ok(storages.get(key).map(|data| data.to_vec())))
}

fn read_zip(bytes: &[u8]) -> Result<HashMap<String, Tensor>, TorchError> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes))?;
    let mut folder = None;
    for name in archive.file_names() {
        let name = name?;
        if let Some(stem) = name.strip_suffix("data.pkl") {
            folder = Some(stem.to_owned());
        }
    }
    let folder = folder.ok_or(Layout("an archive without data.pkl"))?;
    let pickle = entry(&mut archive, &format!("{folder}data.pkl"), bytes.len())?
        .ok_or(Layout("an archive without data.pkl"))?;
    if let Some(order) = entry(&mut archive, &format!("{folder}byteorder"), bytes.len())?
        && order != b"little"
    {
        return Err(Layout("not written on a little-endian machine"));
    }
    let (state, _) = pickle::read(&pickle)?;
    tensors(&state, bytes.len(), |key| {
        entry(&mut archive, &format!("{folder}data/{key}"), bytes.len())
    })
}

/// Reads one member of an archive of `file_len` bytes and checks its CRC-32; `None` without such a
/// member.
fn entry(
    archive: &mut zip::ZipArchive<Cursor<&[u8]>>,
    name: &str,
    file_len: usize,
) -> Result<Option<Vec<u8>>, TorchError> {
    let mut entry = match archive.by_name(name) {
        Ok(entry) => entry,
        Err(zip::result::ZipError::FileNotFound) => return Ok(None),
        Err(err) => return Err(err.into()),
    };
    // torch compresses nothing: a member larger than the file would be a decompression bomb.
    let size = usize::try_from(entry.size()).unwrap_or(usize::MAX);
    if entry.compression() != zip::CompressionMethod::Stored || size > file_len {
        return Err(Layout("an archive that torch did not write: a part is compressed"));
    }
    let mut data = Vec::with_capacity(size);
    entry.by_ref().take(size as u64).read_to_end(&mut data).map_err(zip::result::ZipError::Io)?;
    Ok(Some(data))
}

/// Makes the tensors that `state` describes; `data_of` reads a storage by its key.
fn tensors(
    state: &Pickle<'_>,
    file_len: usize,
    mut data_of: impl FnMut(&str) -> Result<Option<Vec<u8>>, TorchError>,
) -> Result<HashMap<String, Tensor>, TorchError> {
    let unnamed = [(Value::Text(UNNAMED), state.root)];
    let pairs = match state.pairs(state.root) {
        Some(pairs) => pairs,
        None if state.tensor(state.root).is_some() => &unnamed,
        None => return Err(Layout("neither a tensor nor a dictionary of tensors")),
    };
    let mut made = HashMap::new();
    let mut converted = HashMap::new();
    // Tensors may share a storage, which could turn a kilobyte into gigabytes. An honest file has
    // at least one byte per element.
    let mut budget = file_len;
    for (key, value) in pairs {
        let (Value::Text(name), Some(tensor)) = (key, state.tensor(*value)) else {
            return Err(Layout("the dictionary holds more than tensors"));
        };
        let fail = |why| TorchError::Tensor { name: (*name).to_owned(), why };
        let Some(to_f32) = converter(tensor.storage.element) else {
            continue;
        };
        let count = element_count(tensor).ok_or_else(|| fail("larger than its storage"))?;
        budget = budget.checked_sub(count).ok_or_else(|| fail("more than the file can hold"))?;
        let storage = tensor.storage;
        let numbers = match converted.entry((storage.key, storage.element)) {
            Entry::Occupied(entry) => entry.into_mut(),
            Entry::Vacant(entry) => {
                let data =
                    data_of(storage.key)?.ok_or_else(|| fail("its storage is not in the file"))?;
                entry.insert(to_f32(&data))
            }
        };
        if numbers.len() != storage.len {
            return Err(fail("its storage is of another length than declared"));
        }
        let values =
            gather(tensor, count, numbers).ok_or_else(|| fail("larger than its storage"))?;
        let made_tensor = Tensor::from_vec(values, tensor.size.as_slice(), &Device::Cpu)
            .map_err(|_| fail("an impossible shape"))?;
        made.insert((*name).to_owned(), made_tensor);
    }
    if made.is_empty() { Err(Layout("it holds no tensors")) } else { Ok(made) }
}

/// Number of elements of a tensor, if all lie within its storage.
fn element_count(tensor: &TensorRef<'_>) -> Option<usize> {
    let count = tensor.size.iter().try_fold(1usize, |n, dim| n.checked_mul(*dim))?;
    if count == 0 {
        return Some(0);
    }
    let last =
        tensor.size.iter().zip(&tensor.stride).try_fold(tensor.offset, |at, (dim, by)| {
            at.checked_add(dim.checked_sub(1)?.checked_mul(*by)?)
        })?;
    // The count is limited, too: with a stride of 0 it could be any number.
    (last < tensor.storage.len && count <= tensor.storage.len).then_some(count)
}

/// Copies the elements of `tensor`, last dimension fastest.
fn gather(tensor: &TensorRef<'_>, count: usize, storage: &[f32]) -> Option<Vec<f32>> {
    if count == 0 {
        return Some(Vec::new());
    }
    let sides = tensor.size.iter().copied().zip(tensor.stride.iter().copied());
    let sides: Vec<(usize, usize)> = sides.filter(|(dim, _)| *dim > 1).collect();
    let Some((&(row, by), outer)) = sides.split_last() else {
        return Some(vec![*storage.get(tensor.offset)?]);
    };
    // Row by row, without a division per element: weights of networks that were converted from
    // channels-last are transposed views.
    let mut values = Vec::with_capacity(count);
    let mut at = vec![0; outer.len()];
    while values.len() < count {
        let moved: usize = at.iter().zip(outer).map(|(n, (_, by))| n * by).sum();
        let start = tensor.offset + moved;
        match by {
            0 => values.extend(std::iter::repeat_n(*storage.get(start)?, row)),
            _ => values.extend(storage.get(start..=start + (row - 1) * by)?.iter().step_by(by)),
        }
        for (n, (dim, _)) in at.iter_mut().zip(outer).rev() {
            *n += 1;
            if *n < *dim {
                break;
            }
            *n = 0;
        }
    }
    Some(values)
}

/// Function that converts the bytes of a storage to f32.
type Convert = fn(&[u8]) -> Vec<f32>;

/// The conversion of a floating-point type; `None` for integers.
fn converter(element: ElementType) -> Option<Convert> {
    fn each<const N: usize>(data: &[u8], one: impl Fn([u8; N]) -> f32) -> Vec<f32> {
        data.as_chunks::<N>().0.iter().map(|bytes| one(*bytes)).collect()
    }
    Some(match element {
        ElementType::F64 => |data| each(data, |b| f64::from_le_bytes(b) as f32),
        ElementType::F32 => |data| each(data, f32::from_le_bytes),
        ElementType::F16 => |data| each(data, |b| half::f16::from_le_bytes(b).to_f32()),
        ElementType::BF16 => |data| each(data, |b| half::bf16::from_le_bytes(b).to_f32()),
        _ => return None,
    })
}

#[cfg(test)]
mod tests;
