//! SHA-256 of files, and copying with a hash.

use std::fs::File;
use std::io::{Read, Write};
use std::path::Path;

use sha2::{Digest, Sha256};

use super::disk::io_error;
use super::progress::{ByteProgress, STEP_VERIFY};
use crate::Result;
use fettle_domain::ProgressSink;

/// Bytes per read: large enough for the full speed of disk and hash, small enough for an immediate
/// cancel.
const CHUNK: usize = 1 << 20;

/// Error of a copy.
pub(super) enum CopyError {
    /// The source is damaged or longer than the limit.
    Source(String),
    /// The job was cancelled, or the destination cannot be written.
    Fatal(crate::ModelsError),
}

/// Writer of a file that hashes all bytes and accepts at most `limit` of them.
pub(super) struct HashedFile<'a> {
    file: File,
    path: &'a Path,
    hasher: Sha256,
    bytes: u64,
    limit: Option<u64>,
    buffer: Vec<u8>,
}

impl<'a> HashedFile<'a> {
    pub(super) fn create(path: &'a Path, limit: Option<u64>) -> Result<Self> {
        let file = File::create(path).map_err(io_error(path))?;
        Ok(Self { file, path, hasher: Sha256::new(), bytes: 0, limit, buffer: vec![0; CHUNK] })
    }

    /// Appends all bytes of `source`.
    pub(super) fn append(
        &mut self,
        source: &mut dyn Read,
        progress: &ByteProgress<'_>,
    ) -> Result<(), CopyError> {
        loop {
            progress.report(self.bytes).map_err(|c| CopyError::Fatal(c.into()))?;
            let read = match source.read(&mut self.buffer) {
                Ok(0) => return Ok(()),
                Ok(read) => read,
                Err(e) if e.kind() == std::io::ErrorKind::Interrupted => continue,
                Err(e) => return Err(CopyError::Source(e.to_string())),
            };
            self.bytes += read as u64;
            if let Some(limit) = self.limit.filter(|limit| self.bytes > *limit) {
                return Err(CopyError::Source(format!("longer than {limit} bytes")));
            }
            let Some(chunk) = self.buffer.get(..read) else {
                return Err(CopyError::Source("it read more than it was asked".to_owned()));
            };
            self.hasher.update(chunk);
            self.file.write_all(chunk).map_err(|e| CopyError::Fatal(io_error(self.path)(e)))?;
        }
    }

    /// SHA-256 of the written bytes, in lower-case hexadecimal.
    pub(super) fn finish(self) -> String {
        hex::encode(self.hasher.finalize())
    }
}

/// SHA-256 of a file, in lower-case hexadecimal.
pub(super) fn sha256_of(path: &Path, subject: &str, sink: &dyn ProgressSink) -> Result<String> {
    let mut file = fettle_system::open(path).map_err(io_error(path))?;
    let total = file.metadata().map_err(io_error(path))?.len();
    let progress = ByteProgress { sink, step: STEP_VERIFY, subject, total: Some(total) };
    let mut hasher = Sha256::new();
    let mut buffer = vec![0; CHUNK];
    let mut done = 0;
    loop {
        progress.report(done)?;
        let read = match file.read(&mut buffer) {
            Ok(0) => return Ok(hex::encode(hasher.finalize())),
            Ok(read) => read,
            Err(e) if e.kind() == std::io::ErrorKind::Interrupted => continue,
            Err(e) => return Err(io_error(path)(e)),
        };
        done += read as u64;
        hasher.update(buffer.get(..read).unwrap_or_default());
    }
}
