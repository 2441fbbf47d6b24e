//! How a picture was taken: its light and its focus, compared with the normal pictures of a bank.
//!
//! A change of light or focus moves every patch away from the bank, and the part looks defective
//! where it is not. Both are measured on the picture itself, so that the verdict can say what is
//! the matter instead of marking the whole part.

use image::RgbImage;
use serde::{Deserialize, Serialize};

use super::inspection_area::InspectionArea;
use super::thresholds::FEWEST_NORMALS;
use fettle_domain::{CaptureDeviation, JpegQuality};

/// Lightness beyond that of all normal pictures by less than this factor is no deviation: lots
/// differ by that much.
const LIGHT_MARGIN: f32 = 1.1;
/// Sharpness down to this share of the softest normal picture is no deviation: a Gaussian blur of
/// one pixel brings it to about 0.75.
const SHARPNESS_MARGIN: f32 = 0.85;
/// Lightness closer to the median normal picture than by this factor needs no correction.
const LIGHT_TOLERANCE: f32 = 1.03;
/// Weights of red, green and blue in the luma of ITU-R BT.601.
const LUMA: [f32; 3] = [0.299, 0.587, 0.114];
/// Mean squared gradient below which a tile is flat: it has no focus.
const FLAT: f64 = 1e-3;
/// Tiles across and down a picture.
const TILES: usize = 8;

/// Light and focus of a picture.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CaptureStats {
    /// Mean luma, 0 to 255.
    pub lightness: f32,
    /// Root mean square of the Laplacian over that of the gradient: independent of contrast and
    /// light, it falls with blur. The median over tiles of the picture, so that a defect, which is
    /// in few of them, does not pass for a change of focus. `None` for a picture without edges.
    pub sharpness: Option<f32>,
}

impl CaptureStats {
    /// Measures `image`, or only `area` of it.
    pub fn of(image: &RgbImage, area: Option<&InspectionArea>) -> Self {
        let (width, height) = (image.width() as usize, image.height() as usize);
        let luma: Vec<f32> = image
            .pixels()
            .map(|pixel| pixel.0.iter().zip(LUMA).map(|(v, w)| f32::from(*v) * w).sum())
            .collect();
        let inspected = area.map(|area| area.inspected(image.width(), image.height()));
        let is_inspected =
            |at: usize| inspected.as_ref().is_none_or(|mask| mask.set.get(at) == Some(&true));
        let (mut sum, mut count) = (0.0f64, 0u64);
        let mut tiles = [Edges::default(); TILES * TILES];
        for (at, value) in luma.iter().enumerate().filter(|(at, _)| is_inspected(*at)) {
            sum += f64::from(*value);
            count += 1;
            let (x, y) = (at % width, at / width);
            if x == 0 || y == 0 || x + 1 >= width || y + 1 >= height {
                continue;
            }
            let neighbours = [at - 1, at + 1, at - width, at + width];
            if !neighbours.iter().all(|at| is_inspected(*at)) {
                continue;
            }
            let [left, right, above, below] = neighbours.map(|at| luma[at]);
            let tile = &mut tiles[y * TILES / height * TILES + x * TILES / width];
            tile.pixels += 1;
            tile.second += f64::from(4.0 * value - left - right - above - below).powi(2);
            let (across, down) = (0.5 * (right - left), 0.5 * (below - above));
            tile.first += f64::from(across * across + down * down);
        }
        let mut sharpness: Vec<f32> = tiles.iter().filter_map(Edges::sharpness).collect();
        sharpness.sort_unstable_by(f32::total_cmp);
        Self {
            lightness: (sum / count.max(1) as f64) as f32,
            sharpness: sharpness.get(sharpness.len() / 2).copied(),
        }
    }
}

/// Sums of squared derivatives of the pixels of a tile.
#[derive(Debug, Clone, Copy, Default)]
struct Edges {
    pixels: u64,
    /// Of the first derivative (gradient).
    first: f64,
    /// Of the second derivative (Laplacian).
    second: f64,
}

impl Edges {
    /// `None` for a flat tile.
    fn sharpness(&self) -> Option<f32> {
        let mean = self.first / self.pixels.max(1) as f64;
        (mean > FLAT).then(|| (self.second / self.first).sqrt() as f32)
    }
}

/// Light and focus of the normal pictures of a bank, and how they were stored.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct CaptureRange {
    /// Lowest lightness.
    pub darkest: f32,
    /// Median lightness.
    pub median: f32,
    /// Highest lightness.
    pub brightest: f32,
    /// Lowest sharpness; `None` for pictures without edges.
    pub softest: Option<f32>,
    /// How strongly they were compressed; `None` in banks from before that was kept.
    #[serde(default)]
    pub compression: Option<NormalCompression>,
}

/// How strongly the normal pictures of a bank were compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NormalCompression {
    /// Not one of them.
    Never,
    /// The coarsest of them is a JPEG of this quality.
    Jpeg(JpegQuality),
}

