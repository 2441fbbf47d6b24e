//! File formats of manuals.

use serde::{Deserialize, Serialize};

/// The format of a manual, and the unit that positions in it are counted in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ManualFormat {
    /// PDF; positions are pages.
    Pdf,
    /// Word's Office Open XML; positions are paragraphs that have text.
    Docx,
    /// Plain text; positions are lines.
    Text,
}

/// The header `%PDF-` is searched for in this many bytes (ISO 32000-1, annex H, note 13).
const PDF_HEADER_WITHIN: usize = 1024;

impl ManualFormat {
    /// All formats, the most common first.
    pub const ALL: [Self; 3] = [Self::Pdf, Self::Docx, Self::Text];

    /// File name extension, without the dot.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Pdf => "pdf",
            Self::Docx => "docx",
            Self::Text => "txt",
        }
    }

    /// The format by a file name's extension, in any case.
    pub fn from_name(name: &str) -> Option<Self> {
        let (_, extension) = name.rsplit_once('.')?;
        Self::ALL.into_iter().find(|format| extension.eq_ignore_ascii_case(format.extension()))
    }

    /// Whether a file name is that of a text document: one of these formats, or one that has to be
    /// saved as one of these first.
    pub fn is_document_name(name: &str) -> bool {
        const OTHERS: [&str; 5] = ["doc", "hwp", "hwpx", "odt", "rtf"];
        let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
        Self::from_name(name).is_some() || OTHERS.iter().any(|o| extension.eq_ignore_ascii_case(o))
    }

    /// The format by name and content: a PDF under any name, a zip named `.docx`, a file with
    /// content named `.txt`.
    pub fn detect(name: &str, bytes: &[u8]) -> Option<Self> {
        let head = bytes.get(..PDF_HEADER_WITHIN).unwrap_or(bytes);
        if head.windows(5).any(|window| window == b"%PDF-") {
            return Some(Self::Pdf);
        }
        match Self::from_name(name)? {
            Self::Docx if bytes.starts_with(b"PK\x03\x04") => Some(Self::Docx),
            Self::Text if !bytes.is_empty() => Some(Self::Text),
            _ => None,
        }
    }

    /// The format of a manual stored in the workspace, where the extension always fits the content.
    pub fn of_stored(path: &str) -> Self {
        Self::from_name(path).unwrap_or(Self::Pdf)
    }

    /// Id of the message for one position (its variable: `page`).
    pub fn position_message_id(self) -> &'static str {
        match self {
            Self::Pdf => "manual-page",
            Self::Docx => "manual-paragraph",
            Self::Text => "manual-line",
        }
    }

    /// Id of the message for a range of positions (its variables: `first`, `last`).
    pub fn range_message_id(self) -> &'static str {
        match self {
            Self::Pdf => "manual-pages",
            Self::Docx => "manual-paragraphs",
            Self::Text => "manual-lines",
        }
    }

    /// Id of the message for the length of a manual (its variable: `pages`).
    pub fn length_message_id(self) -> &'static str {
        match self {
            Self::Pdf => "dialog-manual-pages",
            Self::Docx => "dialog-manual-paragraphs",
            Self::Text => "dialog-manual-lines",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_format_is_detected_by_content_and_name() {
        use ManualFormat::{Docx, Pdf, Text};
        for (name, bytes, expected) in [
            ("a.pdf", &b"%PDF-1.7"[..], Some(Pdf)),
            ("a.txt", b"\xEF\xBB\xBF%PDF-1.7", Some(Pdf)),
            ("a.pdf", b"PK\x03\x04", None),
            ("a.DOCX", b"PK\x03\x04", Some(Docx)),
            ("a.docx", b"\xD0\xCF\x11\xE0", None),
            ("a.b.Txt", b"hole", Some(Text)),
            ("a.txt", b"", None),
            ("a.hwp", b"\xD0\xCF\x11\xE0", None),
            ("a", b"hole", None),
        ] {
            assert_eq!(ManualFormat::detect(name, bytes), expected, "{name}");
        }
    }
}
