//! Grained brown leather under a low lamp: pebbles between creases, long wrinkles,
//! pores, and dye that took unevenly.

use std::f32::consts::FRAC_PI_2;

use image::{DynamicImage, RgbImage};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::defects::{Flaw, SOUND};
use super::noise::{fractal, mix, smoothstep, worley};
use super::shading::{Lamp, Plane, diffuse, highlight};
use super::world::{Picture, picture_of};

/// Side of a picture in pixels.
pub(super) const SIZE: usize = 256;
/// Reflectance of the dye in red, green and blue.
const DYE: [f32; 3] = [0.475, 0.315, 0.262];

/// What a piece of leather can have wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LeatherFlaw {
    Cut,
    Colour,
}

/// A piece of a hide and the light on it.
#[derive(Debug, Clone)]
struct Hide {
    seed: u32,
    /// Which way the skin was stretched.
    stretch: f32,
    lamp: Lamp,
    exposure: f32,
    /// Where on the endless hide this picture is.
    origin: [f32; 2],
}

impl Hide {
    fn new(rng: &mut ChaCha8Rng) -> Self {
        let mut near = |middle: f32, spread: f32| middle + rng.random_range(-spread..spread);
        Self {
            stretch: near(0.35, 0.25),
            lamp: Lamp { azimuth: near(-2.5, 0.08), elevation: near(0.72, 0.03) },
            exposure: near(1.0, 0.04),
            origin: [near(0.0, 3000.0), near(0.0, 3000.0)],
            seed: rng.random(),
        }
    }

    /// (height in pixels, how deep in a crease from 0 to 1) at a point.
    fn grain(&self, x: f32, y: f32) -> (f32, f32) {
        let seed = self.seed;
        let (x, y) = (x + self.origin[0], y + self.origin[1]);
        let (sin, cos) = self.stretch.sin_cos();
        let (u, v) = ((x * cos + y * sin) / 1.25, (y * cos - x * sin) * 1.08);
        // Creases are never straight: the plane is pushed about before it is cut up.
        let push = |salt: u32, scale: f32| fractal(seed ^ salt, x * scale, y * scale, 3);
        let (u, v) = (u + 9.0 * push(1, 0.030), v + 9.0 * push(2, 0.030));
        let (u, v) = (u + 2.0 * push(3, 0.13), v + 2.0 * push(4, 0.13));

        let crease = |salt: u32, scale: f32, width: f32| {
            let (nearest, second) = worley(seed ^ salt, u / scale, v / scale);
            ((-((second - nearest) * scale / width).powi(2)).exp(), nearest)
        };
        let (coarse, from_middle) = crease(11, 36.0, 3.4);
        let (medium, _) = crease(12, 21.0, 2.4);
        let (fine, fine_middle) = crease(13, 8.0, 1.5);
        // Some creases are deep, some hardly there.
        let depth = |salt: u32| {
            0.5 + 0.5 * (fractal(seed ^ salt, x * 0.022, y * 0.022, 2) * 1.8).clamp(-1.0, 1.0)
        };
        let coarse = coarse * mix(0.25, 0.95, depth(21));
        let medium = medium * mix(0.0, 0.6, depth(22));
        let fine = fine * mix(0.05, 0.32, depth(23));

        // Long wrinkles: where a smooth field crosses zero, two fields aslant.
        let wrinkle = |salt: u32, du: f32, dv: f32| {
            let field = fractal(seed ^ salt, u * du, v * dv, 2);
            let strength =
                smoothstep(-0.1, 0.5, fractal(seed ^ salt ^ 99, x * 0.012, y * 0.012, 2));
            (-(field / 0.055).powi(2)).exp() * strength
        };
        let wrinkles = wrinkle(31, 0.012, 0.040)
            .max(0.9 * wrinkle(32, 0.042, 0.011))
            .max(0.8 * wrinkle(33, 0.026, 0.030));

        let valley = coarse.max(medium);
        let pebble = 1.0 - (from_middle * 0.9).powi(2).min(1.0);
        let small = 1.0 - (fine_middle * 1.1).powi(2).min(1.0);
        let skin = fractal(seed ^ 41, x * 0.45, y * 0.45, 3);
        let sag = fractal(seed ^ 42, x * 0.028, y * 0.028, 2);
        // Creases sink in; wrinkles of the stretched skin stand up.
        let height =
            3.0 * pebble + 0.30 * small + 0.42 * skin + 4.5 * sag - 2.1 * valley - 0.6 * fine
                + 2.1 * wrinkles;
        (height, valley.max(fine * 0.6))
    }
}

/// Renders the leather of `piece_seed`, sound or with a flaw drawn from its own seed, as an
/// 8-bit RGB picture of [`SIZE`] × [`SIZE`] with the flaw's mask.
pub(super) fn render(piece_seed: u64, flaw: Option<(LeatherFlaw, u64)>) -> Picture {
    let mut rng = ChaCha8Rng::seed_from_u64(piece_seed);
    let hide = Hide::new(&mut rng);
    let flaw = flaw.map(|(kind, seed)| match kind {
        LeatherFlaw::Cut => Flaw::cut(SIZE as f32, seed),
        LeatherFlaw::Colour => Flaw::stain(SIZE as f32, seed),
    });
    let place = |index: usize| index as f32 + 0.5;
    let change =
        |x: usize, y: usize| flaw.as_ref().map_or(SOUND, |flaw| flaw.at(place(x), place(y)));
    let grain: Vec<(f32, f32)> =
        (0..SIZE * SIZE).map(|i| hide.grain(place(i % SIZE), place(i / SIZE))).collect();
    let relief = Plane::from_fn(SIZE, SIZE, |x, y| grain[y * SIZE + x].0 + change(x, y).height);
    let lit = relief.lit(hide.lamp, 6, 1.6);
    let light = hide.lamp.direction();
    let fill = Lamp { azimuth: hide.lamp.azimuth + FRAC_PI_2, elevation: 0.9 }.direction();

    // Light first, as one plane a colour: body light, and shine that has no colour of its own.
    let body = Plane::from_fn(SIZE, SIZE, |x, y| {
        let i = y * SIZE + x;
        let normal = relief.normal(x, y, 0.62);
        let key = diffuse(normal, light) * (0.72 + 0.28 * lit.values[i]);
        0.18 + 0.66 * key + 0.16 * diffuse(normal, fill) - 0.035 * grain[i].1
    });
    let shine = Plane::from_fn(SIZE, SIZE, |x, y| {
        let normal = relief.normal(x, y, 0.62);
        highlight(normal, light, 14.0) * lit.values[y * SIZE + x]
    });
    let colours = [0, 1, 2].map(|channel| {
        let mut sensor = Plane::from_fn(SIZE, SIZE, |x, y| {
            let i = y * SIZE + x;
            let (fx, fy) = (place(x) + hide.origin[0], place(y) + hide.origin[1]);
            let dye = 1.0
                + 0.05 * fractal(hide.seed ^ 51, fx * 0.03, fy * 0.03, 3)
                + 0.03 * fractal(hide.seed ^ 52, fx * 0.3, fy * 0.3, 2);
            let change = change(x, y);
            let across = (place(x) + place(y)) / (2.0 * SIZE as f32);
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
    let coverage = Plane::from_fn(SIZE, SIZE, |x, y| change(x, y).coverage);
    picture_of(DynamicImage::ImageRgb8(rgb), coverage.above(0.3))
}

#[cfg(test)]
mod tests {
    use super::super::world::tests_support::{assert_only_near_mask, share_inside};
    use super::*;

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
