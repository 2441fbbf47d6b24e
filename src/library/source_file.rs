//! Reading whole files of bounded size, and their hashes.

use std::io::Read;
use std::path::Path;

use sha2::{Digest, Sha256};

use super::limits::MAX_FILE_BYTES;
use super::{LibraryError, Result};
use fettle_domain::ContentHash;

/// Reads the regular file at `path`.
///
/// # Errors
/// [`LibraryError::Io`], [`LibraryError::EmptyFile`], [`LibraryError::FileTooBig`].
pub fn read_source(path: &Path) -> Result<Vec<u8>> {
    let io = |source| LibraryError::io(path, source);
    let file = fettle_system::open(path).map_err(io)?;
    let metadata = file.metadata().map_err(io)?;
    let too_big =
        |bytes| LibraryError::FileTooBig { path: path.to_owned(), bytes, limit: MAX_FILE_BYTES };
    if metadata.len() > MAX_FILE_BYTES {
        return Err(too_big(metadata.len()));
    }
    let mut bytes = Vec::with_capacity(usize::try_from(metadata.len()).unwrap_or(0));
    // The file may grow while it is read.
    let read = file.take(MAX_FILE_BYTES + 1).read_to_end(&mut bytes).map_err(io)?;
    match u64::try_from(read).unwrap_or(u64::MAX) {
        0 => Err(LibraryError::EmptyFile { path: path.to_owned() }),
        read if read > MAX_FILE_BYTES => Err(too_big(read)),
        _ => Ok(bytes),
    }
}

/// SHA-256 of the bytes.
pub fn content_hash(bytes: &[u8]) -> ContentHash {
    ContentHash(hex::encode(Sha256::digest(bytes)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_is_sha_256_in_lower_case() {
        // FIPS 180-4, example "abc".
        assert_eq!(
            content_hash(b"abc").0,
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
    }
}
