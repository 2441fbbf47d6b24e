//! The kind of a file by its first bytes, whatever its name says.

use crate::ImageKind;

/// What the first bytes say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PictureSignature {
    /// A format that is read; kinds of it may still be refused.
    Read(PictureFormat),
    /// A kind that is known and not read.
    NotRead(ImageKind),
    /// Neither.
    Unknown,
}

/// A picture format that is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PictureFormat {
    /// Windows bitmap.
    Bmp,
    /// JPEG.
    Jpeg,
    /// PNG.
    Png,
    /// TIFF and BigTIFF.
    Tiff,
    /// WebP.
    WebP,
}

/// Bytes of a file that [`picture_signature`] looks at.
pub const SIGNATURE_BYTES: usize = 1024;

/// Starts of files, and what they start.
const STARTS: &[(&[u8], PictureSignature)] = &[
    (b"\x89PNG\r\n\x1a\n", PictureSignature::Read(PictureFormat::Png)),
    (b"\xFF\xD8\xFF", PictureSignature::Read(PictureFormat::Jpeg)),
    // Camera makers' own versions of TIFF stand before TIFF itself.
    (b"II\x2a\0\x10\0\0\0CR", PictureSignature::NotRead(ImageKind::CameraRaw)),
    (b"IIRO", PictureSignature::NotRead(ImageKind::CameraRaw)),
    (b"IIRS", PictureSignature::NotRead(ImageKind::CameraRaw)),
    (b"MMOR", PictureSignature::NotRead(ImageKind::CameraRaw)),
    (b"IIU\0", PictureSignature::NotRead(ImageKind::CameraRaw)),
    (b"II\xBC", PictureSignature::NotRead(ImageKind::JpegXr)),
    (b"II\x2a\0", PictureSignature::Read(PictureFormat::Tiff)),
    (b"MM\0\x2a", PictureSignature::Read(PictureFormat::Tiff)),
    // BigTIFF.
    (b"II\x2b\0", PictureSignature::Read(PictureFormat::Tiff)),
    (b"MM\0\x2b", PictureSignature::Read(PictureFormat::Tiff)),
    (b"FUJIFILMCCD-RAW", PictureSignature::NotRead(ImageKind::CameraRaw)),
    (b"FOVb", PictureSignature::NotRead(ImageKind::CameraRaw)),
    (b"\0MRM", PictureSignature::NotRead(ImageKind::CameraRaw)),
    (b"\0\0\0\x0cjP  ", PictureSignature::NotRead(ImageKind::Jpeg2000)),
    (b"\xFF\x4F\xFF\x51", PictureSignature::NotRead(ImageKind::Jpeg2000)),
    (b"\0\0\0\x0cJXL ", PictureSignature::NotRead(ImageKind::JpegXl)),
    (b"\xFF\x0A", PictureSignature::NotRead(ImageKind::JpegXl)),
    (b"GIF8", PictureSignature::NotRead(ImageKind::Gif)),
    (b"8BPS", PictureSignature::NotRead(ImageKind::Psd)),
    (b"%!PS", PictureSignature::NotRead(ImageKind::PostScript)),
    (b"\xC5\xD0\xD3\xC6", PictureSignature::NotRead(ImageKind::PostScript)),
    (b"\0\0\x01\0", PictureSignature::NotRead(ImageKind::Icon)),
    (b"\0\0\x02\0", PictureSignature::NotRead(ImageKind::Icon)),
    (b"\xD7\xCD\xC6\x9A", PictureSignature::NotRead(ImageKind::Metafile)),
    (b"\x76\x2F\x31\x01", PictureSignature::NotRead(ImageKind::OpenExr)),
    (b"#?RADIANCE", PictureSignature::NotRead(ImageKind::RadianceHdr)),
    (b"#?RGBE", PictureSignature::NotRead(ImageKind::RadianceHdr)),
    (b"DDS ", PictureSignature::NotRead(ImageKind::Dds)),
    (b"qoif", PictureSignature::NotRead(ImageKind::Qoi)),
    (b"SIMPLE  =", PictureSignature::NotRead(ImageKind::Fits)),
    (b"\x93NUMPY", PictureSignature::NotRead(ImageKind::NumPy)),
    (b"\x89HDF\r\n\x1a\n", PictureSignature::NotRead(ImageKind::Hdf5)),
    (b"MATLAB 5.0 MAT", PictureSignature::NotRead(ImageKind::Hdf5)),
    (b"gimp xcf", PictureSignature::NotRead(ImageKind::Xcf)),
    (b"AT&TFORM", PictureSignature::NotRead(ImageKind::DjVu)),
    (b"\x1A\x45\xDF\xA3", PictureSignature::NotRead(ImageKind::Video)),
];

