//! Checkpoint of the Hugging Face hub: safetensors in one file or several, and JSON files.

use std::path::{Path, PathBuf};

use candle_core::{DType, Device, Tensor};
use safetensors::Dtype;
use serde::de::DeserializeOwned;

use crate::weights::SafetensorsFiles;
use crate::{ModelsError, Result};
use fettle_domain::ModelId;

/// Largest JSON file of a checkpoint, in bytes; tokenizers have some ten million.
const MAX_TEXT_BYTES: u64 = 256 << 20;

/// Files of a checkpoint, with open weights.
pub(super) struct Checkpoint {
    model: ModelId,
    files: Vec<PathBuf>,
    weights: SafetensorsFiles,
    device: Device,
    /// Type of the matrices: f16 on a GPU, f32 on a CPU.
    precision: DType,
    /// Whether the matrices of the decoder are quantised to 8 bits.
    quantizes_decoder: bool,
}

impl Checkpoint {
    /// Opens the weights among `files`.
    pub(super) fn open(model: &ModelId, files: &[PathBuf], device: &Device) -> Result<Self> {
        let is_weights = |path: &&PathBuf| path.extension().is_some_and(|e| e == "safetensors");
        let weights: Vec<&PathBuf> = files.iter().filter(is_weights).collect();
        let missing = |path| ModelsError::Missing { model: model.clone(), path };
        if weights.is_empty() {
            return Err(missing(PathBuf::from("*.safetensors")));
        }
        if let Some(absent) = weights.iter().find(|path| !path.is_file()) {
            return Err(missing((*absent).clone()));
        }
        Ok(Self {
            model: model.clone(),
            files: files.to_vec(),
            weights: SafetensorsFiles::open(&weights)?,
            device: device.clone(),
            precision: if device.is_cpu() { DType::F32 } else { DType::F16 },
            quantizes_decoder: device.is_cpu(),
        })
    }

    /// The same checkpoint with f16 matrices, as on a GPU.
    #[cfg(test)]
    pub(super) fn in_f16(self) -> Self {
        Self { precision: DType::F16, quantizes_decoder: false, ..self }
    }

    /// The same checkpoint with all matrices in f32.
    #[cfg(test)]
    pub(super) fn in_f32(self) -> Self {
        Self { precision: DType::F32, quantizes_decoder: false, ..self }
    }

    /// Whether the checkpoint has the file `name`.
    pub(super) fn has_file(&self, name: &str) -> bool {
        self.file(name).is_ok()
    }

    /// Path of the file `name`.
    pub(super) fn file(&self, name: &str) -> Result<&Path> {
        let found = self.files.iter().find(|path| path.file_name().is_some_and(|n| n == name));
        found.filter(|path| path.is_file()).map(PathBuf::as_path).ok_or_else(|| {
            ModelsError::Missing { model: self.model.clone(), path: PathBuf::from(name) }
        })
    }

    /// Text of the file `name`.
    pub(super) fn text(&self, name: &str) -> Result<String> {
        let path = self.file(name)?;
        fettle_system::read_to_string(path, MAX_TEXT_BYTES)
            .map_err(|source| ModelsError::Io { path: path.to_owned(), source })
    }

    /// Parses the JSON file `name`.
    pub(super) fn json<T: DeserializeOwned>(&self, name: &str) -> Result<T> {
        serde_json::from_str(&self.text(name)?).map_err(|why| self.bad(name, why))
    }

    /// A [`ModelsError::BadWeights`] of the file `name`.
    pub(super) fn bad(&self, name: &str, why: impl ToString) -> ModelsError {
        bad(self.file(name).unwrap_or(Path::new(name)), why)
    }

    /// Device of the tensors.
    pub(super) fn device(&self) -> &Device {
        &self.device
    }

    /// Whether the checkpoint has the tensor `name`.
    pub(super) fn has_tensor(&self, name: &str) -> bool {
        self.weights.info(name).is_some()
    }

    /// Reads the tensor `name` of a norm or bias in f32.
    pub(super) fn vector(&self, name: &str, len: usize) -> Result<Tensor> {
        self.tensor(name, &[len], DType::F32)
    }

    /// Reads the tensor `name` of a matrix, in the precision of products.
    pub(super) fn matrix(&self, name: &str, shape: &[usize]) -> Result<Tensor> {
        self.tensor(name, shape, self.precision)
    }

    /// Reads the tensor `name` of an embedding table: in half precision where it is stored so,
    /// otherwise in the precision of products.
    pub(super) fn table(&self, name: &str, shape: &[usize]) -> Result<Tensor> {
        let stored = self.weights.info(name).map(|(dtype, _)| dtype);
        let half = match stored {
            Some(Dtype::BF16) if self.device.is_cpu() => DType::BF16,
            Some(Dtype::F16) => DType::F16,
            _ => self.precision,
        };
        self.tensor(name, shape, half)
    }

    /// Whether the matrices of the decoder are quantised to 8 bits: on a CPU, where the time of a
    /// token is that of reading all weights from memory.
    pub(super) fn quantizes_decoder(&self) -> bool {
        self.quantizes_decoder
    }

    /// Reads a tensor of this shape and type.
    fn tensor(&self, name: &str, shape: &[usize], dtype: DType) -> Result<Tensor> {
        let wrong = |why: String| {
            let is_weights = |path: &&PathBuf| path.extension().is_some_and(|e| e == "safetensors");
            let path = self.files.iter().find(is_weights).map_or(Path::new(""), PathBuf::as_path);
            bad(path, why)
        };
        let info = self.weights.info(name);
        let (_, found) = info.ok_or_else(|| wrong(format!("no tensor '{name}'")))?;
        if found != shape {
            return Err(wrong(format!("tensor '{name}' is {found:?}, not {shape:?}")));
        }
        // Converted on the CPU, so that half the bytes are copied to the GPU.
        let tensor = self.weights.load(name, &Device::Cpu).and_then(|read| read.to_dtype(dtype));
        let tensor = tensor.map_err(|why| wrong(format!("tensor '{name}': {why}")))?;
        Ok(tensor.to_device(&self.device)?)
    }
}

fn bad(path: &Path, why: impl ToString) -> ModelsError {
    ModelsError::BadWeights { path: path.to_owned(), why: why.to_string() }
}
