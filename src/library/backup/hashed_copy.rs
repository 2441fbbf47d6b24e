//! Copying bytes with their hash and progress.

use std::io::{Read, Write};

use sha2::{Digest, Sha256};

use crate::Result;
use fettle_domain::{ContentHash, Progress, ProgressSink};

/// Bytes copied between two reports of progress.
const BLOCK_BYTES: usize = 1 << 20;

/// Progress in bytes over several files.
pub(super) struct Report<'a> {
    pub(super) progress: &'a dyn ProgressSink,
    pub(super) done: u64,
    pub(super) total: u64,
    pub(super) step: &'static str,
}

impl Report<'_> {
    fn add(&mut self, bytes: usize, path: &str) {
        self.done = self.done.saturating_add(bytes as u64);
        self.progress.report(Progress {
            step: self.step,
            subject: path.to_owned(),
            done: self.done,
            total: Some(self.total),
        });
    }
}

/// Which side of a copy failed.
pub(super) enum CopyError {
    Read(std::io::Error),
    Write(std::io::Error),
    Cancelled(fettle_domain::Cancelled),
}

/// Copies all bytes and returns their number and SHA-256.
pub(super) fn copy(
    mut from: impl Read,
    to: &mut impl Write,
    path: &str,
    report: &mut Report<'_>,
) -> Result<(u64, ContentHash), CopyError> {
    let mut block = vec![0; BLOCK_BYTES];
    let (mut bytes, mut hash) = (0, Sha256::new());
    loop {
        report.progress.check().map_err(CopyError::Cancelled)?;
        let read = from.read(&mut block).map_err(CopyError::Read)?;
        let Some(part) = block.get(..read).filter(|part| !part.is_empty()) else { break };
        hash.update(part);
        to.write_all(part).map_err(CopyError::Write)?;
        bytes += read as u64;
        report.add(read, path);
    }
    Ok((bytes, ContentHash(hex::encode(hash.finalize()))))
}
