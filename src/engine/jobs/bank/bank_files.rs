//! Writing a fitted bank to the workspace.

use std::path::Path;

use super::normal_index::normals_path;
use crate::error::{EngineError, Result};
use crate::protocol::JobContext;
use fettle_domain::ContentHash;
use fettle_library::{LibraryError, RegisteredBank};
use fettle_retrieval::vector_index::VectorIndex;
use fettle_vision::memory_bank::MemoryBank;

/// Writes the bank and its index of normal images, and puts it in use. It gets its version here and
/// not when its fit begins: another fit of the product may have ended meanwhile. Returns the bank
/// with that version.
pub(super) fn commit_bank(
    job: &JobContext,
    mut fitted: MemoryBank,
    normals: Option<&VectorIndex>,
    area: Option<&ContentHash>,
) -> Result<MemoryBank> {
    loop {
        let product = fitted.info().bank.product.clone();
        let version = job.commit(move |library| library.next_bank_version(&product))?;
        fitted = fitted.with_version(version);
        let saved = RegisteredBank { area: area.cloned(), ..save_bank(job, &fitted, normals)? };
        let path = job.shared.workspace.root().join(&saved.path);
        match job.commit(move |library| library.add_bank(&saved)) {
            Ok(()) => return Ok(fitted),
            // Taken between the two: the next one is free.
            Err(EngineError::Library(LibraryError::BankExists(_))) => remove_files(&path),
            Err(error) => return Err(error),
        }
    }
}

/// Removes the files of a bank that has no row.
fn remove_files(bank: &Path) {
    for path in [bank.to_owned(), normals_path(bank)] {
        if let Err(error) = std::fs::remove_file(&path)
            && error.kind() != std::io::ErrorKind::NotFound
        {
            tracing::warn!(%error, "{}: a file without a bank stays", path.display());
        }
    }
}

/// Writes the files. Each call uses new file names: two fits of one product at once must not write
/// into one file.
fn save_bank(
    job: &JobContext,
    fitted: &MemoryBank,
    normals: Option<&VectorIndex>,
) -> Result<RegisteredBank> {
    let info = fitted.info();
    let dir = job.shared.workspace.banks_dir().join(info.bank.product.as_str());
    std::fs::create_dir_all(&dir)
        .map_err(|source| EngineError::File { path: dir.clone(), source })?;
    let now = jiff::Timestamp::now();
    let stem = format!("v{}-{}-{}", info.bank.version, now.as_millisecond(), std::process::id());
    let path = dir.join(format!("{stem}.bank"));
    // The index first: an index without a bank is unused, a bank without an index shows no normal
    // reference.
    if let Some(normals) = normals {
        normals.save(&normals_path(&path))?;
    }
    fitted.save(&path)?;
    let relative = path.strip_prefix(job.shared.workspace.root()).unwrap_or(&path);
    Ok(RegisteredBank {
        bank: info.bank.clone(),
        path: relative.to_string_lossy().replace('\\', "/"),
        thresholds: info.thresholds,
        scale: info.scale,
        area: None,
        created_at: now.to_string(),
        active: true,
    })
}
