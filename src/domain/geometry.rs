//! Positions. The coordinate space is part of the type's name.

use serde::{Deserialize, Serialize};

/// A rectangle in the pixels of the inspected image; origin at the upper left.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct RectPx {
    /// Left edge.
    pub x: u32,
    /// Upper edge.
    pub y: u32,
    /// Width.
    pub width: u32,
    /// Height.
    pub height: u32,
}

impl RectPx {
    /// Whether it has pixels, and all of them lie in an image of this size.
    pub fn is_in(self, width: u32, height: u32) -> bool {
        let ends = (self.x.checked_add(self.width), self.y.checked_add(self.height));
        let inside = matches!(ends, (Some(right), Some(low)) if right <= width && low <= height);
        inside && self.width > 0 && self.height > 0
    }
}

/// A corner in the inspected image: (0, 0) is the upper left corner of its first pixel, so that
/// a region's outline runs between pixels and not through them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct PointPx {
    /// From the left edge.
    pub x: u32,
    /// From the upper edge.
    pub y: u32,
}

/// How a picture is laid over the inspected image: turned and scaled about its middle, then its
/// middle put beside that of the inspected image.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct SimilarityTransform {
    /// Degrees, clockwise as seen.
    pub rotation_deg: f32,
    /// Size in the inspected image of one pixel of the picture.
    pub scale: f32,
    /// How far its middle lies to the right, in pixels of the inspected image.
    pub shift_x_px: f32,
    /// How far its middle lies below.
    pub shift_y_px: f32,
}

/// A rectangle on a manual's page in points (1/72 inch); origin at the page's
/// upper left corner, as a reader sees it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct RectPt {
    /// Left edge.
    pub x: f32,
    /// Upper edge.
    pub y: f32,
    /// Width.
    pub width: f32,
    /// Height.
    pub height: f32,
}

/// How large a page is in points (1/72 inch), turned as a reader sees it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct SizePt {
    /// Width.
    pub width: f32,
    /// Height.
    pub height: f32,
}

impl RectPt {
    /// The smallest rectangle around both.
    pub fn union(self, other: Self) -> Self {
        let x = self.x.min(other.x);
        let y = self.y.min(other.y);
        let right = (self.x + self.width).max(other.x + other.width);
        let bottom = (self.y + self.height).max(other.y + other.height);
        Self { x, y, width: right - x, height: bottom - y }
    }
}
