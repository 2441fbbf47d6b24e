//! From a height map to what a camera would see: slopes, shadows, lens, sensor.

use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

use super::noise::gaussian;
use fettle_domain::Mask;

/// One number a pixel, row by row.
#[derive(Debug, Clone)]
pub(super) struct Plane {
    pub(super) width: usize,
    pub(super) height: usize,
    pub(super) values: Vec<f32>,
}

/// A distant lamp. Positions grow to the right and downwards; `z` is towards the camera.
#[derive(Debug, Clone, Copy)]
pub(super) struct Lamp {
    /// Where it stands, in radians from the x axis.
    pub(super) azimuth: f32,
    /// How high, in radians above the table.
    pub(super) elevation: f32,
}

impl Lamp {
    /// Unit vector towards the lamp.
    pub(super) fn direction(self) -> [f32; 3] {
        let flat = self.elevation.cos();
        [flat * self.azimuth.cos(), flat * self.azimuth.sin(), self.elevation.sin()]
    }
}

impl Plane {
    /// `value` at (column, row) for every pixel.
    pub(super) fn from_fn(
        width: usize,
        height: usize,
        value: impl Fn(usize, usize) -> f32 + Sync,
    ) -> Self {
        let values = (0..width * height)
            .into_par_iter()
            .with_min_len(4096)
            .map(|i| value(i % width, i / width))
            .collect();
        Self { width, height, values }
    }

    /// The value at a position, the border repeated outside.
    pub(super) fn at(&self, x: isize, y: isize) -> f32 {
        let x = x.clamp(0, self.width as isize - 1) as usize;
        let y = y.clamp(0, self.height as isize - 1) as usize;
        self.values[y * self.width + x]
    }

    /// The unit normal of this height map at a pixel; `relief` multiplies heights, which
    /// are in pixels.
    pub(super) fn normal(&self, x: usize, y: usize, relief: f32) -> [f32; 3] {
        let (x, y) = (x as isize, y as isize);
        let dx = (self.at(x + 1, y) - self.at(x - 1, y)) * 0.5 * relief;
        let dy = (self.at(x, y + 1) - self.at(x, y - 1)) * 0.5 * relief;
        let length = (dx * dx + dy * dy + 1.0).sqrt();
        [-dx / length, -dy / length, 1.0 / length]
    }

    /// How much of the lamp each pixel sees, 0 to 1, when the relief itself casts shadows up
    /// to `reach` pixels long. `softness` is the height, in pixels, over which a shadow fades.
    pub(super) fn lit(&self, lamp: Lamp, reach: usize, softness: f32) -> Self {
        let (step_x, step_y) = (lamp.azimuth.cos(), lamp.azimuth.sin());
        let climb = lamp.elevation.tan();
        Self::from_fn(self.width, self.height, |x, y| {
            let here = self.at(x as isize, y as isize);
            let blocked = (1..=reach)
                .map(|step| {
                    let step = step as f32;
                    let over = self.at(
                        (x as f32 + step * step_x).round() as isize,
                        (y as f32 + step * step_y).round() as isize,
                    );
                    over - here - step * climb
                })
                .fold(0.0, f32::max);
            1.0 - (blocked / softness).clamp(0.0, 1.0)
        })
    }

    /// Blurred by a Gaussian of `sigma` pixels.
    pub(super) fn blurred(&self, sigma: f32) -> Self {
        let reach = (sigma * 3.0).ceil() as isize;
        let weights: Vec<f32> =
            (-reach..=reach).map(|i| (-0.5 * (i as f32 / sigma).powi(2)).exp()).collect();
        let total: f32 = weights.iter().sum();
        let along = |plane: &Self, dx: isize, dy: isize| {
            Self::from_fn(plane.width, plane.height, |x, y| {
                let (x, y) = (x as isize, y as isize);
                (-reach..=reach)
                    .zip(&weights)
                    .map(|(i, weight)| weight * plane.at(x + i * dx, y + i * dy))
                    .sum::<f32>()
                    / total
            })
        };
        along(&along(self, 1, 0), 0, 1)
    }

