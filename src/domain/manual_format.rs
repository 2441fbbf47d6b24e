//! File formats of manuals.

use serde::{Deserialize, Serialize};

use super::other_document::{OtherDocument, contains};

/// The format of a manual, and the unit that positions in it are counted in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ManualFormat {
    /// PDF; positions are pages.
    Pdf,
    /// Word's Office Open XML; positions are paragraphs that have text.
    Docx,
    /// Excel's Office Open XML; positions are rows that have text.
    Xlsx,
    /// PowerPoint's Office Open XML; positions are slides.
    Pptx,
    /// Hangul's OWPML (KS X 6101); positions are paragraphs that have text.
    Hwpx,
    /// HTML; positions are paragraphs that have text.
    Html,
    /// Markdown; positions are paragraphs that have text.
    Markdown,
    /// Values separated by commas, semicolons or tabs; positions are lines.
    Csv,
    /// Plain text; positions are lines.
    Text,
}

/// What positions in a manual are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Unit {
    Page,
    Slide,
    Paragraph,
    Line,
}

/// The header `%PDF-` is searched for in this many bytes (ISO 32000-1, annex H, note 13).
const PDF_HEADER_WITHIN: usize = 1024;
/// Signature of a zip file.
const ZIP: &[u8] = b"PK\x03\x04";

impl ManualFormat {
    /// All formats, the most common first.
    pub const ALL: [Self; 9] = [
        Self::Pdf,
        Self::Docx,
        Self::Xlsx,
        Self::Pptx,
        Self::Hwpx,
        Self::Html,
        Self::Markdown,
        Self::Csv,
        Self::Text,
    ];

    /// File name extensions, without the dot, the usual one first.
    pub fn extensions(self) -> &'static [&'static str] {
        match self {
            Self::Pdf => &["pdf"],
            Self::Docx => &["docx", "docm"],
            Self::Xlsx => &["xlsx", "xlsm"],
            Self::Pptx => &["pptx", "pptm"],
            Self::Hwpx => &["hwpx"],
            Self::Html => &["html", "htm", "xhtml"],
            Self::Markdown => &["md", "markdown"],
            Self::Csv => &["csv", "tsv"],
            Self::Text => &["txt"],
        }
    }

    /// The usual file name extension, without the dot.
    pub fn extension(self) -> &'static str {
        self.extensions().first().copied().unwrap_or("txt")
    }

    /// The format by a file name's extension, in any case.
    pub fn from_name(name: &str) -> Option<Self> {
        let (_, extension) = name.rsplit_once('.')?;
        let has =
            |format: &Self| format.extensions().iter().any(|e| extension.eq_ignore_ascii_case(e));
        Self::ALL.into_iter().find(has)
    }

    /// Whether a file name is that of a text document: one of these formats, or one that has to be
    /// saved as one of these first.
    pub fn is_document_name(name: &str) -> bool {
        Self::from_name(name).is_some() || OtherDocument::from_name(name).is_some()
    }

    /// The format by content, and by name where the content leaves it open: a PDF, a document of
    /// Word, Excel, PowerPoint or Hangul under any name, a file with text by its name.
    pub fn detect(name: &str, bytes: &[u8]) -> Option<Self> {
        let head = bytes.get(..PDF_HEADER_WITHIN).unwrap_or(bytes);
        if contains(head, b"%PDF-") {
            return Some(Self::Pdf);
        }
        if is_html(bytes) {
            return Some(Self::Html);
        }
        let by_name = Self::from_name(name);
        if bytes.starts_with(ZIP) {
            return Self::of_zip(bytes).or(by_name.filter(|format| format.is_zip()));
        }
        let is_text = !bytes.is_empty() && OtherDocument::sniff(bytes).is_none();
        by_name.filter(|format| is_text && !format.is_zip() && *format != Self::Pdf)
    }

    /// The format of a zip file by the names of its entries, which stand in it as they are.
    fn of_zip(bytes: &[u8]) -> Option<Self> {
        let is = |name: &[u8]| contains(bytes, name);
        let is_hwpx = is(b"application/hwp+zip") || is(b"Contents/section0.xml");
        [
            (Self::Hwpx, is_hwpx),
            (Self::Docx, is(b"word/document.xml")),
            (Self::Xlsx, is(b"xl/workbook.xml")),
            (Self::Pptx, is(b"ppt/presentation.xml")),
        ]
        .into_iter()
        .find_map(|(format, is)| is.then_some(format))
    }

    /// Whether files of the format are zip files.
    fn is_zip(self) -> bool {
        matches!(self, Self::Docx | Self::Xlsx | Self::Pptx | Self::Hwpx)
    }

    /// The format of a manual stored in the workspace, where the extension always fits the content.
    pub fn of_stored(path: &str) -> Self {
        Self::from_name(path).unwrap_or(Self::Pdf)
    }

    fn unit(self) -> Unit {
        match self {
            Self::Pdf => Unit::Page,
            Self::Pptx => Unit::Slide,
            Self::Docx | Self::Hwpx | Self::Html | Self::Markdown => Unit::Paragraph,
            Self::Xlsx | Self::Csv | Self::Text => Unit::Line,
        }
    }

    /// Id of the message for one position (its variable: `page`).
    pub fn position_message_id(self) -> &'static str {
        match self.unit() {
            Unit::Page => "manual-page",
            Unit::Slide => "manual-slide",
            Unit::Paragraph => "manual-paragraph",
            Unit::Line => "manual-line",
        }
    }

    /// Id of the message for a range of positions (its variables: `first`, `last`).
    pub fn range_message_id(self) -> &'static str {
        match self.unit() {
            Unit::Page => "manual-pages",
            Unit::Slide => "manual-slides",
            Unit::Paragraph => "manual-paragraphs",
            Unit::Line => "manual-lines",
        }
    }

    /// Id of the message for the length of a manual (its variable: `pages`).
    pub fn length_message_id(self) -> &'static str {
        match self.unit() {
            Unit::Page => "dialog-manual-pages",
            Unit::Slide => "dialog-manual-slides",
            Unit::Paragraph => "dialog-manual-paragraphs",
            Unit::Line => "dialog-manual-lines",
        }
    }
}

