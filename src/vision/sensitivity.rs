//! How much the score of a normal picture changes with the way it is taken and stored.

use image::codecs::jpeg::JpegEncoder;
use image::{ImageFormat, RgbImage};
use serde::{Deserialize, Serialize};

use super::capture::relit;
use fettle_domain::JpegQuality;

/// How the score of a normal picture changes with the way it is taken: the median ratio of its
/// score to that of the undisturbed picture.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Sensitivity {
    /// Light 15 % stronger.
    pub brighter: f32,
    /// Light 15 % weaker.
    pub darker: f32,
    /// Gaussian blur with a standard deviation of one pixel.
    pub blurred: f32,
    /// Moved by a hundredth of the shorter side in both directions.
    pub shifted: f32,
    /// Saved as JPEG; `None` in banks from before that was measured.
    #[serde(default)]
    pub compressed: Option<CompressedScores>,
}

/// How the score of a normal picture rises when it is saved as JPEG: the greatest ratio of its score
/// to that of the picture as it is.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct CompressedScores {
    /// At a quality of 75.
    pub fair: f32,
    /// At a quality of 50.
    pub strong: f32,
}

impl CompressedScores {
    /// The qualities that are tried.
    const TRIED: [JpegQuality; 2] = [JpegQuality(75), JpegQuality(50)];

    /// The greatest ratio of scores that a compression to `quality` accounts for, 1 and more: linear
    /// between the qualities tried, and no more below them.
    pub fn ratio(&self, quality: JpegQuality) -> f32 {
        let [fair, strong] = Self::TRIED.map(|quality| f32::from(quality.0));
        let none = f32::from(JpegQuality::TRACES_BELOW.0);
        let quality = f32::from(quality.0);
        let between = |from: (f32, f32), to: (f32, f32)| {
            from.1 + (to.1 - from.1) * ((from.0 - quality) / (from.0 - to.0)).clamp(0.0, 1.0)
        };
        let (at_fair, at_strong) = (self.fair.max(1.0), self.strong.max(1.0));
        match quality >= fair {
            true => between((none, 1.0), (fair, at_fair)),
            false => between((fair, at_fair), (strong, at_strong)),
        }
    }
}

impl Sensitivity {
    /// Change of the light that is tried.
    pub const LIGHT: f32 = 0.15;

    /// Number of disturbances.
    pub const DISTURBANCES: usize = 6;

    /// The disturbed pictures of `image`: brighter, darker, blurred, shifted, and as JPEG of two
    /// qualities.
    pub fn disturbed(image: &RgbImage) -> [RgbImage; Self::DISTURBANCES] {
        let (width, height) = image.dimensions();
        let by = (width.min(height) / 100).max(1);
        let shifted = RgbImage::from_fn(width, height, |x, y| {
            *image.get_pixel(x.saturating_sub(by), (y + by).min(height.saturating_sub(1)))
        });
        [
            relit(image, 1.0 + Self::LIGHT),
            relit(image, 1.0 - Self::LIGHT),
            image::imageops::blur(image, 1.0),
            shifted,
            recompressed(image, CompressedScores::TRIED[0]),
            recompressed(image, CompressedScores::TRIED[1]),
        ]
    }

    /// The ratios of the scores of disturbed pictures (in the order of [`Self::disturbed`]) to those
    /// of the plain ones; `None` without pictures.
    pub fn of(scores: &[(f32, [f32; Self::DISTURBANCES])]) -> Option<Self> {
        let sorted = |disturbance: usize| {
            let ratios = scores.iter().map(|(plain, disturbed)| disturbed[disturbance] / plain);
            let mut ratios: Vec<f32> = ratios.filter(|ratio| ratio.is_finite()).collect();
            ratios.sort_unstable_by(f32::total_cmp);
            ratios
        };
        let median = |disturbance: usize| {
            let ratios = sorted(disturbance);
            ratios.get(ratios.len() / 2).copied()
        };
        let greatest = |disturbance: usize| sorted(disturbance).last().copied();
        let compressed = greatest(4).zip(greatest(5));
        Some(Self {
            brighter: median(0)?,
            darker: median(1)?,
            blurred: median(2)?,
            shifted: median(3)?,
            compressed: compressed.map(|(fair, strong)| CompressedScores { fair, strong }),
        })
    }
}

/// `image` as it is after it was saved as a JPEG of `quality`.
fn recompressed(image: &RgbImage, quality: JpegQuality) -> RgbImage {
    let mut bytes = Vec::new();
    let encoder = JpegEncoder::new_with_quality(&mut bytes, quality.0);
    let saved = image.write_with_encoder(encoder);
    let read = saved.and_then(|()| image::load_from_memory_with_format(&bytes, ImageFormat::Jpeg));
    // Memory does not fail to be written, and what was written is read; a picture too large for a
    // JPEG stays as it is.
    read.map_or_else(|_| image.clone(), |read| read.into_rgb8())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capture::CaptureStats;
    use image::Rgb;

    /// A grey plate with lighter stripes, of this light.
    fn plate(light: f32) -> RgbImage {
        RgbImage::from_fn(120, 90, |x, _| {
            let grey = if x / 6 % 2 == 0 { 90.0 } else { 150.0 };
            Rgb([(grey * light) as u8; 3])
        })
    }

    #[test]
    fn sensitivity_is_the_median_ratio() {
        let scores = [
            (10.0, [13.0, 9.0, 11.0, 10.0, 11.0, 12.0]),
            (20.0, [24.0, 20.0, 30.0, 21.0, 20.0, 26.0]),
        ];
        let found = Sensitivity::of(&scores).unwrap();
        assert_eq!((found.brighter, found.darker, found.shifted), (1.3, 1.0, 1.05));
        let compressed = CompressedScores { fair: 1.1, strong: 1.3 };
        assert_eq!(found.compressed, Some(compressed));
        assert_eq!(Sensitivity::of(&[]), None);
        let [brighter, darker, blurred, shifted, fair, strong] =
            Sensitivity::disturbed(&plate(1.0));
        let lightness = |picture: &RgbImage| CaptureStats::of(picture, None).lightness;
        assert!(lightness(&brighter) > 1.1 * lightness(&plate(1.0)));
        assert!(lightness(&darker) < 0.9 * lightness(&plate(1.0)));
        assert_ne!(blurred, plate(1.0));
        let error = |picture: &RgbImage| {
            let pairs = picture.iter().zip(plate(1.0).into_raw());
            pairs.map(|(a, b)| u32::from(a.abs_diff(b))).sum::<u32>()
        };
        assert!(0 < error(&fair) && error(&fair) < error(&strong));
        assert_eq!(shifted.get_pixel(6, 0), plate(1.0).get_pixel(5, 0));
    }

    #[test]
    fn compression_accounts_for_a_score_as_far_as_it_was_measured() {
        let found = CompressedScores { fair: 1.1, strong: 1.35 };
        for (quality, ratio) in
            [(100, 1.0), (85, 1.0), (80, 1.05), (75, 1.1), (50, 1.35), (9, 1.35)]
        {
            let of = found.ratio(JpegQuality(quality));
            assert!((of - ratio).abs() < 1e-5, "{quality}: {of}");
        }
        // A score that falls with compression is not accounted for by it.
        assert_eq!(CompressedScores { fair: 0.9, strong: 0.8 }.ratio(JpegQuality(60)), 1.0);
    }
}
