//! Samples of any kind to pixels: 8-bit RGB.

use image::RgbImage;

use super::colour::Colour;
use super::sample_range::{Observed, Sample, SampleRange, note_outside, range_of};
use super::transparency::{Stored, lay_over_black};
use fettle_domain::{ImageKind, ImageNotice, SampleBits, TiffKind};

/// The samples of a picture.
#[derive(Debug, Clone, Copy)]
pub(super) struct Raster<'a, S> {
    pub(super) samples: &'a [S],
    pub(super) width: u32,
    pub(super) height: u32,
    pub(super) channels: usize,
    /// Whether each channel is stored by itself, one behind the other.
    pub(super) planar: bool,
}

impl<S: Sample> Raster<'_, S> {
    fn pixels(&self) -> usize {
        self.width as usize * self.height as usize
    }

    /// The sample of a pixel; `None` outside.
    fn at(&self, pixel: usize, channel: usize) -> Option<S> {
        let place = match self.planar {
            true => channel * self.pixels() + pixel,
            false => pixel * self.channels + channel,
        };
        self.samples.get(place).copied()
    }

    /// All samples of the first channels as numbers.
    fn numbers(&self, channels: usize) -> impl Iterator<Item = f64> + '_ {
        (0..self.pixels())
            .flat_map(move |pixel| (0..channels).filter_map(move |c| self.at(pixel, c)))
            .map(Sample::number)
    }
}

impl Raster<'_, u16> {
    /// Bits that hold the largest sample of the first channels.
    pub(super) fn used_bits(&self, channels: usize) -> u32 {
        let samples = (0..self.pixels())
            .flat_map(|pixel| (0..channels).filter_map(move |channel| self.at(pixel, channel)));
        samples.max().map_or(0, |most| u16::BITS - most.leading_zeros())
    }
}

/// What the channels of a raster are: those of the colour first.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Meaning {
    pub(super) colour: Colour,
    /// The channel of opacity.
    pub(super) opacity: Option<(usize, Stored)>,
    /// The range that the file declares.
    pub(super) declared: Option<SampleRange>,
    /// The bits of white in undeclared samples of 16 bits.
    pub(super) product: Option<SampleBits>,
}

/// The pixels of a picture.
#[derive(Debug)]
pub(super) struct Pixels {
    pub(super) rgb: RgbImage,
    /// See [`super::DecodedImage::undeclared_bits`].
    pub(super) undeclared_bits: Option<u32>,
}

impl From<RgbImage> for Pixels {
    fn from(rgb: RgbImage) -> Self {
        Self { rgb, undeclared_bits: None }
    }
}

impl Pixels {
    /// The pixels of a raster of 16 bits from 0 up.
    ///
    /// # Errors
    /// As [`rgb_of`].
    pub(super) fn of_wide(
        raster: Raster<'_, u16>,
        meaning: &Meaning,
        notices: &mut Vec<ImageNotice>,
    ) -> Result<Self, ImageKind> {
        let is_undeclared = meaning.declared.is_none();
        let undeclared_bits = is_undeclared.then(|| raster.used_bits(meaning.colour.channels()));
        Ok(Self { rgb: rgb_of(raster, meaning, notices)?, undeclared_bits })
    }
}

/// One pixel in so many may be of a colour that cannot be.
const MOST_IMPOSSIBLE: usize = 20;

