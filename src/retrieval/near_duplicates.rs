//! Near-duplicates of registered images, by their fingerprints. A file keeps the fingerprints, so
//! that registering one image need not open all others; it can be rebuilt from the images.
//!
//! The file holds a record an image (id as i64, little endian, then the [`LENGTH`] values of the
//! fingerprint), the SHA-256 of the records, and [`MAGIC`].

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;

use sha2::{Digest, Sha256};

use super::atomic_file::{io_error, write_atomically};
use super::fingerprint::{Fingerprint, LENGTH};
use super::{Result, RetrievalError};

/// The last bytes of the file; the digit is the version of the layout.
const MAGIC: &[u8; 8] = b"FETTWIN1";
/// Bytes of a record.
const RECORD: usize = 8 + LENGTH;
/// Largest file, in bytes: of some millions of images.
const MAX_BYTES: u64 = 4 << 30;
/// Bytes of the checksum.
const HASH: usize = 32;

/// Fingerprints of the registered images, by image id.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct NearDuplicates(BTreeMap<i64, Fingerprint>);

impl NearDuplicates {
    /// Whether the image `id` has a fingerprint.
    pub fn contains(&self, id: i64) -> bool {
        self.0.contains_key(&id)
    }

    /// Adds the fingerprint of the image `id`.
    pub fn insert(&mut self, id: i64, fingerprint: Fingerprint) {
        self.0.insert(id, fingerprint);
    }

    /// Removes the images for which `keep` is false. Returns whether any was removed.
    pub fn retain(&mut self, keep: impl Fn(i64) -> bool) -> bool {
        let before = self.0.len();
        self.0.retain(|id, _| keep(*id));
        self.0.len() < before
    }

    /// The image that shows the same photograph as that of `fingerprint`, with the least residual;
    /// `None` where no image does.
    pub fn find(&self, fingerprint: &Fingerprint) -> Option<i64> {
        let copies = self
            .0
            .iter()
            .filter_map(|(id, other)| Some((fingerprint.residual_as_copy(other)?, *id)));
        copies.min_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, id)| id)
    }

    /// Writes the fingerprints to `path` atomically: a reader finds the old file or the new one,
    /// whole.
    ///
    /// # Errors
    /// [`RetrievalError::Io`].
    pub fn save(&self, path: &Path) -> Result<()> {
        let mut bytes = Vec::with_capacity(self.0.len() * RECORD + HASH + MAGIC.len());
        for (id, fingerprint) in &self.0 {
            bytes.extend(id.to_le_bytes());
            bytes.extend(fingerprint.values().iter().map(|value| value.to_le_bytes()[0]));
        }
        let hash = Sha256::digest(&bytes);
        bytes.extend_from_slice(&hash);
        bytes.extend_from_slice(MAGIC);
        write_atomically(path, |file| file.write_all(&bytes).map_err(io_error(path)))
    }

    /// Reads fingerprints from `path`.
    ///
    /// # Errors
    /// [`RetrievalError::Io`], [`RetrievalError::BadIndex`] for a damaged file or one of another
    /// kind.
    pub fn load(path: &Path) -> Result<Self> {
        let bytes = fettle_system::read(path, MAX_BYTES).map_err(io_error(path))?;
        Self::parse(&bytes).ok_or_else(|| RetrievalError::BadIndex {
            path: path.to_owned(),
            why: "it is cut short or damaged".to_owned(),
        })
    }

    fn parse(bytes: &[u8]) -> Option<Self> {
        let rest = bytes.strip_suffix(MAGIC)?;
        let (records, hash) = rest.split_at_checked(rest.len().checked_sub(HASH)?)?;
        if records.len() % RECORD != 0 || Sha256::digest(records).as_slice() != hash {
            return None;
        }
        let read = records.chunks_exact(RECORD).map(|record| {
            let (id, values) = record.split_first_chunk::<8>()?;
            let values: Vec<i8> = values.iter().map(|byte| i8::from_le_bytes([*byte])).collect();
            Some((i64::from_le_bytes(*id), Fingerprint::from_values(&values)?))
        });
        read.collect::<Option<_>>().map(Self)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::atomic_file::damage;

    fn print(seed: i32) -> Fingerprint {
        let values: Vec<i8> =
            (0..LENGTH as i32).map(|n| ((n * 31 + n * n % 17 * seed) % 40 - 20) as i8).collect();
        Fingerprint::from_values(&values).unwrap()
    }

    #[test]
    fn what_is_saved_is_found_again() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("index/twins");
        let mut fingerprints = NearDuplicates::default();
        fingerprints.save(&path).unwrap();
        assert_eq!(NearDuplicates::load(&path).unwrap(), fingerprints);
        fingerprints.insert(7, print(1));
        fingerprints.insert(3, print(5));
        fingerprints.save(&path).unwrap();
        let mut read = NearDuplicates::load(&path).unwrap();
        assert_eq!(read, fingerprints);
        assert_eq!((read.find(&print(5)), read.find(&print(1))), (Some(3), Some(7)));
        assert!(read.retain(|id| id == 7) && !read.retain(|id| id == 7));
        assert_eq!(read.find(&print(5)), None);
        assert!(read.contains(7) && !read.contains(3));
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(100) })]
        #[test]
        fn a_damaged_file_is_refused(
            at in any::<prop::sample::Index>(), flip in 1u8..=255,
            cut in prop::option::of(any::<prop::sample::Index>()),
        ) {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("twins");
            let mut fingerprints = NearDuplicates::default();
            fingerprints.insert(1, print(2));
            fingerprints.save(&path).unwrap();
            damage(&path, at, flip, cut);
            let read = NearDuplicates::load(&path);
            prop_assert!(matches!(read, Err(RetrievalError::BadIndex { .. })), "{read:?}");
        }
    }
}
