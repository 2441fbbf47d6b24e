//! Decoding of image files: the only place where bytes from outside become pixels.
//!
//! The kind is found by the first bytes, whatever the name says ([`picture_signature`]); what is of a kind
//! that is not read is named, and never called damaged. Then one step with rules, each in its file:
//! which of several pictures ([`tiff`], [`several`]), which samples are black and white
//! ([`sample_range`]), what they mean ([`colour`]), what transparency hides ([`transparency`]), and
//! whether all rows are there ([`jpeg`]; the other formats have checksums or a known length, which
//! their decoders hold). What a rule assumed or left out is a notice.

mod colour;
mod fault;
mod jpeg;
mod png_range;
mod raster;
mod sample_range;
mod several;
mod tiff;
mod transparency;

use std::borrow::Cow;
use std::io::Cursor;
use std::path::Path;

use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageError, ImageFormat, ImageReader, Limits, RgbImage};

use self::colour::Colour;
use self::fault::Fault;
use self::raster::{Meaning, Pixels, Raster, rgb_of};
use self::transparency::Stored;
use super::limits::{MAX_DECODER_BYTES, MAX_IMAGE_PIXELS, MAX_IMAGE_SIDE};
use super::source_file::{content_hash, read_source};
use super::{LibraryError, Result};
use fettle_domain::{
    ContentHash, ImageDamage, ImageKind, ImageNotice, JpegQuality, PictureFormat, PictureSignature,
    SIGNATURE_BYTES, SampleBits, has_picture_signature, picture_signature,
};
use fettle_system::NotAFile;

/// A decoded image.
#[derive(Debug, Clone, PartialEq)]
pub struct DecodedImage {
    /// Pixels as 8-bit RGB. The EXIF or TIFF orientation is applied, samples of other types are
    /// scaled to 8 bits, grey is repeated three times, transparent pixels are laid over black.
    pub rgb: RgbImage,
    /// Hash of the file's bytes.
    pub hash: ContentHash,
    /// The format by the file's first bytes, independent of its name.
    pub format: ImageFormat,
    /// Width of `rgb` in pixels.
    pub width: u32,
    /// Height of `rgb` in pixels.
    pub height: u32,
    /// How strongly it was compressed as JPEG, also within a TIFF; `None` for other pictures.
    pub compression: Option<JpegQuality>,
    /// Bits that hold the largest sample of a picture of 16 bits whose file does not say which is white:
    /// that is for the product to say. `None` for all other pictures.
    pub undeclared_bits: Option<u32>,
    /// What was assumed or left out.
    pub notices: Vec<ImageNotice>,
}

/// Reads and decodes an image file: JPEG, PNG, BMP, TIFF or WebP. Of several pictures the first of
/// the largest is read, and a notice says how many there are.
///
/// The size in the header is checked against [`MAX_IMAGE_SIDE`] and [`MAX_IMAGE_PIXELS`] before
/// memory for the pixels is allocated. All rows must be there: decoders fill a truncated image with
/// grey, which would look like a defect.
///
/// # Errors
/// [`LibraryError::Io`], [`LibraryError::EmptyFile`], [`LibraryError::FileTooBig`],
/// [`LibraryError::NotAnImage`], [`LibraryError::UnsupportedImage`],
/// [`LibraryError::ImageTooLarge`] or [`LibraryError::DamagedImage`].
pub fn read_image(path: &Path) -> Result<DecodedImage> {
    read_image_of(path, None)
}

/// Reads an image file of a product as [`read_image`] does, `samples` holding white in samples of 16
/// bits whose file does not say it.
///
/// # Errors
/// As [`read_image`].
pub fn read_image_of(path: &Path, samples: Option<SampleBits>) -> Result<DecodedImage> {
    decode_image_of(&read_source(path)?, path, samples)
}

/// Decodes the bytes of an image file as [`read_image`] does. `name` is for messages only.
///
/// # Errors
/// As [`read_image`].
pub fn decode_image(bytes: &[u8], name: &Path) -> Result<DecodedImage> {
    decode_image_of(bytes, name, None)
}

