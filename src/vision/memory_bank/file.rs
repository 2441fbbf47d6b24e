//! Bank files: safetensors with `rows` (f16, N×D), `image` (i64, N: image ids of the library),
//! `place` (u32, N×4: x, y, width, height in the image), and the whitening as `matrix`
//! (f32, D×D) and `shift` (f32, D). Where the oddest patches of the M held-out images were kept,
//! they are `oddest` (f16, M×5×D); where the parts have a place in the pictures, the mean picture is
//! `mean_picture` (u8, H×W). A finer scale has the same tensors under `finer.`. The metadata holds `fettle_memory_bank`, the [`BankInfo`] and
//! sizes as JSON, and `sha256`, the checksum of that JSON and of the tensors' bytes in this order,
//! so that no damaged file is taken for a bank.
//!
//! Loading reads the file into memory and verifies the checksum there, so that whoever writes into
//! the file afterwards changes nothing. Fettle never does: each fit makes a new one.

use std::collections::HashMap;
use std::io::Read;
use std::path::Path;
use std::sync::Arc;

use safetensors::tensor::{Metadata, SafeTensors};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::bank::{FinerScale, MemoryBank};
use super::info::BankInfo;
use super::scale_units::ScaleUnits;
use super::tensors::{ScaleParts, decode, encode};
use crate::bank_rows::FileBytes;
use crate::{Result, VisionError};
use fettle_domain::ModelId;
use fettle_system::{create_folders, replace};

/// Version of the file's layout.
const FORMAT: u32 = 3;
/// Version of the layout of a bank with a finer scale.
const FORMAT_OF_TWO_SCALES: u32 = 4;
/// Largest header, in bytes, as the format's own library has it.
const MAX_HEADER_BYTES: u64 = 100_000_000;
/// Metadata key of the header.
const HEADER: &str = "fettle_memory_bank";
/// Metadata key of the checksum.
const HASH: &str = "sha256";
/// Start of the names of the finer scale's tensors.
const FINER: &str = "finer.";

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
    #[serde(default, skip_serializing_if = "Option::is_none")]
    finer: Option<FinerHeader>,
}

/// The header's part on the finer scale.
#[derive(Serialize, Deserialize)]
struct FinerHeader {
    rows: usize,
    dim: usize,
    info: BankInfo,
    units: ScaleUnits,
}

/// Checksum of the header and of the tensors, in hexadecimal.
fn checksum<'a>(json: &str, tensors: impl Iterator<Item = &'a [u8]>) -> String {
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
        let mut tensors = encode(self, "");
        if let Some(finer) = self.finer() {
            tensors.extend(encode(finer.bank(), FINER));
        }
        let header = Header {
            format: if self.finer().is_some() { FORMAT_OF_TWO_SCALES } else { FORMAT },
            rows: self.rows().len(),
            dim: self.rows().dim(),
            info: self.info().clone(),
            finer: self.finer().map(|finer| FinerHeader {
                rows: finer.bank().rows().len(),
                dim: finer.bank().rows().dim(),
                info: finer.bank().info().clone(),
                units: finer.units(),
            }),
        };
        let json = serde_json::to_string(&header).map_err(|e| io(e.into()))?;
        let hash = checksum(&json, tensors.iter().map(|tensor| tensor.bytes.as_slice()));
        let metadata = HashMap::from([(HEADER.to_owned(), json), (HASH.to_owned(), hash)]);
        let tensors = tensors.iter().map(|tensor| (tensor.name.as_str(), tensor));
        let bytes = safetensors::serialize(tensors, Some(metadata))
            .map_err(|e| io(std::io::Error::other(e)))?;

        let folder = path.parent().filter(|p| !p.as_os_str().is_empty());
        let folder = folder.unwrap_or(Path::new("."));
        create_folders(folder).map_err(io)?;
        replace(path, &bytes).map_err(io)
    }

    /// Reads a bank made with `model`.
    ///
    /// # Errors
    /// [`VisionError::Io`] where the file cannot be read, [`VisionError::BadBank`] where it is
    /// damaged or no bank, [`VisionError::WrongModel`] where another model made the bank.
    pub fn load(path: &Path, model: &ModelId) -> Result<Self> {
        let bad = |why| VisionError::BadBank { path: path.to_owned(), why };
        let file = Arc::new(read(path)?);
        let Parsed { info, scale, finer } = parse(&file).map_err(bad)?;
        if info.bank.model != *model {
            return Err(VisionError::WrongModel {
                path: path.to_owned(),
                expected: model.clone(),
                found: info.bank.model,
            });
        }
        let read = || {
            let bank = scale.into_bank(info, &file)?;
            let Some((header, parts)) = finer else { return Ok(bank) };
            let finer = parts.into_bank(header.info, &file)?;
            Ok(bank.with_finer(FinerScale::new(finer, header.units)?))
        };
        read().map_err(|e: VisionError| bad(e.to_string()))
    }

    /// Reads only the description of a bank, not its rows.
    ///
    /// # Errors
    /// As [`Self::load`], but a bank of any model is read.
    pub fn load_info(path: &Path) -> Result<BankInfo> {
        let bad = |why| VisionError::BadBank { path: path.to_owned(), why };
        let metadata = read_metadata(path)?;
        let (header, _) = parse_header(metadata.metadata().as_ref()).map_err(bad)?;
        Ok(header.info)
    }
}

