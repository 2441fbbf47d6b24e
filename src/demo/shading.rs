//! Shading of height maps: normals, shadows, reflection, lens and sensor.

use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

use super::noise::gaussian;
use fettle_domain::Mask;

/// An image of one `f32` a pixel, row by row: a height map, a light map or a channel.
#[derive(Debug, Clone)]
pub(super) struct FloatImage {
    pub(super) width: usize,
    pub(super) height: usize,
    pub(super) values: Vec<f32>,
}

/// A distant light. The x axis points to the right, y downwards, z to the camera.
#[derive(Debug, Clone, Copy)]
pub(super) struct DirectionalLight {
    /// Direction in the image plane, in radians from the x axis.
    pub(super) azimuth: f32,
    /// Angle above the image plane, in radians.
    pub(super) elevation: f32,
}

impl DirectionalLight {
    /// Unit vector towards the light.
    pub(super) fn direction(self) -> [f32; 3] {
        let flat = self.elevation.cos();
        [flat * self.azimuth.cos(), flat * self.azimuth.sin(), self.elevation.sin()]
    }
}

impl FloatImage {
    /// The image with `value(column, row)` at each pixel.
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

    /// The value at a position; outside, the value of the nearest border pixel.
    pub(super) fn at(&self, x: isize, y: isize) -> f32 {
        let x = x.clamp(0, self.width as isize - 1) as usize;
        let y = y.clamp(0, self.height as isize - 1) as usize;
        self.values[y * self.width + x]
    }

    /// The unit normal of this height map at a pixel. Heights are in pixels and multiplied by
    /// `relief`.
    pub(super) fn normal(&self, x: usize, y: usize, relief: f32) -> [f32; 3] {
        let (x, y) = (x as isize, y as isize);
        let dx = (self.at(x + 1, y) - self.at(x - 1, y)) * 0.5 * relief;
        let dy = (self.at(x, y + 1) - self.at(x, y - 1)) * 0.5 * relief;
        let length = (dx * dx + dy * dy + 1.0).sqrt();
        [-dx / length, -dy / length, 1.0 / length]
    }

    /// Visibility of the light at each pixel, 0 to 1: this height map casts shadows up to `reach`
    /// pixels long, which fade over a height of `softness` pixels.
    pub(super) fn visibility(&self, light: DirectionalLight, reach: usize, softness: f32) -> Self {
        let (step_x, step_y) = (light.azimuth.cos(), light.azimuth.sin());
        let climb = light.elevation.tan();
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

    /// The image blurred by a Gaussian of `sigma` pixels.
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

    /// The image at half width and height, each pixel the mean of four.
    pub(super) fn halved(&self) -> Self {
        Self::from_fn(self.width / 2, self.height / 2, |x, y| {
            let (x, y) = (2 * x as isize, 2 * y as isize);
            (self.at(x, y) + self.at(x + 1, y) + self.at(x, y + 1) + self.at(x + 1, y + 1)) * 0.25
        })
    }

    /// Adds sensor noise: `read` noise of constant deviation and `shot` noise that grows with the
    /// root of the light. Values are 0 to 1.
    pub(super) fn add_sensor_noise(&mut self, rng: &mut ChaCha8Rng, read: f32, shot: f32) {
        for value in &mut self.values {
            let deviation = (read * read + shot * shot * value.max(0.0)).sqrt();
            *value += deviation * gaussian(rng);
        }
    }

    /// The values, 0 to 1, as bytes.
    pub(super) fn to_bytes(&self) -> Vec<u8> {
        self.values.iter().map(|value| (value.clamp(0.0, 1.0) * 255.0).round() as u8).collect()
    }

    /// The mask of pixels above `threshold`.
    pub(super) fn above(&self, threshold: f32) -> Mask {
        Mask {
            width: self.width as u32,
            height: self.height as u32,
            set: self.values.iter().map(|value| *value > threshold).collect(),
        }
    }
}

/// Diffuse reflection by Lambert's law, scaled to 1 for a level surface.
pub(super) fn diffuse(normal: [f32; 3], light: [f32; 3]) -> f32 {
    (dot(normal, light) / light[2]).max(0.0)
}

/// Specular reflection by Blinn for a camera straight above, 0 to 1; a larger `shine` makes the
/// highlight smaller and sharper.
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
    fn a_step_throws_its_shadow_away_from_the_light() {
        // A wall at column 10, light from the left: the floor right of it is dark.
        let relief = FloatImage::from_fn(30, 3, |x, _| if x == 10 { 5.0 } else { 0.0 });
        let visible =
            relief.visibility(DirectionalLight { azimuth: PI, elevation: FRAC_PI_4 }, 8, 0.5);
        assert_eq!([visible.at(5, 1), visible.at(12, 1), visible.at(18, 1)], [1.0, 0.0, 1.0]);
    }

    #[test]
    fn a_slope_towards_the_light_is_brighter_than_a_level_and_a_slope_away_darker() {
        let light = DirectionalLight { azimuth: PI, elevation: FRAC_PI_4 }.direction();
        let facing = |slope: f32| {
            diffuse(FloatImage::from_fn(5, 5, |x, _| x as f32 * slope).normal(2, 2, 1.0), light)
        };
        assert!((facing(0.0) - 1.0).abs() < 1e-6);
        assert!(facing(0.5) > 1.0 && facing(-0.5) < 1.0);
    }

    #[test]
    fn blurring_keeps_the_mean_of_the_middle_and_halving_averages() {
        let spot = FloatImage::from_fn(31, 31, |x, y| f32::from(u8::from(x == 15 && y == 15)));
        let sum: f32 = spot.blurred(2.0).values.iter().sum();
        assert!((sum - 1.0).abs() < 1e-3, "{sum}");
        assert_eq!(FloatImage::from_fn(2, 2, |x, y| (x + y) as f32).halved().values, [1.0]);
    }
}
