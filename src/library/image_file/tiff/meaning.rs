//! How a picture of a TIFF stores its samples, and what they mean.

use tiff::decoder::ifd::Value;
use tiff::tags::Tag;

use super::directory::{Directory, tag};
use super::view::{ViewDecoder, fault};
use crate::image_file::colour::{Colour, YCbCr};
use crate::image_file::fault::Fault;
use crate::image_file::raster::Meaning;
use crate::image_file::sample_range::SampleRange;
use crate::image_file::transparency;
use fettle_domain::{ImageKind, SampleBits, TiffKind};

/// *Compression* that is read: none, CCITT group 4, LZW, JPEG, Deflate (twice), `PackBits`.
const READ_COMPRESSIONS: [u16; 7] = [1, 4, 5, JPEG, 8, 32_946, 32_773];
/// *Compression* by JPEG.
pub(super) const JPEG: u16 = 7;

/// How the samples are stored.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Stored {
    pub(super) width: u32,
    pub(super) height: u32,
    /// Bits a sample: 1, 2, 4, 8, 16, 32 or 64.
    pub(super) bits: u16,
    /// Channels of a pixel.
    pub(super) channels: u16,
    /// Whether each channel is stored by itself.
    pub(super) planar: bool,
    pub(super) compression: u16,
    photometric: u16,
    is_float: bool,
    is_signed: bool,
}

fn not_read(kind: TiffKind) -> Fault {
    Fault::NotRead(ImageKind::Tiff(kind))
}

/// How the samples are stored.
///
/// # Errors
/// Ways that are not read.
pub(super) fn stored(picture: &Directory, decoder: &mut ViewDecoder<'_>) -> Result<Stored, Fault> {
    let (width, height) = decoder.dimensions().map_err(|error| fault(&error))?;
    let photometric = picture.value(tag::PHOTOMETRIC).unwrap_or(0) as u16;
    let compression = number(decoder, Tag::Compression)?.unwrap_or(1);
    if !READ_COMPRESSIONS.contains(&compression) {
        return Err(not_read(TiffKind::Compression(compression)));
    }
    let bits = number(decoder, Tag::BitsPerSample)?.unwrap_or(1);
    if !matches!(bits, 1 | 2 | 4 | 8 | 16 | 32 | 64) {
        return Err(not_read(TiffKind::Bits(bits)));
    }
    let format = number(decoder, Tag::SampleFormat)?.unwrap_or(1);
    if !matches!(format, 1..=4) {
        return Err(not_read(TiffKind::SampleFormat));
    }
    Ok(Stored {
        width,
        height,
        bits,
        channels: number(decoder, Tag::SamplesPerPixel)?.unwrap_or(1),
        planar: number(decoder, Tag::PlanarConfiguration)? == Some(2),
        compression,
        photometric,
        is_float: format == 3,
        is_signed: format == 2,
    })
}

/// What the samples mean.
///
/// # Errors
/// Meanings that are not read.
pub(super) fn meaning_of(
    stored: &Stored,
    product: Option<SampleBits>,
    decoder: &mut ViewDecoder<'_>,
) -> Result<Meaning, Fault> {
    let Stored { photometric, bits, channels, .. } = *stored;
    let is_bytes = bits == 8 && !stored.is_float && !stored.is_signed;
    let only_bytes = |colour: Colour| match is_bytes {
        true => Ok(colour),
        false => Err(not_read(TiffKind::Bits(bits))),
    };
    let colour = match photometric {
        0 => Colour::Grey { inverted: true },
        1 => Colour::Grey { inverted: false },
        2 => Colour::Rgb,
        3 if bits <= 8 => palette(bits, decoder)?,
        5 if number(decoder, Tag::from_u16_exhaustive(INK_SET))?.unwrap_or(1) == 1 => Colour::Cmyk,
        6 => {
            let factors = numbers(decoder, Tag::ChromaSubsampling).unwrap_or_else(|| vec![2, 2]);
            if stored.compression != JPEG && factors != [1, 1] {
                return Err(not_read(TiffKind::Subsampled));
            }
            only_bytes(Colour::YCbCr(ycbcr(decoder)))?
        }
        8 => only_bytes(Colour::Lab { signed: true })?,
        9 => only_bytes(Colour::Lab { signed: false })?,
        other => return Err(not_read(TiffKind::Photometric(other))),
    };
    let colours = colour.channels();
    if usize::from(channels) < colours {
        return Err(Fault::damaged(format!("its {channels} channels are too few for its colour")));
    }
    let extra = numbers(decoder, Tag::ExtraSamples);
    let is_grey = matches!(colour, Colour::Grey { .. });
    if is_grey && usize::from(channels) > colours && extra.is_none() {
        return Err(not_read(TiffKind::Channels(channels)));
    }
    let extra = extra.unwrap_or_default();
    let opacity = extra.iter().position(|kind| matches!(kind, 1 | 2)).and_then(|place| {
        let stored = match extra.get(place) {
            Some(1) => transparency::Stored::Multiplied,
            _ => transparency::Stored::Plain,
        };
        let channel = colours + place;
        (channel < usize::from(channels)).then_some((channel, stored))
    });
    let declared = match bits {
        // A place in a table is no lightness.
        _ if photometric == 3 => Some(SampleRange::of_bits(8)),
        1..8 => Some(SampleRange::of_bits(u32::from(bits))),
        8 if !stored.is_float && !stored.is_signed => None,
        _ => declared_range(decoder),
    };
    Ok(Meaning { colour, opacity, declared, product })
}