/// The pixels of a raster.
///
/// # Errors
/// The kind of a picture whose floating-point samples are beyond all usual ranges, or whose samples
/// are not of the colour space that it declares.
pub(super) fn rgb_of<S: Sample>(
    raster: Raster<'_, S>,
    meaning: &Meaning,
    notices: &mut Vec<ImageNotice>,
) -> Result<RgbImage, ImageKind> {
    let colours = meaning.colour.channels();
    let range = match (S::BITS, meaning.declared) {
        // Of bytes there is nothing to find out.
        (8, declared) => declared.unwrap_or(SampleRange::of_bits(8)),
        (_, declared) => {
            let observed = Observed::of(raster.numbers(colours));
            let range = range_of::<S>(declared, meaning.product, observed, notices)
                .ok_or(ImageKind::Tiff(TiffKind::FloatRange))?;
            note_outside(range, observed, raster.numbers(colours), notices);
            range
        }
    };
    let byte = Bytes::new::<S>(range);
    // Nothing to compute: the samples are the pixels.
    if meaning.colour == Colour::Rgb
        && raster.channels == 3
        && !raster.planar
        && let Some(bytes) = S::as_bytes(raster.samples)
        && range == SampleRange::of_bits(8)
    {
        let rgb = RgbImage::from_raw(raster.width, raster.height, bytes.to_vec());
        return rgb.ok_or(ImageKind::Tiff(TiffKind::Other));
    }
    let extra = raster.channels - colours - usize::from(meaning.opacity.is_some());
    if extra > 0 {
        notices.push(ImageNotice::ExtraChannels { channels: extra as u32 });
    }
    let mut impossible = 0;
    let mut pixels = Vec::with_capacity(raster.pixels());
    let mut push = |sample: [u8; 4]| {
        impossible += usize::from(meaning.colour.is_impossible(sample));
        pixels.push(meaning.colour.rgb(sample));
    };
    if raster.planar {
        for pixel in 0..raster.pixels() {
            let at = |channel| raster.at(pixel, channel).map_or(0, |sample| byte.of(sample));
            push(std::array::from_fn(|channel| if channel < colours { at(channel) } else { 0 }));
        }
    } else {
        for samples in raster.samples.chunks_exact(raster.channels) {
            let mut sample = [0; 4];
            for (to, from) in sample.iter_mut().zip(samples).take(colours) {
                *to = byte.of(*from);
            }
            push(sample);
        }
    }
    if impossible > raster.pixels() / MOST_IMPOSSIBLE {
        return Err(ImageKind::Tiff(TiffKind::FalseColour));
    }
    if let Some((channel, stored)) = meaning.opacity {
        let table = Bytes::new::<S>(opacity_range(&raster, channel, meaning));
        let of = |pixel| raster.at(pixel, channel).map_or(255, |sample| table.of(sample));
        let opacity: Vec<u8> = (0..raster.pixels()).map(of).collect();
        notices.extend(lay_over_black(&mut pixels, &opacity, stored));
    }
    let short = ImageKind::Tiff(TiffKind::Other);
    RgbImage::from_raw(raster.width, raster.height, pixels.into_flattened()).ok_or(short)
}

/// The range of opacity: that of its bits, or for floating-point samples the smallest usual one.
fn opacity_range<S: Sample>(
    raster: &Raster<'_, S>,
    channel: usize,
    meaning: &Meaning,
) -> SampleRange {
    let samples = (0..raster.pixels()).filter_map(|pixel| raster.at(pixel, channel));
    match S::BITS {
        0 => range_of::<S>(None, None, Observed::of(samples.map(Sample::number)), &mut Vec::new())
            .unwrap_or(SampleRange::of_bits(16)),
        // A declared range of bytes is that of samples of fewer bits.
        8 => meaning.declared.unwrap_or(SampleRange::of_bits(8)),
        bits => SampleRange::of_bits(bits),
    }
}

/// Samples to bytes: by a table for types of few numbers.
struct Bytes {
    range: SampleRange,
    table: Vec<u8>,
}

impl Bytes {
    fn new<S: Sample>(range: SampleRange) -> Self {
        let numbers = if S::HAS_TABLE { 1u32 << S::BITS } else { 0 };
        Self { range, table: (0..numbers).map(|n| range.byte(f64::from(n))).collect() }
    }

