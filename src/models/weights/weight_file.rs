//! Opening a weight file. The format is detected by the content, not by the name.

use std::io::Read;
use std::path::{Path, PathBuf};

use candle_core::{DType, Device};
use candle_nn::VarBuilder;

use super::safetensors_file::SafetensorsFiles;
use super::torch;
use crate::{ModelsError, Result};
use fettle_domain::ModelId;

/// Weight file whose header has been read and checked.
pub(crate) struct WeightFile {
    path: PathBuf,
    tensors: VarBuilder<'static>,
}

impl WeightFile {
    /// Opens the first weight file among a model's `files`, with tensors in f32 on `device`.
    ///
    /// # Errors
    /// [`ModelsError::Missing`] without a weight file, or where it is absent;
    /// [`ModelsError::BadWeights`] for a truncated or damaged file, another format, or a pickle
    /// that refers to anything but tensors.
    pub(crate) fn of_model(model: &ModelId, files: &[PathBuf], device: &Device) -> Result<Self> {
        let is_weights = |path: &&PathBuf| {
            path.extension()
                .and_then(|ext| ext.to_str())
                .is_some_and(|ext| ["safetensors", "pth", "pt", "bin"].contains(&ext))
        };
        let missing =
            |path: PathBuf| ModelsError::Missing { model: model.clone(), path: path.clone() };
        let path = files
            .iter()
            .find(is_weights)
            .ok_or_else(|| missing(PathBuf::from("*.safetensors, *.pth")))?;
        if !path.exists() {
            return Err(missing(path.clone()));
        }
        Self::open(path, device)
    }

    /// Opens the weight file at `path`, with tensors in f32 on `device`.
    ///
    /// # Errors
    /// As [`Self::of_model`]; [`ModelsError::Io`] for an unreadable file.
    pub(crate) fn open(path: &Path, device: &Device) -> Result<Self> {
        let io = |source| ModelsError::Io { path: path.to_owned(), source };
        let mut file = fettle_system::open(path).map_err(io)?;
        let length = file.metadata().map_err(io)?.len();
        let mut head = Vec::with_capacity(16);
        file.by_ref().take(16).read_to_end(&mut head).map_err(io)?;

        let tensors = match Format::detect(&head, length) {
            Some(Format::Safetensors) => {
                let file = SafetensorsFiles::open(&[path])?;
                VarBuilder::from_backend(Box::new(file), DType::F32, device.clone())
            }
            Some(Format::Torch) => {
                let bytes = fettle_system::read(path, u64::MAX).map_err(io)?;
                let tensors = torch::read(&bytes).map_err(|err| bad(path, err))?;
                VarBuilder::from_tensors(tensors, DType::F32, device)
            }
            None => {
                return Err(bad(path, "neither safetensors nor a torch checkpoint, or cut short"));
            }
        };
        Ok(Self { path: path.to_owned(), tensors })
    }

    /// Builds a network from the tensors.
    ///
    /// # Errors
    /// [`ModelsError::BadWeights`] of this file for every error of the builder: a tensor that is
    /// missing, of another shape, or not finite.
    pub(crate) fn build<T>(
        &self,
        network: impl FnOnce(VarBuilder<'static>) -> candle_core::Result<T>,
    ) -> Result<T> {
        network(self.tensors.clone()).map_err(|err| bad(&self.path, reason(err)))
    }

    /// Path of the file.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }
}

fn bad(path: &Path, why: impl std::fmt::Display) -> ModelsError {
    ModelsError::BadWeights { path: path.to_owned(), why: why.to_string() }
}

/// Message of a candle error in one line, without backtrace and without the path, which
/// [`ModelsError::BadWeights`] has already.
fn reason(err: candle_core::Error) -> String {
    use candle_core::Error;
    match err {
        Error::WithBacktrace { inner, .. } | Error::WithPath { inner, .. } => reason(*inner),
        Error::Context { inner, context } => format!("{context}: {}", reason(*inner)),
        other => other.to_string(),
    }
}

/// Format of a weight file.
#[derive(Debug, PartialEq)]
enum Format {
    Safetensors,
    Torch,
}

impl Format {
    /// Detects the format of a file of `length` bytes that begins with `head`.
    fn detect(head: &[u8], length: u64) -> Option<Self> {
        // Safetensors first: its header length may equal the magic of another format.
        if let Some((size, rest)) = head.split_first_chunk::<8>()
            && rest.first() == Some(&b'{')
            && u64::from_le_bytes(*size) <= length.saturating_sub(8)
        {
            return Some(Self::Safetensors);
        }
        (head.starts_with(b"PK\x03\x04") || head.starts_with(&torch::LEGACY_MAGIC))
            .then_some(Self::Torch)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use candle_core::Tensor;
    use proptest::prelude::*;

    use super::*;

    fn safetensors() -> Vec<u8> {
        let tensor = Tensor::arange(0f32, 24., &Device::Cpu).unwrap().reshape((2, 3, 4)).unwrap();
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("w.safetensors");
        candle_core::safetensors::save(&HashMap::from([("a.weight", tensor)]), &path).unwrap();
        std::fs::read(path).unwrap()
    }

    fn sum_of(bytes: &[u8]) -> Result<f32> {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("w.safetensors");
        std::fs::write(&path, bytes).unwrap();
        WeightFile::open(&path, &Device::Cpu)?
            .build(|vb| vb.pp("a").get((2, 3, 4), "weight")?.sum_all()?.to_scalar::<f32>())
    }

    #[test]
    fn safetensors_are_read() {
        assert_eq!(sum_of(&safetensors()).unwrap(), 276.);
    }

    #[test]
    fn a_bad_file_is_named_with_what_is_wrong() {
        let dir = tempfile::tempdir().unwrap();
        let given = |name: &str, bytes: &[u8]| {
            let path = dir.path().join(name);
            std::fs::write(&path, bytes).unwrap();
            path
        };
        let whole = safetensors();
        let cases = [
            (given("empty.pth", b""), "cut short"),
            (given("page.bin", b"<!DOCTYPE html><html></html>"), "neither safetensors"),
            (given("short.safetensors", &whole[..whole.len() - 4]), "it is cut short"),
            (given("renamed.safetensors", &whole), "cannot find tensor b.weight"),
        ];
        for (path, why) in cases {
            let read = WeightFile::open(&path, &Device::Cpu)
                .and_then(|file| file.build(|vb| vb.get((2, 3, 4), "b.weight")));
            let err = read.unwrap_err();
            assert!(matches!(err, ModelsError::BadWeights { .. }), "{err}");
            let text = err.to_string();
            assert_eq!(text.matches(path.to_str().unwrap()).count(), 1, "{text}");
            assert!(text.contains(why) && !text.contains('\n'), "{text}");
        }
    }

    #[test]
    fn a_file_that_is_not_there_is_missing() {
        let model = ModelId("m".into());
        let files = [PathBuf::from("/nowhere/w.pth"), PathBuf::from("/nowhere/config.json")];
        let read = |files: &[PathBuf]| WeightFile::of_model(&model, files, &Device::Cpu).err();
        assert!(matches!(read(&files), Some(ModelsError::Missing { .. })));
        assert!(matches!(read(&files[1..]), Some(ModelsError::Missing { .. })));
    }

    proptest! {
        #[test]
        fn damaged_safetensors_never_panic(at in 0usize..200, byte: u8, keep in 0usize..200) {
            let mut bytes = safetensors();
            let at = at % bytes.len();
            bytes[at] = byte;
            let _ = sum_of(&bytes);
            bytes.truncate(keep);
            let _ = sum_of(&bytes);
        }
    }
}
