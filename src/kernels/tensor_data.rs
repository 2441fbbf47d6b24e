//! Access to the numbers of a CPU tensor.

use candle_core::{Result, Storage, Tensor, bail};

/// Calls `read` with the elements of a CPU tensor of f32, last dimension fastest. Copies only a
/// tensor that is not contiguous.
pub(crate) fn with_slice<T>(tensor: &Tensor, read: impl FnOnce(&[f32]) -> Result<T>) -> Result<T> {
    let tensor = tensor.contiguous()?;
    let (storage, layout) = tensor.storage_and_layout();
    let Storage::Cpu(storage) = &*storage else {
        bail!("a CPU kernel was given a tensor of another device");
    };
    let elements = storage.as_slice::<f32>()?;
    match layout.contiguous_offsets().and_then(|(start, end)| elements.get(start..end)) {
        Some(slice) => read(slice),
        None => bail!("a contiguous tensor has a strided layout"),
    }
}

/// A copy of the elements of a CPU tensor of f32, last dimension fastest.
pub(crate) fn to_vec(tensor: &Tensor) -> Result<Vec<f32>> {
    with_slice(tensor, |elements| Ok(elements.to_vec()))
}
