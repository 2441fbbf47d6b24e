//! Index files: the bytes of FAISS (an `IndexFlat` or an `IndexIVFFlat`), then the id of each slot
//! (i64, little endian, -1 for a free slot), then a header as JSON, the length of the header in
//! bytes (u64, little endian) and [`MAGIC`].
//!
//! The header comes last because FAISS reads from the start of a file and ignores the bytes after
//! its own. The header holds the SHA-256 of all bytes before: FAISS's reader is C++ that trusts the
//! sizes it reads, so that no damaged bytes may reach that reader.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;

use faiss::{Index, MetricType, read_index, write_index};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::faiss_index::FaissIndex;
use super::index::VectorIndex;
use super::slots::Slots;
use crate::atomic_file::{io_error, write_atomically};
use crate::neighbour_distances::NeighbourDistances;
use crate::{Result, RetrievalError};
use fettle_domain::ModelId;
use fettle_system::AtomicFile;

/// The last bytes of the file; the digit is the version of the layout.
const MAGIC: &[u8; 8] = b"FETVIDX2";
/// The last bytes of a file of the first layout, whose vectors had no slots.
const FIRST_MAGIC: &[u8; 8] = b"FETVIDX1";
/// Bytes that tell a full disk from another fault.
const PROBE_BYTES: usize = 64 << 10;
/// Bytes of the header's length and the magic.
const TAIL: u64 = 16;
/// Largest length of a header in bytes: a model's name, some numbers, one more a product.
const MAX_HEADER: u64 = 16 << 20;

/// Header of an index file.
#[derive(Serialize, Deserialize)]
struct Header {
    model: ModelId,
    dim: usize,
    count: usize,
    /// Whether the FAISS index is an `IndexIVFFlat`.
    cells: bool,
    faiss_bytes: u64,
    slots: u64,
    sha256: String,
    #[serde(rename = "spreads")]
    neighbour_distances: NeighbourDistances,
}

impl Header {
    /// Position of the header in the file; `None` where the sizes overflow.
    fn position(&self) -> Option<u64> {
        self.faiss_bytes.checked_add(self.slots.checked_mul(8)?)
    }
}

/// Error of a file: in its content, or while reading.
enum FileError {
    Content(String),
    Io(io::Error),
}

