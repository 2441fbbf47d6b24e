//! Pictures of grained brown leather under a low light: pebbles between creases, long wrinkles,
//! pores, uneven dye.

use std::f32::consts::FRAC_PI_2;

use image::{DynamicImage, RgbImage};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::defects::{Flaw, NO_CHANGE};
use super::noise::{fbm, lerp, smoothstep, worley};
use super::picture::Picture;
use super::shading::{DirectionalLight, FloatImage, diffuse, highlight};
use super::surface::LeatherFlaw;

/// Side of a picture in pixels.
pub(super) const SIZE: usize = 256;
/// Reflectance of the dye in red, green and blue.
const DYE: [f32; 3] = [0.475, 0.315, 0.262];

/// A piece of a hide and its lighting.
#[derive(Debug, Clone)]
struct Hide {
    seed: u32,
    /// Direction in which the skin was stretched, in radians.
    stretch: f32,
    key_light: DirectionalLight,
    exposure: f32,
    /// Position of the picture on the endless hide, in pixels.
    origin: [f32; 2],
}

impl Hide {
    fn new(rng: &mut ChaCha8Rng) -> Self {
        let mut near = |middle: f32, spread: f32| middle + rng.random_range(-spread..spread);
        Self {
            stretch: near(0.35, 0.25),
            key_light: DirectionalLight { azimuth: near(-2.5, 0.08), elevation: near(0.72, 0.03) },
            exposure: near(1.0, 0.04),
            origin: [near(0.0, 3000.0), near(0.0, 3000.0)],
            seed: rng.random(),
        }
    }

    /// Height in pixels and depth in a crease (0 to 1) at a point.
    fn grain(&self, x: f32, y: f32) -> (f32, f32) {
        let seed = self.seed;
        let (x, y) = (x + self.origin[0], y + self.origin[1]);
        let (sin, cos) = self.stretch.sin_cos();
        let (u, v) = ((x * cos + y * sin) / 1.25, (y * cos - x * sin) * 1.08);
        // Creases are never straight: positions are warped before the cellular noise.
        let warp = |salt: u32, scale: f32| fbm(seed ^ salt, x * scale, y * scale, 3);
        let (u, v) = (u + 9.0 * warp(1, 0.030), v + 9.0 * warp(2, 0.030));
        let (u, v) = (u + 2.0 * warp(3, 0.13), v + 2.0 * warp(4, 0.13));

        let crease = |salt: u32, scale: f32, width: f32| {
            let (nearest, second) = worley(seed ^ salt, u / scale, v / scale);
            ((-((second - nearest) * scale / width).powi(2)).exp(), nearest)
        };
        let (coarse, from_middle) = crease(11, 36.0, 3.4);
        let (medium, _) = crease(12, 21.0, 2.4);
        let (fine, fine_middle) = crease(13, 8.0, 1.5);
        // Creases differ in depth.
        let depth = |salt: u32| {
            0.5 + 0.5 * (fbm(seed ^ salt, x * 0.022, y * 0.022, 2) * 1.8).clamp(-1.0, 1.0)
        };
        let coarse = coarse * lerp(0.25, 0.95, depth(21));
        let medium = medium * lerp(0.0, 0.6, depth(22));
        let fine = fine * lerp(0.05, 0.32, depth(23));

        // Long wrinkles: the zero crossings of smooth fields.
        let wrinkle = |salt: u32, du: f32, dv: f32| {
            let field = fbm(seed ^ salt, u * du, v * dv, 2);
            let strength = smoothstep(-0.1, 0.5, fbm(seed ^ salt ^ 99, x * 0.012, y * 0.012, 2));
            (-(field / 0.055).powi(2)).exp() * strength
        };
        let wrinkles = wrinkle(31, 0.012, 0.040)
            .max(0.9 * wrinkle(32, 0.042, 0.011))
            .max(0.8 * wrinkle(33, 0.026, 0.030));

        let valley = coarse.max(medium);
        let pebble = 1.0 - (from_middle * 0.9).powi(2).min(1.0);
        let small = 1.0 - (fine_middle * 1.1).powi(2).min(1.0);
        let skin = fbm(seed ^ 41, x * 0.45, y * 0.45, 3);
        let sag = fbm(seed ^ 42, x * 0.028, y * 0.028, 2);
        // Creases are valleys; wrinkles of the stretched skin are ridges.
        let height =
            3.0 * pebble + 0.30 * small + 0.42 * skin + 4.5 * sag - 2.1 * valley - 0.6 * fine
                + 2.1 * wrinkles;
        (height, valley.max(fine * 0.6))
    }
}

