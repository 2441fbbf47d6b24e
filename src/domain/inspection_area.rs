//! Which part of a product's pictures is inspected, as a person drew it.

use serde::{Deserialize, Serialize};

use super::{ContentHash, ProductCode};

/// What a shape does to the pixels inside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AreaEffect {
    /// Region of interest: where a product has any, only what lies in one is inspected.
    Inspect,
    /// Never inspected, not even within a region of interest.
    Ignore,
}

impl AreaEffect {
    /// Its name in the catalogue: `inspect`, `ignore`.
    pub fn key(self) -> &'static str {
        match self {
            Self::Inspect => "inspect",
            Self::Ignore => "ignore",
        }
    }
}

/// A point of a picture of any size: 0 is its left (upper) edge, 1 its right (lower) one.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct RelativePoint {
    /// Across.
    pub x: f32,
    /// Down.
    pub y: f32,
}

/// A drawn area, in coordinates that fit pictures of any size.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "shape")]
pub enum AreaShape {
    /// The inside of a polygon, even-odd where it crosses itself.
    Polygon {
        /// Its corners, three or more.
        points: Vec<RelativePoint>,
    },
    /// The bright half of a picture, stretched over the inspected one.
    Mask {
        /// Its file, relative to the workspace, with `/`.
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
    /// Inspect or ignore.
    pub effect: AreaEffect,
    /// Where.
    pub shape: AreaShape,
}

/// A product's inspection area: all its shapes, and a hash by which a change is seen.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct ProductArea {
    /// In the order in which they were drawn.
    pub shapes: Vec<RegisteredArea>,
    /// Of effects and shapes; `None` where there are none and all of the image is inspected.
    pub hash: Option<ContentHash>,
}
