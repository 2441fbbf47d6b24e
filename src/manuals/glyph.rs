//! One printed character.

use super::geometry::Rect;

/// A character with its position on the page.
#[derive(Debug, Clone)]
pub(super) struct Glyph {
    /// The text that the character stands for: one letter, several for a ligature, or
    /// [`UNREADABLE`].
    pub(super) text: String,
    /// Start of the baseline, in page points, y downwards.
    pub(super) start: (f64, f64),
    /// End of the advance on the baseline.
    pub(super) end: (f64, f64),
    /// Height of the em, in points.
    pub(super) size: f64,
    pub(super) bold: bool,
    /// The rectangle that clips the character, if any.
    pub(super) clip: Option<Rect>,
}

/// Stands for a letter that is on the page and whose meaning its font does not say.
pub(super) const UNREADABLE: &str = "\u{FFFD}";

/// Stands for a glyph without ink and without a letter.
pub(super) const NOTHING: &str = "\0";

impl Glyph {
    /// A point within the letter: the share `along` of its advance, 0.3 em above the baseline.
    pub(super) fn inner_point(&self, along: f64) -> (f64, f64) {
        const ABOVE: f64 = 0.3;
        let (dx, dy) = (self.end.0 - self.start.0, self.end.1 - self.start.1);
        let length = dx.hypot(dy);
        let (ux, uy) = if length > 0.0 { (dx / length, dy / length) } else { (1.0, 0.0) };
        // Up is a quarter turn to the left of the reading direction, y downwards.
        let (up_x, up_y) = (uy, -ux);
        let rise = ABOVE * self.size;
        (self.start.0 + along * dx + up_x * rise, self.start.1 + along * dy + up_y * rise)
    }

    /// The rectangle around the letter, from the descent to the ascent of common fonts.
    pub(super) fn bounds(&self) -> Rect {
        let (dx, dy) = (self.end.0 - self.start.0, self.end.1 - self.start.1);
        let length = dx.hypot(dy);
        let (ux, uy) = if length > 0.0 { (dx / length, dy / length) } else { (1.0, 0.0) };
        let (up_x, up_y) = (uy * self.size, -ux * self.size);
        let corner =
            |point: (f64, f64), share: f64| (point.0 + up_x * share, point.1 + up_y * share);
        Rect::bounding(&[
            corner(self.start, 0.85),
            corner(self.start, -0.2),
            corner(self.end, 0.85),
            corner(self.end, -0.2),
        ])
    }
}
