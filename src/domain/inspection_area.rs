//! Inspection areas: the part of a product's images that is inspected, drawn by a person.

use serde::{Deserialize, Serialize};

use super::{ContentHash, ProductCode};

/// The effect of a shape on the pixels inside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AreaEffect {
    /// Region of interest: where a product has any, only pixels inside one are inspected.
    Inspect,
    /// Excluded from the inspection, even within a region of interest.
    Ignore,
}

impl AreaEffect {
    /// The effect's name in the library's database: `inspect`, `ignore`.
    pub fn key(self) -> &'static str {
        match self {
            Self::Inspect => "inspect",
            Self::Ignore => "ignore",
        }
    }
}

/// A point in coordinates relative to the image: 0 is the left (upper) edge, 1 the right (lower)
/// one.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct RelativePoint {
    /// Horizontal position.
    pub x: f32,
    /// Vertical position.
    pub y: f32,
}

/// A shape in relative coordinates, which fit images of any size.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "shape")]
pub enum AreaShape {
    /// The inside of a polygon, by the even-odd rule where it crosses itself.
    Polygon {
        /// Three or more corners.
        points: Vec<RelativePoint>,
    },
    /// The bright half of a mask image, stretched over the inspected image.
    Mask {
        /// The mask's file, relative to the workspace, with `/`.
        path: String,
        /// Hash of the file's bytes.
        content_hash: ContentHash,
    },
}

/// One shape of a product's inspection area.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RegisteredArea {
    /// Row id.
    pub id: i64,
    /// The product.
    pub product: ProductCode,
    /// Effect on the pixels inside.
    pub effect: AreaEffect,
    /// The shape.
    pub shape: AreaShape,
}

/// A product's inspection area: its shapes, and a hash that changes with them.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct ProductArea {
    /// Shapes in the order in which they were drawn.
    pub shapes: Vec<RegisteredArea>,
    /// Hash of effects and shapes; `None` without shapes, when the whole image is inspected.
    pub hash: Option<ContentHash>,
}