/// Reads a file into memory.
fn read(path: &Path) -> Result<FileBytes> {
    let io = |source| VisionError::Io { path: path.to_owned(), source };
    let mut file = fettle_system::open(path).map_err(io)?;
    match file.metadata().map_err(io)?.len() {
        0 => Err(VisionError::BadBank { path: path.to_owned(), why: "it is empty".into() }),
        length => {
            FileBytes::read(&mut file, usize::try_from(length).unwrap_or(usize::MAX)).map_err(io)
        }
    }
}

/// Reads the header of a file alone.
fn read_metadata(path: &Path) -> Result<Metadata> {
    let io = |source| VisionError::Io { path: path.to_owned(), source };
    let bad = |why: &str| VisionError::BadBank { path: path.to_owned(), why: why.to_owned() };
    let mut file = fettle_system::open(path).map_err(io)?;
    let mut length = [0; 8];
    file.read_exact(&mut length).map_err(|_| bad("it is cut short"))?;
    let length = u64::from_le_bytes(length);
    if length > MAX_HEADER_BYTES {
        return Err(bad("its header has no sane length"));
    }
    let mut json = Vec::new();
    file.take(length).read_to_end(&mut json).map_err(io)?;
    serde_json::from_slice(&json).map_err(|error| bad(&error.to_string()))
}

/// Contents of a bank file; the rows stay in the file.
struct Parsed {
    info: BankInfo,
    scale: ScaleParts,
    finer: Option<(FinerHeader, ScaleParts)>,
}

/// Reads and checks the bytes of a bank file; the error says what is wrong.
fn parse(bytes: &[u8]) -> Result<Parsed, String> {
    let (_, metadata) = SafeTensors::read_metadata(bytes).map_err(|e| e.to_string())?;
    // The header first: a bank of another layout has other tensors.
    let (header, json) = parse_header(metadata.metadata().as_ref())?;
    let tensors = SafeTensors::deserialize(bytes).map_err(|e| e.to_string())?;
    let size = (header.rows, header.dim);
    let (scale, mut covered) = decode(&tensors, bytes, "", size, &header.info)?;
    let finer = match header.finer {
        Some(finer) => {
            let size = (finer.rows, finer.dim);
            let (parts, of_finer) = decode(&tensors, bytes, FINER, size, &finer.info)?;
            covered.extend(of_finer);
            Some((finer, parts))
        }
        None => None,
    };
    let hash = metadata.metadata().as_ref().and_then(|m| m.get(HASH));
    if hash != Some(&checksum(json, covered.into_iter())) {
        return Err("its content does not match its checksum".into());
    }
    Ok(Parsed { info: header.info, scale, finer })
}

/// The header, and its JSON as the checksum covers it.
fn parse_header(metadata: Option<&HashMap<String, String>>) -> Result<(Header, &str), String> {
    let json = metadata.and_then(|m| m.get(HEADER)).ok_or("it has no memory bank header")?;
    let Layout { format } = serde_json::from_str(json).map_err(|e| e.to_string())?;
    if ![FORMAT, FORMAT_OF_TWO_SCALES].contains(&format) {
        return Err(format!(
            "its format is {format}, this program reads {FORMAT} and {FORMAT_OF_TWO_SCALES}"
        ));
    }
    let header: Header = serde_json::from_str(json).map_err(|e| e.to_string())?;
    Ok((header, json))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::align::position::{NormalPosition, PositionSample};
    use crate::memory_bank::test_banks::{bank, model};
    use fettle_domain::SampleBits;
    use image::{Rgb, RgbImage};

    #[test]
    fn what_is_saved_is_loaded() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("banks/prod1.safetensors");
        let part = RgbImage::from_fn(60, 40, |x, y| {
            Rgb([if x.abs_diff(24) + y.abs_diff(18) < 9 { 220 } else { 30 + (x % 7) as u8 }; 3])
        });
        let position = NormalPosition::of(&vec![PositionSample::of(&part); 10]);
        assert!(position.is_some());
        let placed = bank(0).with_position(position).with_sample_bits(SampleBits::holding(12));
        for bank in [bank(0), bank(0).joined(bank(1)).unwrap(), placed] {
            bank.save(&path).unwrap();
            bank.save(&path).unwrap();
            assert_eq!(MemoryBank::load(&path, &model()).unwrap(), bank);
            assert_eq!(&MemoryBank::load_info(&path).unwrap(), bank.info());
        }
        let left: Vec<_> = std::fs::read_dir(path.parent().unwrap()).unwrap().collect();
        assert_eq!(left.len(), 1, "a temporary file stayed");
    }

    #[test]
    fn what_does_not_fit_is_refused_by_name() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("prod1.safetensors");
        assert!(matches!(MemoryBank::load(&path, &model()), Err(VisionError::Io { .. })));
        bank(0).save(&path).unwrap();
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
            keep_whole in any::<bool>(), two_scales in any::<bool>(),
        ) {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("bank");
            let whole = if two_scales { bank(0).joined(bank(1)).unwrap() } else { bank(0) };
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
