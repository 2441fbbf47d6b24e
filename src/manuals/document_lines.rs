//! The lines of a whole file.

use fettle_domain::ManualFormat;

use super::printed_line::PrintedLine;

/// The lines of a file in reading order, before any structure is recognised.
#[derive(Debug)]
pub(super) struct DocumentLines {
    pub(super) format: ManualFormat,
    /// Number of pages of a PDF, paragraphs of a Word document, or lines of a text file.
    pub(super) page_count: u32,
    pub(super) lines: Vec<PrintedLine>,
}
