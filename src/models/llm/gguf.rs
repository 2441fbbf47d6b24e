//! GGUF files: <https://github.com/ggml-org/ggml/blob/master/docs/gguf.md>.
//!
//! candle parses the header. The checks of this module make a damaged or hostile file an error,
//! [`ModelsError::BadWeights`], never a panic: the range of every tensor is compared with the
//! length of the file before any data is read.

use std::fs::File;
use std::io::{BufReader, Read, Seek, SeekFrom};
use std::ops::Range;
use std::path::{Path, PathBuf};

use candle_core::quantized::gguf_file::{Content, Value};
use candle_core::quantized::{GgmlDType, QStorage, QTensor};
use candle_core::{Device, Tensor};

use crate::{ModelsError, Result};

/// Beginning of every GGUF file.
const MAGIC: &[u8] = b"GGUF";

/// GGUF file whose header has been read and checked.
///
/// Tensors are read from the file, not mapped: their weights then are in memory once, and a file
/// that another program cuts short is an error instead of the end of the process.
pub(super) struct Gguf {
    path: PathBuf,
    file: File,
    /// Length of the file in bytes when it was opened.
    length: u64,
    content: Content,
}

impl Gguf {
    /// Opens `path` and checks its header and the range of every tensor.
    pub(super) fn open(path: &Path) -> Result<Self> {
        let io = |source| ModelsError::Io { path: path.to_owned(), source };
        let mut file = fettle_system::open(path).map_err(|source| match source.kind() {
            std::io::ErrorKind::NotFound => bad(path, "it is not there"),
            _ => io(source),
        })?;
        let length = file.metadata().map_err(io)?.len();
        let mut magic = [0; MAGIC.len()];
        if length < MAGIC.len() as u64 || file.read_exact(&mut magic).is_err() || magic != MAGIC {
            return Err(bad(path, "it does not begin with 'GGUF'"));
        }
        check_alignment(HeaderReader {
            reader: BufReader::new(&file),
            left: length - MAGIC.len() as u64,
        })
        .map_err(|why| bad(path, why))?;
        file.rewind().map_err(io)?;
        let content =
            Content::read(&mut BufReader::new(&file)).map_err(|e| bad(path, e.to_string()))?;
        let gguf = Self { path: path.to_owned(), file, length, content };
        for name in gguf.content.tensor_infos.keys() {
            gguf.tensor_range(name)?;
        }
        Ok(gguf)
    }

    /// A [`ModelsError::BadWeights`] of this file.
    pub(super) fn bad(&self, why: impl Into<String>) -> ModelsError {
        bad(&self.path, why)
    }

    fn value(&self, key: &str) -> Result<&Value> {
        self.content.metadata.get(key).ok_or_else(|| self.bad(format!("'{key}' is missing")))
    }

    /// An integer value from 1 to `max`.
    pub(super) fn count(&self, key: &str, max: usize) -> Result<usize> {
        let count = self.value(key)?.to_u64().ok().and_then(|n| usize::try_from(n).ok());
        count
            .filter(|n| (1..=max).contains(n))
            .ok_or_else(|| self.bad(format!("'{key}' is not a count from 1 to {max}")))
    }

    /// A token id; `None` without the key.
    pub(super) fn token_id(&self, key: &str) -> Option<u32> {
        self.value(key).ok()?.to_u64().ok()?.try_into().ok()
    }

    /// A finite floating-point value.
    pub(super) fn float(&self, key: &str) -> Result<f32> {
        let number = self.value(key)?.to_f32().ok().filter(|n| n.is_finite());
        number.ok_or_else(|| self.bad(format!("'{key}' is not a number")))
    }

    /// A string value.
    pub(super) fn text(&self, key: &str) -> Result<&str> {
        let text = self.value(key)?.to_string();
        text.map(String::as_str).map_err(|_| self.bad(format!("'{key}' is not a text")))
    }

    /// A boolean value; `None` without the key.
    pub(super) fn flag(&self, key: &str) -> Option<bool> {
        self.value(key).ok()?.to_bool().ok()
    }

    fn list<'a, T>(&'a self, key: &str, one: impl Fn(&'a Value) -> Option<T>) -> Result<Vec<T>> {
        let list = self.value(key)?.to_vec().ok().and_then(|list| list.iter().map(one).collect());
        list.ok_or_else(|| self.bad(format!("'{key}' is not the list it should be")))
    }

    /// An array of strings.
    pub(super) fn texts(&self, key: &str) -> Result<Vec<String>> {
        self.list(key, |value| value.to_string().ok().cloned())
    }

    /// An array of floating-point values.
    pub(super) fn floats(&self, key: &str) -> Result<Vec<f32>> {
        self.list(key, |value| value.to_f32().ok())
    }

    /// An array of integers.
    pub(super) fn integers(&self, key: &str) -> Result<Vec<i64>> {
        self.list(key, |value| match value.to_u64() {
            Ok(number) => i64::try_from(number).ok(),
            Err(_) => value.to_i32().map(i64::from).ok(),
        })
    }

