//! Pictures of castings: a pump impeller of grey iron with a machined face, seen from above
//! (flange, groove, wear ring, cavity with vanes, hub and bore), on a matt board under a soft
//! light.

use std::f32::consts::{FRAC_PI_2, TAU};

use image::{DynamicImage, GrayImage};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::defects::{Face, Flaw, NO_CHANGE, SurfaceChange, angle_between};
use super::noise::{fbm, lerp, smoothstep, value_noise};
use super::picture::Picture;
use super::shading::{DirectionalLight, FloatImage, diffuse, highlight};
use super::surface::CastingFlaw;

/// Side of a picture in pixels.
pub(super) const SIZE: usize = 300;
/// Samples per pixel in each direction: edges are sampled finer than the sensor.
const SUPERSAMPLING: usize = 2;
const VANES: u32 = 7;

/// Position and lighting of one part on the board. The jitter is small, as of parts in a fixture.
#[derive(Debug, Clone)]
struct Scene {
    centre: [f32; 2],
    radius: f32,
    /// Rotation of the part in radians, visible in vanes and lathe marks.
    turn: f32,
    /// Displacement of surfaces below the face in pixels, since the camera is a little off axis.
    parallax: [f32; 2],
    key_light: DirectionalLight,
    exposure: f32,
    /// Rotation of the reflections in radians.
    glare: f32,
    grain: u32,
}

/// Height and reflectance of the surface at one point.
#[derive(Debug, Clone, Copy)]
struct Material {
    height: f32,
    reflectance: f32,
    /// Glossiness: 0 for matt board, 1 for machined metal.
    gloss: f32,
}

impl Scene {
    fn new(rng: &mut ChaCha8Rng) -> Self {
        let mut near = |middle: f32, spread: f32| middle + rng.random_range(-spread..spread);
        let middle = SIZE as f32 / 2.0;
        Self {
            centre: [near(middle, 2.2), near(middle - 2.0, 2.2)],
            radius: near(117.0, 0.9),
            turn: near(0.0, 0.05),
            parallax: [near(0.9, 0.35), near(1.9, 0.35)],
            key_light: DirectionalLight { azimuth: near(-2.05, 0.08), elevation: near(0.95, 0.03) },
            exposure: near(1.0, 0.035),
            glare: near(0.0, 0.09),
            grain: rng.random(),
        }
    }

    fn face(&self) -> Face {
        Face { centre: self.centre, inner: self.radius * 0.6, outer: self.radius }
    }

    /// The bow-tie reflections of a lathe-turned face.
    fn glare(&self, angle: f32) -> f32 {
        // (direction, width, strength): the light, a window opposite, and the dark reflection of
        // the camera's mount between them.
        const LOBES: [(f32, f32, f32); 7] = [
            (-1.25, 0.42, 0.22),
            (-2.3, 0.26, 0.12),
            (1.75, 0.38, 0.19),
            (0.15, 0.26, 0.10),
            (0.80, 0.20, -0.19),
            (2.95, 0.24, -0.17),
            (-0.45, 0.13, -0.09),
        ];
        LOBES
            .iter()
            .map(|(towards, width, strength)| {
                let off = angle_between(angle, towards + self.glare) / width;
                strength * (-off * off).exp()
            })
            .sum()
    }

