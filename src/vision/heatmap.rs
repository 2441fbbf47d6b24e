//! Heatmaps: scores as colours. Every function takes the fixed [`HeatmapScale`] of the product: a
//! map is never stretched to its own maximum, or a good part would glow red, too.

use image::{GrayImage, Luma, Rgb, RgbImage};
use rayon::prelude::*;

use super::error::same_size;
use super::{Result, VisionError};
use fettle_domain::{AnomalyMap, HeatmapScale, Mask};

/// Position of a score on the scale: 0 at or below `low`, 1 at or above `high`. A score that is not
/// a number is at 0.
pub fn position(score: f32, scale: HeatmapScale) -> f32 {
    let span = scale.high - scale.low;
    let position = if span > 0.0 { (score - scale.low) / span } else { 0.0 };
    if position.is_nan() { 0.0 } else { position.clamp(0.0, 1.0) }
}

/// Colour of Google's Turbo colormap at `position`, 0 to 1: the polynomial approximation (Mikhailov
/// 2019, Apache-2.0), dark blue over green to dark red.
pub fn turbo(position: f32) -> Rgb<u8> {
    const RED: [f32; 6] =
        [0.135_721_38, 4.615_392_6, -42.660_32, 132.131_08, -152.942_4, 59.286_38];
    const GREEN: [f32; 6] =
        [0.091_402_61, 2.194_188_4, 4.842_966_6, -14.185_033, 4.277_298_6, 2.829_566];
    const BLUE: [f32; 6] = [0.106_673_3, 12.641_946, -60.582_05, 110.362_77, -89.903_11, 27.348_25];
    let x = position.clamp(0.0, 1.0);
    let channel = |factors: [f32; 6]| {
        let value = factors.iter().rev().fold(0.0, |sum, factor| sum * x + factor);
        (value.clamp(0.0, 1.0) * 255.0).round() as u8
    };
    Rgb([channel(RED), channel(GREEN), channel(BLUE)])
}

/// Table of 256 colours: an image has many more pixels.
fn table() -> Vec<Rgb<u8>> {
    (0..=255u8).map(|i| turbo(f32::from(i) / 255.0)).collect()
}

/// Index of the table at a position, 0 to 1.
fn index(position: f32) -> usize {
    (position * 255.0).round() as usize
}

/// The heatmap of `map`, pixel for pixel.
///
/// # Errors
/// [`VisionError::Size`] where the map's scores are not width × height.
pub fn heatmap(map: &AnomalyMap, scale: HeatmapScale) -> Result<RgbImage> {
    let table = table();
    let colours = map.scores.iter().flat_map(|score| table[index(position(*score, scale))].0);
    rgb_image(map.width, map.height, colours.collect())
}

/// The heatmap of `map` over `image`. A normal pixel stays as photographed; the opacity of the
/// colour grows with the score up to `strength`, 0 to 1.
///
/// # Errors
/// [`VisionError::Size`] where map and image differ in size.
pub fn overlay(
    image: &RgbImage,
    map: &AnomalyMap,
    scale: HeatmapScale,
    strength: f32,
) -> Result<RgbImage> {
    same_size("width of the anomaly map", image.width() as usize, map.width as usize)?;
    same_size("height of the anomaly map", image.height() as usize, map.height as usize)?;
    same_size("scores of the anomaly map", image.as_raw().len() / 3, map.scores.len())?;
    let table = table();
    let mut mixed = image.clone();
    mixed.par_chunks_exact_mut(3).zip(&map.scores).for_each(|(pixel, score)| {
        let position = position(*score, scale);
        // Full strength from two fifths of the scale on, the position of the pixel threshold.
        let opacity = strength.clamp(0.0, 1.0) * (position * 2.5).min(1.0);
        for (value, colour) in pixel.iter_mut().zip(table[index(position)].0) {
            let mixed = f32::from(*value) * (1.0 - opacity) + f32::from(colour) * opacity;
            *value = mixed.round() as u8;
        }
    });
    Ok(mixed)
}

/// The mask as an image: 255 where set, else 0.
///
/// # Errors
/// [`VisionError::Size`] where the mask's flags are not width × height.
pub fn mask_image(mask: &Mask) -> Result<GrayImage> {
    let pixels: Vec<u8> = mask.set.iter().map(|set| if *set { 255 } else { 0 }).collect();
    let got = pixels.len();
    let expected = mask.width as usize * mask.height as usize;
    let image = GrayImage::from_raw(mask.width, mask.height, pixels);
    image.ok_or(VisionError::Size { what: "flags of the mask", expected, got })
}

