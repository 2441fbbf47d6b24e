//! What kinds of file a manual may be.

use serde::{Deserialize, Serialize};

/// What kind of file a manual is, and so what its places are counted in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ManualFormat {
    /// Pages.
    Pdf,
    /// Word's XML: paragraphs that have text.
    Docx,
    /// Plain text: lines.
    Text,
}

/// Readers look for `%PDF-` this far (ISO 32000-1, annex H, note 13).
const PDF_HEADER_WITHIN: usize = 1024;

impl ManualFormat {
    /// All, the commonest first.
    pub const ALL: [Self; 3] = [Self::Pdf, Self::Docx, Self::Text];

    /// What such a file's name ends in, without the dot.
    pub fn ending(self) -> &'static str {
        match self {
            Self::Pdf => "pdf",
            Self::Docx => "docx",
            Self::Text => "txt",
        }
    }

    /// By the end of its name, in any case.
    pub fn named(name: &str) -> Option<Self> {
        let (_, ending) = name.rsplit_once('.')?;
        Self::ALL.into_iter().find(|format| ending.eq_ignore_ascii_case(format.ending()))
    }

    /// Whether somebody means a manual by a file of this name: also of the formats that are to
    /// be saved as another first.
    pub fn is_meant_by(name: &str) -> bool {
        const OTHERS: [&str; 5] = ["doc", "hwp", "hwpx", "odt", "rtf"];
        let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
        Self::named(name).is_some() || OTHERS.iter().any(|o| ending.eq_ignore_ascii_case(o))
    }

    /// By name and content: a PDF under any name, a zip that is called `.docx`, text that is
    /// called `.txt`.
    pub fn of(name: &str, bytes: &[u8]) -> Option<Self> {
        let head = bytes.get(..PDF_HEADER_WITHIN).unwrap_or(bytes);
        if head.windows(5).any(|window| window == b"%PDF-") {
            return Some(Self::Pdf);
        }
        match Self::named(name)? {
            Self::Docx if bytes.starts_with(b"PK\x03\x04") => Some(Self::Docx),
            Self::Text if !bytes.is_empty() => Some(Self::Text),
            _ => None,
        }
    }

    /// The format of a manual in the workspace, whose name ends as its content is.
    pub fn stored(path: &str) -> Self {
        Self::named(path).unwrap_or(Self::Pdf)
    }

    /// The id of the message that names a place in it (its value: `page`).
    pub fn place(self) -> &'static str {
        match self {
            Self::Pdf => "manual-page",
            Self::Docx => "manual-paragraph",
            Self::Text => "manual-line",
        }
    }

    /// The id of the message that names a range of it (its values: `first`, `last`).
    pub fn places(self) -> &'static str {
        match self {
            Self::Pdf => "manual-pages",
            Self::Docx => "manual-paragraphs",
            Self::Text => "manual-lines",
        }
    }

    /// The id of the message that says how long it is (its value: `pages`).
    pub fn extent(self) -> &'static str {
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
    fn a_manual_is_known_by_its_content_and_name() {
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
            assert_eq!(ManualFormat::of(name, bytes), expected, "{name}");
        }
    }
}