    fn material(&self, x: f32, y: f32, change: SurfaceChange) -> Material {
        let (dx, dy) = (x - self.centre[0], y - self.centre[1]);
        let r = dx.hypot(dy) / self.radius;
        // Surfaces below the face are displaced by the parallax.
        let (lx, ly) = (dx - self.parallax[0], dy - self.parallax[1]);
        let low = lx.hypot(ly) / self.radius;
        let low_angle = ly.atan2(lx);

        let on_part = smoothstep(1.0, 0.992, r);
        let board = self.board(x, y, dx, dy);
        if on_part <= 0.0 {
            let metal = Material {
                height: board.height + change.flash * 8.0,
                reflectance: lerp(board.reflectance, 0.70, change.flash),
                gloss: change.flash,
            };
            return apply_change(metal, change);
        }
        let part = if r > 0.598 {
            self.flange(x, y, r, dy.atan2(dx))
        } else if low > 0.566 {
            self.groove(low_angle, x, y)
        } else if low > 0.512 {
            self.ring(x, y, low, 0.512, 0.566, low_angle)
        } else if low > 0.287 {
            self.cavity(low, low_angle, lx, ly)
        } else if low > 0.212 {
            self.ring(x, y, low, 0.212, 0.287, low_angle)
        } else {
            self.bore(lx, ly, low)
        };
        let whole = Material {
            height: part.height * on_part + board.height * (1.0 - on_part),
            reflectance: lerp(board.reflectance, part.reflectance, on_part),
            gloss: part.gloss * on_part,
        };
        apply_change(whole, change)
    }

    /// The matt grey board with the soft shadow of the part.
    fn board(&self, x: f32, y: f32, dx: f32, dy: f32) -> Material {
        let fall = self.key_light.direction();
        let shadow = (dx + fall[0] * 11.0).hypot(dy + fall[1] * 11.0) - self.radius;
        let soft = 0.40 * (-shadow.max(0.0) / 11.0).exp();
        let touch = 0.42 * (-(dx.hypot(dy) - self.radius).max(0.0) / 2.2).exp();
        let mottle = 0.030 * fbm(77, x * 0.018, y * 0.018, 3)
            + 0.006 * fbm(self.grain ^ 1, x * 0.35, y * 0.35, 2);
        let slope = 0.045 * ((SIZE as f32 - x) + (SIZE as f32 - y)) / SIZE as f32;
        let reflectance = (0.63 + slope + mottle) * (1.0 - soft) * (1.0 - touch);
        Material { height: -6.0, reflectance, gloss: 0.0 }
    }

    /// The turned face: concentric tool marks, reflections, a broken outer edge.
    fn flange(&self, x: f32, y: f32, r: f32, angle: f32) -> Material {
        let mm = r * self.radius;
        let part_angle = angle - self.turn;
        let tool = 0.55 * value_noise(11, mm * 1.1, part_angle * 0.8)
            + 0.45 * value_noise(self.grain ^ 2, mm * 1.9, part_angle * 2.2);
        let chatter = fbm(self.grain ^ 3, mm * 0.25, part_angle * 7.0, 2);
        let stain = fbm(self.grain ^ 4, x * 0.03, y * 0.03, 3);
        let glare = self.glare(angle + 0.02 * value_noise(12, mm * 0.7, 0.0));
        let reflectance =
            0.690 + glare + (0.034 + 0.12 * glare.abs()) * tool + 0.012 * chatter + 0.016 * stain;
        // Edges are broken by a small chamfer; the outer one shows the cast skin in places.
        let outer = smoothstep(0.982, 1.0, r);
        let inner = smoothstep(0.609, 0.598, r);
        let skin = smoothstep(0.1, 0.6, fbm(13, part_angle * 5.0, 4.0, 3)) * outer;
        let step = smoothstep(0.800, 0.806, r) * 0.25;
        Material {
            height: step - 2.0 * outer * outer - 1.3 * inner * inner,
            reflectance: reflectance * (1.0 - 0.35 * skin - 0.12 * outer),
            gloss: 1.0,
        }
    }

    /// The dark recess between flange and wear ring; its far wall catches light.
    fn groove(&self, angle: f32, x: f32, y: f32) -> Material {
        let wall = smoothstep(0.2, 1.0, angle_between(angle, self.key_light.azimuth).cos());
        let cast = fbm(self.grain ^ 5, x * 0.5, y * 0.5, 2);
        Material { height: -2.6, reflectance: 0.13 + 0.10 * wall + 0.025 * cast, gloss: 0.1 }
    }

