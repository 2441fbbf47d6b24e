//! Which samples are black and white: how samples of any kind become bytes.
//!
//! Fit and inspection read each file alone, so the rule may depend on how a file stores its samples,
//! but not on how bright a part is: a guess from the brightest pixel of each file would make a dark
//! good part and a bright one differ. A range that the file declares comes first; without one it is
//! the full range of the type (of signed types, from 0 up), or of the bits that all normal pictures of
//! the product use, which is the same for all its pictures. Floating-point samples have no such
//! range: of 0–1, 0–255, 0–4095 and 0–65535 the smallest that holds all of them is taken. Whatever
//! was assumed is noted.

use fettle_domain::{ImageNotice, SampleBits};

/// A sample of a picture.
pub(super) trait Sample: Copy {
    /// Bits of the numbers from 0 up; 0 for floating-point samples.
    const BITS: u32;
    /// Whether the type has so few numbers that a table of them is made.
    const HAS_TABLE: bool = Self::BITS == 8 || Self::BITS == 16;
    /// The sample as a number.
    fn number(self) -> f64;
    /// Its place in a table of all numbers of its type; 0 for types without one.
    fn place(self) -> usize {
        0
    }
    /// Samples that are bytes, as such.
    fn as_bytes(_samples: &[Self]) -> Option<&[u8]> {
        None
    }
}

impl Sample for u8 {
    const BITS: u32 = 8;

    fn number(self) -> f64 {
        f64::from(self)
    }

    fn place(self) -> usize {
        usize::from(self)
    }

    fn as_bytes(samples: &[Self]) -> Option<&[u8]> {
        Some(samples)
    }
}

macro_rules! samples {
    ($($type:ty: $bits:expr),*) => {$(
        impl Sample for $type {
            const BITS: u32 = $bits;
            fn number(self) -> f64 {
                self as f64
            }
        }
    )*};
}

impl Sample for u16 {
    const BITS: u32 = 16;

    fn number(self) -> f64 {
        f64::from(self)
    }

    fn place(self) -> usize {
        usize::from(self)
    }
}

samples!(u32: 32, u64: 64, i8: 7, i16: 15, i32: 31, i64: 63, f32: 0, f64: 0);

/// The samples that are black and white.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct SampleRange {
    pub(super) low: f64,
    pub(super) high: f64,
}

/// Ranges of floating-point samples, from 0 to these.
const FLOAT_RANGES: [f64; 4] = [1.0, 255.0, 4095.0, 65_535.0];

/// Samples of 16 bits and more that use no more than these are noted.
const LOW_BITS: u32 = 14;

impl SampleRange {
    /// From 0 to the largest number of `bits` bits.
    pub(super) fn of_bits(bits: u32) -> Self {
        Self { low: 0.0, high: 2f64.powi(bits as i32) - 1.0 }
    }

    /// A declared range, where it is one of an instrument: from 0, or from -2ⁿ, to 2ⁿ-1, 2ⁿ or a
    /// power of ten. Any other is the least and greatest sample of this one picture, which some
    /// programs write into the same fields, and says nothing about the next.
    pub(super) fn declared(low: f64, high: f64) -> Option<Self> {
        if !(low.is_finite() && high.is_finite()) {
            return None;
        }
        let is_power = |number: f64, of: f64| {
            let exponent = number.log(of).round();
            exponent >= 0.0 && of.powi(exponent as i32) == number
        };
        let is_full = high >= 1.0
            && (is_power(high, 2.0) || is_power(high, 10.0) || is_power(high + 1.0, 2.0));
        let is_start = low == 0.0 || low < 0.0 && is_power(-low, 2.0);
        (is_full && is_start).then_some(Self { low, high })
    }

    /// The byte of a sample. What is no number or infinite is black; what is outside becomes the nearer end.
    pub(super) fn byte(self, sample: f64) -> u8 {
        if !sample.is_finite() {
            return 0;
        }
        // The conversion keeps within 0 and 255.
        ((sample - self.low) / (self.high - self.low) * 255.0).round() as u8
    }
}

/// What the samples of a picture are.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Observed {
    /// Least and greatest finite sample; `None`: there is none.
    extremes: Option<(f64, f64)>,
    not_finite: u64,
}

impl Observed {
    /// Looks at all samples of colour.
    pub(super) fn of(samples: impl Iterator<Item = f64>) -> Self {
        let mut seen = Self { extremes: None, not_finite: 0 };
        for sample in samples {
            if sample.is_finite() {
                let (low, high) = seen.extremes.unwrap_or((sample, sample));
                seen.extremes = Some((low.min(sample), high.max(sample)));
            } else {
                seen.not_finite += 1;
            }
        }
        seen
    }

    fn greatest(self) -> f64 {
        self.extremes.map_or(0.0, |(_, high)| high)
    }
}

/// The range of samples of type `S`: as `declared`, else of `product`'s bits where these are fitted
/// to samples of 16 bits, else by the type. `None` for floating-point samples beyond all ranges.
pub(super) fn range_of<S: Sample>(
    declared: Option<SampleRange>,
    product: Option<SampleBits>,
    observed: Observed,
    notices: &mut Vec<ImageNotice>,
) -> Option<SampleRange> {
    if observed.not_finite > 0 {
        notices.push(ImageNotice::NotFinite { samples: observed.not_finite });
    }
    if declared.is_some() {
        return declared;
    }
    if S::BITS == 0 {
        let high = FLOAT_RANGES.into_iter().find(|high| observed.greatest() <= *high)?;
        notices.push(ImageNotice::AssumedRange { low: 0.0, high });
        return Some(SampleRange { low: 0.0, high });
    }
    if let Some(product) = product.filter(|_| S::BITS == 16) {
        let used_bits = product.bits();
        notices.push(ImageNotice::ProductRange { used_bits, bits: S::BITS });
        return Some(SampleRange::of_bits(used_bits));
    }
    let used_bits = (0..=LOW_BITS).find(|n| observed.greatest() <= SampleRange::of_bits(*n).high);
    if let Some(used_bits) = used_bits.filter(|used| S::BITS > LOW_BITS && *used > 0) {
        notices.push(ImageNotice::LowSamples { used_bits, bits: S::BITS.next_multiple_of(8) });
    }
    Some(SampleRange::of_bits(S::BITS))
}

