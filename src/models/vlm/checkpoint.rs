//! A checkpoint of the Hugging Face hub: safetensors in one file or several, and small JSON
//! files beside them.

use std::path::{Path, PathBuf};

use candle_core::safetensors::MmapedSafetensors;
use candle_core::{DType, Device, Tensor};
use safetensors::Dtype;
use serde::de::DeserializeOwned;

use crate::{ModelsError, Result};
use fettle_domain::ModelId;

/// Its files, the weights memory-mapped.
pub(super) struct Checkpoint {
    model: ModelId,
    files: Vec<PathBuf>,
    weights: MmapedSafetensors,
    device: Device,
    /// Of matrices: f16 where a GPU multiplies them, else f32.
    precision: DType,
    /// Whether a decoder's matrices are kept in 8 bits.
    eight_bits: bool,
}

impl Checkpoint {
    /// Opens the weights among `files`.
    pub(super) fn open(model: &ModelId, files: &[PathBuf], device: &Device) -> Result<Self> {
        let is_weights = |path: &&PathBuf| path.extension().is_some_and(|e| e == "safetensors");
        let weights: Vec<&PathBuf> = files.iter().filter(is_weights).collect();
        let missing = |path| ModelsError::Missing { model: model.clone(), path };
        let Some(first) = weights.first() else {
            return Err(missing(PathBuf::from("*.safetensors")));
        };
        if let Some(absent) = weights.iter().find(|path| !path.is_file()) {
            return Err(missing((*absent).clone()));
        }
        // SAFETY: the maps are only read. Nothing in Fettle writes a weight file in place (the
        // store renames finished files), so they do not change underneath.
        let mapped = unsafe { MmapedSafetensors::multi(&weights) };
        let mapped = mapped.map_err(|why| bad(first, why))?;
        Ok(Self {
            model: model.clone(),
            files: files.to_vec(),
            weights: mapped,
            device: device.clone(),
            precision: if device.is_cpu() { DType::F32 } else { DType::F16 },
            eight_bits: device.is_cpu(),
        })
    }

    /// The same with f16 matrices, as on a GPU.
    #[cfg(test)]
    pub(super) fn in_f16(self) -> Self {
        Self { precision: DType::F16, eight_bits: false, ..self }
    }

    /// The same with all matrices in f32.
    #[cfg(test)]
    pub(super) fn in_f32(self) -> Self {
        Self { precision: DType::F32, eight_bits: false, ..self }
    }

    /// Whether the file `name` is part of it.
    pub(super) fn has_file(&self, name: &str) -> bool {
        self.file(name).is_ok()
    }

    /// The file `name`.
    pub(super) fn file(&self, name: &str) -> Result<&Path> {
        let found = self.files.iter().find(|path| path.file_name().is_some_and(|n| n == name));
        found.filter(|path| path.is_file()).map(PathBuf::as_path).ok_or_else(|| {
            ModelsError::Missing { model: self.model.clone(), path: PathBuf::from(name) }
        })
    }

    /// The text of the file `name`.
    pub(super) fn text(&self, name: &str) -> Result<String> {
        let path = self.file(name)?;
        std::fs::read_to_string(path)
            .map_err(|source| ModelsError::Io { path: path.to_owned(), source })
    }

    /// The JSON of the file `name`.
    pub(super) fn json<T: DeserializeOwned>(&self, name: &str) -> Result<T> {
        serde_json::from_str(&self.text(name)?).map_err(|why| self.bad(name, why))
    }

    /// The file `name` cannot be used.
    pub(super) fn bad(&self, name: &str, why: impl ToString) -> ModelsError {
        bad(self.file(name).unwrap_or(Path::new(name)), why)
    }

    /// Where its tensors go.
    pub(super) fn device(&self) -> &Device {
        &self.device
    }

    /// Whether it has the tensor `name`.
    pub(super) fn has(&self, name: &str) -> bool {
        self.weights.get(name).is_ok()
    }

    /// The tensor `name` of a network's small parts, norms and biases, in f32.
    pub(super) fn vector(&self, name: &str, len: usize) -> Result<Tensor> {
        self.tensor(name, &[len], DType::F32)
    }

    /// The tensor `name` in the precision of products.
    pub(super) fn matrix(&self, name: &str, shape: &[usize]) -> Result<Tensor> {
        self.tensor(name, shape, self.precision)
    }

    /// The tensor `name` whose rows are looked up: in half precision as it is stored, else in that
    /// of products.
    pub(super) fn table(&self, name: &str, shape: &[usize]) -> Result<Tensor> {
        let stored = self.weights.get(name).ok().map(|view| view.dtype());
        let half = match stored {
            Some(Dtype::BF16) if self.device.is_cpu() => DType::BF16,
            Some(Dtype::F16) => DType::F16,
            _ => self.precision,
        };
        self.tensor(name, shape, half)
    }

    /// Whether a decoder's matrices are to be kept in 8 bits: on a CPU, where writing takes as long
    /// as reading all of them from memory for each token.
    pub(super) fn in_eight_bits(&self) -> bool {
        self.eight_bits
    }

    fn tensor(&self, name: &str, shape: &[usize], dtype: DType) -> Result<Tensor> {
        let wrong = |why: String| {
            let is_weights = |path: &&PathBuf| path.extension().is_some_and(|e| e == "safetensors");
            let path = self.files.iter().find(is_weights).map_or(Path::new(""), PathBuf::as_path);
            bad(path, why)
        };
        let view = self.weights.get(name).map_err(|_| wrong(format!("no tensor '{name}'")))?;
        if view.shape() != shape {
            let found = view.shape();
            return Err(wrong(format!("tensor '{name}' is {found:?}, not {shape:?}")));
        }
        // Converted where it was read: half the bytes go to the GPU.
        let tensor = self.weights.load(name, &Device::Cpu).and_then(|read| read.to_dtype(dtype));
        let tensor = tensor.map_err(|why| wrong(format!("tensor '{name}': {why}")))?;
        Ok(tensor.to_device(&self.device)?)
    }
}

fn bad(path: &Path, why: impl ToString) -> ModelsError {
    ModelsError::BadWeights { path: path.to_owned(), why: why.to_string() }
}
