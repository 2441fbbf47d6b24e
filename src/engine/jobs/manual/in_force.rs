//! The manuals in force. A file changed since its registration is registered as the next version.

use super::manual_file::read_manual_file;
use super::manual_text::parse_corrected;
use crate::error::{EngineError, Result};
use crate::protocol::JobContext;
use fettle_domain::{Language, ProductCode, RegisteredManual};
use fettle_library::{LibraryError, content_hash};
use fettle_manuals::read_file;

/// A change of a manual file since its registration.
#[derive(Debug)]
pub(crate) enum ManualChange {
    /// The file changed and was registered as the next version.
    Renewed {
        /// The file, relative to the workspace.
        path: String,
        /// Number of sections of the new version.
        sections: usize,
    },
    /// The changed file cannot be parsed, or the file is gone: the previous version stays in force.
    Kept {
        /// The file, relative to the workspace.
        path: String,
        /// Why the file could not be used.
        error: EngineError,
    },
}

impl ManualChange {
    /// The change as a notice in `language`.
    pub(crate) fn explain(&self, language: Language) -> String {
        match self {
            Self::Renewed { path, sections } => {
                let values = [("path", path.clone().into()), ("sections", (*sections).into())];
                fettle_i18n::text_with(language, "notice-manual-renewed", &values)
            }
            Self::Kept { path, error } => {
                let reason = error.explain(language);
                let values = [("path", path.clone().into()), ("reason", reason.into())];
                fettle_i18n::text_with(language, "notice-manual-kept", &values)
            }
        }
    }
}

/// Registers changed manual files as the next version and returns the manuals in force of `product`,
/// or of all products, oldest first, with the changes.
pub(crate) fn refresh_manuals(
    job: &JobContext,
    product: Option<ProductCode>,
) -> Result<(Vec<RegisteredManual>, Vec<ManualChange>)> {
    let manuals = list_manuals(job, product.clone())?;
    let (mut changes, mut is_new) = (Vec::new(), false);
    for manual in &manuals {
        job.check()?;
        let path = manual.path.clone();
        match read_manual_file(job, manual) {
            Ok(_) => {}
            Err(EngineError::ManualChanged(_)) => match register_new_version(job, manual) {
                Ok(sections) => {
                    is_new = true;
                    changes.push(ManualChange::Renewed { path, sections });
                }
                // Registered by another process meanwhile.
                Err(EngineError::Library(LibraryError::UnknownManual(_))) => is_new = true,
                Err(error) if error.is_recoverable() => {
                    changes.push(ManualChange::Kept { path, error })
                }
                Err(error) => return Err(error),
            },
            Err(error) if error.is_recoverable() => {
                changes.push(ManualChange::Kept { path, error })
            }
            Err(error) => return Err(error),
        }
    }
    Ok((if is_new { list_manuals(job, product)? } else { manuals }, changes))
}

/// The manuals in force, as by [`refresh_manuals`]; changes are only logged.
pub(in crate::jobs) fn manuals_in_force(
    job: &JobContext,
    product: Option<ProductCode>,
) -> Result<Vec<RegisteredManual>> {
    let (manuals, changes) = refresh_manuals(job, product)?;
    for change in changes {
        tracing::info!("{}", change.explain(job.shared.report_language()));
    }
    Ok(manuals)
}

fn list_manuals(job: &JobContext, product: Option<ProductCode>) -> Result<Vec<RegisteredManual>> {
    job.library(move |library| {
        let products = match product {
            Some(product) => vec![product],
            None => library.products()?.into_iter().map(|product| product.code).collect(),
        };
        let mut manuals = Vec::new();
        for product in products {
            manuals.extend(library.manuals(&product)?);
        }
        Ok(manuals)
    })
}

/// Parses the changed file and registers its bytes as the next version; returns the number of
/// sections.
fn register_new_version(job: &JobContext, manual: &RegisteredManual) -> Result<usize> {
    job.report("progress-manual", &manual.path, 0, 1);
    let path = job.shared.workspace.file(&manual.path);
    let bytes = read_file(&path)?;
    let (id, hash) = (manual.id, content_hash(&bytes));
    let lineage = job.library(move |library| library.manual_lineage(id))?;
    let read = parse_corrected(job, &path, &bytes, lineage)?;
    let sections = read.text.sections.len();
    job.library(move |library| library.register_overwritten_manual(id, &hash, read.to_store()))?;
    Ok(sections)
}