/// Renders the leather of `piece_seed` as an 8-bit RGB picture of [`SIZE`] × [`SIZE`] pixels, sound
/// or with a defect of its own seed, and the mask of the defect.
pub(super) fn render(piece_seed: u64, flaw: Option<(LeatherFlaw, u64)>) -> Picture {
    let mut rng = ChaCha8Rng::seed_from_u64(piece_seed);
    let hide = Hide::new(&mut rng);
    let flaw = flaw.map(|(kind, seed)| match kind {
        LeatherFlaw::Cut => Flaw::cut(SIZE as f32, seed),
        LeatherFlaw::Colour => Flaw::stain(SIZE as f32, seed),
    });
    let position = |index: usize| index as f32 + 0.5;
    let change = |x: usize, y: usize| {
        flaw.as_ref().map_or(NO_CHANGE, |flaw| flaw.at(position(x), position(y)))
    };
    let grain: Vec<(f32, f32)> =
        (0..SIZE * SIZE).map(|i| hide.grain(position(i % SIZE), position(i / SIZE))).collect();
    let relief =
        FloatImage::from_fn(SIZE, SIZE, |x, y| grain[y * SIZE + x].0 + change(x, y).height);
    let visible = relief.visibility(hide.key_light, 6, 1.6);
    let light = hide.key_light.direction();
    let fill = DirectionalLight { azimuth: hide.key_light.azimuth + FRAC_PI_2, elevation: 0.9 }
        .direction();

    // Diffuse light, which the dye colours, and specular light, which it does not.
    let body = FloatImage::from_fn(SIZE, SIZE, |x, y| {
        let i = y * SIZE + x;
        let normal = relief.normal(x, y, 0.62);
        let key = diffuse(normal, light) * (0.72 + 0.28 * visible.values[i]);
        0.18 + 0.66 * key + 0.16 * diffuse(normal, fill) - 0.035 * grain[i].1
    });
    let shine = FloatImage::from_fn(SIZE, SIZE, |x, y| {
        let normal = relief.normal(x, y, 0.62);
        highlight(normal, light, 14.0) * visible.values[y * SIZE + x]
    });
    let colours = [0, 1, 2].map(|channel| {
        let mut sensor = FloatImage::from_fn(SIZE, SIZE, |x, y| {
            let i = y * SIZE + x;
            let (fx, fy) = (position(x) + hide.origin[0], position(y) + hide.origin[1]);
            let dye = 1.0
                + 0.05 * fbm(hide.seed ^ 51, fx * 0.03, fy * 0.03, 3)
                + 0.03 * fbm(hide.seed ^ 52, fx * 0.3, fy * 0.3, 2);
            let change = change(x, y);
            let across = (position(x) + position(y)) / (2.0 * SIZE as f32);
            let lamp_side = 1.03 - 0.06 * across;
            let matt = 1.0 - 0.8 * change.coverage;
            (DYE[channel] * dye * change.tint[channel] * body.values[i]
                + 0.09 * shine.values[i] * matt)
                * lamp_side
                * hide.exposure
        })
        .blurred(0.6);
        sensor.add_sensor_noise(&mut rng, 0.005, 0.010);
        sensor.to_bytes()
    });
    let [red, green, blue] = colours;
    let bytes = red.iter().zip(&green).zip(&blue).flat_map(|((r, g), b)| [*r, *g, *b]).collect();
    let rgb = RgbImage::from_raw(SIZE as u32, SIZE as u32, bytes).unwrap_or_default();
    let coverage = FloatImage::from_fn(SIZE, SIZE, |x, y| change(x, y).coverage);
    Picture { image: DynamicImage::ImageRgb8(rgb), mask: coverage.above(0.3) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mask_checks::{assert_only_near_mask, share_inside};

    #[test]
    fn a_flaw_changes_the_picture_only_around_its_mask() {
        for seed in 0..3 {
            let sound = render(seed, None);
            assert_eq!(sound.mask.share(), 0.0);
            for flaw in [LeatherFlaw::Cut, LeatherFlaw::Colour] {
                let flawed = render(seed, Some((flaw, seed + 900)));
                assert_only_near_mask(&sound, &flawed, 24, &format!("{flaw:?} {seed}"));
            }
        }
    }

    #[test]
    fn masks_lie_in_the_picture_away_from_its_border() {
        let size = SIZE as f32;
        for flaw in [LeatherFlaw::Cut, LeatherFlaw::Colour] {
            for seed in 0..12 {
                let mask = render(5, Some((flaw, seed))).mask;
                let within = |x: f32, y: f32| x.min(y) > 6.0 && x.max(y) < size - 6.0;
                assert_eq!(share_inside(&mask, within), Some(1.0), "{flaw:?} {seed}");
            }
        }
    }

    #[test]
    fn pieces_of_one_hide_differ_and_a_seed_always_gives_the_same_piece() {
        let [a, b, again] = [1, 2, 1].map(|seed| render(seed, None).image.to_rgb8());
        assert_eq!(a, again);
        assert_ne!(a, b);
        // Brown: red over green over blue.
        let mean = |channel: usize| {
            a.pixels().map(|p| f64::from(p[channel])).sum::<f64>()
                / f64::from(a.width() * a.height())
        };
        assert!(
            mean(0) > mean(1) + 20.0 && mean(1) > mean(2),
            "{} {} {}",
            mean(0),
            mean(1),
            mean(2)
        );
    }
}
