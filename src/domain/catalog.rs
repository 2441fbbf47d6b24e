//! Registered products, defect types, images and manuals.

use serde::{Deserialize, Serialize};

use super::{ContentHash, DefectCode, ImageId, ManualId, ProductCode, RectPx, normal_form};

/// A product that is made and inspected.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Product {
    /// Unique short code.
    pub code: ProductCode,
    /// Korean name, e.g. `주조제품 A형`.
    pub name_ko: String,
    /// English name.
    pub name_en: String,
}

impl Product {
    /// The product with its names in the normal form, so that names that look the same are the same.
    pub fn normalized(self) -> Self {
        let Self { code, name_ko, name_en } = self;
        Self { code, name_ko: normal_form(&name_ko), name_en: normal_form(&name_en) }
    }
}

/// A defect type of one product.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DefectType {
    /// The product.
    pub product: ProductCode,
    /// Short code, unique within the product.
    pub code: DefectCode,
    /// Korean name, e.g. `기공`.
    pub name_ko: String,
    /// English name, e.g. `hole`.
    pub name_en: String,
    /// The name as printed in the manual, e.g. `hole (기공)`.
    pub full_name: String,
}

impl DefectType {
    /// The defect type with its names in the normal form.
    pub fn normalized(self) -> Self {
        Self {
            name_ko: normal_form(&self.name_ko),
            name_en: normal_form(&self.name_en),
            full_name: normal_form(&self.full_name),
            ..self
        }
    }
}

/// The label of a registered image.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind", content = "defect")]
pub enum ImageLabel {
    /// A sound part, for the memory bank.
    Normal,
    /// A part with a known defect, for the similarity search.
    Defect(DefectCode),
}

/// An image in the library.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RegisteredImage {
    /// Row id, and id in the image index.
    pub id: ImageId,
    /// The product.
    pub product: ProductCode,
    /// Normal, or a defect.
    pub label: ImageLabel,
    /// The file, relative to the workspace, with `/`.
    pub path: String,
    /// Name of the file that it was registered from; `None` where nobody wrote it down.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub original_name: Option<String>,
    /// Hash of the file's bytes.
    pub content_hash: ContentHash,
    /// Width in pixels.
    pub width_px: u32,
    /// Height in pixels.
    pub height_px: u32,
    /// The defect's region, where a person marked it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<DefectRegion>,
}

/// The marked region of a defect in its image.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct DefectRegion {
    /// Bounding box in the image's pixels.
    pub rect: RectPx,
    /// Number of regions ever drawn on this image, this one included: an index tells an outdated
    /// region by this.
    pub change: u32,
}

/// A manual in the library.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RegisteredManual {
    /// Row id.
    pub id: ManualId,
    /// The product.
    pub product: ProductCode,
    /// The file, relative to the workspace, with `/`.
    pub path: String,
    /// Hash of the file's bytes.
    pub content_hash: ContentHash,
}
