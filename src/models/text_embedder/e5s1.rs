//! `E5S1` files: multilingual-e5-small in 4 bits with its tokenizer in one file.
//!
//! Format, little endian: `"E5S1"`, u32 version; seven i32 (hidden, layers, heads, feed-forward,
//! vocabulary, positions, token types); f32 layer-norm ε; i32 quantisation block; five
//! i32 (pieces, bos, eos, pad, unk); u64 length of the pieces' text; u32 offsets
//! (pieces + 1); f32 scores (pieces); the text; i32 normaliser entries, u32 their bytes,
//! then each u32 code point, u8 count, count × u32; i32 tensors, then each u16 name
//! length, name, u8 type, u32 elements, u64 offset, u64 bytes. Matrices are GGML's Q4_0
//! blocks, the rest f32.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use candle_core::quantized::{GgmlDType, QStorage, QTensor};
use candle_core::{Device, Tensor};

use super::unigram::Unigram;
use crate::weights::CheckedFile;
use crate::{ModelsError, Result};

/// Bytes at the start of a file that are read for its header: as many at first, and twice as many
/// again while the header is longer, which has no length of its own.
const FIRST_HEADER_BYTES: u64 = 8 << 20;
const MOST_HEADER_BYTES: u64 = 128 << 20;
/// Elements of a Q4_0 block.
const BLOCK: usize = 32;
/// Bytes of a Q4_0 block: an f16 scale and 16 bytes of nibbles.
const BLOCK_BYTES: usize = 18;

/// Sizes of the network.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Sizes {
    pub(super) hidden: usize,
    pub(super) layers: usize,
    pub(super) heads: usize,
    pub(super) feed_forward: usize,
    pub(super) vocabulary: usize,
    pub(super) positions: usize,
    pub(super) token_types: usize,
    pub(super) eps: f32,
}

/// File whose header has been read and checked.
pub(super) struct E5File {
    path: PathBuf,
    file: CheckedFile,
    pub(super) sizes: Sizes,
    tensors: HashMap<String, TensorLocation>,
}

/// Position of a tensor in the file, in bytes, and its number of elements.
#[derive(Clone, Copy)]
struct TensorLocation {
    start: usize,
    bytes: usize,
    elements: usize,
}

impl E5File {
    /// Opens `path`, checks its header and builds its tokenizer.
    pub(super) fn open(path: &Path) -> Result<(Self, Unigram)> {
        let io = |source| ModelsError::Io { path: path.to_owned(), source };
        let file = CheckedFile::open(path).map_err(io)?;
        let mut asked = FIRST_HEADER_BYTES;
        let header = loop {
            let length = asked.min(file.length());
            let bytes = file.read(0, usize::try_from(length).unwrap_or(usize::MAX)).map_err(io)?;
            match parse(&bytes, file.length()) {
                Err(TRUNCATED) if length < file.length() && asked < MOST_HEADER_BYTES => asked *= 2,
                parsed => break parsed,
            }
        };
        let (sizes, unigram, tensors) = header
            .map_err(|why| ModelsError::BadWeights { path: path.to_owned(), why: why.into() })?;
        Ok((Self { path: path.to_owned(), file, sizes, tensors }, unigram))
    }

    fn bad(&self, why: String) -> ModelsError {
        ModelsError::BadWeights { path: self.path.clone(), why }
    }

    /// Place of a tensor, and whether it is in Q4_0 blocks.
    fn location(&self, name: &str, elements: usize) -> Result<(TensorLocation, bool)> {
        let location =
            self.tensors.get(name).ok_or_else(|| self.bad(format!("no tensor '{name}'")))?;
        if location.elements != elements {
            let found = location.elements;
            return Err(self.bad(format!("tensor '{name}' has {found} elements, not {elements}")));
        }
        Ok((*location, location.bytes == elements / BLOCK * BLOCK_BYTES))
    }

    /// Bytes of a tensor, and whether they are Q4_0 blocks.
    fn tensor_bytes(&self, name: &str, elements: usize) -> Result<(Vec<u8>, bool)> {
        let (location, quantised) = self.location(name, elements)?;
        Ok((self.read(location.start, location.bytes)?, quantised))
    }