/// Brands of ISO base media files (ISO/IEC 14496-12) and what they are.
const BRANDS: &[(&[u8; 4], ImageKind)] = &[
    (b"avif", ImageKind::Avif),
    (b"avis", ImageKind::Avif),
    (b"heic", ImageKind::Heif),
    (b"heix", ImageKind::Heif),
    (b"heim", ImageKind::Heif),
    (b"heis", ImageKind::Heif),
    (b"hevc", ImageKind::Heif),
    (b"hevx", ImageKind::Heif),
    (b"mif1", ImageKind::Heif),
    (b"msf1", ImageKind::Heif),
    (b"crx ", ImageKind::CameraRaw),
    (b"jp2 ", ImageKind::Jpeg2000),
    (b"jxl ", ImageKind::JpegXl),
];

/// What `bytes`, the start of a file, say about its kind.
pub fn picture_signature(bytes: &[u8]) -> PictureSignature {
    let starts = |start: &[u8]| bytes.starts_with(start);
    if let Some((_, known)) = STARTS.iter().find(|(start, _)| starts(start)) {
        return *known;
    }
    let at = |from: usize, wanted: &[u8]| bytes.get(from..).is_some_and(|b| b.starts_with(wanted));
    // Two letters are not enough: texts begin with them. The size of the second header is one of a few.
    if starts(b"BM")
        && matches!(bytes.get(14..18), Some([12 | 16 | 40 | 52 | 56 | 64 | 108 | 124, 0, 0, 0]))
    {
        return PictureSignature::Read(PictureFormat::Bmp);
    }
    if starts(b"RIFF") {
        return match bytes.get(8..12) {
            Some(b"WEBP") => PictureSignature::Read(PictureFormat::WebP),
            Some(b"AVI ") => PictureSignature::NotRead(ImageKind::Video),
            _ => PictureSignature::Unknown,
        };
    }
    if at(4, b"ftyp") {
        return PictureSignature::NotRead(media_kind(bytes));
    }
    if is_netpbm(bytes) {
        return PictureSignature::NotRead(ImageKind::Pnm);
    }
    if at(128, b"DICM") {
        return PictureSignature::NotRead(ImageKind::Dicom);
    }
    if starts(b"\x01\0\0\0") && at(40, b" EMF") {
        return PictureSignature::NotRead(ImageKind::Metafile);
    }
    let head = bytes.get(..SIGNATURE_BYTES).unwrap_or(bytes);
    let holds = |wanted: &[u8]| head.windows(wanted.len()).any(|window| window == wanted);
    // A reader of PDF looks for its header among the first 1024 bytes.
    if holds(b"%PDF-") {
        return PictureSignature::NotRead(ImageKind::Pdf);
    }
    let text = head.trim_ascii_start();
    let is_markup = text.first() == Some(&b'<') || text.starts_with(b"\xEF\xBB\xBF<");
    if is_markup && holds(b"<svg") {
        return PictureSignature::NotRead(ImageKind::Svg);
    }
    PictureSignature::Unknown
}

/// Whether the first bytes of a file are those of a picture, of a kind that Fettle reads or of
/// another; `head` is the file's first [`SIGNATURE_BYTES`], or all of a shorter one.
pub fn has_picture_signature(head: &[u8]) -> bool {
    match picture_signature(head) {
        PictureSignature::Read(_) => true,
        PictureSignature::NotRead(kind) => kind.is_photograph(),
        PictureSignature::Unknown => false,
    }
}

/// "P1" to "P7" (and "Pf", "PF") begin Netpbm's kinds where white space and a number, a comment or
/// a name follow.
fn is_netpbm(head: &[u8]) -> bool {
    matches!(head, [b'P', b'1'..=b'7' | b'f' | b'F', b'\n' | b'\r' | b' ' | b'\t', next, ..]
        if next.is_ascii_digit() || matches!(next, b'#' | b'W' | b'\n'))
}

