//! Products and defect types.

use serde::Serialize;

use crate::error::{EngineError, Result};
use crate::request::{JobContext, Request};
use fettle_domain::{DefectType, ImageLabel, Product, ProductCode};
use fettle_library::{LabelFilter, LibraryError, RegisteredBank};

/// Registers a product, or gives a registered one new names; empty names change nothing.
#[derive(Debug, Clone)]
pub struct AddProduct(pub Product);

impl Request for AddProduct {
    type Answer = Product;

    fn name(&self) -> &'static str {
        "add-product"
    }

    fn run(self, job: &JobContext) -> Result<Product> {
        let Self(mut product) = self;
        job.shared.library(move |library| {
            if !library.add_product(&product)? {
                let known = library.product(&product.code)?;
                if product.name_ko.is_empty() {
                    product.name_ko = known.name_ko;
                }
                if product.name_en.is_empty() {
                    product.name_en = known.name_en;
                }
                library.rename_product(&product)?;
            }
            Ok(product)
        })
    }
}

/// Registers a defect type, or gives a registered one new names; `None` changes nothing.
#[derive(Debug, Clone)]
pub struct AddDefectType {
    /// The product and code of the defect type.
    pub product: ProductCode,
    /// Its code.
    pub code: fettle_domain::DefectCode,
    /// Korean name.
    pub name_ko: Option<String>,
    /// English name; the code where it was never given.
    pub name_en: Option<String>,
    /// The name as the manual writes it; made of the two where it was never given.
    pub full_name: Option<String>,
}

impl Request for AddDefectType {
    type Answer = DefectType;

    fn name(&self) -> &'static str {
        "add-defect-type"
    }

    fn run(self, job: &JobContext) -> Result<DefectType> {
        job.shared.library(move |library| {
            let known = match library.defect_type(&self.product, &self.code) {
                Ok(known) => Some(known),
                Err(LibraryError::UnknownDefect { .. }) => None,
                Err(other) => return Err(other),
            };
            let is_new = known.is_none();
            let known = known.unwrap_or_else(|| DefectType {
                product: self.product.clone(),
                code: self.code.clone(),
                name_ko: String::new(),
                name_en: self.code.to_string(),
                full_name: String::new(),
            });
            let name_ko = self.name_ko.unwrap_or(known.name_ko);
            let name_en = self.name_en.unwrap_or(known.name_en);
            let full_name = self.full_name.unwrap_or(known.full_name);
            let full_name = match (full_name.is_empty(), name_ko.is_empty()) {
                (true, true) => name_en.clone(),
                (true, false) => format!("{name_en} ({name_ko})"),
                (false, _) => full_name,
            };
            let defect =
                DefectType { product: self.product, code: self.code, name_ko, name_en, full_name };
            if is_new {
                library.add_defect_type(&defect)?;
            } else {
                library.rename_defect_type(&defect)?;
            }
            Ok(defect)
        })
    }
}

/// What the library holds of one product.
#[derive(Debug, Clone, Serialize)]
pub struct ProductSummary {
    /// The product.
    pub product: Product,
    /// Its defect types, each with how many images show it.
    pub defects: Vec<(DefectType, usize)>,
    /// How many normal images.
    pub normal_images: usize,
    /// Paths of its manuals, relative to the workspace.
    pub manuals: Vec<String>,
    /// Version of the bank in use.
    pub bank_version: Option<u32>,
}

/// Lists all products and what there is of each.
#[derive(Debug, Clone, Copy)]
pub struct ListLibrary;

impl Request for ListLibrary {
    type Answer = Vec<ProductSummary>;

    fn name(&self) -> &'static str {
        "list-library"
    }

    fn run(self, job: &JobContext) -> Result<Vec<ProductSummary>> {
        job.shared.library(|library| {
            let mut summaries = Vec::new();
            for product in library.products()? {
                let images = library.images(Some(&product.code), &LabelFilter::Any)?;
                let showing = |label: &ImageLabel| {
                    images.iter().filter(|image| image.label == *label).count()
                };
                let defects = library
                    .defect_types(&product.code)?
                    .into_iter()
                    .map(|defect| {
                        let count = showing(&ImageLabel::Defect(defect.code.clone()));
                        (defect, count)
                    })
                    .collect();
                let manuals = library.manuals(&product.code)?;
                summaries.push(ProductSummary {
                    defects,
                    normal_images: showing(&ImageLabel::Normal),
                    manuals: manuals.into_iter().map(|manual| manual.path).collect(),
                    bank_version: library.active_bank(&product.code)?.map(version),
                    product,
                });
            }
            Ok(summaries)
        })
    }
}

fn version(bank: RegisteredBank) -> u32 {
    bank.bank.version
}

/// `Err` unless `product` is registered.
pub(super) fn require_product(job: &JobContext, product: &ProductCode) -> Result<()> {
    let code = product.clone();
    match job.shared.library(move |library| library.product(&code)) {
        Ok(_) => Ok(()),
        Err(EngineError::Library(LibraryError::UnknownProduct(code))) => {
            Err(EngineError::UnknownProduct(code))
        }
        Err(other) => Err(other),
    }
}
