//! Whether a file is a picture, by its first bytes: a name may have another ending, or none.

use std::path::Path;

use crate::has_image_extension;

/// Number of first bytes that [`has_picture_signature`] wants to see; DICOM's signature lies there.
pub const SIGNATURE_BYTES: usize = 132;

/// Endings of pictures of kinds that Fettle does not read: a file with one is refused by name, not
/// passed over.
const OTHER_PICTURES: &[&str] = &[
    "arw", "avif", "cr2", "cr3", "dcm", "dng", "exr", "gif", "hdr", "heic", "heif", "hif", "j2c",
    "j2k", "jls", "jp2", "jpf", "jpx", "jxl", "jxr", "nef", "orf", "pbm", "pcx", "pfm", "pgm",
    "pnm", "ppm", "psd", "qoi", "raf", "rw2", "tga",
];

/// Whether the first bytes of a file are those of a picture, of a kind that Fettle reads or of
/// another; `head` is the file's first [`SIGNATURE_BYTES`], or all of a shorter one.
pub fn has_picture_signature(head: &[u8]) -> bool {
    let from = |at: usize, signature: &[u8]| {
        head.get(at..).is_some_and(|rest| rest.starts_with(signature))
    };
    let any_from = |at: usize, signatures: &[&[u8]]| signatures.iter().any(|one| from(at, one));
    // JPEG (lossless and JPEG-LS, too), PNG, TIFF, BigTIFF, GIF, JPEG 2000 (file and codestream),
    // JPEG XL, OpenEXR, Radiance, Photoshop, QOI, Olympus' and Panasonic's raw.
    let plain: [&[u8]; 18] = [
        b"\xff\xd8\xff",
        b"\x89PNG\r\n\x1a\n",
        b"II*\0",
        b"MM\0*",
        b"II+\0",
        b"MM\0+",
        b"GIF8",
        b"\0\0\0\x0cjP  ",
        b"\xff\x4f\xff\x51",
        b"\0\0\0\x0cJXL ",
        b"\xff\x0a",
        b"v/1\x01",
        b"#?RADIANCE",
        b"8BPS",
        b"qoif",
        b"IIRO",
        b"IIU\0",
        b"FUJIFILMCCD-RAW",
    ];
    any_from(0, &plain)
        || (from(0, b"RIFF") && from(8, b"WEBP"))
        || (from(4, b"ftyp") && any_from(8, &[b"hei", b"hev", b"mif1", b"msf1", b"avi", b"crx"]))
        || is_bmp(head)
        || is_netpbm(head)
        || from(128, b"DICM")
}

/// "BM" may also begin a text: the size of the second header follows, one of a few.
fn is_bmp(head: &[u8]) -> bool {
    let size = head.get(14..18).and_then(|bytes| bytes.try_into().ok()).map(u32::from_le_bytes);
    head.starts_with(b"BM") && matches!(size, Some(12 | 16 | 40 | 52 | 56 | 64 | 108 | 124))
}

/// "P1" to "P7" (and "Pf", "PF") begin Netpbm's kinds where white space and a number, a comment or
/// a name follow.
fn is_netpbm(head: &[u8]) -> bool {
    matches!(head, [b'P', b'1'..=b'7' | b'f' | b'F', b'\n' | b'\r' | b' ' | b'\t', next, ..]
        if next.is_ascii_digit() || matches!(next, b'#' | b'W' | b'\n'))
}

/// Whether a name has the ending of a picture, of a kind that Fettle reads or of another.
pub fn has_picture_name(path: &Path) -> bool {
    let extension = path.extension().and_then(|extension| extension.to_str());
    has_image_extension(path)
        || extension.is_some_and(|extension| {
            OTHER_PICTURES.iter().any(|known| extension.eq_ignore_ascii_case(known))
        })
}

/// Whether an entry of a folder or an archive is what a system leaves in every folder, by its name:
/// previews, settings, the second halves of a Mac's files. Nobody means it when naming the folder.
pub fn is_litter(name: &str) -> bool {
    const NAMES: &[&str] = &[
        ".DS_Store",
        ".directory",
        ".fseventsd",
        ".Spotlight-V100",
        ".TemporaryItems",
        ".Trashes",
        "@eaDir",
        "$RECYCLE.BIN",
        "__MACOSX",
        "desktop.ini",
        "ehthumbs.db",
        "System Volume Information",
        "Thumbs.db",
    ];
    name.starts_with("._") || NAMES.iter().any(|litter| name.eq_ignore_ascii_case(litter))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_is_known_by_its_first_bytes() {
        let dicom = [&[0; 128][..], b"DICM"].concat();
        let bmp = [&b"BM\x36\x10\0\0\0\0\0\0\x36\0\0\0"[..], &40_u32.to_le_bytes()].concat();
        let cases: [(&str, &[u8], bool); 24] = [
            ("JPEG", b"\xff\xd8\xff\xe0\0\x10JFIF", true),
            ("PNG", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", true),
            ("BMP", &bmp, true),
            ("TIFF", b"II*\0\x08\0\0\0", true),
            ("TIFF, big-endian", b"MM\0*\0\0\0\x08", true),
            ("BigTIFF", b"II+\0\x08\0\0\0", true),
            ("WebP", b"RIFF\x24\0\0\0WEBPVP8 ", true),
            ("HEIC", b"\0\0\0\x18ftypheic", true),
            ("AVIF", b"\0\0\0\x20ftypavif", true),
            ("JPEG 2000", b"\0\0\0\x0cjP  \r\n\x87\n", true),
            ("GIF", b"GIF89a", true),
            ("PGM", b"P5\n320 240\n255\n", true),
            ("PGM with a comment", b"P2\n# made by a camera\n", true),
            ("DICOM", &dicom, true),
            ("video", b"\0\0\0\x18ftypmp42", false),
            ("sound", b"RIFF\x24\0\0\0WAVEfmt ", false),
            ("text that begins like BMP", b"BMW parts of the line, list of May", false),
            ("text that begins like PGM", b"P5 parts", false),
            ("PDF", b"%PDF-1.7", false),
            ("zip", b"PK\x03\x04", false),
            ("AppleDouble", b"\0\x05\x16\x07\0\x02\0\0Mac OS X", false),
            ("PNG, cut after three bytes", b"\x89PN", false),
            ("text", "부품 목록".as_bytes(), false),
            ("nothing", b"", false),
        ];
        for (what, head, expect) in cases {
            assert_eq!(has_picture_signature(head), expect, "{what}");
        }
    }

    #[test]
    fn a_picture_of_another_kind_is_known_by_its_ending() {
        for (name, expect) in [
            ("a.JFIF", true),
            ("a.jpe", true),
            ("IMG_0412.HEIC", true),
            ("scan.jp2", true),
            ("old.pgm", true),
            ("notes.txt", false),
            ("a.png.txt", false),
            ("png", false),
        ] {
            assert_eq!(has_picture_name(Path::new(name)), expect, "{name}");
        }
    }

    #[test]
    fn what_systems_leave_in_folders_is_litter() {
        for (name, expect) in [
            ("._ok_0.png", true),
            (".DS_Store", true),
            ("thumbs.DB", true),
            ("Desktop.ini", true),
            ("__MACOSX", true),
            ("@eaDir", true),
            (".hidden.png", false),
            ("_mask.png", false),
            ("ok_0.png", false),
            ("desktop.ini.png", false),
        ] {
            assert_eq!(is_litter(name), expect, "{name}");
        }
    }
}
