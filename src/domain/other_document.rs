//! Documents that are no manuals, because nothing here reads their format.

/// A format that is named when a file of it is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OtherDocument {
    /// Hangul 5.0 (`.hwp`), or an older one.
    Hwp,
    /// Word 97 to 2003 (`.doc`).
    Doc,
    /// Excel 97 to 2003 (`.xls`).
    Xls,
    /// PowerPoint 97 to 2003 (`.ppt`).
    Ppt,
    /// Rich Text Format.
    Rtf,
    /// OpenDocument (`.odt`, `.ods`, `.odp`).
    OpenDocument,
    /// A document of Office that needs a password.
    Encrypted,
}

/// Signature of a compound file (MS-CFB 2.2).
const COMPOUND_FILE: &[u8] = &[0xD0, 0xCF, 0x11, 0xE0];
/// Signatures of Hangul's own formats: of the stream `FileHeader` of 5.0, and of the file before.
const HWP_5: &[u8] = b"HWP Document File";
const HWP_3: &[u8] = b"HWP Document File V3";

impl OtherDocument {
    /// The format by content, or `None` if the content is of no format listed here.
    pub fn sniff(bytes: &[u8]) -> Option<Self> {
        if bytes.starts_with(b"{\\rtf") {
            return Some(Self::Rtf);
        }
        if bytes.starts_with(HWP_3) {
            return Some(Self::Hwp);
        }
        if bytes.starts_with(b"PK\x03\x04") {
            let is = contains(bytes, b"mimetypeapplication/vnd.oasis.opendocument");
            return is.then_some(Self::OpenDocument);
        }
        if !bytes.starts_with(COMPOUND_FILE) {
            return None;
        }
        // Names of streams are UTF-16 in the directory.
        let has_stream = |name: &str| {
            let name: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
            contains(bytes, &name)
        };
        if contains(bytes, HWP_5) || has_stream("HwpSummaryInformation") {
            return Some(Self::Hwp);
        }
        // A small stream's signature may be split over sectors; the names still tell.
        if has_stream("FileHeader") && has_stream("DocInfo") {
            return Some(Self::Hwp);
        }
        [
            (Self::Encrypted, "EncryptedPackage"),
            (Self::Doc, "WordDocument"),
            (Self::Xls, "Workbook"),
            (Self::Ppt, "PowerPoint Document"),
        ]
        .into_iter()
        .find_map(|(format, name)| has_stream(name).then_some(format))
    }

    /// The format by a file name's extension, in any case.
    pub fn from_name(name: &str) -> Option<Self> {
        let (_, extension) = name.rsplit_once('.')?;
        Some(match extension.to_ascii_lowercase().as_str() {
            "hwp" | "hwt" => Self::Hwp,
            "doc" | "dot" => Self::Doc,
            "xls" => Self::Xls,
            "ppt" => Self::Ppt,
            "rtf" => Self::Rtf,
            "odt" | "ods" | "odp" => Self::OpenDocument,
            _ => return None,
        })
    }

    /// Id of the message that refuses such a file and says what to save it as (its variable: `path`).
    pub fn message_id(self) -> &'static str {
        match self {
            Self::Hwp => "error-manual-hwp",
            Self::Doc => "error-manual-doc",
            Self::Xls => "error-manual-xls",
            Self::Ppt => "error-manual-ppt",
            Self::Rtf => "error-manual-rtf",
            Self::OpenDocument => "error-manual-odf",
            Self::Encrypted => "error-pdf-encrypted",
        }
    }
}

/// Whether `bytes` has `part`.
pub(super) fn contains(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_are_known_by_their_content() {
        let compound = |stream: &str| {
            let name = stream.encode_utf16().flat_map(u16::to_le_bytes);
            COMPOUND_FILE.iter().copied().chain(name).collect::<Vec<u8>>()
        };
        for (bytes, expected) in [
            (compound("WordDocument"), Some(OtherDocument::Doc)),
            (compound("Workbook"), Some(OtherDocument::Xls)),
            (compound("EncryptedPackage"), Some(OtherDocument::Encrypted)),
            (compound("FileHeader DocInfo"), Some(OtherDocument::Hwp)),
            (compound("nothing"), None),
            ([COMPOUND_FILE, HWP_5].concat(), Some(OtherDocument::Hwp)),
            (b"{\\rtf1}".to_vec(), Some(OtherDocument::Rtf)),
            (b"hole".to_vec(), None),
        ] {
            assert_eq!(OtherDocument::sniff(&bytes), expected);
        }
    }
}
