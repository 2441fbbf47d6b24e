//! SHA-256 of files, and copies that are hashed on the way.

use std::fs::File;
use std::io::{Read, Write};
use std::path::Path;

use sha2::{Digest, Sha256};

use super::io;
use crate::Result;
use fettle_domain::{Progress, ProgressSink};

/// Bytes read at a time: large enough that the disk and the hash set the pace, small
/// enough that a cancel is heard at once.
const CHUNK: usize = 1 << 20;

/// Reports bytes of one step.
pub(super) struct Meter<'a> {
    pub(super) sink: &'a dyn ProgressSink,
    pub(super) step: &'static str,
    pub(super) subject: &'a str,
    pub(super) total: Option<u64>,
}

impl Meter<'_> {
    /// Reports `done` bytes and asks whether to go on.
    pub(super) fn at(&self, done: u64) -> Result<(), fettle_domain::Cancelled> {
        // What is downloaded for a file is a little more or less than the file.
        let done = self.total.map_or(done, |total| done.min(total));
        self.sink.report(Progress {
            step: self.step,
            subject: self.subject.to_owned(),
            done,
            total: self.total,
        });
        self.sink.check()
    }
}

/// Why a copy ended early.
pub(super) enum CopyError {
    /// The source is damaged or longer than it may be.
    Source(String),
    /// Somebody cancelled, or the destination cannot be written.
    Stop(crate::ModelsError),
}

/// Writes a file, hashing what passes and never taking more than `limit` bytes.
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
        let file = File::create(path).map_err(io(path))?;
        Ok(Self { file, path, hasher: Sha256::new(), bytes: 0, limit, buffer: vec![0; CHUNK] })
    }

    /// Appends everything that `source` has.
    pub(super) fn append(
        &mut self,
        source: &mut dyn Read,
        meter: &Meter<'_>,
    ) -> Result<(), CopyError> {
        loop {
            meter.at(self.bytes).map_err(|c| CopyError::Stop(c.into()))?;
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
            self.file.write_all(chunk).map_err(|e| CopyError::Stop(io(self.path)(e)))?;
        }
    }

    /// The SHA-256 of what was written, in lower-case hexadecimal.
    pub(super) fn finish(self) -> String {
        hex::encode(self.hasher.finalize())
    }
}

/// The SHA-256 of a file, in lower-case hexadecimal.
pub(super) fn sha256_of(path: &Path, subject: &str, sink: &dyn ProgressSink) -> Result<String> {
    let mut file = File::open(path).map_err(io(path))?;
    let total = file.metadata().map_err(io(path))?.len();
    let meter = Meter { sink, step: super::STEP_VERIFY, subject, total: Some(total) };
    let mut hasher = Sha256::new();
    let mut buffer = vec![0; CHUNK];
    let mut done = 0;
    loop {
        meter.at(done)?;
        let read = match file.read(&mut buffer) {
            Ok(0) => return Ok(hex::encode(hasher.finalize())),
            Ok(read) => read,
            Err(e) if e.kind() == std::io::ErrorKind::Interrupted => continue,
            Err(e) => return Err(io(path)(e)),
        };
        done += read as u64;
        hasher.update(buffer.get(..read).unwrap_or_default());
    }
}
