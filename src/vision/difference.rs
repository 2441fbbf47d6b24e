//! Colour difference between the part and the normal image registered to it.

use image::{GrayImage, RgbImage};
use rayon::prelude::*;

use super::Result;
use super::error::same_size;
use fettle_domain::Mask;

/// Colour difference drawn white, in units of CIE 1976 L\*a\*b\*, of which about 2 are just
/// noticeable. Fixed, so that two difference images can be compared.
const WHITE: f32 = 50.0;

/// Gains of light that are accepted; beyond them the images differ by more than light.
const GAINS: std::ops::RangeInclusive<f32> = 0.5..=2.0;

/// Image of the colour difference (CIE 1976 ΔE) between `part` and `normal`: 0 is black, 50 and
/// above white. `normal` is registered to `part` and covers the pixels of `covered`; the others are
/// black. Light is equalised first: mean and standard deviation of L\*, and the means of a\* and
/// b\*, of the normal image are brought to those of the part.
///
/// # Errors
/// [`super::VisionError::Size`] where the images differ in size.
pub fn difference(part: &RgbImage, normal: &RgbImage, covered: &Mask) -> Result<GrayImage> {
    same_size("width of the normal picture", part.width() as usize, normal.width() as usize)?;
    same_size("height of the normal picture", part.height() as usize, normal.height() as usize)?;
    same_size("flags of the covered pixels", part.as_raw().len() / 3, covered.set.len())?;
    let lab = Lab::new();
    let (of_part, of_normal) =
        (LabStatistics::of(&lab, part, covered), LabStatistics::of(&lab, normal, covered));
    let gain =
        if of_normal.deviation > 0.0 { of_part.deviation / of_normal.deviation } else { 1.0 };
    let gain = gain.clamp(*GAINS.start(), *GAINS.end());
    let mut drawn = GrayImage::new(part.width(), part.height());
    drawn
        .par_iter_mut()
        .zip(part.as_raw().par_chunks_exact(3))
        .zip(normal.as_raw().par_chunks_exact(3))
        .zip(&covered.set)
        .filter(|(_, covered)| **covered)
        .for_each(|(((drawn, part), normal), _)| {
            let (part, normal) = (lab.of(part), lab.of(normal));
            let mut square = 0.0;
            for channel in 0..3 {
                let gain = if channel == 0 { gain } else { 1.0 };
                let equalised =
                    (normal[channel] - of_normal.mean[channel]) * gain + of_part.mean[channel];
                square += (part[channel] - equalised).powi(2);
            }
            *drawn = (square.sqrt() / WHITE * 255.0).round().min(255.0) as u8;
        });
    Ok(drawn)
}

/// Pixels from which the light is measured, about: enough for a mean, few of a large image.
const SAMPLED: usize = 1 << 20;

/// Mean of each channel and standard deviation of L\*.
#[derive(Default)]
struct LabStatistics {
    mean: [f32; 3],
    deviation: f32,
}

impl LabStatistics {
    /// Statistics of the covered pixels of an image, or of a sample of them.
    fn of(lab: &Lab, picture: &RgbImage, covered: &Mask) -> Self {
        let (count, sums, squares) = picture
            .as_raw()
            .par_chunks_exact(3)
            .zip(&covered.set)
            .step_by((covered.set.len() / SAMPLED).max(1))
            .filter(|(_, covered)| **covered)
            .map(|(pixel, _)| {
                let lab = lab.of(pixel).map(f64::from);
                (1.0, lab, lab[0] * lab[0])
            })
            .reduce(
                || (0.0, [0.0; 3], 0.0),
                |a, b| (a.0 + b.0, std::array::from_fn(|i| a.1[i] + b.1[i]), a.2 + b.2),
            );
        if count == 0.0 {
            return Self::default();
        }
        let mean = sums.map(|sum| sum / count);
        let deviation = (squares / count - mean[0] * mean[0]).max(0.0).sqrt();
        Self { mean: mean.map(|mean| mean as f32), deviation: deviation as f32 }
    }
}