impl From<io::Error> for FileError {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

/// SHA-256 of all bytes that `reader` gives, in hexadecimal.
fn sha256_of(reader: &mut impl Read) -> io::Result<String> {
    let mut hash = Sha256::new();
    let mut buffer = vec![0u8; 1 << 16];
    loop {
        let read = match reader.read(&mut buffer) {
            Ok(0) => return Ok(hex::encode(hash.finalize())),
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        hash.update(&buffer[..read]);
    }
}

/// A name of the open file that FAISS takes, which must be UTF-8: on Linux that of the descriptor, by
/// which FAISS gets this very file whatever its path is.
fn name_for_faiss(file: &File, path: &Path) -> io::Result<String> {
    #[cfg(target_os = "linux")]
    {
        use std::os::fd::AsRawFd;
        let name = format!("/proc/self/fd/{}", file.as_raw_fd());
        if Path::new(&name).exists() {
            return Ok(name);
        }
    }
    let _ = file;
    path.to_str().map(str::to_owned).ok_or_else(|| {
        io::Error::new(io::ErrorKind::InvalidFilename, "the path is not UTF-8, which FAISS needs")
    })
}

impl VectorIndex {
    /// Writes the index to `path` atomically: a reader finds the old file or the new one, whole.
    ///
    /// # Errors
    /// [`RetrievalError::Io`], also for a folder whose name is not UTF-8;
    /// [`RetrievalError::Faiss`].
    pub fn save(&self, path: &Path) -> Result<()> {
        write_atomically(path, |file| self.write(path, file))
    }

    /// Writes the index to an empty `file`, which will replace the file at `path`.
    fn write(&self, path: &Path, file: &mut AtomicFile) -> Result<()> {
        let io = io_error(path);
        // FAISS opens the file by its name and writes from its start.
        let unfinished = file.unfinished_path().to_owned();
        let name = name_for_faiss(file.file_mut(), &unfinished).map_err(&io)?;
        let written = match &self.faiss {
            FaissIndex::Flat(flat) => write_index(flat, &name),
            FaissIndex::Ivf(ivf) => write_index(ivf, &name),
        };
        // FAISS says which of its own lines failed, the disk why.
        written.map_err(|error| match file.file_mut().write_all(&[0; PROBE_BYTES]) {
            Err(why) => io(why),
            Ok(()) => error.into(),
        })?;
        let faiss_bytes = file.file_mut().seek(SeekFrom::End(0)).map_err(&io)?;
        let ids = self.slots.by_slot();
        let slots: Vec<u8> = ids.iter().flat_map(|id| id.to_le_bytes()).collect();
        file.write_all(&slots).map_err(&io)?;
        file.file_mut().seek(SeekFrom::Start(0)).map_err(&io)?;
        let header = Header {
            model: self.model.clone(),
            dim: self.dim,
            count: self.len(),
            cells: self.nlist().is_some(),
            faiss_bytes,
            slots: ids.len() as u64,
            sha256: sha256_of(file.file_mut()).map_err(&io)?,
            neighbour_distances: self.neighbour_distances.clone(),
        };
        let json = serde_json::to_vec(&header).map_err(|e| io(e.into()))?;
        let tail = [json.as_slice(), &(json.len() as u64).to_le_bytes(), MAGIC].concat();
        file.write_all(&tail).map_err(io)
    }

    /// Reads an index of vectors made by `model`.
    ///
    /// # Errors
    /// [`RetrievalError::Io`] where the file cannot be read, [`RetrievalError::BadIndex`] where
    /// it is damaged or no index, [`RetrievalError::WrongModel`] for vectors of another model.
    pub fn load(path: &Path, model: &ModelId) -> Result<Self> {
        let error = |error| match error {
            FileError::Content(why) => RetrievalError::BadIndex { path: path.to_owned(), why },
            FileError::Io(source) => RetrievalError::Io { path: path.to_owned(), source },
        };
        let header = checked_header(path).map_err(error)?;
        if &header.model != model {
            return Err(RetrievalError::WrongModel {
                path: path.to_owned(),
                expected: model.clone(),
                found: header.model,
            });
        }
        open(path, header).map_err(error)
    }
}

/// The header of a file whose lengths and checksum match the header.
fn checked_header(path: &Path) -> Result<Header, FileError> {
    let content = |why: &str| FileError::Content(why.to_owned());
    let mut file = fettle_system::open(path)?;
    let length = file.seek(SeekFrom::End(0))?;
    let Some(tail_at) = length.checked_sub(TAIL) else { return Err(content("it is too short")) };
    file.seek(SeekFrom::Start(tail_at))?;
    let mut json_length = [0u8; 8];
    let mut magic = [0u8; 8];
    file.read_exact(&mut json_length)?;
    file.read_exact(&mut magic)?;
    if &magic == FIRST_MAGIC {
        return Err(content("an earlier Fettle made it"));
    }
    if &magic != MAGIC {
        return Err(content("it does not end as an index does"));
    }
    let json_length = u64::from_le_bytes(json_length);
    let json_at = tail_at.checked_sub(json_length).filter(|_| json_length <= MAX_HEADER);
    let Some(json_at) = json_at else { return Err(content("its header has no sane length")) };
    file.seek(SeekFrom::Start(json_at))?;
    let mut json = vec![0u8; json_length as usize];
    file.read_exact(&mut json)?;
    let header: Header = serde_json::from_slice(&json)
        .map_err(|e| FileError::Content(format!("its header: {e}")))?;
    if header.position() != Some(json_at) {
        return Err(content("its parts do not have the lengths its header says"));
    }
    file.seek(SeekFrom::Start(0))?;
    if sha256_of(&mut file.take(json_at))? != header.sha256 {
        return Err(content("its content does not match its checksum"));
    }
    Ok(header)
}

/// Reads the FAISS index that [`checked_header`] verified, and compares the result with the header.
fn open(path: &Path, header: Header) -> Result<VectorIndex, FileError> {
    let faiss = |error: faiss::error::Error| FileError::Content(format!("FAISS says: {error}"));
    let file = fettle_system::open(path)?;
    let index = read_index(name_for_faiss(&file, path)?).map_err(faiss)?;
    let sizes = (index.d() as usize, index.ntotal() as usize);
    let slots = read_slots(path, &header)?;
    if sizes != (header.dim, header.count)
        || slots.len() != header.count
        || header.dim == 0
        || index.metric_type() != MetricType::InnerProduct
    {
        return Err(FileError::Content("its header and its vectors do not belong together".into()));
    }
    let faiss_index = if header.cells {
        FaissIndex::Ivf(index.into_ivf_flat().map_err(faiss)?)
    } else {
        FaissIndex::Flat(index.into_flat().map_err(faiss)?)
    };
    let Header { model, dim, neighbour_distances, .. } = header;
    Ok(VectorIndex { model, dim, faiss: faiss_index, slots, neighbour_distances })
}

/// The slots of a file.
fn read_slots(path: &Path, header: &Header) -> Result<Slots, FileError> {
    let mut file = fettle_system::open(path)?;
    file.seek(SeekFrom::Start(header.faiss_bytes))?;
    let mut bytes = Vec::new();
    file.take(header.slots * 8).read_to_end(&mut bytes)?;
    let (numbers, _) = bytes.as_chunks::<8>();
    let ids = numbers.iter().map(|number| i64::from_le_bytes(*number)).collect();
    Slots::from_ids(ids)
        .ok_or_else(|| FileError::Content("an id is negative or there twice".into()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::tests::{index, partitioned, units};
    use super::*;
    use crate::atomic_file::damage;

    fn model() -> ModelId {
        ModelId("tiny".into())
    }

    #[test]
    fn what_is_saved_is_found_again() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("색인/defects.index");
        let mut before = index(&[7, 1, 9, 4], 12);
        before.remove(&[1]).unwrap();
        before.save(&path).unwrap();
        before.save(&path).unwrap();
        let mut after = VectorIndex::load(&path, &model()).unwrap();
        assert_eq!(after.ids().collect::<Vec<_>>(), [4, 7, 9]);
        for query in units(10, 12, 5).chunks(12) {
            assert_eq!(before.search(query, 3).unwrap(), after.search(query, 3).unwrap());
        }
        // The loaded index can be changed.
        after.add(&[2], &units(1, 12, 8)).unwrap();
        after.remove(&[7]).unwrap();
        assert_eq!(after.search(&units(1, 12, 8), 1).unwrap()[0].0, 2);
        let left = std::fs::read_dir(path.parent().unwrap()).unwrap().count();
        assert_eq!(left, 1, "a temporary file stayed");
    }

    #[test]
    fn a_partitioned_index_is_saved_with_its_free_slots() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("cells.index");
        let (mut before, _) = partitioned(2000, 16);
        before.remove(&[5, 900, 1999]).unwrap();
        before.save(&path).unwrap();
        let mut after = VectorIndex::load(&path, &model()).unwrap();
        assert_eq!(after.nlist(), before.nlist());
        assert_eq!(after.slots.by_slot(), before.slots.by_slot());
        for query in units(10, 16, 5).chunks(16) {
            assert_eq!(before.search(query, 10).unwrap(), after.search(query, 10).unwrap());
        }
        after.add(&[5], &units(1, 16, 8)).unwrap();
        assert_eq!(after.search(&units(1, 16, 8), 1).unwrap()[0].0, 5);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_folder_may_have_a_name_that_is_not_utf_8() {
        use std::os::unix::ffi::OsStrExt;
        let folder = tempfile::tempdir().unwrap();
        // CP949 for "색인".
        let name = std::ffi::OsStr::from_bytes(b"\xbb\xf6\xc0\xce");
        let path = folder.path().join(name).join("defects.index");
        index(&[1, 2, 3], 6).save(&path).unwrap();
        assert_eq!(VectorIndex::load(&path, &model()).unwrap().len(), 3);
    }

    /// A file system of 64 KiB, unmounted when dropped.
    #[cfg(target_os = "linux")]
    struct SmallDisk(tempfile::TempDir);

    #[cfg(target_os = "linux")]
    impl Drop for SmallDisk {
        fn drop(&mut self) {
            let _gone = std::process::Command::new("umount").arg("-l").arg(self.0.path()).status();
        }
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_full_disk_is_called_one_and_the_old_index_stays() {
        let disk = SmallDisk(tempfile::tempdir().unwrap());
        let mount = std::process::Command::new("mount")
            .args(["-t", "tmpfs", "-o", "size=64k", "tmpfs"])
            .arg(disk.0.path())
            .output();
        if !mount.is_ok_and(|output| output.status.success()) {
            return fettle_testing::data::skipped(
                fettle_testing::data::Skip::Privilege,
                "to mount a tmpfs",
            );
        }
        let path = disk.0.path().join("defects.index");
        index(&[1, 2, 3], 6).save(&path).unwrap();
        let ids: Vec<i64> = (0..5000).collect();
        let error = index(&ids, 16).save(&path).unwrap_err();
        let RetrievalError::Io { path: named, source } = error else { panic!("{error}") };
        assert_eq!((named, source.kind()), (path.clone(), io::ErrorKind::StorageFull));
        assert_eq!(VectorIndex::load(&path, &model()).unwrap().len(), 3);
        assert_eq!(std::fs::read_dir(disk.0.path()).unwrap().count(), 1);
    }

    #[test]
    fn an_empty_index_is_saved_too() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("empty");
        VectorIndex::new(3, model()).unwrap().save(&path).unwrap();
        let mut loaded = VectorIndex::load(&path, &model()).unwrap();
        assert!(loaded.is_empty());
        loaded.add(&[1], &[1.0, 0.0, 0.0]).unwrap();
        assert_eq!(loaded.search(&[1.0, 0.0, 0.0], 5).unwrap(), [(1, 1.0)]);
    }

    #[test]
    fn a_file_that_is_no_index_of_this_model_is_refused_by_name() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("defects.index");
        assert!(matches!(VectorIndex::load(&path, &model()), Err(RetrievalError::Io { .. })));
        index(&[1, 2, 3], 6).save(&path).unwrap();
        let other = VectorIndex::load(&path, &ModelId("other".into()));
        assert!(matches!(other, Err(RetrievalError::WrongModel { found, .. }) if found == model()));
        let bytes = std::fs::read(&path).unwrap();
        let mut swapped = bytes.clone();
        swapped[60] ^= 1;
        let cut = |at: usize| bytes[..at].to_vec();
        let cases = [
            cut(0),
            cut(1),
            cut(15),
            cut(16),
            cut(40),
            cut(bytes.len() - 1),
            swapped,
            b"junk".repeat(50),
            MAGIC.repeat(4),
            [&bytes[..bytes.len() - 8], FIRST_MAGIC].concat(),
            [bytes.as_slice(), &bytes].concat(),
        ];
        for (case, bytes) in cases.iter().enumerate() {
            std::fs::write(&path, bytes).unwrap();
            let error = VectorIndex::load(&path, &model()).unwrap_err();
            assert!(matches!(error, RetrievalError::BadIndex { .. }), "case {case}: {error}");
            assert!(error.to_string().contains("defects.index"), "case {case}: {error}");
        }
    }

    #[test]
    fn a_header_of_another_index_is_refused() {
        // Correct checksum, wrong sizes, as if a header had been pasted.
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("pasted");
        index(&[1, 2, 3], 6).save(&path).unwrap();
        let bytes = std::fs::read(&path).unwrap();
        let header = checked_header(&path).map_err(|_| ()).unwrap();
        let faiss_part = &bytes[..header.position().unwrap() as usize];
        for (dim, count, cells) in [(6, 4, false), (3, 6, false), (0, 3, false), (6, 3, true)] {
            let json = serde_json::to_vec(&Header {
                model: model(),
                dim,
                count,
                cells,
                faiss_bytes: header.faiss_bytes,
                slots: header.slots,
                sha256: header.sha256.clone(),
                neighbour_distances: NeighbourDistances::default(),
            });
            let json = json.unwrap();
            let length = (json.len() as u64).to_le_bytes();
            let pasted = [faiss_part, json.as_slice(), &length, MAGIC].concat();
            std::fs::write(&path, pasted).unwrap();
            let result = VectorIndex::load(&path, &model());
            assert!(
                matches!(result, Err(RetrievalError::BadIndex { .. })),
                "{dim}, {count}, {cells}"
            );
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(300) })]
        #[test]
        fn a_damaged_file_is_never_taken_for_an_index(
            at in any::<prop::sample::Index>(), flip in 1u8..=255,
            cut in prop::option::of(any::<prop::sample::Index>()),
        ) {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("index");
            index(&[1, 2, 3], 6).save(&path).unwrap();
            damage(&path, at, flip, cut);
            prop_assert!(VectorIndex::load(&path, &model()).is_err());
        }

        #[test]
        fn junk_is_no_index(mut bytes in prop::collection::vec(any::<u8>(), 0..300), end in any::<bool>()) {
            if end {
                bytes.extend_from_slice(MAGIC);
            }
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("index");
            std::fs::write(&path, &bytes).unwrap();
            prop_assert!(VectorIndex::load(&path, &model()).is_err());
        }
    }
}
