//! Bank files: safetensors with `rows` (f16, N×D), `image` (i64, N: image ids of the library),
//! `place` (u32, N×4: x, y, width, height in the image), and the whitening as `matrix`
//! (f32, D×D) and `shift` (f32, D). Where the oddest patches of the M held-out images were kept,
//! they are `oddest` (f16, M×5×D). The metadata holds `fettle_memory_bank`, the [`BankInfo`] and
//! sizes as JSON, and `sha256`, the checksum of that JSON and of the tensors' bytes in this order,
//! so that no damaged file is taken for a bank.
//!
//! Loading maps the file and verifies the checksum once; the rows stay in the map, from where the
//! system may drop and read them again. A bank file is never written to: each fit makes a new
//! one.

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

use super::bank::MemoryBank;
use super::info::BankInfo;
use crate::bank_rows::BankRows;
use crate::oddest_patches::{ODDEST, OddestPatches};
use crate::patches::Origin;
use crate::whitening::Whitening;
use crate::{Result, VisionError};
use fettle_domain::{ImageId, ModelId, RectPx};

/// Version of the file's layout.
const FORMAT: u32 = 3;
/// Metadata key of the header.
const HEADER: &str = "fettle_memory_bank";
/// Metadata key of the checksum.
const HASH: &str = "sha256";
/// Name of the tensor of oddest patches, which older banks lack.
const ODDEST_PATCHES: &str = "oddest";

/// The part of the header that all layouts share.
#[derive(Deserialize)]
struct Layout {
    format: u32,
}

/// Header of a bank file, as JSON in the metadata.
#[derive(Serialize, Deserialize)]
struct Header {
    format: u32,
    rows: usize,
    dim: usize,
    info: BankInfo,
}

/// Bytes of a tensor with type and shape.
struct TensorBytes {
    dtype: Dtype,
    shape: Vec<usize>,
    bytes: Vec<u8>,
}

