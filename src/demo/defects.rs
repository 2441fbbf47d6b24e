//! Defects as changes of a part's surface.
//!
//! A defect changes height and reflectance before the surface is lit, so that its rims, walls and
//! shadows have the same lighting as the part.

use std::f32::consts::{PI, TAU};

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::noise::{fbm, lerp, smoothstep, value_noise};

/// The change of one point of a surface by a defect.
#[derive(Debug, Clone, Copy)]
pub(super) struct SurfaceChange {
    /// Added to the height, in pixels of the finished picture.
    pub(super) height: f32,
    /// Multiplies the reflectance of red, green and blue.
    pub(super) tint: [f32; 3],
    /// Degree to which the point belongs to the defect, 0 to 1.
    pub(super) coverage: f32,
    /// Degree to which the point is flash, metal beyond the rim of the part, 0 to 1.
    pub(super) flash: f32,
}

/// No change.
pub(super) const NO_CHANGE: SurfaceChange =
    SurfaceChange { height: 0.0, tint: [1.0; 3], coverage: 0.0, flash: 0.0 };

/// A defect with position and shape, in pixels of the finished picture.
#[derive(Debug, Clone)]
pub(super) enum Flaw {
    /// Gas pores broken open by machining: (x, y, radius).
    Hole { pits: Vec<[f32; 3]>, seed: u32 },
    /// A thin, ragged sheet of metal along the rim, from `angle - span` to `angle + span`.
    Burr { centre: [f32; 2], radius: f32, angle: f32, span: f32, reach: f32, seed: u32 },
    /// Furrows, each with its half width.
    Scratch { lines: Vec<(Curve, f32)>, seed: u32 },
    /// A slit with curled edges.
    Cut { line: Curve, half_width: f32, seed: u32 },
    /// A stain.
    Stain { centre: [f32; 2], radii: [f32; 2], angle: f32, tint: [f32; 3], seed: u32 },
}

/// A shallow arc.
#[derive(Debug, Clone, Copy)]
pub(super) struct Curve {
    middle: [f32; 2],
    angle: f32,
    half_length: f32,
    /// Distance of the arc's middle from the chord, in pixels.
    sagitta: f32,
}

impl Curve {
    /// Position along the arc (-1 to 1 between its ends) and signed distance from it in pixels.
    fn locate(&self, x: f32, y: f32) -> (f32, f32) {
        let (dx, dy) = (x - self.middle[0], y - self.middle[1]);
        let (sin, cos) = self.angle.sin_cos();
        let along = (dx * cos + dy * sin) / self.half_length;
        let across = dy * cos - dx * sin - self.sagitta * (1.0 - along * along);
        (along, across)
    }
}

/// The machined ring of a casting that its defects lie on, in pixels of the finished picture.
#[derive(Debug, Clone, Copy)]
pub(super) struct Face {
    pub(super) centre: [f32; 2],
    pub(super) inner: f32,
    pub(super) outer: f32,
}

impl Face {
    fn point(&self, radius: f32, angle: f32) -> [f32; 2] {
        [self.centre[0] + radius * angle.cos(), self.centre[1] + radius * angle.sin()]
    }
}

