//! What a factory registers: products, their defect types, their images.

use serde::{Deserialize, Serialize};

use super::{ContentHash, DefectCode, ImageId, ManualId, ProductCode, RectPx};

/// Something the factory makes and inspects.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Product {
    /// Short code, unique.
    pub code: ProductCode,
    /// Korean name, e.g. `주조제품 A형`.
    pub name_ko: String,
    /// English name.
    pub name_en: String,
}

/// A kind of defect of one product.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DefectType {
    /// The product it belongs to.
    pub product: ProductCode,
    /// Short code, unique within the product.
    pub code: DefectCode,
    /// Korean name, e.g. `기공`.
    pub name_ko: String,
    /// English name, e.g. `hole`.
    pub name_en: String,
    /// The name as the manual writes it, e.g. `hole (기공)`.
    pub full_name: String,
}

/// What a registered image shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind", content = "defect")]
pub enum ImageLabel {
    /// A sound part: it may build the memory bank.
    Normal,
    /// A part with a known defect: it may be found as similar.
    Defect(DefectCode),
}

/// An image that the library holds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RegisteredImage {
    /// Row and index id.
    pub id: ImageId,
    /// The product shown.
    pub product: ProductCode,
    /// Normal, or which defect.
    pub label: ImageLabel,
    /// Where it is, relative to the workspace, with `/`.
    pub path: String,
    /// Hash of the file's bytes.
    pub content_hash: ContentHash,
    /// Width in pixels.
    pub width_px: u32,
    /// Height in pixels.
    pub height_px: u32,
    /// The part of it that shows the defect, where a person drew one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<DefectRegion>,
}

/// The part of a defect image that shows the defect.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct DefectRegion {
    /// In the image's pixels.
    pub rect: RectPx,
    /// How often one was drawn on this image, this one included.
    pub change: u32,
}

/// A manual that the library holds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RegisteredManual {
    /// Row id.
    pub id: ManualId,
    /// The product it is about.
    pub product: ProductCode,
    /// Where it is, relative to the workspace, with `/`.
    pub path: String,
    /// Hash of the file's bytes.
    pub content_hash: ContentHash,
}