impl NormalCompression {
    /// The compression of pictures of these qualities.
    pub fn of(qualities: impl IntoIterator<Item = Option<JpegQuality>>) -> Self {
        qualities.into_iter().flatten().min().map_or(Self::Never, Self::Jpeg)
    }

    fn coarser(self, other: Self) -> Self {
        match (self, other) {
            (Self::Jpeg(a), Self::Jpeg(b)) => Self::Jpeg(a.min(b)),
            (Self::Never, found) | (found, Self::Never) => found,
        }
    }

    /// Whether a picture of `quality` shows traces that these do not have.
    fn lacks_traces_of(self, quality: JpegQuality) -> bool {
        match self {
            Self::Never => quality.leaves_traces(),
            Self::Jpeg(coarsest) => quality.leaves_traces() && quality < coarsest,
        }
    }
}

impl CaptureRange {
    /// The range of `stats` of pictures with this `compression`; `None` of fewer pictures than a bank
    /// needs.
    pub fn of(stats: &[CaptureStats], compression: NormalCompression) -> Option<Self> {
        Self::of_any(stats, compression).filter(|_| stats.len() >= FEWEST_NORMALS)
    }

    /// The range of `stats`; `None` of no picture.
    fn of_any(stats: &[CaptureStats], compression: NormalCompression) -> Option<Self> {
        let mut lightness: Vec<f32> = stats.iter().map(|one| one.lightness).collect();
        lightness.sort_unstable_by(f32::total_cmp);
        let (Some(darkest), Some(brightest)) = (lightness.first(), lightness.last()) else {
            return None;
        };
        let sharpness = stats.iter().map(|one| one.sharpness);
        // One picture without edges makes the focus of others mean nothing.
        let softest = sharpness.reduce(|a, b| Some(a?.min(b?))).flatten();
        Some(Self {
            darkest: *darkest,
            median: lightness[lightness.len() / 2],
            brightest: *brightest,
            softest,
            compression: Some(compression),
        })
    }

    /// The range widened by further normal pictures, be it a single one.
    pub fn widened(self, stats: &[CaptureStats], compression: NormalCompression) -> Self {
        let Some(other) = Self::of_any(stats, compression) else { return self };
        Self {
            darkest: self.darkest.min(other.darkest),
            median: self.median,
            brightest: self.brightest.max(other.brightest),
            softest: self.softest.zip(other.softest).map(|(a, b)| a.min(b)),
            compression: self.compression.zip(other.compression).map(|(a, b)| a.coarser(b)),
        }
    }

    /// Whether a picture of `quality` shows traces of compression that these pictures do not have;
    /// `None` where their compression is not known.
    pub fn lacks_traces_of(&self, quality: JpegQuality) -> Option<bool> {
        self.compression.map(|normal| normal.lacks_traces_of(quality))
    }

    /// How a picture deviates from all of these.
    pub fn deviations(&self, stats: CaptureStats) -> Vec<CaptureDeviation> {
        let mut found = Vec::new();
        if stats.lightness > self.brightest * LIGHT_MARGIN {
            let ratio = stats.lightness / self.brightest.max(f32::MIN_POSITIVE);
            found.push(CaptureDeviation::Brighter { ratio });
        } else if stats.lightness < self.darkest / LIGHT_MARGIN {
            found.push(CaptureDeviation::Darker { ratio: stats.lightness / self.darkest });
        }
        if let Some((sharpness, softest)) = stats.sharpness.zip(self.softest)
            && sharpness < softest * SHARPNESS_MARGIN
        {
            found.push(CaptureDeviation::Blurred { ratio: sharpness / softest });
        }
        found
    }

    /// The factor that brings a picture to the light of the median normal picture, and the
    /// deviation that explains its score if the score is that of a normal part then; `None` where
    /// the light is that of the median picture already.
    pub fn correction(&self, stats: CaptureStats) -> Option<(f32, CaptureDeviation)> {
        let ratio = stats.lightness / self.median;
        if !(ratio.is_finite() && ratio > 0.0) {
            return None;
        }
        let deviation = if ratio > LIGHT_TOLERANCE {
            CaptureDeviation::Brighter { ratio }
        } else if ratio < 1.0 / LIGHT_TOLERANCE {
            CaptureDeviation::Darker { ratio }
        } else {
            return None;
        };
        Some((1.0 / ratio, deviation))
    }
}