    /// Half as wide and high, each pixel the mean of four.
    pub(super) fn halved(&self) -> Self {
        Self::from_fn(self.width / 2, self.height / 2, |x, y| {
            let (x, y) = (2 * x as isize, 2 * y as isize);
            (self.at(x, y) + self.at(x + 1, y) + self.at(x, y + 1) + self.at(x + 1, y + 1)) * 0.25
        })
    }

    /// Adds what a sensor adds: `read` noise everywhere and `shot` noise that grows with
    /// the root of the light. Values are 0 to 1.
    pub(super) fn add_sensor_noise(&mut self, rng: &mut ChaCha8Rng, read: f32, shot: f32) {
        for value in &mut self.values {
            let deviation = (read * read + shot * shot * value.max(0.0)).sqrt();
            *value += deviation * gaussian(rng);
        }
    }

    /// 0 to 1 as bytes.
    pub(super) fn to_bytes(&self) -> Vec<u8> {
        self.values.iter().map(|value| (value.clamp(0.0, 1.0) * 255.0).round() as u8).collect()
    }

    /// The pixels above `threshold`.
    pub(super) fn above(&self, threshold: f32) -> Mask {
        Mask {
            width: self.width as u32,
            height: self.height as u32,
            set: self.values.iter().map(|value| *value > threshold).collect(),
        }
    }
}

/// Lambert's law, scaled so that a level surface gets 1.
pub(super) fn diffuse(normal: [f32; 3], light: [f32; 3]) -> f32 {
    (dot(normal, light) / light[2]).max(0.0)
}

/// Blinn's highlight for a camera straight above, 0 to 1; larger `shine` is smaller and
/// sharper.
pub(super) fn highlight(normal: [f32; 3], light: [f32; 3], shine: f32) -> f32 {
    let half = [light[0], light[1], light[2] + 1.0];
    let length = dot(half, half).sqrt();
    (dot(normal, half) / length).max(0.0).powf(shine)
}

fn dot(a: [f32; 3], b: [f32; 3]) -> f32 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::f32::consts::{FRAC_PI_4, PI};

    #[test]
    fn a_step_throws_its_shadow_away_from_the_lamp() {
        // A wall at column 10, lamp at the left: the floor right of it is dark.
        let relief = Plane::from_fn(30, 3, |x, _| if x == 10 { 5.0 } else { 0.0 });
        let lit = relief.lit(Lamp { azimuth: PI, elevation: FRAC_PI_4 }, 8, 0.5);
        assert_eq!([lit.at(5, 1), lit.at(12, 1), lit.at(18, 1)], [1.0, 0.0, 1.0]);
    }

    #[test]
    fn a_slope_towards_the_lamp_is_brighter_than_a_level_and_a_slope_away_darker() {
        let light = Lamp { azimuth: PI, elevation: FRAC_PI_4 }.direction();
        let facing = |slope: f32| {
            diffuse(Plane::from_fn(5, 5, |x, _| x as f32 * slope).normal(2, 2, 1.0), light)
        };
        assert!((facing(0.0) - 1.0).abs() < 1e-6);
        assert!(facing(0.5) > 1.0 && facing(-0.5) < 1.0);
    }

    #[test]
    fn blurring_keeps_the_mean_of_the_middle_and_halving_averages() {
        let spot = Plane::from_fn(31, 31, |x, y| f32::from(u8::from(x == 15 && y == 15)));
        let sum: f32 = spot.blurred(2.0).values.iter().sum();
        assert!((sum - 1.0).abs() < 1e-3, "{sum}");
        assert_eq!(Plane::from_fn(2, 2, |x, y| (x + y) as f32).halved().values, [1.0]);
    }
}
