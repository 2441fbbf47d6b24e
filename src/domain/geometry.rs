//! Points, rectangles and transforms. The coordinate space is part of the type's name: `Px` for
//! pixels of the inspected image, `Pt` for points of a manual's page.

use serde::{Deserialize, Serialize};

/// A rectangle in pixels of the inspected image; origin at the upper left.
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
    /// Whether the rectangle is not empty and lies within an image of this size.
    pub fn fits_in(self, width: u32, height: u32) -> bool {
        let ends = (self.x.checked_add(self.width), self.y.checked_add(self.height));
        let inside = matches!(ends, (Some(right), Some(low)) if right <= width && low <= height);
        inside && self.width > 0 && self.height > 0
    }
}

/// A pixel corner in the inspected image: (0, 0) is the upper left corner of the first pixel, so
/// that a region's outline runs between pixels and not through them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct PointPx {
    /// Distance from the left edge in pixels.
    pub x: u32,
    /// Distance from the upper edge in pixels.
    pub y: u32,
}

/// A similarity transform from another image to the inspected one: rotation and scaling about the
/// image's centre, then a shift of that centre from the centre of the inspected image.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct SimilarityTransform {
    /// Rotation in degrees, clockwise on the screen.
    pub rotation_deg: f32,
    /// Pixels of the inspected image per pixel of the other image.
    pub scale: f32,
    /// Shift to the right, in pixels of the inspected image.
    pub shift_x_px: f32,
    /// Shift downwards, in pixels of the inspected image.
    pub shift_y_px: f32,
}

/// A rectangle on a manual's page in points (1/72 inch); origin at the upper left corner of the
/// page as displayed, page rotation applied.
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

/// The size of a page in points (1/72 inch) as displayed, page rotation applied.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct SizePt {
    /// Width.
    pub width: f32,
    /// Height.
    pub height: f32,
}

impl RectPt {
    /// The smallest rectangle that contains both.
    pub fn union(self, other: Self) -> Self {
        let x = self.x.min(other.x);
        let y = self.y.min(other.y);
        let right = (self.x + self.width).max(other.x + other.width);
        let bottom = (self.y + self.height).max(other.y + other.height);
        Self { x, y, width: right - x, height: bottom - y }
    }
}
