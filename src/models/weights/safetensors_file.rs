//! Safetensors files whose tensors are read from the file, not mapped: a file that another program
//! cuts short or writes over is then an error instead of the end of the process.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use candle_core::safetensors::Load;
use candle_core::{DType, Device, Shape, Tensor};
use candle_nn::Init;
use candle_nn::var_builder::SimpleBackend;
use safetensors::Dtype;
use safetensors::tensor::{Metadata, TensorInfo, TensorView};

use super::checked_file::CheckedFile;
use crate::{ModelsError, Result};

/// Bytes of the length that precedes the header.
const LENGTH_BYTES: u64 = 8;
/// Largest header, as the format's own library has it.
const MAX_HEADER_BYTES: u64 = 100_000_000;

/// One or several files that make up the weights of a network; their headers are read and checked.
pub(crate) struct SafetensorsFiles {
    files: Vec<OpenFile>,
    /// The file of each tensor and its place there.
    tensors: HashMap<String, (usize, TensorInfo)>,
}

/// An open file whose header has been read.
struct OpenFile {
    path: PathBuf,
    file: CheckedFile,
    /// Position of the tensors' bytes.
    data: u64,
}

impl SafetensorsFiles {
    /// Opens the files and reads their headers.
    ///
    /// # Errors
    /// [`ModelsError::Io`]; [`ModelsError::BadWeights`] for a damaged header, a file that is not as
    /// long as its header says, or a tensor that two files have.
    pub(crate) fn open(paths: &[impl AsRef<Path>]) -> Result<Self> {
        let mut opened = Self { files: Vec::new(), tensors: HashMap::new() };
        for path in paths.iter().map(AsRef::as_ref) {
            let bad = |why: String| ModelsError::BadWeights { path: path.to_owned(), why };
            let io = |source| ModelsError::Io { path: path.to_owned(), source };
            let file = CheckedFile::open(path).map_err(io)?;
            let (metadata, data) = read_header(&file).map_err(bad)?;
            for (name, info) in metadata.tensors() {
                let place = (opened.files.len(), info.clone());
                if opened.tensors.insert(name.clone(), place).is_some() {
                    return Err(bad(format!("tensor '{name}' is there twice")));
                }
            }
            opened.files.push(OpenFile { path: path.to_owned(), file, data });
        }
        Ok(opened)
    }

    /// Type and shape of a tensor.
    pub(crate) fn info(&self, name: &str) -> Option<(Dtype, &[usize])> {
        let (_, info) = self.tensors.get(name)?;
        Some((info.dtype, &info.shape))
    }

    /// Reads a tensor in the type that it is stored in.
    ///
    /// # Errors
    /// A tensor that is not there, and a file that was changed since its header was read.
    pub(crate) fn load(&self, name: &str, device: &Device) -> candle_core::Result<Tensor> {
        let missing = || candle_core::Error::CannotFindTensor { path: name.to_owned() };
        let (file, info) = self.tensors.get(name).ok_or_else(missing)?;
        let file = self.files.get(*file).ok_or_else(missing)?;
        let (start, end) = info.data_offsets;
        let bytes = file.file.read(file.data + start as u64, end.saturating_sub(start));
        let bytes = bytes.map_err(|error| {
            // Who opened a single file names it.
            let path = file.path.file_name().filter(|_| self.files.len() > 1);
            let path = path.map(|path| format!(" of {}", path.display())).unwrap_or_default();
            candle_core::Error::Msg(format!("tensor '{name}'{path}: {error}"))
        })?;
        TensorView::new(info.dtype, info.shape.clone(), &bytes)?.load(device)
    }
}