/// Decodes the bytes of an image file of a product as [`read_image_of`] does. `name` is for messages
/// only.
///
/// # Errors
/// As [`read_image`].
pub fn decode_image_of(
    bytes: &[u8],
    name: &Path,
    samples: Option<SampleBits>,
) -> Result<DecodedImage> {
    if bytes.is_empty() {
        return Err(LibraryError::EmptyFile { path: name.to_owned() });
    }
    let format = image_format(bytes, name)?;
    let mut notices = Vec::new();
    let read = match format {
        ImageFormat::Tiff => tiff::read_tiff(bytes, samples, check_size, &mut notices)
            .map(|read| (read.pixels, read.orientation, read.quality)),
        _ => read_other(bytes, (format, samples), &mut notices),
    };
    let path = || name.to_owned();
    let (pixels, orientation, compression) = read.map_err(|fault| match fault {
        Fault::NotRead(kind) => LibraryError::UnsupportedImage { path: path(), kind },
        Fault::Damaged(why) => LibraryError::DamagedImage { path: path(), why },
        Fault::TooLarge { width, height } => {
            LibraryError::ImageTooLarge { path: path(), width, height }
        }
    })?;
    let Pixels { rgb, undeclared_bits } = pixels;
    let mut image = DynamicImage::ImageRgb8(rgb);
    image.apply_orientation(orientation);
    let rgb = image.into_rgb8();
    let (width, height) = rgb.dimensions();
    let hash = content_hash(bytes);
    Ok(DecodedImage { rgb, hash, format, width, height, compression, undeclared_bits, notices })
}

/// Whether the file at `path` is a picture by its first bytes, of a format that is read or not.
///
/// # Errors
/// [`LibraryError::Io`].
pub fn is_picture_file(path: &Path) -> Result<bool> {
    use std::io::Read;
    let io = |source| LibraryError::io(path, source);
    let file = match fettle_system::open(path) {
        Err(error) if NotAFile::of(&error).is_some() => return Ok(false),
        opened => opened.map_err(io)?,
    };
    let mut start = Vec::with_capacity(SIGNATURE_BYTES);
    file.take(SIGNATURE_BYTES as u64).read_to_end(&mut start).map_err(io)?;
    Ok(has_picture_signature(&start))
}

/// The format by the first bytes, where Fettle reads it.
pub(crate) fn image_format(bytes: &[u8], name: &Path) -> Result<ImageFormat> {
    match picture_signature(bytes) {
        PictureSignature::Read(format) => Ok(match format {
            PictureFormat::Bmp => ImageFormat::Bmp,
            PictureFormat::Jpeg => ImageFormat::Jpeg,
            PictureFormat::Png => ImageFormat::Png,
            PictureFormat::Tiff => ImageFormat::Tiff,
            PictureFormat::WebP => ImageFormat::WebP,
        }),
        PictureSignature::NotRead(kind) => {
            Err(LibraryError::UnsupportedImage { path: name.to_owned(), kind })
        }
        PictureSignature::Unknown => Err(LibraryError::NotAnImage { path: name.to_owned() }),
    }
}

/// The file name extension of a format in the workspace.
pub(crate) fn extension(format: ImageFormat) -> &'static str {
    match format {
        // The extension of the replaced system.
        ImageFormat::Jpeg => "jpeg",
        other => other.extensions_str().first().copied().unwrap_or("img"),
    }
}

