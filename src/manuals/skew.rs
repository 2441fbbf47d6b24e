//! Pages that lie a little askew, as on the glass of a scanner.

use fettle_domain::SizePt;

use super::glyph::Glyph;
use super::printed_line::PrintedLine;

/// Smaller angles move the end of a line by less than a line's share of its height.
const MIN_DEGREES: f64 = 0.15;
/// Letters whose angles differ by less lie askew together.
const SAME_DEGREES: f64 = 1.0;
/// The least share of a page's letters that lie askew together.
const MIN_SHARE: f64 = 0.8;

/// How far a page is turned around its middle.
#[derive(Debug, Clone, Copy)]
pub(super) struct Skew {
    sin: f64,
    cos: f64,
    middle: (f64, f64),
}

impl Skew {
    /// `None` for a page that lies straight, or whose letters lie in many ways.
    pub(super) fn of(glyphs: &[Glyph], size: SizePt) -> Option<Self> {
        let mut angles: Vec<f64> = glyphs
            .iter()
            .map(|glyph| (glyph.end.0 - glyph.start.0, glyph.end.1 - glyph.start.1))
            .filter(|(dx, dy)| dx.hypot(*dy) > 0.0)
            .map(|(dx, dy)| {
                // From the nearest quarter turn, −45 to 45 degrees.
                (dy.atan2(dx).to_degrees() + 45.0).rem_euclid(90.0) - 45.0
            })
            .collect();
        angles.sort_by(f64::total_cmp);
        let degrees = angles.get(angles.len() / 2).copied()?;
        let together = angles.iter().filter(|angle| (*angle - degrees).abs() < SAME_DEGREES);
        let is_one = together.count() as f64 >= MIN_SHARE * angles.len() as f64;
        (is_one && degrees.abs() >= MIN_DEGREES).then(|| {
            let (sin, cos) = degrees.to_radians().sin_cos();
            let middle = (f64::from(size.width) / 2.0, f64::from(size.height) / 2.0);
            Self { sin, cos, middle }
        })
    }

    /// Turns the letters upright.
    pub(super) fn straighten(self, glyphs: &mut [Glyph]) {
        for glyph in glyphs {
            glyph.start = self.turn(glyph.start, -self.sin);
            glyph.end = self.turn(glyph.end, -self.sin);
        }
    }

    /// Moves lines to where they lie on the page.
    pub(super) fn put_back(self, lines: &mut [PrintedLine]) {
        for PrintedLine { line, .. } in lines {
            let rect = &mut line.rect;
            let (half_width, half_height) = (rect.width / 2.0, rect.height / 2.0);
            let middle = (f64::from(rect.x + half_width), f64::from(rect.y + half_height));
            let (x, y) = self.turn(middle, self.sin);
            (rect.x, rect.y) = (x as f32 - half_width, y as f32 - half_height);
        }
    }

    fn turn(self, (x, y): (f64, f64), sin: f64) -> (f64, f64) {
        let (dx, dy) = (x - self.middle.0, y - self.middle.1);
        (self.middle.0 + dx * self.cos - dy * sin, self.middle.1 + dx * sin + dy * self.cos)
    }
}
