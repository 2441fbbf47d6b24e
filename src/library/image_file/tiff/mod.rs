//! TIFF and `BigTIFF`: which of its pictures is read, and what its samples mean.
//!
//! The samples come from the `tiff` crate, which `image` uses too; their meaning is found here, as
//! `image` knows only grey and RGB of whole numbers, and takes floating-point samples for 0 to 1.

#[cfg(test)]
mod builder;
mod directory;
mod jpeg_parts;
mod meaning;
mod samples;
mod view;

use image::metadata::Orientation;
use tiff::decoder::{Decoder, DecodingResult, Limits};
use tiff::tags::Tag;

use self::directory::{Directory, Layout, chosen, directories, tag};
use self::jpeg_parts::check_jpeg_parts;
use self::meaning::{Stored, meaning_of, stored};
use self::view::{FileView, ViewDecoder, fault};
use super::fault::Fault;
use super::raster::{Pixels, Raster, rgb_of};
use crate::limits::MAX_DECODER_BYTES;
use fettle_domain::{ImageDamage, ImageKind, ImageNotice, JpegQuality, SampleBits};

/// *PhotometricInterpretation* of samples that are grey from black to white: what the decoder is told
/// of all pictures, so that it gives the samples as they are.
const BLACK_IS_ZERO: u16 = 1;
/// *PhotometricInterpretation* of what a sensor saw: by its filters, and one channel a filter.
const SENSOR: [u64; 2] = [32_803, 34_892];

/// A picture of a TIFF.
pub(super) struct TiffPicture {
    pub(super) pixels: Pixels,
    pub(super) orientation: Orientation,
    pub(super) quality: Option<JpegQuality>,
}

/// Reads the picture of a TIFF. `check_size` refuses one that is too large before memory is taken;
/// `product` holds white in samples of 16 bits without a range.
pub(super) fn read_tiff(
    bytes: &[u8],
    product: Option<SampleBits>,
    check_size: impl Fn(u32, u32) -> Result<(), Fault>,
    notices: &mut Vec<ImageNotice>,
) -> Result<TiffPicture, Fault> {
    let layout = Layout::of(bytes).ok_or_else(|| Fault::damaged("its header is cut short"))?;
    let found = directories(bytes, layout);
    if found.iter().any(is_camera_raw) {
        return Err(Fault::NotRead(ImageKind::CameraRaw));
    }
    let (picture, pictures) = chosen(&found).ok_or(Fault::Damaged(ImageDamage::NoPicture))?;
    if pictures > 1 {
        notices.push(ImageNotice::SeveralPictures { pictures });
    }
    let side = |tag| u32::try_from(picture.value(tag).unwrap_or(0)).unwrap_or(u32::MAX);
    let (width, height) = (side(tag::WIDTH), side(tag::HEIGHT));
    check_size(width, height)?;
    let mut decoder = decoder_of(bytes, layout, picture)?;
    let stored = stored(picture, &mut decoder)?;
    let meaning = meaning_of(&stored, product, &mut decoder)?;
    let quality = check_jpeg_parts(bytes, &stored, &mut decoder)?;
    let orientation = decoder.find_tag_unsigned::<u8>(Tag::Orientation).ok().flatten();
    let orientation = orientation.and_then(Orientation::from_exif);
    let samples = read_samples(&mut decoder, &stored)?;
    let pixels = colours(samples, &stored, &meaning, notices)?;
    let orientation = orientation.unwrap_or(Orientation::NoTransforms);
    Ok(TiffPicture { pixels, orientation, quality })
}

fn is_camera_raw(directory: &Directory) -> bool {
    let photometric = directory.value(tag::PHOTOMETRIC);
    directory.value(tag::DNG_VERSION).is_some()
        || photometric.is_some_and(|photometric| SENSOR.contains(&photometric))
}

fn decoder_of<'a>(
    bytes: &'a [u8],
    layout: Layout,
    picture: &Directory,
) -> Result<ViewDecoder<'a>, Fault> {
    let first = (layout.first_at(), layout.position_bytes(picture.offset));
    let grey = picture
        .value_offset(tag::PHOTOMETRIC)
        .map(|at| (at, layout.short_bytes(BLACK_IS_ZERO).to_vec()));
    let view = FileView::new(bytes, [Some(first), grey].into_iter().flatten().collect());
    let decoder = Decoder::new(view).map_err(|error| fault(&error))?;
    let most = usize::try_from(MAX_DECODER_BYTES).unwrap_or(usize::MAX);
    let mut limits = Limits::default();
    limits.decoding_buffer_size = most;
    limits.intermediate_buffer_size = most;
    limits.ifd_value_size = most.min(bytes.len());
    Ok(decoder.with_limits(limits))
}

/// All samples: chunky, or plane by plane.
fn read_samples(decoder: &mut ViewDecoder<'_>, stored: &Stored) -> Result<DecodingResult, Fault> {
    let mut samples = DecodingResult::U8(Vec::new());
    let layout = decoder.image_buffer_layout().map_err(|error| fault(&error))?;
    if layout.complete_len as u64 > MAX_DECODER_BYTES {
        return Err(Fault::TooLarge { width: stored.width, height: stored.height });
    }
    let layout = decoder.read_image_to_buffer(&mut samples).map_err(|error| fault(&error))?;
    if samples.as_buffer(0).byte_len() < layout.complete_len {
        return Err(Fault::damaged("a plane of it is missing"));
    }
    Ok(samples)
}

/// The pixels of the samples.
fn colours(
    samples: DecodingResult,
    stored: &Stored,
    meaning: &super::raster::Meaning,
    notices: &mut Vec<ImageNotice>,
) -> Result<Pixels, Fault> {
    macro_rules! raster {
        ($samples:expr) => {
            Raster {
                samples: $samples,
                width: stored.width,
                height: stored.height,
                channels: usize::from(stored.channels),
                planar: stored.planar,
            }
        };
    }
    macro_rules! rgb {
        ($samples:expr) => {
            rgb_of(raster!($samples), meaning, notices).map(Pixels::from).map_err(Fault::NotRead)
        };
    }
    match samples {
        DecodingResult::U8(samples) if stored.bits < 8 => {
            let together = if stored.planar { 1 } else { usize::from(stored.channels) };
            let in_row = stored.width as usize * together;
            rgb!(&samples::unpacked(&samples, u32::from(stored.bits), in_row))
        }
        DecodingResult::U8(samples) => rgb!(&samples),
        DecodingResult::U16(samples) => {
            Pixels::of_wide(raster!(&samples), meaning, notices).map_err(Fault::NotRead)
        }
        DecodingResult::U32(samples) => rgb!(&samples),
        DecodingResult::U64(samples) => rgb!(&samples),
        DecodingResult::I8(samples) => rgb!(&samples),
        DecodingResult::I16(samples) => rgb!(&samples),
        DecodingResult::I32(samples) => rgb!(&samples),
        DecodingResult::I64(samples) => rgb!(&samples),
        DecodingResult::F16(samples) => {
            let samples: Vec<f32> = samples.into_iter().map(f32::from).collect();
            rgb!(&samples)
        }
        DecodingResult::F32(samples) => rgb!(&samples),
        DecodingResult::F64(samples) => rgb!(&samples),
    }
}

#[cfg(test)]
mod tests;