/// Notes samples outside of the range.
pub(super) fn note_outside(
    range: SampleRange,
    observed: Observed,
    samples: impl Iterator<Item = f64>,
    notices: &mut Vec<ImageNotice>,
) {
    let SampleRange { low, high } = range;
    let Some((least, greatest)) = observed.extremes else { return };
    if least >= low && greatest <= high {
        return;
    }
    let outside = samples.filter(|sample| sample.is_finite() && !(low..=high).contains(sample));
    notices.push(ImageNotice::OutOfRange { samples: outside.count() as u64, low, high });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_range_of_an_instrument_is_taken_and_the_extremes_of_a_picture_are_not() {
        let cases = [
            ((0.0, 4095.0), true),
            ((0.0, 1023.0), true),
            ((0.0, 16_384.0), true),
            ((0.0, 1.0), true),
            ((0.0, 10_000.0), true),
            ((-32_768.0, 32_767.0), true),
            ((0.0, 3431.0), false),
            ((28.0, 255.0), false),
            ((0.0, 0.83), false),
            ((0.0, 0.0), false),
            ((5.0, 4.0), false),
            ((0.0, f64::NAN), false),
            ((0.0, f64::INFINITY), false),
            ((f64::NAN, 255.0), false),
        ];
        for ((low, high), expect) in cases {
            assert_eq!(SampleRange::declared(low, high).is_some(), expect, "{low} to {high}");
        }
    }

    #[test]
    fn floats_take_the_smallest_usual_range() {
        // Samples, high end.
        let cases: [(&[f64], Option<f64>); 9] = [
            (&[0.0, 0.2], Some(1.0)),
            (&[0.1, 1.0], Some(1.0)),
            (&[28.0, 214.0], Some(255.0)),
            (&[1.0001], Some(255.0)),
            (&[3431.0], Some(4095.0)),
            (&[4096.0], Some(65_535.0)),
            (&[65_536.0], None),
            (&[f64::NAN, f64::INFINITY, 0.5], Some(1.0)),
            (&[f64::NAN], Some(1.0)),
        ];
        for (samples, high) in cases {
            let observed = Observed::of(samples.iter().copied());
            let mut notices = Vec::new();
            let range = range_of::<f32>(None, None, observed, &mut notices);
            assert_eq!(range.map(|range| range.high), high, "{samples:?}");
            let said = notices
                .contains(&ImageNotice::AssumedRange { low: 0.0, high: high.unwrap_or(0.0) });
            assert_eq!(said, high.is_some(), "{samples:?}");
        }
    }

    #[test]
    fn whole_numbers_take_the_range_of_their_type_however_dark_the_picture_is() {
        let range = |samples: &[f64]| {
            let mut notices = Vec::new();
            let observed = Observed::of(samples.iter().copied());
            (range_of::<u16>(None, None, observed, &mut notices).unwrap().high, notices)
        };
        assert_eq!(range(&[0.0, 40_000.0]), (65_535.0, vec![]));
        let low = |used_bits| vec![ImageNotice::LowSamples { used_bits, bits: 16 }];
        assert_eq!(range(&[7.0, 4095.0]), (65_535.0, low(12)));
        assert_eq!(range(&[16_383.0]), (65_535.0, low(14)));
        assert_eq!(range(&[16_384.0]), (65_535.0, vec![]));
        // A black picture says nothing about its bits.
        assert_eq!(range(&[0.0]), (65_535.0, vec![]));
    }

    #[test]
    fn the_bits_of_a_product_are_those_of_undeclared_samples_of_16_bits() {
        let product = SampleBits::holding(12);
        let observed = Observed::of([7.0, 5000.0].into_iter());
        let declared = SampleRange::declared(0.0, 16_383.0);
        let mut notices = Vec::new();
        let full = range_of::<u16>(None, product, observed, &mut notices).unwrap();
        assert_eq!(full.high, 4095.0);
        assert_eq!(notices, [ImageNotice::ProductRange { used_bits: 12, bits: 16 }]);
        note_outside(full, observed, [7.0, 5000.0].into_iter(), &mut notices);
        let outside = ImageNotice::OutOfRange { samples: 1, low: 0.0, high: 4095.0 };
        assert_eq!(notices[1..], [outside]);
        let as_declared = range_of::<u16>(declared, product, observed, &mut Vec::new());
        assert_eq!(as_declared, declared);
        // Samples of other types are none of that camera.
        let wide = range_of::<u32>(None, product, observed, &mut Vec::new()).unwrap();
        assert_eq!(wide, SampleRange::of_bits(32));
    }

    #[test]
    fn bytes_are_rounded_and_what_is_no_number_is_black() {
        let range = SampleRange { low: 0.0, high: 65_535.0 };
        let cases = [
            (0.0, 0),
            (257.0 * 47.0, 47),
            (65_535.0, 255),
            (70_000.0, 255),
            (-3.0, 0),
            (f64::NAN, 0),
            (f64::NEG_INFINITY, 0),
            (f64::INFINITY, 0),
        ];
        for (sample, byte) in cases {
            assert_eq!(range.byte(sample), byte, "{sample}");
        }
    }
}