/// The mask of an image: set where the value is above 127. Reads back the result of [`mask_image`].
pub fn mask_of_image(image: &GrayImage) -> Mask {
    let set = image.pixels().map(|Luma([value])| *value > 127).collect();
    Mask { width: image.width(), height: image.height(), set }
}

/// An image of these bytes, which are of an anomaly map.
fn rgb_image(width: u32, height: u32, bytes: Vec<u8>) -> Result<RgbImage> {
    let (got, expected) = (bytes.len() / 3, width as usize * height as usize);
    same_size("scores of the anomaly map", expected, got)?;
    let size = VisionError::Size { what: "scores of the anomaly map", expected, got };
    RgbImage::from_raw(width, height, bytes).ok_or(size)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCALE: HeatmapScale = HeatmapScale { low: 2.0, high: 12.0 };

    #[test]
    fn a_score_has_one_position_on_the_scale() {
        let cases = [(0.0, 0.0), (2.0, 0.0), (7.0, 0.5), (12.0, 1.0), (99.0, 1.0), (f32::NAN, 0.0)];
        for (score, expected) in cases {
            assert_eq!(position(score, SCALE), expected, "{score}");
        }
        assert_eq!(position(5.0, HeatmapScale { low: 1.0, high: 1.0 }), 0.0);
    }

    #[test]
    fn turbo_runs_from_blue_over_green_to_red() {
        let strongest = |position: f32| {
            let Rgb(colour) = turbo(position);
            (0..3).max_by_key(|c| colour[*c]).unwrap()
        };
        assert_eq!([0.1, 0.2, 0.5, 0.8, 0.95].map(strongest), [2, 2, 1, 0, 0]);
        // The ends of the published table are (48, 18, 59) and (122, 4, 2); the polynomial
        // stays near them.
        for (position, expected) in [(0.0, [48, 18, 59]), (1.0, [122, 4, 2])] {
            for (ours, theirs) in turbo(position).0.into_iter().zip(expected) {
                assert!((i32::from(ours) - theirs).abs() < 40, "{:?}", turbo(position));
            }
        }
    }

    #[test]
    fn colours_do_not_depend_on_the_rest_of_the_map() {
        let quiet = AnomalyMap { width: 2, height: 1, scores: vec![3.0, 4.0] };
        let loud = AnomalyMap { width: 2, height: 1, scores: vec![3.0, 40.0] };
        let (quiet, loud) = (heatmap(&quiet, SCALE).unwrap(), heatmap(&loud, SCALE).unwrap());
        assert_eq!(quiet.get_pixel(0, 0), loud.get_pixel(0, 0));
        assert_ne!(quiet.get_pixel(1, 0), loud.get_pixel(1, 0));
    }

    #[test]
    fn the_overlay_leaves_normal_pixels_alone() {
        let image = RgbImage::from_pixel(3, 1, Rgb([90, 100, 110]));
        let map = AnomalyMap { width: 3, height: 1, scores: vec![1.0, 6.0, 12.0] };
        let mixed = overlay(&image, &map, SCALE, 0.6).unwrap();
        assert_eq!(mixed.get_pixel(0, 0), image.get_pixel(0, 0));
        assert_ne!(mixed.get_pixel(1, 0), image.get_pixel(1, 0));
        let Rgb(hot) = turbo(1.0);
        let expected = [90u8, 100, 110].map(f32::from).iter().zip(hot).fold(
            Vec::new(),
            |mut all, (value, hot)| {
                all.push((value * 0.4 + f32::from(hot) * 0.6).round() as u8);
                all
            },
        );
        assert_eq!(mixed.get_pixel(2, 0).0.to_vec(), expected);
    }

    #[test]
    fn sizes_that_differ_are_refused() {
        let map = AnomalyMap { width: 2, height: 2, scores: vec![0.0; 3] };
        assert!(matches!(heatmap(&map, SCALE), Err(VisionError::Size { .. })));
        assert!(matches!(
            overlay(&RgbImage::new(2, 2), &map, SCALE, 0.5),
            Err(VisionError::Size { .. })
        ));
        assert!(mask_image(&Mask { width: 2, height: 2, set: vec![true] }).is_err());
        let mask = Mask { width: 2, height: 1, set: vec![true, false] };
        assert_eq!(mask_of_image(&mask_image(&mask).unwrap()), mask);
    }
}