impl View for &TensorBytes {
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

/// Checksum of the header and of the tensors, in hexadecimal.
fn checksum(json: &str, tensors: [&[u8]; 6]) -> String {
    let mut hash = Sha256::new();
    hash.update(json.as_bytes());
    for bytes in tensors {
        hash.update(bytes);
    }
    hex::encode(hash.finalize())
}

impl MemoryBank {
    /// Writes the bank to `path` atomically: a reader finds the old file or the new one, whole.
    ///
    /// # Errors
    /// [`VisionError::Io`].
    pub fn save(&self, path: &Path) -> Result<()> {
        let io = |source| VisionError::Io { path: path.to_owned(), source };
        let (count, dim) = (self.rows().len(), self.rows().dim());
        let f16_bytes = |values: &[f16]| values.iter().flat_map(|v| v.to_le_bytes()).collect();
        let rows = TensorBytes {
            dtype: Dtype::F16,
            shape: vec![count, dim],
            bytes: match self.rows().as_f16() {
                // The rows are in 32 bits.
                [] => {
                    let mut scratch = Vec::new();
                    let values = self.rows().to_f32(0..count, &mut scratch);
                    let mut rounded = vec![f16::ZERO; values.len()];
                    rounded.convert_from_f32_slice(values);
                    f16_bytes(&rounded)
                }
                values => f16_bytes(values),
            },
        };
        let image = TensorBytes {
            dtype: Dtype::I64,
            shape: vec![count],
            bytes: self.origins().iter().flat_map(|o| o.image.0.to_le_bytes()).collect(),
        };
        let place = TensorBytes {
            dtype: Dtype::U32,
            shape: vec![count, 4],
            bytes: self
                .origins()
                .iter()
                .flat_map(|o| [o.place.x, o.place.y, o.place.width, o.place.height])
                .flat_map(u32::to_le_bytes)
                .collect(),
        };
        let f32_tensor = |values: &[f32], shape| TensorBytes {
            dtype: Dtype::F32,
            shape,
            bytes: values.iter().flat_map(|v| v.to_le_bytes()).collect(),
        };
        let matrix = f32_tensor(self.whitening().matrix(), vec![dim, dim]);
        let shift = f32_tensor(self.whitening().shift(), vec![dim]);
        let header = Header { format: FORMAT, rows: count, dim, info: self.info().clone() };
        let json = serde_json::to_string(&header).map_err(|e| io(e.into()))?;
        let oddest: Vec<f16> = self
            .oddest()
            .iter()
            .flat_map(|one| one.rows())
            .map(|value| f16::from_f32(*value))
            .collect();
        let oddest = TensorBytes {
            dtype: Dtype::F16,
            shape: vec![self.oddest().len(), ODDEST, dim],
            bytes: f16_bytes(&oddest),
        };
        let hash = checksum(
            &json,
            [&rows.bytes, &image.bytes, &place.bytes, &matrix.bytes, &shift.bytes, &oddest.bytes],
        );
        let metadata = HashMap::from([(HEADER.to_owned(), json), (HASH.to_owned(), hash)]);
        let mut tensors = vec![
            ("rows", &rows),
            ("image", &image),
            ("place", &place),
            ("matrix", &matrix),
            ("shift", &shift),
        ];
        if !self.oddest().is_empty() {
            tensors.push((ODDEST_PATCHES, &oddest));
        }
        let bytes = safetensors::serialize(tensors, Some(metadata))
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

    /// Reads a bank made with `model`.
    ///
    /// # Errors
    /// [`VisionError::Io`] where the file cannot be read, [`VisionError::BadBank`] where it is
    /// damaged or no bank, [`VisionError::WrongModel`] where another model made the bank.
    pub fn load(path: &Path, model: &ModelId) -> Result<Self> {
        let bad = |why| VisionError::BadBank { path: path.to_owned(), why };
        let file = map(path)?;
        let Parsed { info, dim, rows, origins, whitening, oddest } = parse(&file).map_err(bad)?;
        if info.bank.model != *model {
            return Err(VisionError::WrongModel {
                path: path.to_owned(),
                expected: model.clone(),
                found: info.bank.model,
            });
        }
        let rows = BankRows::from_mmap(file, rows, dim).map_err(|e| bad(e.to_string()))?;
        Self::new(info, Arc::new(whitening), rows, origins)
            .and_then(|bank| bank.with_oddest(oddest))
            .map_err(|e| bad(e.to_string()))
    }

    /// Reads only the description of a bank, not its rows.
    ///
    /// # Errors
    /// As [`Self::load`], but a bank of any model is read.
    pub fn load_info(path: &Path) -> Result<BankInfo> {
        let bad = |why| VisionError::BadBank { path: path.to_owned(), why };
        let file = map(path)?;
        let (_, metadata) =
            SafeTensors::read_metadata(&file).map_err(|error| bad(error.to_string()))?;
        let (header, _) = parse_header(metadata.metadata().as_ref()).map_err(bad)?;
        Ok(header.info)
    }
}

/// Maps a file into memory.
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

/// Contents of a bank file; the rows stay in the file.
struct Parsed {
    info: BankInfo,
    dim: usize,
    /// Position of the rows in the file, in bytes.
    rows: Range<usize>,
    origins: Vec<Origin>,
    whitening: Whitening,
    oddest: Vec<OddestPatches>,
}

/// Reads and checks the bytes of a bank file; the error says what is wrong.
fn parse(bytes: &[u8]) -> Result<Parsed, String> {
    let (_, metadata) = SafeTensors::read_metadata(bytes).map_err(|e| e.to_string())?;
    // The header first: a bank of another layout has other tensors.
    let (header, json) = parse_header(metadata.metadata().as_ref())?;
    let tensors = SafeTensors::deserialize(bytes).map_err(|e| e.to_string())?;
    let (count, dim) = (header.rows, header.dim);
    let rows = tensor(&tensors, "rows", Dtype::F16, &[count, dim])?;
    let image = tensor(&tensors, "image", Dtype::I64, &[count])?;
    let place = tensor(&tensors, "place", Dtype::U32, &[count, 4])?;
    let hash = metadata.metadata().as_ref().and_then(|m| m.get(HASH));
    let matrix = tensor(&tensors, "matrix", Dtype::F32, &[dim, dim])?;
    let shift = tensor(&tensors, "shift", Dtype::F32, &[dim])?;
    let held_out = header.info.held_out.len();
    let oddest = match tensors.tensor(ODDEST_PATCHES) {
        Ok(_) => tensor(&tensors, ODDEST_PATCHES, Dtype::F16, &[held_out, ODDEST, dim])?,
        Err(_) => &[],
    };
    if hash != Some(&checksum(json, [rows, image, place, matrix, shift, oddest])) {
        return Err("its content does not match its checksum".into());
    }
    let values: Vec<f32> =
        oddest.as_chunks().0.iter().map(|b| f16::from_le_bytes(*b).to_f32()).collect();
    let oddest = values
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
    let rows = start..start + rows.len();
    Ok(Parsed { info: header.info, dim, rows, origins, whitening, oddest })
}

/// The header, and its JSON as the checksum covers it.
fn parse_header(metadata: Option<&HashMap<String, String>>) -> Result<(Header, &str), String> {
    let json = metadata.and_then(|m| m.get(HEADER)).ok_or("it has no memory bank header")?;
    let Layout { format } = serde_json::from_str(json).map_err(|e| e.to_string())?;
    if format != FORMAT {
        return Err(format!("its format is {format}, this program reads {FORMAT}"));
    }
    let header: Header = serde_json::from_str(json).map_err(|e| e.to_string())?;
    Ok((header, json))
}

/// Bytes of the tensor `name`, of this type and shape.
fn tensor<'a>(
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
    use crate::grid::Grid;
    use crate::memory_bank::{BankFitter, FIT_BUDGET, HoldOut};
    use crate::patches::ImagePatches;
    use crate::test_data::noise;
    use crate::thresholds::{Folds, hold_out};
    use fettle_domain::{
        BankRef, ComparedLayer, DetectionRecipe, ImageRecipe, NullProgress, ProductCode, Resize,
        ResizeFilter, Tiling,
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
            let patches = ImagePatches {
                rows: noise(grid.len() * 5, u64::from(id)),
                dim: 5,
                grid,
                places: (0..12).map(place).collect(),
                inspected: None,
            };
            fitter.add(ImageId(i64::from(id)), &patches, &NullProgress).unwrap();
        }
        let coreset = fitter.choose(&NullProgress).unwrap();
        let folds = Folds::of(&coreset.fit.images);
        let held_out = coreset.fit.images.iter().map(|image| {
            let patches = fitter.kept(*image).unwrap();
            let (held_out, scores) =
                hold_out(&coreset.rows, &coreset.origins, &folds, *image, &patches, (24, 32), 5)?;
            Ok((held_out, OddestPatches::of(&patches.rows, 5, &scores)?))
        });
        let (scores, oddest) = held_out.collect::<Result<Vec<_>>>().unwrap().into_iter().unzip();
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
        let held_out = HoldOut { scores, oddest };
        MemoryBank::from_coreset(reference, recipe, whitening, coreset, held_out).unwrap()
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
            // A changed letter in the header may name a tensor that is not read, or be a
            // blank: then the bank is the same. No damage may give another bank.
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
