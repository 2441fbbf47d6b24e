//! A bank's file: safetensors with `rows` (f32, N×D), `image` (i64, N: the library's image
//! ids) and `position` (u32, N×2: y, x). Its metadata has `fettle_memory_bank`, the
//! [`BankInfo`] and sizes as JSON, and `sha256`, over that JSON and the bytes of the three
//! tensors in this order, so that no damaged file is taken for a bank.

use std::borrow::Cow;
use std::collections::HashMap;
use std::io::Write;
use std::path::Path;

use safetensors::tensor::{Dtype, SafeTensors, TensorView, View};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{BankInfo, BankRows, MemoryBank, Origin};
use crate::domain::{ImageId, ModelId};
use crate::vision::{Result, VisionError};

/// Counts the layouts of the file.
const FORMAT: u32 = 1;
const HEADER: &str = "fettle_memory_bank";
const HASH: &str = "sha256";

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

fn hash_of(json: &str, parts: [&[u8]; 3]) -> String {
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
        let rows = Part {
            dtype: Dtype::F32,
            shape: vec![count, dim],
            bytes: self.rows.values().iter().flat_map(|v| v.to_le_bytes()).collect(),
        };
        let image = Part {
            dtype: Dtype::I64,
            shape: vec![count],
            bytes: self.origins.iter().flat_map(|o| o.image.0.to_le_bytes()).collect(),
        };
        let position = Part {
            dtype: Dtype::U32,
            shape: vec![count, 2],
            bytes: self
                .origins
                .iter()
                .flat_map(|o| [o.y, o.x])
                .flat_map(u32::to_le_bytes)
                .collect(),
        };
        let header = Header { format: FORMAT, rows: count, dim, info: self.info.clone() };
        let json = serde_json::to_string(&header).map_err(|e| io(e.into()))?;
        let hash = hash_of(&json, [&rows.bytes, &image.bytes, &position.bytes]);
        let metadata = HashMap::from([(HEADER.to_owned(), json), (HASH.to_owned(), hash)]);
        let parts = [("rows", &rows), ("image", &image), ("position", &position)];
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
        let io = |source| VisionError::Io { path: path.to_owned(), source };
        let bank = Self::from_bytes(&std::fs::read(path).map_err(io)?)
            .map_err(|why| VisionError::BadBank { path: path.to_owned(), why })?;
        let found = &bank.info.bank.model;
        if found != model {
            return Err(VisionError::WrongModel {
                path: path.to_owned(),
                expected: model.clone(),
                found: found.clone(),
            });
        }
        Ok(bank)
    }

    /// Reads only what the bank says of itself; its rows are not looked at.
    ///
    /// # Errors
    /// As [`Self::load`], but any model's bank is taken.
    pub fn load_info(path: &Path) -> Result<BankInfo> {
        let io = |source| VisionError::Io { path: path.to_owned(), source };
        let bytes = std::fs::read(path).map_err(io)?;
        let (_, metadata) = SafeTensors::read_metadata(&bytes)
            .map_err(|e| VisionError::BadBank { path: path.to_owned(), why: e.to_string() })?;
        let (header, _) = header_of(metadata.metadata().as_ref())
            .map_err(|why| VisionError::BadBank { path: path.to_owned(), why })?;
        Ok(header.info)
    }

    fn from_bytes(bytes: &[u8]) -> Result<Self, String> {
        let (_, metadata) = SafeTensors::read_metadata(bytes).map_err(|e| e.to_string())?;
        let tensors = SafeTensors::deserialize(bytes).map_err(|e| e.to_string())?;
        let (header, json) = header_of(metadata.metadata().as_ref())?;
        let (count, dim) = (header.rows, header.dim);
        let rows = part(&tensors, "rows", Dtype::F32, &[count, dim])?;
        let image = part(&tensors, "image", Dtype::I64, &[count])?;
        let position = part(&tensors, "position", Dtype::U32, &[count, 2])?;
        let hash = metadata.metadata().as_ref().and_then(|m| m.get(HASH));
        if hash != Some(&hash_of(json, [rows, image, position])) {
            return Err("its content does not match its checksum".into());
        }
        let values = rows.as_chunks().0.iter().map(|b| f32::from_le_bytes(*b)).collect();
        let origins = image
            .as_chunks()
            .0
            .iter()
            .zip(position.as_chunks::<8>().0)
            .map(|(image, [y0, y1, y2, y3, x0, x1, x2, x3])| Origin {
                image: ImageId(i64::from_le_bytes(*image)),
                y: u32::from_le_bytes([*y0, *y1, *y2, *y3]),
                x: u32::from_le_bytes([*x0, *x1, *x2, *x3]),
            })
            .collect();
        let rows = BankRows::new(values, dim).map_err(|e| e.to_string())?;
        Self::new(header.info, rows, origins).map_err(|e| e.to_string())
    }
}

fn header_of(metadata: Option<&HashMap<String, String>>) -> Result<(Header, &str), String> {
    let json = metadata.and_then(|m| m.get(HEADER)).ok_or("it has no memory bank header")?;
    let header: Header = serde_json::from_str(json).map_err(|e| e.to_string())?;
    if header.format != FORMAT {
        return Err(format!("its format is {}, this program reads {FORMAT}", header.format));
    }
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
    use crate::domain::{BankRef, ImageRecipe, ProductCode, Resize, ResizeFilter, Unobserved};
    use crate::vision::coreset::CoresetPlan;
    use crate::vision::golden::noise;
    use crate::vision::memory_bank::{Grid, NormalPatches};

    fn model() -> ModelId {
        ModelId("tiny".into())
    }

    fn bank() -> MemoryBank {
        let grid = Grid { height: 4, width: 3 };
        let images: Vec<ImageId> = (1..=10).map(|i| ImageId(i * 100)).collect();
        let rows = noise(images.len() * grid.len() * 5, 9);
        let normal = NormalPatches { rows: &rows, dim: 5, images: &images, grid, inspected: None };
        let reference =
            BankRef { product: ProductCode::new("prod1").unwrap(), version: 3, model: model() };
        let recipe = ImageRecipe {
            resize: Resize::Exact { width: 24, height: 32 },
            filter: ResizeFilter::Bilinear,
            mean: [0.1, 0.2, 0.3],
            std: [0.5; 3],
        };
        let plan = CoresetPlan { ratio: 0.4, projection: None, seed: 1 };
        MemoryBank::fit(&normal, reference, recipe, &plan, &Unobserved).unwrap()
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
            if let Ok(read) = MemoryBank::from_bytes(&bytes) {
                prop_assert_eq!(read, whole);
            }
        }

        #[test]
        fn junk_is_no_bank(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
            prop_assert!(MemoryBank::from_bytes(&bytes).is_err());
        }
    }
}