/// Conversion from sRGB to CIE 1976 L\*a\*b\* under D65, by tables.
struct Lab {
    /// Linear value of each byte.
    linear: Vec<f32>,
    /// The function f of the standard (a cube root) at [`STEPS`] + 1 points from 0 to 1.
    root: Vec<f32>,
}

/// Steps of the table of cube roots.
const STEPS: usize = 4096;

impl Lab {
    fn new() -> Self {
        let linear = (0..=255u8).map(|byte| {
            let value = f32::from(byte) / 255.0;
            if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
        });
        let root = (0..=STEPS).map(|step| {
            let t = step as f32 / STEPS as f32;
            if t > 216.0 / 24389.0 { t.cbrt() } else { (24389.0 / 27.0 * t + 16.0) / 116.0 }
        });
        Self { linear: linear.collect(), root: root.collect() }
    }

    /// L\*, a\* and b\* of a pixel: red, green, blue.
    fn of(&self, pixel: &[u8]) -> [f32; 3] {
        let [r, g, b] = std::array::from_fn(|i| self.linear[usize::from(pixel[i])]);
        let f = |value: f32| {
            let at = value.clamp(0.0, 1.0) * STEPS as f32;
            let first = (at as usize).min(STEPS - 1);
            self.root[first] + (self.root[first + 1] - self.root[first]) * (at - first as f32)
        };
        let x = f((0.412_456_4 * r + 0.357_576_1 * g + 0.180_437_5 * b) / 0.950_47);
        let y = f(0.212_672_9 * r + 0.715_152_2 * g + 0.072_175 * b);
        let z = f((0.019_333_9 * r + 0.119_192 * g + 0.950_304_1 * b) / 1.088_83);
        [116.0 * y - 16.0, 500.0 * (x - y), 200.0 * (y - z)]
    }
}

#[cfg(test)]
mod tests {
    use image::Rgb;

    use super::*;

    #[test]
    fn colours_are_where_cie_puts_them() {
        let cases = [
            ([255, 255, 255], [100.0, 0.0, 0.0]),
            ([0, 0, 0], [0.0, 0.0, 0.0]),
            ([255, 0, 0], [53.24, 80.09, 67.20]),
            ([119, 119, 119], [50.03, 0.0, 0.0]),
            ([0, 0, 255], [32.30, 79.19, -107.86]),
        ];
        let lab = Lab::new();
        for (rgb, expected) in cases {
            for (got, expected) in lab.of(&rgb).into_iter().zip(expected) {
                assert!((got - expected).abs() < 0.1, "{rgb:?}: {:?}", lab.of(&rgb));
            }
        }
    }

    #[test]
    fn light_is_equalised_and_a_stain_stays() {
        let texture = |x: u32, y: u32| 90 + (x * 7 + y * 3) as u8 % 40;
        let part = RgbImage::from_fn(64, 64, |x, y| Rgb([texture(x, y) + 30; 3]));
        let mut stained = part.clone();
        for (x, y) in [(10, 10), (11, 10), (10, 11)] {
            stained.put_pixel(x, y, Rgb([230, 40, 40]));
        }
        let normal = RgbImage::from_fn(64, 64, |x, y| Rgb([texture(x, y); 3]));
        let mut covered = Mask { width: 64, height: 64, set: vec![true; 64 * 64] };
        covered.set[0] = false;
        let drawn = difference(&stained, &normal, &covered).unwrap();
        assert_eq!((drawn.get_pixel(10, 10).0, drawn.get_pixel(0, 0).0), ([255], [0]));
        let elsewhere: Vec<u8> = drawn
            .enumerate_pixels()
            .filter(|(x, y, _)| *x > 12 || *y > 12)
            .map(|p| p.2.0[0])
            .collect();
        assert!(elsewhere.iter().all(|value| *value < 16), "{:?}", elsewhere.iter().max());
        // The same image twice.
        let none = difference(&part, &part, &covered).unwrap();
        assert!(none.pixels().all(|pixel| pixel.0 == [0]));
        let nothing = Mask { width: 64, height: 64, set: vec![false; 64 * 64] };
        assert!(difference(&part, &normal, &nothing).is_ok());
        assert!(difference(&part, &RgbImage::new(64, 63), &covered).is_err());
    }
}
