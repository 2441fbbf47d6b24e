//! A bank's file: safetensors with `rows` (f16, N×D), `image` (i64, N: the library's image
//! ids), `place` (u32, N×4: x, y, width, height in the image), and the whitening as `matrix`
//! (f32, D×D) and `shift` (f32, D). Its metadata has
//! `fettle_memory_bank`, the [`BankInfo`] and sizes as JSON, and `sha256`, over that JSON and
//! the bytes of the tensors in this order, so that no damaged file is taken for a bank.
//!
//! The file is mapped and its checksum verified once, when it is loaded; the rows stay in the
//! map, from where the system may drop and read them again. A bank's file is never written
//! to: each fit makes a new one.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fs::File;
use std::io::Write;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use half::f16;
use half::slice::HalfFloatSliceExt;
use memmap2::Mmap;
use safetensors::tensor::{Dtype, SafeTensors, TensorView, View};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{BankInfo, MemoryBank, Origin};
use crate::bank_rows::BankRows;
use crate::whitening::Whitening;
use crate::{Result, VisionError};
use fettle_domain::{ImageId, ModelId, RectPx};

/// Counts the layouts of the file.
const FORMAT: u32 = 3;
const HEADER: &str = "fettle_memory_bank";
const HASH: &str = "sha256";

/// Of the header of any layout.
#[derive(Deserialize)]
struct Layout {
    format: u32,
}

#[derive(Serialize, Deserialize)]
struct Header {
    format: u32,
    rows: usize,
    dim: usize,
    info: BankInfo,
}

/// Bytes with a type and a shape.
struct Part {
    dtype: Dtype,
    shape: Vec<usize>,
    bytes: Vec<u8>,
}

impl View for &Part {
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

fn hash_of(json: &str, parts: [&[u8]; 5]) -> String {
    let mut hash = Sha256::new();
    hash.update(json.as_bytes());
    for part in parts {
        hash.update(part);
    }
    hex::encode(hash.finalize())
}

impl MemoryBank {
    /// Writes the bank. The file at `path` is the old one or the new one, whole, at any instant.
    ///
    /// # Errors
    /// [`VisionError::Io`].
    pub fn save(&self, path: &Path) -> Result<()> {
        let io = |source| VisionError::Io { path: path.to_owned(), source };
        let (count, dim) = (self.rows.len(), self.rows.dim());
        let half = |values: &[f16]| values.iter().flat_map(|v| v.to_le_bytes()).collect();
        let rows = Part {
            dtype: Dtype::F16,
            shape: vec![count, dim],
            bytes: match self.rows.half() {
                // Kept in 32 bits so far.
                [] => {
                    let mut scratch = Vec::new();
                    let wide = self.rows.wide(0..count, &mut scratch);
                    let mut narrow = vec![f16::ZERO; wide.len()];
                    narrow.convert_from_f32_slice(wide);
                    half(&narrow)
                }
                values => half(values),
            },
        };
        let image = Part {
            dtype: Dtype::I64,
            shape: vec![count],
            bytes: self.origins.iter().flat_map(|o| o.image.0.to_le_bytes()).collect(),
        };
        let place = Part {
            dtype: Dtype::U32,
            shape: vec![count, 4],
            bytes: self
                .origins
                .iter()
                .flat_map(|o| [o.place.x, o.place.y, o.place.width, o.place.height])
                .flat_map(u32::to_le_bytes)
                .collect(),
        };
        let single = |values: &[f32], shape| Part {
            dtype: Dtype::F32,
            shape,
            bytes: values.iter().flat_map(|v| v.to_le_bytes()).collect(),
        };
        let matrix = single(self.whitening.matrix(), vec![dim, dim]);
        let shift = single(self.whitening.shift(), vec![dim]);
        let header = Header { format: FORMAT, rows: count, dim, info: self.info.clone() };
        let json = serde_json::to_string(&header).map_err(|e| io(e.into()))?;
        let hash =
            hash_of(&json, [&rows.bytes, &image.bytes, &place.bytes, &matrix.bytes, &shift.bytes]);
        let metadata = HashMap::from([(HEADER.to_owned(), json), (HASH.to_owned(), hash)]);
        let parts = [
            ("rows", &rows),
            ("image", &image),
            ("place", &place),
            ("matrix", &matrix),
            ("shift", &shift),
        ];
        let bytes = safetensors::serialize(parts, Some(metadata))
            .map_err(|e| io(std::io::Error::other(e)))?;

        let folder = path.parent().filter(|p| !p.as_os_str().is_empty());
        let folder = folder.unwrap_or(Path::new("."));
        std::fs::create_dir_all(folder).map_err(io)?;
        let mut file = tempfile::NamedTempFile::new_in(folder).map_err(io)?;
        file.write_all(&bytes).map_err(io)?;
        file.as_file().sync_all().map_err(io)?;
        file.persist(path).map_err(|e| io(e.error))?;
        Ok(())
    }