/// Reads the header of a file; returns it with the position of the data.
///
/// # Errors
/// The damage, as a sentence.
fn read_header(file: &CheckedFile) -> Result<(Metadata, u64), String> {
    let length = file.length();
    let size = file.read(0, LENGTH_BYTES as usize).map_err(|_| "it is cut short".to_owned())?;
    let size = size.iter().rev().fold(0, |size: u64, byte| size << 8 | u64::from(*byte));
    if size > MAX_HEADER_BYTES || size > length.saturating_sub(LENGTH_BYTES) {
        return Err("its header is longer than it".to_owned());
    }
    let json = file.read(LENGTH_BYTES, usize::try_from(size).unwrap_or(0));
    let json = json.map_err(|error| error.to_string())?;
    let metadata: Metadata = serde_json::from_slice(&json).map_err(|error| error.to_string())?;
    let data = LENGTH_BYTES + size;
    let places = metadata.tensors();
    let ends = places.values().map(|info| info.data_offsets.1 as u64);
    let expected = ends.max().unwrap_or(0).saturating_add(data);
    if expected != length {
        return Err(format!("it is cut short or too long: {length} bytes instead of {expected}"));
    }
    if let Some((name, _)) =
        places.iter().find(|(_, info)| info.data_offsets.0 > info.data_offsets.1)
    {
        return Err(format!("tensor '{name}' does not lie in it"));
    }
    Ok((metadata, data))
}

impl SimpleBackend for SafetensorsFiles {
    fn get(
        &self,
        shape: Shape,
        name: &str,
        _: Init,
        dtype: DType,
        device: &Device,
    ) -> candle_core::Result<Tensor> {
        let tensor = self.get_unchecked(name, dtype, device)?;
        if tensor.shape() != &shape {
            return Err(candle_core::Error::UnexpectedShape {
                msg: format!("shape mismatch for {name}"),
                expected: shape,
                got: tensor.shape().clone(),
            });
        }
        Ok(tensor)
    }

    fn get_unchecked(
        &self,
        name: &str,
        dtype: DType,
        device: &Device,
    ) -> candle_core::Result<Tensor> {
        self.load(name, device)?.to_dtype(dtype)
    }

    fn contains_tensor(&self, name: &str) -> bool {
        self.tensors.contains_key(name)
    }
}

#[cfg(test)]
mod tests {
    use std::fs::File;

    use super::*;

    #[test]
    fn a_file_that_is_changed_while_in_use_is_an_error_and_not_the_end() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("w.safetensors");
        // Larger than a page, so that a map of it would be cut in the middle.
        let tensor = Tensor::arange(0f32, 100_000., &Device::Cpu).unwrap();
        let tensors = HashMap::from([("a", tensor.clone()), ("b", tensor)]);
        candle_core::safetensors::save(&tensors, &path).unwrap();
        let whole = std::fs::read(&path).unwrap();
        let changes: [(&str, &dyn Fn()); 3] = [
            ("cut", &|| File::options().write(true).open(&path).unwrap().set_len(4096).unwrap()),
            ("emptied", &|| drop(File::create(&path).unwrap())),
            ("copied over", &|| {
                std::thread::sleep(std::time::Duration::from_millis(20));
                std::fs::write(&path, vec![0; whole.len()]).unwrap();
            }),
        ];
        for (what, change) in changes {
            std::fs::write(&path, &whole).unwrap();
            let opened = SafetensorsFiles::open(&[&path]).unwrap();
            assert_eq!(opened.load("a", &Device::Cpu).unwrap().dims(), [100_000], "{what}");
            change();
            let error = opened.load("b", &Device::Cpu).unwrap_err().to_string();
            assert!(error.contains("it was changed while in use"), "{what}: {error}");
        }
        // A new file under the name, as the store writes it, changes nothing for who has the old.
        std::fs::write(&path, &whole).unwrap();
        let opened = SafetensorsFiles::open(&[&path]).unwrap();
        std::fs::rename(&path, dir.path().join("old")).unwrap();
        std::fs::write(&path, b"other").unwrap();
        opened.load("b", &Device::Cpu).unwrap();
    }
}