/// Whether a file begins as a page of HTML does, whatever it is called: programs save pages as `.xls` and
/// `.doc`, too.
fn is_html(bytes: &[u8]) -> bool {
    const BEGINS_WITHIN: usize = 1024;
    let head = bytes.get(..BEGINS_WITHIN).unwrap_or(bytes);
    let head = String::from_utf8_lossy(head).to_ascii_lowercase();
    let head = head.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{FEFF}');
    let starts = |text: &str| text.starts_with("<!doctype html") || text.starts_with("<html");
    starts(head)
        || (head.starts_with("<?xml") || head.starts_with("<!--"))
            && head
                .split('<')
                .any(|tag| tag.starts_with("html") || tag.starts_with("!doctype html"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_format_is_detected_by_content_and_name() {
        use ManualFormat::{Csv, Docx, Html, Hwpx, Markdown, Pdf, Text, Xlsx};
        for (name, bytes, expected) in [
            ("a.pdf", &b"%PDF-1.7"[..], Some(Pdf)),
            ("a.txt", b"\xEF\xBB\xBF%PDF-1.7", Some(Pdf)),
            ("a.pdf", b"PK\x03\x04", None),
            ("a.pdf", b"PK\x03\x04 word/document.xml", Some(Docx)),
            ("a.DOCX", b"PK\x03\x04", Some(Docx)),
            ("a.docx", b"PK\x03\x04mimetypeapplication/hwp+zip", Some(Hwpx)),
            ("a.docx", b"PK\x03\x04 xl/workbook.xml", Some(Xlsx)),
            ("a.docx", b"\xD0\xCF\x11\xE0", None),
            ("a.b.Txt", b"hole", Some(Text)),
            ("a.htm", b"<p>hole", Some(Html)),
            ("a.Markdown", b"# hole", Some(Markdown)),
            ("a.txt", b"\n<!DOCTYPE html><p>hole", Some(Html)),
            ("a.xls", b"<html xmlns:o='x'><p>hole", Some(Html)),
            ("a.docx", b"\xEF\xBB\xBF<html>hole", Some(Html)),
            ("a.md", b"<?xml version='1.0'?>\n<html>hole", Some(Html)),
            ("a.txt", b"use <html> here", Some(Text)),
            ("a.tsv", b"hole\tgas", Some(Csv)),
            ("a.txt", b"", None),
            ("a.txt", b"{\\rtf1 hole}", None),
            ("a.txt", b"PK\x03\x04", None),
            ("a.hwp", b"\xD0\xCF\x11\xE0", None),
            ("a", b"hole", None),
        ] {
            assert_eq!(ManualFormat::detect(name, bytes), expected, "{name}");
        }
    }
}
