//! The PDF report as callers build it.

use jiff::Zoned;

use super::document::ReportDocument;
use super::part::lay_out_part;
use super::reported_part::ReportedPart;
use super::summary::lay_out_summary;
use super::writer::write_pdf;
use crate::error::Result;
use crate::translate::Translate;
use fettle_domain::{DisplayNames, InspectionRow, Language};

/// A PDF report under construction: an optional summary, then one or several parts.
pub struct PdfReport<'w> {
    document: ReportDocument<'w>,
}

impl<'w> PdfReport<'w> {
    /// An empty report of the date `made_at`. Times of judgements are shown in its time zone.
    ///
    /// # Errors
    /// [`crate::ReportError::Font`] if an embedded font is damaged.
    pub fn new(language: Language, made_at: Zoned, translate: &'w Translate<'w>) -> Result<Self> {
        Ok(Self { document: ReportDocument::new(language, made_at, translate)? })
    }

    /// The same report with names of products and defects instead of codes.
    pub fn with_names(mut self, names: DisplayNames) -> Self {
        self.document.names = names;
        self
    }

    /// Adds a summary page. Parts must follow in the order of `rows`.
    pub fn summary(&mut self, rows: &[InspectionRow]) {
        lay_out_summary(&mut self.document, rows);
    }

    /// Adds a part on pages of its own.
    ///
    /// # Errors
    /// [`crate::ReportError::Pdf`] if a picture cannot be encoded.
    pub fn add(&mut self, part: &ReportedPart<'_>) -> Result<()> {
        lay_out_part(&mut self.document, part)
    }

    /// Letters of the report that no font has: the PDF shows their numbers.
    pub fn missing_letters(&self) -> String {
        self.document.layout.fonts.missing()
    }

    /// The bytes of the file. Equal input gives equal bytes, on a machine with the same fonts.
    ///
    /// # Errors
    /// [`crate::ReportError::Pdf`] if the PDF cannot be built.
    pub fn finish(self) -> Result<Vec<u8>> {
        write_pdf(&self.document)
    }
}
