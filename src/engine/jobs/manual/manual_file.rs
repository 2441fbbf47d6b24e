//! The file of a registered manual.

use std::io::ErrorKind;
use std::path::PathBuf;

use crate::error::{EngineError, Result};
use crate::protocol::JobContext;
use fettle_domain::RegisteredManual;
use fettle_library::content_hash;
use fettle_manuals::{ManualsError, read_file};

/// Reads the file of `manual`; [`EngineError::ManualGone`] or [`EngineError::ManualChanged`] where
/// the file is not the registered one.
pub(super) fn read_manual_file(
    job: &JobContext,
    manual: &RegisteredManual,
) -> Result<(PathBuf, Vec<u8>)> {
    let path = job.shared.workspace.file(&manual.path);
    let bytes = match read_file(&path) {
        Err(ManualsError::Io { source, .. }) if source.kind() == ErrorKind::NotFound => {
            return Err(EngineError::ManualGone(path));
        }
        read => read?,
    };
    if content_hash(&bytes) != manual.content_hash {
        return Err(EngineError::ManualChanged(path));
    }
    Ok((path, bytes))
}
