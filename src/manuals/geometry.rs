//! Rectangles of a PDF page.

/// An axis-parallel rectangle in page points, y downwards.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Rect {
    pub(super) left: f64,
    pub(super) top: f64,
    pub(super) right: f64,
    pub(super) bottom: f64,
}

impl Rect {
    /// The smallest rectangle that holds all of `points`.
    pub(super) fn bounding(points: &[(f64, f64)]) -> Self {
        let mut bounds = Self {
            left: f64::INFINITY,
            top: f64::INFINITY,
            right: f64::NEG_INFINITY,
            bottom: f64::NEG_INFINITY,
        };
        for (x, y) in points {
            bounds.left = bounds.left.min(*x);
            bounds.right = bounds.right.max(*x);
            bounds.top = bounds.top.min(*y);
            bounds.bottom = bounds.bottom.max(*y);
        }
        bounds
    }

    /// The area that both rectangles cover; inverted where they do not overlap.
    pub(super) fn intersection(self, other: Self) -> Self {
        Self {
            left: self.left.max(other.left),
            top: self.top.max(other.top),
            right: self.right.min(other.right),
            bottom: self.bottom.min(other.bottom),
        }
    }

    /// The smallest rectangle that holds both.
    pub(super) fn union(self, other: Self) -> Self {
        Self {
            left: self.left.min(other.left),
            top: self.top.min(other.top),
            right: self.right.max(other.right),
            bottom: self.bottom.max(other.bottom),
        }
    }

    /// Whether the rectangle holds the point, `slack` points around it included.
    pub(super) fn contains(self, (x, y): (f64, f64), slack: f64) -> bool {
        (self.left - slack..=self.right + slack).contains(&x)
            && (self.top - slack..=self.bottom + slack).contains(&y)
    }

    /// In square points; 0 where it is inverted.
    pub(super) fn area(self) -> f64 {
        (self.right - self.left).max(0.0) * (self.bottom - self.top).max(0.0)
    }
}

impl From<hayro::kurbo::Rect> for Rect {
    fn from(rect: hayro::kurbo::Rect) -> Self {
        Self { left: rect.min_x(), top: rect.min_y(), right: rect.max_x(), bottom: rect.max_y() }
    }
}
