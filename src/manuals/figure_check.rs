//! Whether the bytes of a picture within a document are those of a picture that can be shown. Its header
//! says most of it; the pixels are read when somebody looks.

use std::io::Cursor;

use fettle_domain::{FigureFault, PictureFormat, PictureSignature, picture_signature};
use image::{ImageFormat, ImageReader};

/// The longest side of a picture of a manual, in pixels.
const MAX_SIDE: u32 = 20_000;
/// The most pixels: more than any camera's.
pub(super) const MAX_PIXELS: u64 = 100_000_000;

/// Why a picture cannot be shown; `None` where nothing speaks against it.
pub(super) fn fault_of(bytes: &[u8]) -> Option<FigureFault> {
    let format = match picture_signature(bytes) {
        PictureSignature::Read(format) => format,
        PictureSignature::NotRead(kind) => return Some(FigureFault::OtherKind { kind }),
        PictureSignature::Unknown => return Some(FigureFault::Broken),
    };
    let format = match format {
        PictureFormat::Bmp => ImageFormat::Bmp,
        PictureFormat::Jpeg => ImageFormat::Jpeg,
        PictureFormat::Png => ImageFormat::Png,
        PictureFormat::Tiff => ImageFormat::Tiff,
        PictureFormat::WebP => ImageFormat::WebP,
    };
    if is_cut_short(bytes, format) {
        return Some(FigureFault::Broken);
    }
    // A decoder of PNG refuses sizes by the memory that they take, before it says them.
    let size = png_size(bytes, format).or_else(|| {
        let reader = ImageReader::with_format(Cursor::new(bytes), format);
        reader.into_dimensions().ok()
    });
    match size {
        Some((0, _) | (_, 0)) | None => Some(FigureFault::Broken),
        Some((width, height)) => {
            let pixels = u64::from(width) * u64::from(height);
            let is_sane = width <= MAX_SIDE && height <= MAX_SIDE && pixels <= MAX_PIXELS;
            (!is_sane).then_some(FigureFault::TooLarge)
        }
    }
}

/// Whether the mark at the end of a picture is missing, where its format has one.
fn is_cut_short(bytes: &[u8], format: ImageFormat) -> bool {
    /// Some writers append data of their own.
    const END_WITHIN: usize = 64 << 10;
    let mark: &[u8] = match format {
        ImageFormat::Png => b"IEND",
        ImageFormat::Jpeg => &[0xFF, 0xD9],
        _ => return false,
    };
    let tail = bytes.get(bytes.len().saturating_sub(END_WITHIN)..).unwrap_or(bytes);
    !tail.windows(mark.len()).any(|window| window == mark)
}

/// Width and height in the IHDR chunk, which is always the first (PNG 1.2, section 5.6).
fn png_size(bytes: &[u8], format: ImageFormat) -> Option<(u32, u32)> {
    let number = |at: usize| bytes.get(at..at + 4)?.try_into().ok().map(u32::from_be_bytes);
    let is_png = format == ImageFormat::Png && bytes.get(12..16)? == b"IHDR";
    is_png.then_some((number(16)?, number(20)?))
}
