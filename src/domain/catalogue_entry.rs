//! Products and defect types as what can be deleted, and what hangs on them.

use serde::{Deserialize, Serialize};

use super::{DefectCode, ProductCode};

/// A product or a defect type.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CatalogueEntry {
    /// A product.
    Product(ProductCode),
    /// A defect type of a product.
    DefectType(ProductCode, DefectCode),
}

impl CatalogueEntry {
    /// The product, or that of the defect type.
    pub fn product(&self) -> &ProductCode {
        match self {
            Self::Product(product) | Self::DefectType(product, _) => product,
        }
    }

    /// The defect type; `None` for a product.
    pub fn defect(&self) -> Option<&DefectCode> {
        match self {
            Self::Product(_) => None,
            Self::DefectType(_, defect) => Some(defect),
        }
    }
}

/// Numbers of what hangs on a product or a defect type.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Dependents {
    /// Defect types of a product. They go with it, as images, manuals and banks do.
    pub defect_types: usize,
    /// Registered normal images.
    pub normal_images: usize,
    /// Registered images of defects.
    pub defect_images: usize,
    /// Manuals in force.
    pub manuals: usize,
    /// Versions of the memory bank.
    pub banks: usize,
    /// Past inspections. They stay, and go on naming what was deleted.
    pub inspections: usize,
    /// Records of corrective actions. They stay, too.
    pub corrective_actions: usize,
}

impl Dependents {
    /// All kinds with the ids of their messages, those that go first.
    pub fn kinds(&self) -> [(&'static str, usize); 7] {
        [
            ("dependents-defect-types", self.defect_types),
            ("dependents-normal-images", self.normal_images),
            ("dependents-defect-images", self.defect_images),
            ("dependents-manuals", self.manuals),
            ("dependents-banks", self.banks),
            ("dependents-inspections", self.inspections),
            ("dependents-actions", self.corrective_actions),
        ]
    }
}