/// Reads a picture that `image` decodes.
fn read_other(
    bytes: &[u8],
    (format, samples): (ImageFormat, Option<SampleBits>),
    notices: &mut Vec<ImageNotice>,
) -> Result<(Pixels, Orientation, Option<JpegQuality>), Fault> {
    if format == ImageFormat::Jpeg {
        jpeg::read_kind(bytes)?;
    }
    // The PNG decoder checks its memory limit before it returns the size.
    if format == ImageFormat::Png
        && let Some((width, height)) = png_size(bytes)
    {
        check_size(width, height)?;
    }
    let broken = |error: ImageError| Fault::damaged(error.to_string());
    let header = decoder(bytes, format).map_err(broken)?;
    let (width, height) = header.dimensions();
    check_size(width, height)?;
    if header.total_bytes() > MAX_DECODER_BYTES {
        return Err(Fault::TooLarge { width, height });
    }
    drop(header);
    let (mut bytes, mut quality) = (Cow::Borrowed(bytes), None);
    if format == ImageFormat::Jpeg {
        let coded = jpeg::coded_data(&bytes, None)?;
        quality = coded.quality;
        // What stands in place of the end marker is not the decoder's to interpret.
        if let Some(end) = coded.end_without_marker {
            let whole = bytes.get(..end).unwrap_or_default();
            bytes = Cow::Owned([whole, &[0xFF, 0xD9]].concat());
        }
    }
    notices.extend(several::several_pictures(&bytes, format));
    let mut decoder = decoder(&bytes, format).map_err(broken)?;
    let orientation = decoder.orientation().map_err(broken)?;
    let image = DynamicImage::from_decoder(decoder).map_err(broken)?;
    let pixels = pixels_of(image, &bytes, samples, notices).map_err(Fault::NotRead)?;
    Ok((pixels, orientation, quality))
}

fn decoder(
    bytes: &[u8],
    format: ImageFormat,
) -> std::result::Result<impl ImageDecoder + '_, ImageError> {
    let mut limits = Limits::no_limits();
    limits.max_alloc = Some(MAX_DECODER_BYTES);
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    reader.limits(limits);
    reader.into_decoder()
}

/// The pixels of what `image` decoded from the file of `bytes`.
fn pixels_of(
    image: DynamicImage,
    bytes: &[u8],
    product: Option<SampleBits>,
    notices: &mut Vec<ImageNotice>,
) -> Result<Pixels, ImageKind> {
    let (width, height) = (image.width(), image.height());
    let color = image.color();
    let channels = usize::from(color.channel_count());
    let colour = if color.has_color() { Colour::Rgb } else { Colour::Grey { inverted: false } };
    let opacity = color.has_alpha().then(|| (channels - 1, Stored::Plain));
    let mut meaning = Meaning { colour, opacity, declared: None, product };
    if color.bytes_per_pixel() == color.channel_count() {
        if opacity.is_none() {
            return Ok(image.into_rgb8().into());
        }
        let samples = image.as_bytes();
        let raster = Raster { samples, width, height, channels, planar: false };
        return rgb_of(raster, &meaning, notices).map(Pixels::from);
    }
    let wide = match &image {
        DynamicImage::ImageLuma16(image) => image.as_raw(),
        DynamicImage::ImageLumaA16(image) => image.as_raw(),
        DynamicImage::ImageRgb16(image) => image.as_raw(),
        DynamicImage::ImageRgba16(image) => image.as_raw(),
        // No format that is read gives another.
        _ => return Ok(image.into_rgb8().into()),
    };
    let is_colour =
        |(index, _): &(usize, &u16)| opacity.is_none_or(|(at, _)| index % channels != at);
    let of_colour = wide.iter().enumerate().filter(is_colour).map(|(_, sample)| *sample);
    meaning.declared = png_range::declared_bits(bytes, of_colour);
    let raster = Raster { samples: wide.as_slice(), width, height, channels, planar: false };
    Pixels::of_wide(raster, &meaning, notices)
}

fn check_size(width: u32, height: u32) -> Result<(), Fault> {
    let pixels = u64::from(width) * u64::from(height);
    if width > MAX_IMAGE_SIDE || height > MAX_IMAGE_SIDE || pixels > MAX_IMAGE_PIXELS {
        return Err(Fault::TooLarge { width, height });
    }
    if pixels == 0 {
        return Err(Fault::Damaged(ImageDamage::NoPicture));
    }
    Ok(())
}

/// Width and height in the IHDR chunk, which is always the first (PNG 1.2, section 5.6).
fn png_size(bytes: &[u8]) -> Option<(u32, u32)> {
    let number = |at: usize| bytes.get(at..at + 4)?.try_into().ok().map(u32::from_be_bytes);
    (bytes.get(12..16)? == b"IHDR").then_some((number(16)?, number(20)?))
}

#[cfg(test)]
mod tests;
