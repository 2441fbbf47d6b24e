//! The lines of a whole file.

use std::collections::HashSet;
use std::path::Path;

use fettle_domain::{ManualFormat, ManualWarning};

use super::damage::ManualDamage;
use super::error::ManualsError;
use super::found_figures::FoundFigure;
use super::printed_line::PrintedLine;

/// The lines of a file in reading order, before any structure is recognised.
#[derive(Debug)]
pub(super) struct DocumentLines {
    pub(super) format: ManualFormat,
    /// Number of pages of a PDF, paragraphs of a Word document, or lines of a text file.
    pub(super) page_count: u32,
    pub(super) lines: Vec<PrintedLine>,
    /// Lines beside the text, such as footnotes, each with the number of the line that refers to it. They
    /// are found by search, and belong to no section.
    pub(super) notes: Vec<(u32, String)>,
    pub(super) figures: Vec<FoundFigure>,
    /// What of the pages could not be read, or is no text of them.
    pub(super) warnings: Vec<ManualWarning>,
    /// Whether a page has pictures; without text the file is then a scan.
    pub(super) has_pictures: bool,
}

impl DocumentLines {
    /// A file that was read without any finding.
    pub(super) fn new(format: ManualFormat, page_count: u32, lines: Vec<PrintedLine>) -> Self {
        Self {
            format,
            page_count,
            lines,
            notes: Vec::new(),
            figures: Vec::new(),
            warnings: Vec::new(),
            has_pictures: false,
        }
    }

    /// The reason why a file gives no lines.
    pub(super) fn no_text(&self, path: &Path) -> ManualsError {
        let (path, pages) = (path.to_owned(), self.page_count);
        let letters = self.warnings.iter().map(|warning| match warning {
            ManualWarning::UnreadableLetters { letters, .. } => *letters,
            _ => 0,
        });
        let is_damaged = self.warnings.iter().any(|warning| {
            use ManualWarning as W;
            matches!(warning, W::PartlyRead { .. } | W::PagesMissing { .. } | W::CutShort)
        });
        match letters.fold(0, u32::saturating_add) {
            0 if is_damaged => ManualsError::damaged(&path, ManualDamage::NoText),
            0 if self.has_pictures => ManualsError::Scan { path, pages },
            0 => ManualsError::NoText { path, pages },
            letters => ManualsError::UnreadableLetters { path, letters },
        }
    }

    /// Names what stands beside the text of several pages, such as a watermark, once.
    pub(super) fn merge_repeated_warnings(&mut self) {
        let mut named = HashSet::new();
        self.warnings.retain(|warning| match warning {
            ManualWarning::Aside { text, .. } => named.insert(text.clone()),
            _ => true,
        });
    }
}
