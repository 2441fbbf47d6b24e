//! Damaged files and files that are no manual.

use std::path::Path;

use lopdf::{EncryptionState, EncryptionVersion, Object, Permissions, StringFormat};
use proptest::prelude::*;

use crate::file::parse_document;
use crate::sections::parse_sections;
use crate::{ManualsError, read_lines};
use fettle_testing::documents::{defect, own_fonts, page, pdf};

fn sample() -> Vec<u8> {
    let lines = ["# hole", "발생 원인", "• 탈기 불량", "조치 가이드", "• 탈기 강화"];
    pdf(&own_fonts(), &[page(&lines), page(&["• 온도 유지"])], false)
}

fn error(bytes: &[u8]) -> ManualsError {
    parse_document(Path::new("a.pdf"), bytes).unwrap_err()
}

#[test]
fn a_file_of_another_kind_is_not_a_pdf() {
    for bytes in [&b""[..], b"PK\x03\x04 word document", &[0; 4096]] {
        assert!(matches!(error(bytes), ManualsError::NotAPdf { .. }));
    }
    let missing = read_lines(Path::new("/nowhere/manual.pdf")).unwrap_err();
    assert!(matches!(missing, ManualsError::Io { .. }), "{missing}");
}

#[test]
fn a_header_alone_is_a_damaged_file() {
    for bytes in [&b"%PDF-1.7\n"[..], b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog"] {
        let error = error(bytes);
        assert!(matches!(error, ManualsError::Damaged { .. }), "{error}");
    }
}

#[test]
fn a_cut_file_never_reads_as_another_text() {
    let bytes = sample();
    let whole = parse_document(Path::new("a.pdf"), &bytes).unwrap();
    for share in 1..20 {
        let cut = &bytes[..bytes.len() * share / 20];
        match parse_document(Path::new("a.pdf"), cut) {
            Ok(pages) => {
                for line in pages.lines {
                    assert!(whole.lines.iter().any(|l| l.line.text == line.line.text));
                }
            }
            Err(error) => assert!(
                matches!(error, ManualsError::Damaged { .. } | ManualsError::NoText { .. }),
                "{error}"
            ),
        }
    }
}

#[test]
fn a_file_with_a_password_is_refused() {
    let bytes = sample();
    let encrypted = |user_password: &str| {
        let mut document = lopdf::Document::load_mem(&bytes).unwrap();
        let id = Object::String(vec![7; 16], StringFormat::Hexadecimal);
        document.trailer.set("ID", vec![id.clone(), id]);
        let state = EncryptionState::try_from(EncryptionVersion::V2 {
            document: &document,
            owner_password: "owner",
            user_password,
            key_length: 128,
            permissions: Permissions::all(),
        })
        .unwrap();
        document.encrypt(&state).unwrap();
        let mut out = Vec::new();
        document.save_to(&mut out).unwrap();
        out
    };
    assert!(matches!(error(&encrypted("secret")), ManualsError::Encrypted { .. }));
    // A file without user password is protected against changes only.
    assert!(parse_document(Path::new("a.pdf"), &encrypted("")).is_ok());
}

#[test]
fn a_file_of_pictures_has_no_text() {
    let error = error(&pdf(&own_fonts(), &[Vec::new(), Vec::new()], false));
    assert!(matches!(error, ManualsError::NoText { pages: 2, .. }), "{error}");
}

#[test]
fn a_form_that_shows_itself_ends() {
    let content = b"BT /F1 10 Tf 50 700 Td (hole) Tj ET /X1 Do";
    let body = format!(
        "%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n\
         2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1/Parent 2 0 R>>endobj\n\
         3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources 5 0 R>>endobj\n\
         4 0 obj<</Length {length}>>stream\n{text}\nendstream endobj\n\
         5 0 obj<</Font<</F1 6 0 R>>/XObject<</X1 7 0 R>>>>endobj\n\
         6 0 obj<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>endobj\n\
         7 0 obj<</Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources 5 0 R/Length {length}>>stream\n{text}\nendstream endobj\n\
         trailer<</Root 1 0 R/Size 8>>\n",
        length = content.len(),
        text = String::from_utf8_lossy(content),
    );
    let pages = parse_document(Path::new("a.pdf"), body.as_bytes()).unwrap();
    assert!(!pages.lines.is_empty() && pages.lines.iter().all(|l| l.line.text == "hole"));
}

#[test]
fn a_directory_is_no_manual() {
    let directory = tempfile::tempdir().unwrap();
    assert!(read_lines(directory.path()).is_err());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn changed_bytes_are_an_error_or_a_text(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..24),
        cut in prop::option::of(any::<prop::sample::Index>()),
    ) {
        use std::sync::OnceLock;
        static SAMPLE: OnceLock<Vec<u8>> = OnceLock::new();
        let sample = SAMPLE.get_or_init(without_fonts);
        let mut bytes = sample.clone();
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        if let Some(cut) = cut {
            bytes.truncate(cut.index(bytes.len()));
        }
        if let Ok(pages) = parse_document(Path::new("a.pdf"), &bytes) {
            prop_assert!(pages.lines.iter().all(|l| l.line.rect.x.is_finite() && !l.line.text.is_empty()));
            let manual = parse_sections(pages, &[defect("hole", "기공", "hole", "hole (기공)")]);
            for section in &manual.sections {
                for statement in section.statements() {
                    prop_assert!(!statement.spans.is_empty() && !statement.text.is_empty());
                }
            }
        }
    }
}

/// The sample without its font program (text does not need it) and unpacked, so that changes hit
/// structure and operators rather than outlines.
fn without_fonts() -> Vec<u8> {
    let mut document = lopdf::Document::load_mem(&sample()).unwrap();
    document.decompress();
    for object in document.objects.values_mut() {
        if let Ok(stream) = object.as_stream_mut()
            && stream.content.len() > 8_000
        {
            stream.set_plain_content(Vec::new());
        }
    }
    let mut out = Vec::new();
    document.save_to(&mut out).unwrap();
    out
}