    /// Reads a bank that `model` made.
    ///
    /// # Errors
    /// [`VisionError::Io`] where the file cannot be read, [`VisionError::BadBank`] where it is
    /// damaged or no bank, [`VisionError::WrongModel`] where another model made it.
    pub fn load(path: &Path, model: &ModelId) -> Result<Self> {
        let bad = |why| VisionError::BadBank { path: path.to_owned(), why };
        let file = map(path)?;
        let Parsed { info, dim, rows, origins, whitening } = parse(&file).map_err(bad)?;
        if info.bank.model != *model {
            return Err(VisionError::WrongModel {
                path: path.to_owned(),
                expected: model.clone(),
                found: info.bank.model,
            });
        }
        let rows = BankRows::mapped(file, rows, dim).map_err(|e| bad(e.to_string()))?;
        Self::new(info, Arc::new(whitening), rows, origins).map_err(|e| bad(e.to_string()))
    }

    /// Reads only what the bank says of itself; its rows are not looked at.
    ///
    /// # Errors
    /// As [`Self::load`], but any model's bank is taken.
    pub fn load_info(path: &Path) -> Result<BankInfo> {
        let bad = |why| VisionError::BadBank { path: path.to_owned(), why };
        let file = map(path)?;
        let (_, metadata) =
            SafeTensors::read_metadata(&file).map_err(|error| bad(error.to_string()))?;
        let (header, _) = header_of(metadata.metadata().as_ref()).map_err(bad)?;
        Ok(header.info)
    }
}

fn map(path: &Path) -> Result<Mmap> {
    let io = |source| VisionError::Io { path: path.to_owned(), source };
    let file = File::open(path).map_err(io)?;
    if file.metadata().map_err(io)?.len() == 0 {
        return Err(VisionError::BadBank { path: path.to_owned(), why: "it is empty".into() });
    }
    // SAFETY: the map is read only, and Fettle never writes into a bank's file once it is in
    // place: each fit makes a new one, under a name of its own.
    unsafe { Mmap::map(&file) }.map_err(io)
}

/// What is in a file: where the rows are, and all else.
struct Parsed {
    info: BankInfo,
    dim: usize,
    /// The bytes of the rows.
    rows: Range<usize>,
    origins: Vec<Origin>,
    whitening: Whitening,
}

fn parse(bytes: &[u8]) -> Result<Parsed, String> {
    let (_, metadata) = SafeTensors::read_metadata(bytes).map_err(|e| e.to_string())?;
    // First: a bank of another layout has other tensors.
    let (header, json) = header_of(metadata.metadata().as_ref())?;
    let tensors = SafeTensors::deserialize(bytes).map_err(|e| e.to_string())?;
    let (count, dim) = (header.rows, header.dim);
    let rows = part(&tensors, "rows", Dtype::F16, &[count, dim])?;
    let image = part(&tensors, "image", Dtype::I64, &[count])?;
    let place = part(&tensors, "place", Dtype::U32, &[count, 4])?;
    let hash = metadata.metadata().as_ref().and_then(|m| m.get(HASH));
    let matrix = part(&tensors, "matrix", Dtype::F32, &[dim, dim])?;
    let shift = part(&tensors, "shift", Dtype::F32, &[dim])?;
    if hash != Some(&hash_of(json, [rows, image, place, matrix, shift])) {
        return Err("its content does not match its checksum".into());
    }
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
    let singles =
        |bytes: &[u8]| bytes.as_chunks().0.iter().map(|b| f32::from_le_bytes(*b)).collect();
    let whitening = Whitening::new(singles(matrix), singles(shift)).map_err(|e| e.to_string())?;
    // A part of `bytes`: the difference of their addresses is its position.
    let start = rows.as_ptr().addr() - bytes.as_ptr().addr();
    Ok(Parsed { info: header.info, dim, rows: start..start + rows.len(), origins, whitening })
}

fn header_of(metadata: Option<&HashMap<String, String>>) -> Result<(Header, &str), String> {
    let json = metadata.and_then(|m| m.get(HEADER)).ok_or("it has no memory bank header")?;
    let Layout { format } = serde_json::from_str(json).map_err(|e| e.to_string())?;
    if format != FORMAT {
        return Err(format!("its format is {format}, this program reads {FORMAT}"));
    }
    let header: Header = serde_json::from_str(json).map_err(|e| e.to_string())?;
    Ok((header, json))
}

fn part<'a>(
    tensors: &SafeTensors<'a>,
    name: &str,
    dtype: Dtype,
    shape: &[usize],
) -> Result<&'a [u8], String> {
    let view: TensorView<'a> = tensors.tensor(name).map_err(|e| e.to_string())?;
    if view.dtype() != dtype || view.shape() != shape {
        return Err(format!("'{name}' is {:?} {:?}", view.dtype(), view.shape()));
    }
    Ok(view.data())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::coreset::CoresetPlan;
    use crate::golden::noise;
    use crate::memory_bank::{BankFitter, FIT_BUDGET, Grid, PicturePatches};
    use crate::thresholds::{Folds, hold_out};
    use fettle_domain::{
        BankRef, ComparedLayer, DetectionRecipe, ImageRecipe, ProductCode, Resize, ResizeFilter,
        Tiling, Unobserved,
    };

    fn model() -> ModelId {
        ModelId("tiny".into())
    }

    fn bank() -> MemoryBank {
        let grid = Grid { height: 4, width: 3 };
        let plan = CoresetPlan { ratio: 0.4, projection: None, seed: 1 };
        let mut fitter = BankFitter::new(plan, FIT_BUDGET);
        for id in 1..=10 {
            let place = |x| RectPx { x, y: id, width: 2, height: 1 };
            let patches = PicturePatches {
                rows: noise(grid.len() * 5, u64::from(id)),
                dim: 5,
                grid,
                places: (0..12).map(place).collect(),
                inspected: None,
            };
            fitter.add(ImageId(i64::from(id)), &patches, &Unobserved).unwrap();
        }
        let coreset = fitter.choose(&Unobserved).unwrap();
        let folds = Folds::of(&coreset.fit.images);
        let held_out = coreset.fit.images.iter().map(|image| {
            let patches = fitter.kept(*image).unwrap();
            hold_out(&coreset.rows, &coreset.origins, &folds, *image, &patches, (24, 32), 5)
        });
        let held_out = held_out.collect::<Result<_>>().unwrap();
        let reference =
            BankRef { product: ProductCode::new("prod1").unwrap(), version: 3, model: model() };
        let recipe = DetectionRecipe {
            input: ImageRecipe {
                resize: Resize::Exact { width: 24, height: 32 },
                filter: ResizeFilter::Bilinear,
                mean: [0.1, 0.2, 0.3],
                std: [0.5; 3],
            },
            tiling: Tiling { side: 64, overlap: 16, step: 8 },
            layers: vec![ComparedLayer { number: 2, channels: 5, stride: 8, locates: true }],
        };
        let whitening = Arc::new(Whitening::new(noise(25, 3), noise(5, 4)).unwrap());
        MemoryBank::of_coreset(reference, recipe, whitening, coreset, held_out).unwrap()
    }

    #[test]
    fn what_is_saved_is_loaded() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("banks/prod1.safetensors");
        let bank = bank();
        bank.save(&path).unwrap();
        bank.save(&path).unwrap();
        assert_eq!(MemoryBank::load(&path, &model()).unwrap(), bank);
        assert_eq!(&MemoryBank::load_info(&path).unwrap(), bank.info());
        let left: Vec<_> = std::fs::read_dir(path.parent().unwrap()).unwrap().collect();
        assert_eq!(left.len(), 1, "a temporary file stayed");
    }

    #[test]
    fn what_does_not_fit_is_refused_by_name() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("prod1.safetensors");
        assert!(matches!(MemoryBank::load(&path, &model()), Err(VisionError::Io { .. })));
        bank().save(&path).unwrap();
        let other = MemoryBank::load(&path, &ModelId("other".into()));
        assert!(matches!(other, Err(VisionError::WrongModel { found, .. }) if found == model()));
        let bytes = std::fs::read(&path).unwrap();
        let written = br#"format\":3"#;
        let at = bytes.windows(written.len()).position(|part| part == written).unwrap();
        let mut old = bytes.clone();
        old[at + written.len() - 1] = b'1';
        assert!(parse(&old).is_err_and(|why| why.contains("format is 1")));
        for cut in [0, 1, 8, 100, bytes.len() / 2, bytes.len() - 1] {
            std::fs::write(&path, &bytes[..cut]).unwrap();
            let result = MemoryBank::load(&path, &model());
            assert!(matches!(result, Err(VisionError::BadBank { .. })), "cut at {cut}");
            assert!(result.unwrap_err().to_string().contains("prod1.safetensors"));
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(300) })]
        #[test]
        fn a_damaged_file_is_never_taken_for_a_bank(
            at in any::<prop::sample::Index>(), flip in 1u8..=255, cut in any::<prop::sample::Index>(),
            keep_whole in any::<bool>(),
        ) {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("bank");
            let whole = bank();
            whole.save(&path).unwrap();
            let mut bytes = std::fs::read(&path).unwrap();
            let position = at.index(bytes.len());
            bytes[position] ^= flip;
            if !keep_whole {
                let length = cut.index(bytes.len());
                bytes.truncate(length);
            }
            // A changed letter in the header may name a tensor that is not looked at, or be a
            // blank: then the bank is the same. It is never another one.
            std::fs::write(&path, &bytes).unwrap();
            if let Ok(read) = MemoryBank::load(&path, &model()) {
                prop_assert_eq!(read, whole);
            }
        }

        #[test]
        fn junk_is_no_bank(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
            prop_assert!(parse(&bytes).is_err());
        }
    }
}