    /// Whether the file has a value of this key.
    pub(super) fn has_key(&self, key: &str) -> bool {
        self.content.metadata.contains_key(key)
    }

    /// Whether the file has a tensor of this name.
    pub(super) fn has_tensor(&self, name: &str) -> bool {
        self.content.tensor_infos.contains_key(name)
    }

    /// Number of rows of a matrix.
    pub(super) fn rows(&self, name: &str) -> Result<usize> {
        let info = self.content.tensor_infos.get(name);
        let rows = info.and_then(|info| info.shape.dims().first().copied());
        rows.ok_or_else(|| self.bad(format!("no tensor '{name}'")))
    }

    /// Position in the file, shape and block type of a tensor.
    fn tensor_range(&self, name: &str) -> Result<(Range<u64>, &[usize], GgmlDType)> {
        let infos = &self.content.tensor_infos;
        let info = infos.get(name).ok_or_else(|| self.bad(format!("no tensor '{name}'")))?;
        let dims = info.shape.dims();
        let dtype = info.ggml_dtype;
        let (block, size) = (dtype.block_size(), dtype.type_size());
        let range = || {
            let elements = dims.iter().try_fold(1usize, |n, &d| n.checked_mul(d))?;
            let whole = dims.last().is_some_and(|last| last.is_multiple_of(block));
            let bytes = whole.then_some(elements / block)?.checked_mul(size)?;
            let start = self.content.tensor_data_offset.checked_add(info.offset)?;
            let end = start.checked_add(u64::try_from(bytes).ok()?)?;
            (end <= self.length).then_some(start..end)
        };
        let range = range().ok_or_else(|| {
            self.bad(format!("tensor '{name}' lies outside it: is the file cut short?"))
        })?;
        Ok((range, dims, dtype))
    }

    /// Reads a tensor of this shape, quantised as in the file.
    pub(super) fn quantized(
        &self,
        name: &str,
        shape: &[usize],
        device: &Device,
    ) -> Result<QTensor> {
        let (range, dims, dtype) = self.tensor_range(name)?;
        if dims != shape {
            return Err(self.bad(format!("tensor '{name}' is {dims:?}, not {shape:?}")));
        }
        let length = usize::try_from(range.end - range.start).unwrap_or(usize::MAX);
        // In whole words, so that the start is aligned for blocks of any type.
        let mut words = vec![0u64; length.div_ceil(size_of::<u64>())];
        let bytes = &mut bytemuck::cast_slice_mut::<u64, u8>(&mut words)[..length];
        let mut file = &self.file;
        file.seek(SeekFrom::Start(range.start)).and_then(|_| file.read_exact(bytes)).map_err(
            |source| match source.kind() {
                std::io::ErrorKind::UnexpectedEof => {
                    self.bad("it became shorter while it was read")
                }
                _ => ModelsError::Io { path: self.path.clone(), source },
            },
        )?;
        let storage = QStorage::from_data((&*bytes).into(), device, dtype)?;
        Ok(QTensor::new(storage, shape.to_vec())?)
    }

    /// Reads a tensor of this shape, dequantised to f32.
    pub(super) fn tensor(&self, name: &str, shape: &[usize], device: &Device) -> Result<Tensor> {
        Ok(self.quantized(name, shape, device)?.dequantize(device)?)
    }
}

fn bad(path: &Path, why: impl Into<String>) -> ModelsError {
    ModelsError::BadWeights { path: path.to_owned(), why: why.into() }
}

/// Checks `general.alignment`, by which candle divides without a check. A damaged header passes:
/// the error comes from candle.
fn check_alignment(mut reader: HeaderReader<impl Read + Seek>) -> Result<(), String> {
    let mut alignment = || -> Option<u64> {
        if reader.number(4)? < 2 {
            return None; // Version 1 has 32-bit counts and no alignment.
        }
        reader.number(8)?;
        for _ in 0..reader.number(8)? {
            let length = reader.number(8)?;
            let key = reader.take(length)?;
            let kind = reader.number(4)?;
            if key == b"general.alignment" {
                return reader.number(size_of_kind(kind)?);
            }
            reader.skip(kind, 0)?;
        }
        None
    };
    match alignment() {
        Some(n) if n == 0 || !n.is_power_of_two() || n > 1 << 20 => {
            Err(format!("'general.alignment' is {n}"))
        }
        _ => Ok(()),
    }
}

/// Bounds-checked reader of the header, behind the magic number.
struct HeaderReader<R> {
    reader: R,
    /// Bytes of the file that are left.
    left: u64,
}

impl<R: Read + Seek> HeaderReader<R> {
    fn take(&mut self, length: u64) -> Option<Vec<u8>> {
        self.left = self.left.checked_sub(length)?;
        let mut taken = Vec::new();
        let read = self.reader.by_ref().take(length).read_to_end(&mut taken).ok()?;
        (read as u64 == length).then_some(taken)
    }

    fn pass(&mut self, length: u64) -> Option<()> {
        self.left = self.left.checked_sub(length)?;
        self.reader.seek_relative(i64::try_from(length).ok()?).ok()
    }

