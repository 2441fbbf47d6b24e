//! The files of a rendered demo world.

use std::path::PathBuf;

use fettle_domain::{DefectCode, DefectType, Product, ProductCode, Verdict};

/// The files that were written, for the engine to register.
#[derive(Debug, Clone)]
pub struct DemoWorld {
    /// The folder of all files.
    pub root: PathBuf,
    /// Products, in display order.
    pub products: Vec<DemoProduct>,
    /// Images to inspect, none of them among the normal and defect images.
    pub inspections: Vec<DemoInspection>,
}

/// A product with its files.
#[derive(Debug, Clone)]
pub struct DemoProduct {
    /// The product to register.
    pub product: Product,
    /// The defect types to register.
    pub defect_types: Vec<DefectType>,
    /// Normal images, for the memory bank: `<product>/normal/NN.png`.
    pub normals: Vec<PathBuf>,
    /// Defect images, for the similarity search.
    pub defects: Vec<DemoDefectImage>,
    /// The manual: `<product>/<product>_manual.pdf`.
    pub manual: PathBuf,
}

/// An image of a known defect.
#[derive(Debug, Clone)]
pub struct DemoDefectImage {
    /// The defect.
    pub defect: DefectCode,
    /// The image: `<product>/defect/<code>/NN.png`.
    pub image: PathBuf,
    /// The mask of the defect: an 8-bit grey image of the same size, 255 inside the defect and 0
    /// elsewhere: `<product>/mask/<code>/NN.png`.
    pub mask: PathBuf,
}

/// An image to inspect, with the ground truth.
#[derive(Debug, Clone)]
pub struct DemoInspection {
    /// The product.
    pub product: ProductCode,
    /// The image: `<product>/inspect/<name>.png`.
    pub image: PathBuf,
    /// The expected verdict.
    pub expected: Verdict,
    /// The defect; `None` for a sound part.
    pub defect: Option<DefectCode>,
    /// The mask of the defect, as [`DemoDefectImage::mask`]: `<product>/mask/inspect/<name>.png`.
    pub mask: Option<PathBuf>,
}