    /// A raised, turned ring with broken edges.
    fn ring(&self, x: f32, y: f32, r: f32, inner: f32, outer: f32, angle: f32) -> Material {
        let chamfer = smoothstep(inner + 0.014, inner, r).powi(2)
            + smoothstep(outer - 0.014, outer, r).powi(2);
        let tool = value_noise(17, r * self.radius * 1.7, (angle - self.turn) * 1.5);
        let wear = fbm(self.grain ^ 6, x * 0.12, y * 0.12, 3);
        let reflectance = 0.70 + 0.8 * self.glare(angle) + 0.035 * tool + 0.022 * wear;
        Material { height: -0.4 - 1.8 * chamfer, reflectance, gloss: 0.9 }
    }

    /// The dark, unmachined inside with its vanes.
    fn cavity(&self, r: f32, angle: f32, x: f32, y: f32) -> Material {
        let cast = 0.6 * fbm(21, x * 0.22 + 40.0, y * 0.22, 4)
            + 0.4 * fbm(self.grain ^ 7, x * 0.4, y * 0.4, 3);
        // Logarithmic spirals, as vanes are.
        let sweep = (angle - self.turn + 2.1 * (r / 0.287).ln()) / TAU * VANES as f32;
        let off = (sweep - sweep.floor() - 0.5).abs() * TAU * r * self.radius / VANES as f32;
        let vane = (-(off / 3.0).powi(2)).exp();
        let crest = (-((off - 3.4) / 1.2).powi(2)).exp();
        let turned =
            smoothstep(-0.5, 1.0, angle_between(angle, self.key_light.azimuth + 2.6).cos());
        let wall = smoothstep(0.475, 0.512, r) * 0.05 + smoothstep(0.312, 0.287, r) * 0.03;
        let shade = smoothstep(0.512, 0.44, r) * smoothstep(0.287, 0.34, r);
        let reflectance = 0.10
            + (0.125 * vane - 0.05 * crest) * (0.35 + 0.65 * turned) * shade
            + 0.035 * cast
            + wall * turned;
        Material {
            height: -4.0 + 1.2 * vane * shade,
            reflectance: reflectance.max(0.03),
            gloss: 0.15,
        }
    }

    /// The bore, through which the board is visible in the shadow of the wall.
    fn bore(&self, x: f32, y: f32, r: f32) -> Material {
        let fall = self.key_light.direction();
        let inside = self.radius * 0.212;
        let across = -(x * fall[0] + y * fall[1]) / inside;
        let wall = smoothstep(0.212, 0.168, r);
        let grain = fbm(self.grain ^ 8, x * 0.3, y * 0.3, 2);
        let floor = lerp(0.34, 0.66, smoothstep(-0.8, 0.8, across)) + 0.012 * grain;
        let reflectance = lerp(0.30 + 0.16 * across, floor, wall);
        Material { height: -3.0 - wall, reflectance, gloss: 0.1 }
    }
}

/// A material with the change of a defect.
fn apply_change(sound: Material, change: SurfaceChange) -> Material {
    Material {
        height: sound.height + change.height,
        reflectance: sound.reflectance * change.tint[0],
        gloss: sound.gloss * (1.0 - change.coverage * (1.0 - change.flash)),
    }
}

