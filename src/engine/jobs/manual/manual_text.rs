//! The text of a registered manual, stored or parsed.

use std::path::Path;

use super::manual_file::read_manual_file;
use crate::error::{EngineError, Result};
use crate::protocol::JobContext;
use fettle_domain::{DefectType, ManualText, RegisteredManual};
use fettle_manuals::PARSER_VERSION;

/// The text of `manual`: as stored by this parser version, otherwise parsed now. Where the file is
/// gone or changed, the text stored by an earlier parser version.
pub(crate) fn manual_text(job: &JobContext, manual: &RegisteredManual) -> Result<ManualText> {
    let id = manual.id;
    let stored = job.library(move |library| library.manual_text(id))?;
    let stored = stored.filter(|stored| stored.content_hash == manual.content_hash);
    match stored {
        Some(stored) if stored.parser_version == PARSER_VERSION => Ok(stored.text),
        Some(stored) => match reparse_manual(job, manual) {
            Err(EngineError::ManualGone(_) | EngineError::ManualChanged(_)) => Ok(stored.text),
            parsed => parsed,
        },
        None => reparse_manual(job, manual),
    }
}

/// Parses a manual file; with the feature `ocr` also scanned pages.
pub(super) fn parse_manual(
    job: &JobContext,
    path: &Path,
    bytes: &[u8],
    defects: &[DefectType],
) -> Result<ManualText> {
    job.check()?;
    #[cfg(feature = "ocr")]
    let text = fettle_manuals::parse_scanned(
        path,
        bytes,
        defects,
        fettle_report::GOTHIC,
        job.sink.as_ref(),
    )?;
    #[cfg(not(feature = "ocr"))]
    let text = fettle_manuals::parse(path, bytes, defects)?;
    Ok(text)
}

/// Parses the registered file of `manual` again and stores the text.
pub(super) fn reparse_manual(job: &JobContext, manual: &RegisteredManual) -> Result<ManualText> {
    let product = manual.product.clone();
    let defects = job.library(move |library| library.defect_types(&product))?;
    let (path, bytes) = read_manual_file(job, manual)?;
    let text = parse_manual(job, &path, &bytes, &defects)?;
    let (id, stored) = (manual.id, text.clone());
    job.library(move |library| library.save_manual_text(id, PARSER_VERSION, &stored))?;
    Ok(text)
}