impl Flaw {
    /// A large pore, often with small ones near it.
    pub(super) fn hole(face: Face, seed: u64) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let angle = rng.random_range(0.0..TAU);
        let big = rng.random_range(4.0..6.8);
        let radius = rng.random_range(face.inner + big + 4.0..face.outer - big - 5.0);
        let [x, y] = face.point(radius, angle);
        let mut pits = vec![[x, y, big]];
        for _ in 0..rng.random_range(0..3) {
            let beside = rng.random_range(0.0..TAU);
            let away = big + rng.random_range(3.0..8.0);
            let [px, py] = [x + away * beside.cos(), y + away * beside.sin()];
            let out = (px - face.centre[0]).hypot(py - face.centre[1]);
            if out > face.inner + 3.0 && out < face.outer - 4.0 {
                pits.push([px, py, rng.random_range(1.3..2.4)]);
            }
        }
        Self::Hole { pits, seed: rng.random() }
    }

    /// Flash along an arc of the rim.
    pub(super) fn burr(face: Face, seed: u64) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        Self::Burr {
            centre: face.centre,
            radius: face.outer,
            angle: rng.random_range(-PI..PI),
            span: rng.random_range(0.14..0.32),
            reach: rng.random_range(6.5..10.5),
            seed: rng.random(),
        }
    }

    /// A long furrow, often with a shorter parallel one.
    pub(super) fn scratch(face: Face, seed: u64) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let around = rng.random_range(0.0..TAU);
        let middle = face.point(face.inner * 0.47 + face.outer * 0.53, around);
        // Roughly along the ring, so that the furrow stays on the face.
        let angle = around + PI / 2.0 + rng.random_range(-0.55..0.55);
        let half_length = rng.random_range(21.0..31.0);
        let sagitta = rng.random_range(-2.5..2.5);
        let mut lines =
            vec![(Curve { middle, angle, half_length, sagitta }, rng.random_range(0.75..1.05))];
        if rng.random_bool(0.6) {
            let aside = rng.random_range(3.0..5.5);
            let middle = [middle[0] - aside * angle.sin(), middle[1] + aside * angle.cos()];
            let half_length = half_length * rng.random_range(0.4..0.7);
            lines.push((Curve { middle, angle: angle + 0.05, half_length, sagitta }, 0.7));
        }
        Self::Scratch { lines, seed: rng.random() }
    }

    /// A slit near the centre of a square of `size` pixels.
    pub(super) fn cut(size: f32, seed: u64) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let line = Curve {
            middle: [size * rng.random_range(0.3..0.7), size * rng.random_range(0.3..0.7)],
            angle: rng.random_range(0.0..PI),
            half_length: rng.random_range(27.0..40.0),
            sagitta: rng.random_range(-6.0..6.0),
        };
        Self::Cut { line, half_width: rng.random_range(2.2..3.4), seed: rng.random() }
    }

    /// A patch of another dye or of dirt in a square of `size` pixels.
    pub(super) fn stain(size: f32, seed: u64) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let tints = [[0.86, 0.36, 0.33], [0.42, 0.40, 0.44], [0.48, 0.62, 0.92]];
        let tint = tints[rng.random_range(0..tints.len())];
        Self::Stain {
            centre: [size * rng.random_range(0.28..0.72), size * rng.random_range(0.28..0.72)],
            radii: [rng.random_range(26.0..42.0), rng.random_range(17.0..27.0)],
            angle: rng.random_range(0.0..PI),
            tint,
            seed: rng.random(),
        }
    }

    /// The change of the surface at a point.
    pub(super) fn at(&self, x: f32, y: f32) -> SurfaceChange {
        match self {
            Self::Hole { pits, seed } => hole_at(pits, *seed, x, y),
            Self::Burr { centre, radius, angle, span, reach, seed } => {
                let (dx, dy) = (x - centre[0], y - centre[1]);
                let away = angle_between(dy.atan2(dx), *angle);
                burr_at(away / span, dx.hypot(dy) - radius, *reach, away * radius, *seed)
            }
            Self::Scratch { lines, seed } => scratch_at(lines, *seed, x, y),
            Self::Cut { line, half_width, seed } => cut_at(line, *half_width, *seed, x, y),
            Self::Stain { centre, radii, angle, tint, seed } => {
                let (dx, dy) = (x - centre[0], y - centre[1]);
                let (sin, cos) = angle.sin_cos();
                let u = (dx * cos + dy * sin) / radii[0];
                let v = (dy * cos - dx * sin) / radii[1];
                stain_at(u.hypot(v), *tint, *seed, x, y)
            }
        }
    }
}

/// `a - b`, from -π to π.
pub(super) fn angle_between(a: f32, b: f32) -> f32 {
    (a - b + PI).rem_euclid(TAU) - PI
}

fn hole_at(pits: &[[f32; 3]], seed: u32, x: f32, y: f32) -> SurfaceChange {
    let mut change = NO_CHANGE;
    for (index, [px, py, radius]) in pits.iter().enumerate() {
        let (dx, dy) = (x - px, y - py);
        let distance = dx.hypot(dy);
        if distance > radius * 2.5 {
            continue;
        }
        // Pores are never round: the radius varies with the direction.
        let (nx, ny) = (dx / distance.max(0.01), dy / distance.max(0.01));
        let wander = fbm(seed.wrapping_add(index as u32), nx * 1.3 + 5.0, ny * 1.3, 3);
        let depth_in = distance / (radius * (1.0 + 0.42 * wander));
        let inside = smoothstep(1.08, 0.86, depth_in);
        let rim = (-((depth_in - 1.16) / 0.13).powi(2)).exp();
        let rough = 1.0 + 0.5 * fbm(seed, x * 0.9, y * 0.9, 2);
        let dark = lerp(1.0, 0.24 * rough, inside) * (1.0 + 0.06 * rim);
        change.height += 0.16 * rim - (0.9 * radius).min(5.0) * inside * (0.8 + 0.2 * rough);
        change.tint = change.tint.map(|tint| tint * dark);
        change.coverage = change.coverage.max(inside);
    }
    change
}

