//! One printed character.

use super::geometry::Rect;

/// A character with its position on the page.
#[derive(Debug, Clone)]
pub(super) struct Glyph {
    /// The text that the character stands for: one letter, or several for a ligature.
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