    fn read(&self, start: usize, length: usize) -> Result<Vec<u8>> {
        self.file.read(start as u64, length).map_err(|error| self.bad(error.to_string()))
    }

    /// Reads a tensor of f32.
    pub(super) fn floats(&self, name: &str, shape: &[usize], device: &Device) -> Result<Tensor> {
        let (bytes, quantised) = self.tensor_bytes(name, shape.iter().product())?;
        if quantised {
            return Err(self.bad(format!("tensor '{name}' is quantised")));
        }
        let floats: Vec<f32> = bytes.as_chunks().0.iter().map(|b| f32::from_le_bytes(*b)).collect();
        Ok(Tensor::from_vec(floats, shape, device)?)
    }

    /// Reads a matrix (outputs, inputs) of Q4_0 blocks.
    pub(super) fn matrix(
        &self,
        name: &str,
        (outputs, inputs): (usize, usize),
        device: &Device,
    ) -> Result<QTensor> {
        let (bytes, quantised) = self.tensor_bytes(name, outputs * inputs)?;
        if !quantised || !inputs.is_multiple_of(BLOCK) {
            return Err(self.bad(format!("tensor '{name}' is not in Q4_0 blocks")));
        }
        let storage = QStorage::from_data(bytes.as_slice().into(), device, GgmlDType::Q4_0)?;
        Ok(QTensor::new(storage, (outputs, inputs))?)
    }

    /// Embeddings of the token `ids`, (ids, hidden), dequantised row by row: the whole table in f32
    /// would take 384 MB.
    pub(super) fn token_rows(&self, ids: &[u32], device: &Device) -> Result<Tensor> {
        let Sizes { hidden, vocabulary, .. } = self.sizes;
        let (table, quantised) = self.location("emb.word", vocabulary * hidden)?;
        if !quantised {
            return Err(self.bad("tensor 'emb.word' is not in Q4_0 blocks".into()));
        }
        let row_bytes = hidden / BLOCK * BLOCK_BYTES;
        let mut floats = Vec::with_capacity(ids.len() * hidden);
        for &id in ids {
            if id as usize >= vocabulary {
                return Err(self.bad(format!("token {id} has no embedding")));
            }
            let row = self.read(table.start + id as usize * row_bytes, row_bytes)?;
            for block in row.as_chunks::<BLOCK_BYTES>().0 {
                let [low, high, nibbles @ ..] = block;
                let scale = half::f16::from_le_bytes([*low, *high]).to_f32();
                let value = |nibble: u8| (f32::from(nibble) - 8.0) * scale;
                floats.extend(nibbles.iter().map(|byte| value(byte & 15)));
                floats.extend(nibbles.iter().map(|byte| value(byte >> 4)));
            }
        }
        Ok(Tensor::from_vec(floats, (ids.len(), hidden), device)?)
    }
}

/// Sizes, tokenizer and tensor locations.
type Header = (Sizes, Unigram, HashMap<String, TensorLocation>);

const TRUNCATED: &str = "it is cut short";

/// Parses the header from the first `bytes` of a file of `file_length` bytes.
///
/// # Errors
/// The damage, as a sentence; [`TRUNCATED`] where the header does not end in these bytes.
fn parse(bytes: &[u8], file_length: u64) -> Result<Header, &'static str> {
    let mut r = Reader { bytes, at: 0 };
    if r.take(4)? != b"E5S1" {
        return Err("it does not begin with 'E5S1'");
    }
    if r.u32()? != 1 {
        return Err("only version 1 is known");
    }
    let sizes = Sizes {
        hidden: r.count(1 << 14)?,
        layers: r.count(256)?,
        heads: r.count(256)?,
        feed_forward: r.count(1 << 16)?,
        vocabulary: r.count(1 << 22)?,
        positions: r.count(1 << 16)?,
        token_types: r.count(64)?,
        eps: f32::from_bits(r.u32()?),
    };
    let block = r.count(1 << 10)?;
    if block != BLOCK
        || !sizes.hidden.is_multiple_of(BLOCK)
        || !sizes.feed_forward.is_multiple_of(BLOCK)
    {
        return Err("its sizes are not in blocks of 32");
    }
    if !sizes.hidden.is_multiple_of(sizes.heads) || sizes.positions < 3 || !sizes.eps.is_finite() {
        return Err("its sizes do not fit one another");
    }
    let unigram = parse_pieces(&mut r, sizes.vocabulary)?;
    let mut tensors = HashMap::new();
    for _ in 0..r.count(1 << 16)? {
        let name_length = u16::from_le_bytes(r.array()?);
        let name = String::from_utf8_lossy(r.take(usize::from(name_length))?).into_owned();
        r.take(1)?; // The type, which follows from the lengths, too.
        let elements = r.u32()? as usize;
        let start = usize::try_from(r.u64()?).map_err(|_| TRUNCATED)?;
        let length = usize::try_from(r.u64()?).map_err(|_| TRUNCATED)?;
        let end = start.checked_add(length).filter(|end| *end as u64 <= file_length);
        let quantised = elements.is_multiple_of(BLOCK) && length == elements / BLOCK * BLOCK_BYTES;
        if end.is_none() {
            return Err(TRUNCATED);
        }
        if !start.is_multiple_of(4) || elements == 0 || !(quantised || length == elements * 4) {
            return Err("a tensor's length does not fit its elements");
        }
        tensors.insert(name, TensorLocation { start, bytes: length, elements });
    }
    Ok((sizes, unigram, tensors))
}