/// `image` with all values times `factor`, up to white.
pub fn relit(image: &RgbImage, factor: f32) -> RgbImage {
    let mut changed = image.clone();
    for value in changed.iter_mut() {
        // `as` saturates.
        *value = (f32::from(*value) * factor).round() as u8;
    }
    changed
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::Rgb;

    /// A grey plate with lighter stripes, of this light.
    fn plate(light: f32) -> RgbImage {
        RgbImage::from_fn(120, 90, |x, _| {
            let grey = if x / 6 % 2 == 0 { 90.0 } else { 150.0 };
            Rgb([(grey * light) as u8; 3])
        })
    }

    fn range() -> CaptureRange {
        let stats = [0.95, 1.0, 1.05].map(|light| CaptureStats::of(&plate(light), None));
        CaptureRange::of(&stats, NormalCompression::Never).unwrap()
    }

    #[test]
    fn light_and_focus_outside_of_the_normal_pictures_are_named() {
        let blurred = image::imageops::blur(&plate(1.0), 1.0);
        // A dark stain over a sixth of the plate is no change of focus.
        let mut stained = plate(1.0);
        for (x, y) in (30..80).flat_map(|x| (20..56).map(move |y| (x, y))) {
            stained.put_pixel(x, y, Rgb([40; 3]));
        }
        // Picture, the messages of its deviations.
        let cases: [(RgbImage, &[&str]); 7] = [
            (stained, &[]),
            (plate(1.0), &[]),
            (plate(1.1), &[]),
            (plate(1.25), &["deviation-brighter"]),
            (plate(0.8), &["deviation-darker"]),
            (blurred.clone(), &["deviation-blurred"]),
            (relit(&blurred, 0.7), &["deviation-darker", "deviation-blurred"]),
        ];
        for (picture, expected) in cases {
            let found = range().deviations(CaptureStats::of(&picture, None));
            let ids: Vec<&str> = found.iter().map(|deviation| deviation.message_id()).collect();
            assert_eq!(ids, expected, "{found:?}");
            assert!(found.iter().all(|deviation| deviation.amount() > 0.0));
        }
    }

    #[test]
    fn a_picture_is_brought_to_the_light_of_the_normal_ones() {
        let stats = CaptureStats::of(&plate(1.3), None);
        let (factor, deviation) = range().correction(stats).unwrap();
        assert!(matches!(deviation, CaptureDeviation::Brighter { ratio } if ratio > 1.25));
        let corrected = CaptureStats::of(&relit(&plate(1.3), factor), None);
        assert!((corrected.lightness - range().median).abs() < 1.5, "{corrected:?}");
        assert_eq!(range().correction(CaptureStats::of(&plate(1.0), None)), None);
        assert!(range().correction(CaptureStats::of(&plate(0.0), None)).is_none());
    }

    #[test]
    fn contrast_and_light_do_not_change_the_sharpness_and_flat_pictures_have_none() {
        let sharpness = |picture: &RgbImage| CaptureStats::of(picture, None).sharpness;
        let (one, half) = (sharpness(&plate(1.0)).unwrap(), sharpness(&plate(0.5)).unwrap());
        assert!((one / half - 1.0).abs() < 0.02, "{one} {half}");
        let flat = RgbImage::from_pixel(20, 20, Rgb([9; 3]));
        assert_eq!(sharpness(&flat), None);
        assert_eq!(sharpness(&RgbImage::from_pixel(1, 1, Rgb([9; 3]))), None);
        let mixed = [&flat, &plate(1.0), &plate(1.0)].map(|one| CaptureStats::of(one, None));
        assert_eq!(CaptureRange::of(&mixed, NormalCompression::Never).unwrap().softest, None);
        assert_eq!(CaptureRange::of(&mixed[..2], NormalCompression::Never), None);
    }

    #[test]
    fn one_further_normal_picture_widens_the_range() {
        let bright = plate(1.4);
        let stats = CaptureStats::of(&bright, None);
        assert_ne!(range().deviations(stats), []);
        let wide = range().widened(&[stats], NormalCompression::Jpeg(JpegQuality(70)));
        assert_eq!(wide.deviations(stats), []);
        assert_eq!((wide.darkest, wide.median), (range().darkest, range().median));
        assert_eq!(wide.lacks_traces_of(JpegQuality(75)), Some(false));
        assert_eq!(range().widened(&[], NormalCompression::Never), range());
    }

    #[test]
    fn pictures_lack_the_traces_of_what_is_coarser_than_all_of_them() {
        let jpeg = |quality| Some(JpegQuality(quality));
        // Qualities of the normal pictures, quality of another, whether its traces are unknown.
        let cases = [
            (vec![None, None], 75, true),
            (vec![None, None], 90, false),
            (vec![None, jpeg(70)], 75, false),
            (vec![jpeg(95), jpeg(90)], 75, true),
            (vec![jpeg(95), jpeg(90)], 86, false),
        ];
        for (normal, quality, expected) in cases {
            let range = CaptureRange {
                compression: Some(NormalCompression::of(normal.clone())),
                ..range()
            };
            let found = range.lacks_traces_of(JpegQuality(quality));
            assert_eq!(found, Some(expected), "{normal:?} {quality}");
        }
        let old = CaptureRange { compression: None, ..range() };
        assert_eq!(old.lacks_traces_of(JpegQuality(30)), None);
        let stats = CaptureStats::of(&plate(1.0), None);
        let both = old.widened(&[stats], NormalCompression::Never);
        assert_eq!(both.compression, None, "of the old pictures nothing is known");
    }
}