fn burr_at(along: f32, outside: f32, reach: f32, arc: f32, seed: u32) -> SurfaceChange {
    if along.abs() > 1.25 || !(-4.0..=reach * 1.6).contains(&outside) {
        return NO_CHANGE;
    }
    // The sheet tapers towards its ends and has a torn edge.
    let taper = (1.0 - along * along).max(0.0).powf(0.45);
    let torn =
        0.68 + 0.5 * fbm(seed, arc * 0.16, 0.0, 3) + 0.22 * value_noise(seed ^ 9, arc * 0.7, 2.0);
    let edge = reach * taper * torn.max(0.06);
    let sheet = smoothstep(edge + 0.4, edge - 0.4, outside) * smoothstep(-1.6, -0.4, outside);
    // The seam, where the sheet leaves the rim, is dark; its edge catches the light.
    let seam = (-((outside - 0.4) / 0.9).powi(2)).exp();
    let lip = (-((outside - edge + 1.1) / 0.9).powi(2)).exp();
    let crumple = fbm(seed ^ 77, arc * 0.35, outside * 0.5, 3);
    let tone = (0.92 + 0.34 * crumple - 0.55 * seam + 0.38 * lip).max(0.1);
    SurfaceChange {
        height: sheet * (1.4 * crumple + 0.9 * lip),
        tint: [lerp(1.0, tone, sheet); 3],
        coverage: sheet * smoothstep(-1.2, 0.2, outside),
        flash: sheet,
    }
}

fn scratch_at(lines: &[(Curve, f32)], seed: u32, x: f32, y: f32) -> SurfaceChange {
    let mut change = NO_CHANGE;
    for (index, (curve, half_width)) in lines.iter().enumerate() {
        let (along, across) = curve.locate(x, y);
        if along.abs() > 1.05 || across.abs() > 8.0 {
            continue;
        }
        let seed = seed.wrapping_add(index as u32 * 31);
        let across = across + 0.5 * value_noise(seed, along * 9.0, 0.0);
        let ends = (1.0 - along.powi(4)).max(0.0);
        // A dragged edge skips: the depth of the furrow varies.
        let pressure = ends * (0.8 + 0.45 * fbm(seed, along * 7.0, 1.0, 3));
        let width = half_width * (0.6 + 0.5 * pressure);
        let furrow = (-(across / width).powi(2)).exp() * pressure.min(1.0);
        let ridge = (-((across.abs() - 1.9 * width) / (0.7 * width)).powi(2)).exp() * pressure;
        change.height += 0.7 * ridge - 1.9 * furrow;
        let tone = (1.0 - 0.62 * furrow) * (1.0 + 0.2 * ridge);
        change.tint = change.tint.map(|tint| tint * tone);
        change.coverage = change.coverage.max(furrow * 1.4).min(1.0);
    }
    change
}

fn cut_at(line: &Curve, half_width: f32, seed: u32, x: f32, y: f32) -> SurfaceChange {
    let (along, across) = line.locate(x, y);
    if along.abs() > 1.15 || across.abs() > 20.0 {
        return NO_CHANGE;
    }
    let along_px = along * line.half_length;
    let across = across + 1.3 * fbm(seed, along_px * 0.09, 0.0, 3);
    // A lens shape: open in the middle, closed at the ends, ragged on both sides.
    let side = if across < 0.0 { 0.0 } else { 40.0 };
    let ragged = 1.0 + 0.35 * fbm(seed ^ 5, along_px * 0.33, side, 2);
    let open = half_width * (1.0 - along * along).max(0.0).powf(0.7) * ragged;
    let out = across.abs() - open;
    let near_end = smoothstep(1.12, 0.92, along.abs());
    let slit = smoothstep(0.6, -0.6, out) * smoothstep(0.15, 0.7, open);
    // The raw edge is paler than the dyed grain, and curls up.
    let raw = (-((out - 0.7) / 0.9).powi(2)).exp() * near_end;
    let curl = (-((out - 3.0) / 2.8).powi(2)).exp() * near_end * (0.6 + 0.4 * ragged);
    let fibre = 1.0 + 0.35 * value_noise(seed ^ 21, along_px * 1.1, across * 0.8);
    let tint = [[1.32, 0.42], [1.42, 0.24], [1.45, 0.22]]
        .map(|[pale, dark]| lerp(lerp(1.0, pale * fibre, raw * 0.45), dark * fibre, slit));
    SurfaceChange {
        height: 1.1 * curl - 2.6 * slit,
        tint,
        coverage: slit.max(raw * 0.9),
        flash: 0.0,
    }
}

fn stain_at(out: f32, tint: [f32; 3], seed: u32, x: f32, y: f32) -> SurfaceChange {
    if out > 2.2 {
        return NO_CHANGE;
    }
    // Dye creeps: the outline is warped and blotchy, with a rim of dried dye.
    let out = out + 0.42 * fbm(seed, x * 0.055, y * 0.055, 4);
    let out = out + 0.10 * fbm(seed ^ 8, x * 0.3, y * 0.3, 3);
    let body = smoothstep(1.12, 0.55, out);
    let dried = (-((out - 0.86) / 0.1).powi(2)).exp();
    let blotch = 0.78 + 0.3 * fbm(seed ^ 3, x * 0.09, y * 0.09, 3);
    let strength = (body * blotch + 0.2 * dried).clamp(0.0, 1.0);
    SurfaceChange {
        height: 0.0,
        tint: tint.map(|tint| lerp(1.0, tint, strength)),
        coverage: body,
        flash: 0.0,
    }
}
