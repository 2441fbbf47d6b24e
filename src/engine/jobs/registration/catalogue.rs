//! Adding and listing products and defect types.

use serde::Serialize;

use crate::error::{EngineError, Result};
use crate::protocol::{JobContext, NoEvent, Request};
use fettle_domain::{DefectCode, DefectType, ImageLabel, Product, ProductCode};
use fettle_library::{LabelFilter, LibraryError, RegisteredBank};

/// Registers a product, or renames a registered one; empty names change nothing.
#[derive(Debug, Clone)]
pub struct AddProduct(pub Product);

impl Request for AddProduct {
    type Answer = Product;
    type Event = NoEvent;

    fn name(&self) -> &'static str {
        "add-product"
    }

    fn run(self, job: &JobContext) -> Result<Product> {
        let Self(mut product) = self;
        job.library(move |library| {
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

/// Registers a defect type, or renames a registered one; `None` changes nothing.
#[derive(Debug, Clone)]
pub struct AddDefectType {
    /// Product of the defect type.
    pub product: ProductCode,
    /// Code of the defect type.
    pub code: DefectCode,
    /// Korean name.
    pub name_ko: Option<String>,
    /// English name; the code where none was ever given.
    pub name_en: Option<String>,
    /// Name as written in the manual; `<English> (<Korean>)` where none was ever given.
    pub full_name: Option<String>,
}

impl Request for AddDefectType {
    type Answer = DefectType;
    type Event = NoEvent;

    fn name(&self) -> &'static str {
        "add-defect-type"
    }

    fn run(self, job: &JobContext) -> Result<DefectType> {
        job.library(move |library| {
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

/// Counts of one product in the library.
#[derive(Debug, Clone, Serialize)]
pub struct ProductSummary {
    /// The product.
    pub product: Product,
    /// Defect types of the product, each with its number of images.
    pub defects: Vec<(DefectType, usize)>,
    /// Number of normal images.
    pub normal_images: usize,
    /// Paths of the manuals in force, relative to the workspace.
    pub manuals: Vec<String>,
    /// Version of the active memory bank.
    pub bank_version: Option<u32>,
}

/// Lists all products with their counts.
#[derive(Debug, Clone, Copy)]
pub struct ListLibrary;

impl Request for ListLibrary {
    type Answer = Vec<ProductSummary>;
    type Event = NoEvent;

    fn name(&self) -> &'static str {
        "list-library"
    }

    fn run(self, job: &JobContext) -> Result<Vec<ProductSummary>> {
        job.library(|library| {
            let mut summaries = Vec::new();
            for product in library.products()? {
                let images = library.images(Some(&product.code), &LabelFilter::Any)?;
                let count_of = |label: &ImageLabel| {
                    images.iter().filter(|image| image.label == *label).count()
                };
                let defects = library
                    .defect_types(&product.code)?
                    .into_iter()
                    .map(|defect| {
                        let count = count_of(&ImageLabel::Defect(defect.code.clone()));
                        (defect, count)
                    })
                    .collect();
                let manuals = library.manuals(&product.code)?;
                summaries.push(ProductSummary {
                    defects,
                    normal_images: count_of(&ImageLabel::Normal),
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

/// [`EngineError::UnknownProduct`] unless `product` is registered.
pub(crate) fn require_product(job: &JobContext, product: &ProductCode) -> Result<()> {
    let code = product.clone();
    match job.library(move |library| library.product(&code)) {
        Ok(_) => Ok(()),
        Err(EngineError::Library(LibraryError::UnknownProduct(code))) => {
            Err(EngineError::UnknownProduct(code))
        }
        Err(other) => Err(other),
    }
}
