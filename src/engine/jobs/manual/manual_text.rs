//! The text of a registered manual, stored or parsed, with a person's corrections.

use std::path::Path;

use super::manual_file::read_manual_file;
use crate::error::{EngineError, Result};
use crate::protocol::JobContext;
use fettle_domain::{DefectType, ManualText, RegisteredManual};
use fettle_library::{ManualLineage, ReadText, corrections_digest};
use fettle_manuals::{PARSER_VERSION, apply_corrections};

/// A text as it was parsed and corrected.
pub(super) struct CorrectedText {
    pub(super) text: ManualText,
    /// Digest of the corrections.
    corrections: String,
}

impl CorrectedText {
    /// The text as the library stores it.
    pub(super) fn to_store(&self) -> ReadText<'_> {
        let Self { text, corrections } = self;
        ReadText { parser_version: PARSER_VERSION, corrections, text }
    }
}

/// The text of `manual`: as stored by this parser version with the corrections in force, otherwise
/// parsed now. Where the file is gone or changed, the text stored before.
pub(crate) fn manual_text(job: &JobContext, manual: &RegisteredManual) -> Result<ManualText> {
    let id = manual.id;
    let (stored, corrections) = job.library(move |library| {
        let corrections = library.manual_corrections(&library.manual_lineage(id)?)?;
        Ok((library.manual_text(id)?, corrections_digest(&corrections)?))
    })?;
    let stored = stored.filter(|stored| stored.content_hash == manual.content_hash);
    match stored {
        Some(stored)
            if stored.parser_version == PARSER_VERSION && stored.corrections == corrections =>
        {
            Ok(stored.text)
        }
        Some(stored) => match reparse_manual(job, manual) {
            Err(EngineError::ManualGone(_) | EngineError::ManualChanged(_)) => Ok(stored.text),
            parsed => parsed,
        },
        None => reparse_manual(job, manual),
    }
}

/// Parses a manual file as it is; with the feature `ocr` also scanned pages.
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

/// Parses a manual file and applies the corrections of its lineage.
pub(super) fn parse_corrected(
    job: &JobContext,
    path: &Path,
    bytes: &[u8],
    lineage: ManualLineage,
) -> Result<CorrectedText> {
    let (defects, corrections) = job.library(move |library| {
        Ok((library.defect_types(&lineage.product)?, library.manual_corrections(&lineage)?))
    })?;
    let read = parse_manual(job, path, bytes, &defects)?;
    let text = apply_corrections(&read, &corrections).text;
    Ok(CorrectedText { text, corrections: corrections_digest(&corrections)? })
}

/// Parses the registered file of `manual` again, with its corrections, and stores the text.
pub(super) fn reparse_manual(job: &JobContext, manual: &RegisteredManual) -> Result<ManualText> {
    let id = manual.id;
    let lineage = job.library(move |library| library.manual_lineage(id))?;
    let (path, bytes) = read_manual_file(job, manual)?;
    let read = parse_corrected(job, &path, &bytes, lineage)?;
    let text = read.text.clone();
    job.library(move |library| library.save_manual_text(id, read.to_store()))?;
    Ok(text)
}