/// The kind of an ISO base media file by its brands: the major one, then, where that says only that
/// it is such a file, the compatible ones.
fn media_kind(bytes: &[u8]) -> ImageKind {
    let length = bytes.first_chunk().map_or(0, |four| u32::from_be_bytes(*four) as usize);
    let brands = bytes.get(8..length.clamp(12, 256).min(bytes.len())).unwrap_or_default();
    let (all, _) = brands.as_chunks::<4>();
    // The major brand, and after its version the compatible ones.
    let brands = || all.iter().enumerate().filter(|(at, _)| *at != 1).map(|(_, brand)| brand);
    let known = |brand: &[u8; 4]| BRANDS.iter().find(|(of, _)| *of == brand).map(|(_, kind)| *kind);
    // `mif1` may hold either; what it is compatible with tells.
    if brands().any(|brand| known(brand) == Some(ImageKind::Avif)) {
        return ImageKind::Avif;
    }
    brands().find_map(known).unwrap_or(ImageKind::Video)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_known_by_its_first_bytes() {
        let dicom = [&[0; 128][..], b"DICM"].concat();
        let metafile = [b"\x01\0\0\0".as_slice(), &[0; 36], b" EMF"].concat();
        let late_pdf = [b"junk".repeat(100).as_slice(), b"%PDF-1.4"].concat();
        let read = PictureSignature::Read;
        let not = PictureSignature::NotRead;
        let cases: &[(&[u8], PictureSignature)] = &[
            (b"\x89PNG\r\n\x1a\n\0\0", read(PictureFormat::Png)),
            (b"\xFF\xD8\xFF\xE0", read(PictureFormat::Jpeg)),
            (b"BM\x36\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0", read(PictureFormat::Bmp)),
            (b"BMW 5, line 2: eighteen parts", PictureSignature::Unknown),
            (b"RIFF\0\0\0\0WEBPVP8 ", read(PictureFormat::WebP)),
            (b"II\x2a\0\x08\0\0\0", read(PictureFormat::Tiff)),
            (b"MM\0\x2b\0\x08\0\0", read(PictureFormat::Tiff)),
            (b"II\x2a\0\x10\0\0\0CR\x02\0", not(ImageKind::CameraRaw)),
            (b"\0\0\0\x18ftypcrx \0\0\0\x01crx isom", not(ImageKind::CameraRaw)),
            (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", not(ImageKind::Heif)),
            (b"\0\0\0\x18ftypmif1\0\0\0\0mif1heic", not(ImageKind::Heif)),
            (b"\0\0\0\x18ftypmif1\0\0\0\0mif1avif", not(ImageKind::Avif)),
            (b"\0\0\0\x18ftypisom\0\0\0\0isommp41", not(ImageKind::Video)),
            (b"\0\0\0\x0cjP  \r\n\x87\n", not(ImageKind::Jpeg2000)),
            (b"\xFF\x4F\xFF\x51\0\x2f", not(ImageKind::Jpeg2000)),
            (b"\xFF\x0A\xFA\x1F", not(ImageKind::JpegXl)),
            (b"GIF89a", not(ImageKind::Gif)),
            (b"P5 320 240 255\n", not(ImageKind::Pnm)),
            (b"Pf\n4 4\n-1.0\n", not(ImageKind::Pnm)),
            (b"P2\n# made by a camera\n", not(ImageKind::Pnm)),
            (b"P5x", PictureSignature::Unknown),
            (b"P5 parts", PictureSignature::Unknown),
            (b"\x89PN", PictureSignature::Unknown),
            (b"\0\x05\x16\x07\0\x02\0\0Mac OS X", PictureSignature::Unknown),
            (b"8BPS\0\x01", not(ImageKind::Psd)),
            (&dicom, not(ImageKind::Dicom)),
            (&metafile, not(ImageKind::Metafile)),
            (&late_pdf, not(ImageKind::Pdf)),
            (b"<?xml version='1.0'?>\n<svg xmlns='x'>", not(ImageKind::Svg)),
            (b"\n  <svg/>", not(ImageKind::Svg)),
            (b"<html><body/></html>", PictureSignature::Unknown),
            (b"RIFF\0\0\0\0WAVEfmt ", PictureSignature::Unknown),
            (b"PK\x03\x04", PictureSignature::Unknown),
            (b"plain text", PictureSignature::Unknown),
            (b"", PictureSignature::Unknown),
            (b"I", PictureSignature::Unknown),
        ];
        for (bytes, expect) in cases {
            assert_eq!(picture_signature(bytes), *expect, "{}", bytes.escape_ascii());
        }
    }

    #[test]
    fn documents_drawings_and_videos_are_no_pictures() {
        for (head, expect) in [
            (&b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"[..], true),
            (b"\0\0\0\x18ftypheic", true),
            (b"GIF89a", true),
            (b"\0\0\0\x18ftypmp42", false),
            (b"%PDF-1.7", false),
            ("부품 목록".as_bytes(), false),
            (b"", false),
        ] {
            assert_eq!(has_picture_signature(head), expect, "{}", head.escape_ascii());
        }
    }
}
