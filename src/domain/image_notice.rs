//! What the reading of a picture file had to assume or leave out.

use serde::{Deserialize, Serialize};

/// The quality of a JPEG on the scale of the Independent JPEG Group, 1 (coarsest) to 100, estimated
/// from its quantisation tables: the file itself does not say it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct JpegQuality(pub u8);

impl JpegQuality {
    /// Below this a JPEG's traces are strong enough to look unlike pictures that were never
    /// compressed.
    pub const TRACES_BELOW: Self = Self(85);

    /// Whether the compression leaves traces that count beside uncompressed pictures.
    pub fn leaves_traces(self) -> bool {
        self < Self::TRACES_BELOW
    }
}

/// Bits that hold white in samples of 16 bits: those of the camera that wrote into them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct SampleBits(u8);

impl SampleBits {
    /// The bits of usual cameras below 16.
    const USUAL: [u8; 4] = [8, 10, 12, 14];

    /// The fewest usual bits that hold samples of `used` bits; `None` where that takes all 16.
    pub fn holding(used: u32) -> Option<Self> {
        Self::USUAL.into_iter().find(|bits| used <= u32::from(*bits)).map(Self)
    }

    /// The number of bits.
    pub fn bits(self) -> u32 {
        u32::from(self.0)
    }
}

/// One thing that a person should know about how a picture file was read. Its pixels follow from the
/// file and, for samples of 16 bits whose file does not say which is white, from the [`SampleBits`] of
/// the product, so that a file of a product is read the same way at its fit and at every inspection.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "notice")]
#[non_exhaustive]
pub enum ImageNotice {
    /// The file holds several pictures; the first of the largest was read.
    SeveralPictures {
        /// Number of pictures, previews not counted.
        pictures: u32,
    },
    /// Floating-point samples without a declared range: this range was taken.
    AssumedRange {
        /// The sample that is read as black.
        low: f64,
        /// The sample that is read as white.
        high: f64,
    },
    /// No sample uses the upper bits, as when a camera of fewer bits wrote into wider samples. The
    /// full range was taken, so that the picture is dark.
    LowSamples {
        /// Bits that hold the largest sample.
        used_bits: u32,
        /// Bits a sample.
        bits: u32,
    },
    /// No sample of the product's normal pictures uses the upper bits: white is the largest number of
    /// these bits.
    ProductRange {
        /// Bits that hold white.
        used_bits: u32,
        /// Bits a sample.
        bits: u32,
    },
    /// Samples that are no number or infinite; they are read as black.
    NotFinite {
        /// Number of samples.
        samples: u64,
    },
    /// Samples below or above the range, read as its nearer end.
    OutOfRange {
        /// Number of samples.
        samples: u64,
        /// The sample that is read as black.
        low: f64,
        /// The sample that is read as white.
        high: f64,
    },
    /// Transparent or half transparent pixels; they were laid over black.
    Transparent {
        /// Share of the pixels, 0 to 1.
        share: f32,
    },
    /// Every pixel is fully transparent: the transparency was left out.
    TransparencyIgnored,
    /// Channels besides colour and transparency, which were left out.
    ExtraChannels {
        /// Number of channels.
        channels: u32,
    },
}

impl ImageNotice {
    /// Id of the message.
    pub fn message_id(&self) -> &'static str {
        match self {
            Self::SeveralPictures { .. } => "notice-picture-several",
            Self::AssumedRange { .. } => "notice-picture-assumed-range",
            Self::LowSamples { .. } => "notice-picture-low-samples",
            Self::ProductRange { .. } => "notice-picture-product-range",
            Self::NotFinite { .. } => "notice-picture-not-finite",
            Self::OutOfRange { .. } => "notice-picture-out-of-range",
            Self::Transparent { .. } => "notice-picture-transparent",
            Self::TransparencyIgnored => "notice-picture-transparency-ignored",
            Self::ExtraChannels { .. } => "notice-picture-extra-channels",
        }
    }

    /// Names and values of the message's variables.
    pub fn values(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::SeveralPictures { pictures } => vec![("count", pictures.to_string())],
            Self::AssumedRange { low, high } => {
                vec![("low", low.to_string()), ("high", high.to_string())]
            }
            Self::LowSamples { used_bits, bits } | Self::ProductRange { used_bits, bits } => {
                vec![("used", used_bits.to_string()), ("bits", bits.to_string())]
            }
            Self::NotFinite { samples } => vec![("count", samples.to_string())],
            Self::OutOfRange { samples, low, high } => vec![
                ("count", samples.to_string()),
                ("low", low.to_string()),
                ("high", high.to_string()),
            ],
            Self::Transparent { share } => vec![("percent", percent(*share))],
            Self::TransparencyIgnored => Vec::new(),
            Self::ExtraChannels { channels } => vec![("count", channels.to_string())],
        }
    }
}

/// A share as percent: whole numbers, but never 0 for what is there nor 100 for what is not all.
pub fn percent(share: f32) -> String {
    let percent = share * 100.0;
    match percent {
        percent if percent > 0.0 && percent < 1.0 => "< 1".to_owned(),
        percent if percent > 99.0 && percent < 100.0 => "> 99".to_owned(),
        percent => format!("{percent:.0}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_whole_percent_and_says_nothing_false() {
        for (share, text) in [
            (0.0, "0"),
            (0.0001, "< 1"),
            (0.5, "50"),
            (0.333, "33"),
            (0.9999, "> 99"),
            (1.0, "100"),
        ] {
            assert_eq!(percent(share), text, "{share}");
        }
    }

    #[test]
    fn a_camera_has_one_of_the_usual_numbers_of_bits() {
        for (used, bits) in
            [(1, Some(8)), (8, Some(8)), (9, Some(10)), (12, Some(12)), (13, Some(14)), (15, None)]
        {
            assert_eq!(SampleBits::holding(used).map(SampleBits::bits), bits, "{used}");
        }
    }

    #[test]
    fn traces_count_below_a_quality_of_85() {
        for (quality, expect) in [(30, true), (84, true), (85, false), (100, false)] {
            assert_eq!(JpegQuality(quality).leaves_traces(), expect, "{quality}");
        }
    }
}
