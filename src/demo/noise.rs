//! Procedural noise: value noise, fractal noise, and Worley's cellular noise (S. Worley, "A
//! cellular texture basis function", SIGGRAPH 1996).
//!
//! All noise is a pure function of a seed and a position, so that a picture with a defect and the
//! same picture without it are equal outside of the defect.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;

/// A 32-bit hash of a lattice point (the finaliser of `MurmurHash3`).
fn lattice_hash(seed: u32, x: i32, y: i32) -> u32 {
    let mut h = seed
        ^ (x as u32).wrapping_mul(0x9E37_79B1)
        ^ (y as u32).rotate_left(16).wrapping_mul(0x85EB_CA77);
    h ^= h >> 16;
    h = h.wrapping_mul(0x85EB_CA6B);
    h ^= h >> 13;
    h = h.wrapping_mul(0xC2B2_AE35);
    h ^ (h >> 16)
}

/// The random value of a lattice point, 0 to 1.
fn lattice(seed: u32, x: i32, y: i32) -> f32 {
    (lattice_hash(seed, x, y) >> 8) as f32 / 16_777_216.0
}

/// Value noise, -1 to 1, with features about one unit wide.
pub(super) fn value_noise(seed: u32, x: f32, y: f32) -> f32 {
    let (x0, y0) = (x.floor(), y.floor());
    let (i, j) = (x0 as i32, y0 as i32);
    let (u, v) = (fade(x - x0), fade(y - y0));
    let top = lerp(lattice(seed, i, j), lattice(seed, i + 1, j), u);
    let bottom = lerp(lattice(seed, i, j + 1), lattice(seed, i + 1, j + 1), u);
    lerp(top, bottom, v).mul_add(2.0, -1.0)
}

/// Fractal Brownian motion: the sum of `octaves` of [`value_noise`], each with half the feature
/// size and half the amplitude of the one before; about -1 to 1.
pub(super) fn fbm(seed: u32, x: f32, y: f32, octaves: u32) -> f32 {
    let (mut sum, mut weight, mut total, mut scale) = (0.0, 1.0, 0.0, 1.0);
    for octave in 0..octaves {
        // The offset keeps the lattices of the octaves from lining up.
        let shift = octave as f32 * 17.31;
        sum +=
            weight * value_noise(seed.wrapping_add(octave), x * scale + shift, y * scale - shift);
        total += weight;
        weight *= 0.5;
        scale *= 2.03;
    }
    sum / total
}

/// Distances to the nearest and second nearest feature point; each unit square has one point.
pub(super) fn worley(seed: u32, x: f32, y: f32) -> (f32, f32) {
    let (i, j) = (x.floor() as i32, y.floor() as i32);
    let (mut nearest, mut second) = (f32::MAX, f32::MAX);
    for cell_y in j - 1..=j + 1 {
        for cell_x in i - 1..=i + 1 {
            let px = cell_x as f32 + 0.1 + 0.8 * lattice(seed, cell_x, cell_y);
            let py = cell_y as f32 + 0.1 + 0.8 * lattice(seed ^ 0x5bd1_e995, cell_x, cell_y);
            let squared = (px - x).powi(2) + (py - y).powi(2);
            if squared < nearest {
                second = nearest;
                nearest = squared;
            } else if squared < second {
                second = squared;
            }
        }
    }
    (nearest.sqrt(), second.sqrt())
}

/// A standard normal deviate (Box and Muller).
pub(super) fn gaussian(rng: &mut ChaCha8Rng) -> f32 {
    let radius = (-2.0 * (1.0 - rng.random::<f32>()).max(f32::MIN_POSITIVE).ln()).sqrt();
    radius * (std::f32::consts::TAU * rng.random::<f32>()).cos()
}

/// Linear interpolation from `a` at 0 to `b` at 1.
pub(super) fn lerp(a: f32, b: f32, t: f32) -> f32 {
    a + (b - a) * t
}

/// 0 below `from`, 1 above `to`, cubic between; also with `from` > `to`.
pub(super) fn smoothstep(from: f32, to: f32, x: f32) -> f32 {
    let t = ((x - from) / (to - from)).clamp(0.0, 1.0);
    t * t * (3.0 - 2.0 * t)
}

/// Perlin's quintic, whose second derivative is continuous: lighting does not show the lattice.
fn fade(t: f32) -> f32 {
    t * t * t * (t * (t * 6.0 - 15.0) + 10.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;

    #[test]
    fn noise_is_repeatable_bounded_and_differs_by_seed() {
        let at = |seed| (0..500).map(move |i| fbm(seed, i as f32 * 0.37, -3.1, 4));
        assert!(at(1).eq(at(1)));
        assert!(!at(1).eq(at(2)));
        assert!(at(1).all(|v| (-1.0..=1.0).contains(&v)));
        let spread = at(1).fold(f32::MIN, f32::max) - at(1).fold(f32::MAX, f32::min);
        assert!(spread > 0.5, "flat noise: {spread}");
    }

    #[test]
    fn the_second_nearest_point_is_never_nearer() {
        for i in 0..400 {
            let (nearest, second) = worley(7, i as f32 * 0.173, i as f32 * 0.061);
            assert!(nearest <= second && second < 2.5);
        }
    }

    #[test]
    fn gaussian_has_mean_0_and_deviation_1() {
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let draws: Vec<f32> = (0..20_000).map(|_| gaussian(&mut rng)).collect();
        let mean = draws.iter().sum::<f32>() / 20_000.0;
        let variance = draws.iter().map(|d| (d - mean).powi(2)).sum::<f32>() / 20_000.0;
        assert!(mean.abs() < 0.03 && (variance - 1.0).abs() < 0.05, "{mean} {variance}");
    }
}