/// Renders the casting of `part_seed` as an 8-bit grey picture of [`SIZE`] × [`SIZE`] pixels, sound
/// or with a defect of its own seed, and the mask of the defect.
pub(super) fn render(part_seed: u64, flaw: Option<(CastingFlaw, u64)>) -> Picture {
    let mut rng = ChaCha8Rng::seed_from_u64(part_seed);
    let scene = Scene::new(&mut rng);
    let flaw = flaw.map(|(kind, seed)| match kind {
        CastingFlaw::Hole => Flaw::hole(scene.face(), seed),
        CastingFlaw::Burr => Flaw::burr(scene.face(), seed),
        CastingFlaw::Scratch => Flaw::scratch(scene.face(), seed),
    });
    let fine = SIZE * SUPERSAMPLING;
    let position = |index: usize| (index as f32 + 0.5) / SUPERSAMPLING as f32;
    let change = |x: usize, y: usize| {
        flaw.as_ref().map_or(NO_CHANGE, |flaw| flaw.at(position(x), position(y)))
    };
    let material: Vec<Material> = (0..fine * fine)
        .map(|i| {
            let (x, y) = (i % fine, i / fine);
            scene.material(position(x), position(y), change(x, y))
        })
        .collect();
    let relief = FloatImage::from_fn(fine, fine, |x, y| {
        material[y * fine + x].height * SUPERSAMPLING as f32
    });
    let visible = relief.visibility(scene.key_light, 12, 2.5);
    let light = scene.key_light.direction();
    let fill =
        DirectionalLight { azimuth: scene.key_light.azimuth + FRAC_PI_2 * 1.7, elevation: 0.8 }
            .direction();
    let seen = FloatImage::from_fn(fine, fine, |x, y| {
        let i = y * fine + x;
        let normal = relief.normal(x, y, 0.55);
        let key = diffuse(normal, light) * (0.35 + 0.65 * visible.values[i]);
        let body = 0.30 + 0.55 * key + 0.15 * diffuse(normal, fill);
        // Only edges reflect the light into the camera: a level face reflects it elsewhere.
        let level = highlight([0.0, 0.0, 1.0], light, 24.0);
        let glint = (highlight(normal, light, 24.0) - level).max(0.0) * visible.values[i];
        let (cx, cy) = (position(x) - SIZE as f32 / 2.0, position(y) - SIZE as f32 / 2.0);
        let vignette = 1.0 - 0.13 * (cx.hypot(cy) / (SIZE as f32 * 0.7)).powi(2);
        let value = material[i].reflectance * body.min(1.5) + 0.30 * glint * material[i].gloss;
        value * vignette * scene.exposure * 1.06
    });
    let mut sensor = seen.blurred(0.62 * SUPERSAMPLING as f32).halved();
    sensor.add_sensor_noise(&mut rng, 0.005, 0.009);
    let coverage = FloatImage::from_fn(fine, fine, |x, y| change(x, y).coverage).halved();
    let grey = GrayImage::from_raw(SIZE as u32, SIZE as u32, sensor.to_bytes()).unwrap_or_default();
    Picture { image: DynamicImage::ImageLuma8(grey), mask: coverage.above(0.3) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mask_checks::{assert_only_near_mask, share_inside};

    const FLAWS: [CastingFlaw; 3] = [CastingFlaw::Hole, CastingFlaw::Burr, CastingFlaw::Scratch];

    #[test]
    fn a_flaw_changes_the_picture_only_around_its_mask() {
        for seed in 0..3 {
            let sound = render(seed, None);
            assert_eq!(sound.mask.share(), 0.0);
            for flaw in FLAWS {
                let flawed = render(seed, Some((flaw, seed + 900)));
                assert_only_near_mask(&sound, &flawed, 16, &format!("{flaw:?} {seed}"));
            }
        }
    }

    #[test]
    fn masks_lie_on_the_part() {
        let middle = SIZE as f32 / 2.0;
        for (flaw, reach) in FLAWS.into_iter().zip([122.0, 136.0, 122.0]) {
            for seed in 0..12 {
                let mask = render(5, Some((flaw, seed))).mask;
                let on_part = |x: f32, y: f32| (x - middle).hypot(y - middle) < reach;
                assert_eq!(share_inside(&mask, on_part), Some(1.0), "{flaw:?} {seed}");
            }
        }
    }

    #[test]
    fn parts_are_alike_but_never_the_same() {
        let [a, b, again] = [1, 2, 1].map(|seed| render(seed, None).image.to_luma8());
        assert_eq!(a, again);
        assert_ne!(a, b);
        let apart: f64 = a.iter().zip(b.iter()).map(|(a, b)| f64::from(a.abs_diff(*b))).sum();
        let apart = apart / f64::from(a.width() * a.height());
        assert!((2.0..25.0).contains(&apart), "mean difference {apart} grey levels");
    }
}
