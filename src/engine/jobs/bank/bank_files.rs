//! Writing a fitted bank, and what known defects teach it, to the workspace.

use std::path::{Path, PathBuf};

use super::calibration::Calibrated;
use super::normal_index::normals_path;
use crate::error::{EngineError, Result};
use crate::protocol::JobContext;
use fettle_domain::{BankRef, ContentHash};
use fettle_library::{LibraryError, RegisteredBank};
use fettle_retrieval::vector_index::VectorIndex;
use fettle_vision::defect_term::DefectTerm;

/// Writes the bank and its index of normal images, and puts it in use. It gets its version here and
/// not when its fit begins: another fit of the product may have ended meanwhile. Returns the bank
/// with that version.
pub(super) fn commit_bank(
    job: &JobContext,
    mut fitted: Calibrated,
    normals: Option<&VectorIndex>,
    area: Option<&ContentHash>,
) -> Result<Calibrated> {
    loop {
        let product = fitted.bank.info().bank.product.clone();
        let version = job.commit(move |library| library.next_bank_version(&product))?;
        fitted.bank = fitted.bank.with_version(version);
        let saved = RegisteredBank { area: area.cloned(), ..save_bank(job, &fitted, normals)? };
        let file = |path: &str| job.shared.workspace.file(path);
        let (path, term) = (file(&saved.path), saved.term.as_deref().map(file));
        match job.commit(move |library| library.add_bank(&saved)) {
            Ok(()) => return Ok(fitted),
            // Taken between the two: the next one is free.
            Err(EngineError::Library(LibraryError::BankExists(_))) => {
                remove_files([path.clone(), normals_path(&path)].into_iter().chain(term));
            }
            Err(error) => return Err(error),
        }
    }
}

/// Removes the files of a bank that has no row.
fn remove_files(files: impl Iterator<Item = PathBuf>) {
    for path in files {
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
    fitted: &Calibrated,
    normals: Option<&VectorIndex>,
) -> Result<RegisteredBank> {
    let bank = &fitted.bank.info().bank;
    let now = jiff::Timestamp::now();
    let path = new_file(job, bank, "bank")?;
    // The index first: an index without a bank is unused, a bank without an index shows no normal
    // reference.
    if let Some(normals) = normals {
        normals.save(&normals_path(&path))?;
    }
    fitted.bank.save(&path)?;
    let term = fitted.term.as_ref().map(|term| save_term(job, bank, term)).transpose()?;
    Ok(RegisteredBank {
        bank: bank.clone(),
        path: relative(job, &path),
        thresholds: fitted.limits.thresholds,
        scale: fitted.limits.scale,
        term,
        area: None,
        created_at: now.to_string(),
        active: true,
    })
}

/// Writes what known defects teach a bank; returns the file, relative to the workspace.
pub(super) fn save_term(job: &JobContext, bank: &BankRef, term: &DefectTerm) -> Result<String> {
    let path = new_file(job, bank, "defects")?;
    term.save(&path)?;
    Ok(relative(job, &path))
}

/// The path of a new file of a bank, in a folder that exists.
fn new_file(job: &JobContext, bank: &BankRef, extension: &str) -> Result<PathBuf> {
    let dir = job.shared.workspace.banks_dir().join(bank.product.as_str());
    fettle_system::create_folders(&dir)
        .map_err(|source| EngineError::File { path: dir.clone(), source })?;
    let ms = jiff::Timestamp::now().as_millisecond();
    let name = format!("v{}-{ms}-{}.{extension}", bank.version, std::process::id());
    Ok(dir.join(name))
}

/// `path` relative to the workspace, with `/`.
fn relative(job: &JobContext, path: &Path) -> String {
    job.shared.workspace.stored_path(path)
}