    fn of<S: Sample>(&self, sample: S) -> u8 {
        match self.table.get(sample.place()) {
            Some(byte) => *byte,
            None => self.range.byte(sample.number()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read<S: Sample>(
        samples: &[S],
        channels: usize,
        meaning: &Meaning,
    ) -> (Vec<u8>, Vec<ImageNotice>) {
        let width = (samples.len() / channels) as u32;
        let raster = Raster { samples, width, height: 1, channels, planar: false };
        let mut notices = Vec::new();
        let rgb = rgb_of(raster, meaning, &mut notices).unwrap();
        (rgb.into_raw(), notices)
    }

    fn grey() -> Meaning {
        Meaning {
            colour: Colour::Grey { inverted: false },
            opacity: None,
            declared: None,
            product: None,
        }
    }

    #[test]
    fn grey_is_repeated_and_inverted_where_zero_is_white() {
        assert_eq!(read(&[0u8, 47, 255], 1, &grey()).0, [0, 0, 0, 47, 47, 47, 255, 255, 255]);
        let inverted = Meaning { colour: Colour::Grey { inverted: true }, ..grey() };
        assert_eq!(read(&[0u16, 65_535], 1, &inverted).0, [255, 255, 255, 0, 0, 0]);
        assert_eq!(read(&[0.25f32, 1.0], 1, &inverted).0, [191, 191, 191, 0, 0, 0]);
    }

    #[test]
    fn all_types_of_samples_give_the_same_picture() {
        let expect = [0, 0, 0, 47, 47, 47, 255, 255, 255];
        let share = |share: f64, high: f64| (share * high / 255.0).round();
        let of = |high: f64| [0.0, 47.0, 255.0].map(|byte| share(byte, high));
        let meaning = grey();
        assert_eq!(read(&of(65_535.0).map(|v| v as u16), 1, &meaning), (expect.to_vec(), vec![]));
        assert_eq!(read(&of(f64::from(u32::MAX)).map(|v| v as u32), 1, &meaning).0, expect);
        assert_eq!(read(&of(127.0).map(|v| v as i8), 1, &meaning).0[3..6], [46; 3]);
        assert_eq!(read(&of(32_767.0).map(|v| v as i16), 1, &meaning).0, expect);
        assert_eq!(read(&of(f64::from(i32::MAX)).map(|v| v as i32), 1, &meaning).0, expect);
        for high in [255.0, 4095.0, 65_535.0] {
            assert_eq!(read(&of(high).map(|v| v as f32), 1, &meaning).0, expect, "{high}");
        }
    }

    #[test]
    fn negative_samples_and_what_is_no_number_are_black_and_noted() {
        let (pixels, notices) = read(&[-5i16, 32_767], 1, &grey());
        assert_eq!(pixels, [0, 0, 0, 255, 255, 255]);
        let outside = ImageNotice::OutOfRange { samples: 1, low: 0.0, high: 32_767.0 };
        assert_eq!(notices, [outside]);
        let (pixels, notices) = read(&[f32::NAN, f32::INFINITY, 0.5, 1.0], 1, &grey());
        assert_eq!(pixels, [0, 0, 0, 0, 0, 0, 128, 128, 128, 255, 255, 255]);
        assert!(notices.contains(&ImageNotice::NotFinite { samples: 2 }), "{notices:?}");
    }

    #[test]
    fn opacity_and_channels_of_no_colour_are_told_apart() {
        let rgba = Meaning { colour: Colour::Rgb, opacity: Some((3, Stored::Plain)), ..grey() };
        let (pixels, notices) = read(&[9u8, 8, 7, 0, 1, 2, 3, 255], 4, &rgba);
        assert_eq!(pixels, [0, 0, 0, 1, 2, 3]);
        assert_eq!(notices, [ImageNotice::Transparent { share: 0.5 }]);
        let rgbx = Meaning { opacity: None, ..rgba };
        let (pixels, notices) = read(&[9u8, 8, 7, 0], 4, &rgbx);
        assert_eq!(
            (pixels.as_slice(), notices.as_slice()),
            (&[9, 8, 7][..], &[ImageNotice::ExtraChannels { channels: 1 }][..])
        );
    }

    #[test]
    fn planes_are_read_as_interleaved_samples_are() {
        let meaning = Meaning { colour: Colour::Rgb, ..grey() };
        let samples = [1u8, 2, 3, 4, 5, 6];
        let raster = Raster { samples: &samples, width: 2, height: 1, channels: 3, planar: true };
        let rgb = rgb_of(raster, &meaning, &mut Vec::new()).unwrap();
        assert_eq!(rgb.into_raw(), [1, 3, 5, 2, 4, 6]);
    }
}