/// Parses the tokenizer.
fn parse_pieces(r: &mut Reader<'_>, vocabulary: usize) -> Result<Unigram, &'static str> {
    let count = r.count(vocabulary)?;
    let [bos, eos, _pad, unk] = [r.u32()?, r.u32()?, r.u32()?, r.u32()?];
    let text_length = usize::try_from(r.u64()?).map_err(|_| TRUNCATED)?;
    let offsets = r.u32s(count + 1)?;
    let scores: Vec<f32> = r.u32s(count)?.into_iter().map(f32::from_bits).collect();
    let text = r.take(text_length)?;
    let entries = r.i32()?;
    let mut normaliser = Reader { bytes: r.length_prefixed()?, at: 0 };
    let mut replacements = HashMap::new();
    for _ in 0..entries {
        let from = normaliser.char()?;
        let [length] = normaliser.array()?;
        let to = (0..length).map(|_| normaliser.char()).collect::<Result<_, _>>()?;
        replacements.insert(from, to);
    }
    if [bos, eos, unk].iter().any(|id| *id as usize >= count) {
        return Err("its special tokens are beyond its pieces");
    }
    Unigram::new(text, offsets, scores, replacements, [bos, eos, unk])
        .ok_or("its tokenizer's pieces are damaged")
}

/// Bounds-checked reader of little-endian numbers.
struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    fn take(&mut self, length: usize) -> Result<&'a [u8], &'static str> {
        let end = self.at.checked_add(length).ok_or(TRUNCATED)?;
        let taken = self.bytes.get(self.at..end).ok_or(TRUNCATED)?;
        self.at = end;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], &'static str> {
        self.take(N)?.try_into().map_err(|_| TRUNCATED)
    }

    fn u32(&mut self) -> Result<u32, &'static str> {
        Ok(u32::from_le_bytes(self.array()?))
    }

    fn i32(&mut self) -> Result<i32, &'static str> {
        Ok(i32::from_le_bytes(self.array()?))
    }

    fn u64(&mut self) -> Result<u64, &'static str> {
        Ok(u64::from_le_bytes(self.array()?))
    }

    /// Reads an i32 from 1 to `max`.
    fn count(&mut self, max: usize) -> Result<usize, &'static str> {
        let count = usize::try_from(self.i32()?).ok();
        count.filter(|n| (1..=max).contains(n)).ok_or("a size is out of range")
    }

    fn u32s(&mut self, count: usize) -> Result<Vec<u32>, &'static str> {
        let bytes = self.take(count.checked_mul(4).ok_or(TRUNCATED)?)?;
        Ok(bytes.as_chunks().0.iter().map(|b| u32::from_le_bytes(*b)).collect())
    }

    fn char(&mut self) -> Result<char, &'static str> {
        char::from_u32(self.u32()?).ok_or("its normaliser names what is no character")
    }

    /// Reads a u32 length and as many bytes.
    fn length_prefixed(&mut self) -> Result<&'a [u8], &'static str> {
        let length = self.u32()? as usize;
        self.take(length)
    }
}