/// Number of the tag *InkSet*.
const INK_SET: u16 = 332;
/// Number of the tag *YCbCrCoefficients*.
const COEFFICIENTS: u16 = 529;
/// Number of the tag *ReferenceBlackWhite*.
const REFERENCE: u16 = 532;
/// Number of the tag *SMinSampleValue*.
const LEAST: u16 = 340;
/// Number of the tag *SMaxSampleValue*.
const GREATEST: u16 = 341;

/// The first whole number of a tag; `None` where the tag is absent.
fn number(decoder: &mut ViewDecoder<'_>, tag: Tag) -> Result<Option<u16>, Fault> {
    match decoder.find_tag_unsigned_vec::<u16>(tag) {
        Ok(values) => Ok(values.and_then(|values| values.first().copied())),
        Err(error) => Err(fault(&error)),
    }
}

/// All whole numbers of a tag.
fn numbers(decoder: &mut ViewDecoder<'_>, tag: Tag) -> Option<Vec<u16>> {
    decoder.find_tag_unsigned_vec(tag).ok().flatten()
}

/// The table of a palette: red, green and blue of all colours, one after the other, of 16 bits. A
/// table without a number above 255 was written in 8 bits, as libtiff knows.
fn palette(bits: u16, decoder: &mut ViewDecoder<'_>) -> Result<Colour, Fault> {
    let table = numbers(decoder, Tag::ColorMap)
        .ok_or_else(|| Fault::damaged("it has no table of colours"))?;
    let count = 1 << bits;
    let of_bytes = table.iter().all(|value| *value < 256);
    let byte = |value: u16| if of_bytes { value as u8 } else { (value >> 8) as u8 };
    let colour = |n: usize| {
        let [r, g, b] = [n, count + n, 2 * count + n].map(|place| table.get(place).copied());
        Some([byte(r?), byte(g?), byte(b?)])
    };
    let colours: Option<Vec<[u8; 3]>> = (0..count).map(colour).collect();
    let cut = || Fault::damaged("its table of colours is cut short");
    colours.map(Colour::Palette).ok_or_else(cut)
}

fn ycbcr(decoder: &mut ViewDecoder<'_>) -> YCbCr {
    let usual = YCbCr::default();
    let luma = fractions(decoder, COEFFICIENTS).and_then(|values| values.try_into().ok());
    let reference = fractions(decoder, REFERENCE).and_then(|values| values.try_into().ok());
    let is_sound = |luma: &[f64; 3]| luma.iter().all(|share| (0.01..1.0).contains(share));
    let narrow = |value: f64| value as f32;
    YCbCr {
        luma: luma.filter(is_sound).map_or(usual.luma, |luma| luma.map(narrow)),
        reference: reference.map_or(usual.reference, |values: [f64; 6]| values.map(narrow)),
    }
}

/// The range that the file declares, see [`SampleRange::declared`].
fn declared_range(decoder: &mut ViewDecoder<'_>) -> Option<SampleRange> {
    let mut first = |tag| fractions(decoder, tag)?.first().copied();
    let high = first(GREATEST)?;
    let low = first(LEAST).unwrap_or(0.0);
    SampleRange::declared(low, high)
}

/// All numbers of a tag, of whatever type.
fn fractions(decoder: &mut ViewDecoder<'_>, tag: u16) -> Option<Vec<f64>> {
    let value = decoder.find_tag(Tag::from_u16_exhaustive(tag)).ok().flatten()?;
    let number = |value: &Value| match value {
        Value::Byte(n) => Some(f64::from(*n)),
        Value::Short(n) => Some(f64::from(*n)),
        Value::Unsigned(n) => Some(f64::from(*n)),
        Value::UnsignedBig(n) => Some(*n as f64),
        Value::SignedByte(n) => Some(f64::from(*n)),
        Value::SignedShort(n) => Some(f64::from(*n)),
        Value::Signed(n) => Some(f64::from(*n)),
        Value::SignedBig(n) => Some(*n as f64),
        Value::Float(n) => Some(f64::from(*n)),
        Value::Double(n) => Some(*n),
        Value::Rational(n, of) => Some(f64::from(*n) / f64::from(*of)),
        Value::SRational(n, of) => Some(f64::from(*n) / f64::from(*of)),
        _ => None,
    };
    match &value {
        Value::List(values) => values.iter().map(number).collect(),
        single => Some(vec![number(single)?]),
    }
}