    /// Reads a little-endian integer of `length` bytes.
    fn number(&mut self, length: u64) -> Option<u64> {
        Some(self.take(length)?.iter().rev().fold(0, |n, &byte| n << 8 | u64::from(byte)))
    }

    /// Skips a value of the type `kind`; `depth` is that of nested arrays.
    fn skip(&mut self, kind: u64, depth: usize) -> Option<()> {
        match kind {
            8 => {
                let length = self.number(8)?;
                self.pass(length)?;
            }
            9 if depth < 8 => {
                let (kind, count) = (self.number(4)?, self.number(8)?);
                if let Some(size) = size_of_kind(kind) {
                    self.pass(count.checked_mul(size)?)?;
                } else {
                    for _ in 0..count {
                        self.skip(kind, depth + 1)?;
                    }
                }
            }
            _ => self.pass(size_of_kind(kind)?)?,
        }
        Some(())
    }
}

/// Bytes of a scalar value of the type `kind`; `None` for strings and arrays.
fn size_of_kind(kind: u64) -> Option<u64> {
    match kind {
        0 | 1 | 7 => Some(1),
        2 | 3 => Some(2),
        4..=6 => Some(4),
        10..=12 => Some(8),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use candle_core::DType;
    use proptest::prelude::*;

    use super::*;

    /// Small valid file: a few values, a quantised and an f32 tensor.
    fn small() -> Vec<u8> {
        let device = Device::Cpu;
        let matrix = Tensor::arange(0f32, 256.0, &device).unwrap().reshape((8, 32)).unwrap();
        let matrix = QTensor::quantize(&matrix, GgmlDType::Q8_0).unwrap();
        let bias = Tensor::ones(8, DType::F32, &device).unwrap();
        let bias = QTensor::quantize(&bias, GgmlDType::F32).unwrap();
        let mut file = Cursor::new(Vec::new());
        candle_core::quantized::gguf_file::write(
            &mut file,
            &[
                ("general.architecture", &Value::String("qwen2".into())),
                ("general.alignment", &Value::U32(32)),
                ("qwen2.block_count", &Value::U32(2)),
                ("tokenizer.ggml.tokens", &Value::Array(vec![Value::String("a".into())])),
            ],
            &[("m.weight", &matrix), ("m.bias", &bias)],
        )
        .unwrap();
        file.into_inner()
    }

    fn open(bytes: &[u8]) -> Result<Gguf> {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("small.gguf");
        std::fs::write(&path, bytes).unwrap();
        let gguf = Gguf::open(&path)?;
        for name in ["m.weight", "m.bias"] {
            if gguf.has_tensor(name) {
                let shape = gguf.content.tensor_infos[name].shape.dims().to_vec();
                let _ = gguf.tensor(name, &shape, &Device::Cpu)?;
            }
        }
        Ok(gguf)
    }

    #[test]
    fn values_and_tensors_are_read() {
        let gguf = open(&small()).unwrap();
        assert_eq!(gguf.text("general.architecture").unwrap(), "qwen2");
        assert_eq!(gguf.count("qwen2.block_count", 10).unwrap(), 2);
        assert!(gguf.count("qwen2.block_count", 1).is_err());
        let weight = gguf.tensor("m.weight", &[8, 32], &Device::Cpu).unwrap();
        let last = weight.to_vec2::<f32>().unwrap()[7][31];
        assert!((last - 255.0).abs() < 1.0, "{last}");
        let why = gguf.tensor("m.weight", &[32, 8], &Device::Cpu).unwrap_err().to_string();
        assert!(why.contains("[8, 32], not [32, 8]"), "{why}");
    }

    #[test]
    fn a_truncated_file_or_another_format_is_bad_weights() {
        let whole = small();
        for length in [0, 3, 4, 20, 100, whole.len() - 200, whole.len() - 40] {
            let end = open(&whole[..length]);
            // Some systems cannot map an empty file, which is an I/O error.
            let refused =
                matches!(end, Err(ModelsError::BadWeights { .. }) | Err(ModelsError::Io { .. }));
            assert!(refused, "{length} bytes of {} were taken", whole.len());
        }
        assert!(matches!(open(b"PK\x03\x04 not a model"), Err(ModelsError::BadWeights { .. })));
    }

    #[test]
    fn an_alignment_of_zero_is_refused() {
        let mut bytes = small();
        let key = b"general.alignment";
        let at = bytes.windows(key.len()).position(|w| w == key).unwrap() + key.len() + 4;
        bytes[at] = 0;
        assert!(matches!(open(&bytes), Err(ModelsError::BadWeights { .. })));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(400))]
        #[test]
        fn damage_never_panics(
            flips in prop::collection::vec((0usize..600, any::<u8>()), 1..6),
            cut in 0usize..900,
        ) {
            let mut bytes = small();
            for (at, value) in flips {
                if let Some(byte) = bytes.get_mut(at) {
                    *byte = value;
                }
            }
            if cut < bytes.len() && cut % 3 == 0 {
                bytes.truncate(cut);
            }
            let _ = open(&bytes);
        }
    }
}
