//! Adding and listing products and defect types.

use std::collections::HashSet;

use serde::Serialize;

use crate::error::{EngineError, Result};
use crate::protocol::{JobContext, NoEvent, Request};
use crate::workspace_files::WorkspaceFiles;
use fettle_domain::{
    ContentHash, DefectCode, DefectType, ImageId, ImageLabel, Product, ProductCode, Role,
};
use fettle_library::{LabelFilter, LibraryError, RegisteredBank};
use fettle_vision::memory_bank::MemoryBank;

/// Registers a product, or renames a registered one; empty names change nothing.
#[derive(Debug, Clone)]
pub struct AddProduct(pub Product);

impl Request for AddProduct {
    type Answer = Product;
    type Event = NoEvent;

    fn name(&self) -> &'static str {
        "add-product"
    }

    fn role(&self) -> Role {
        Role::Engineer
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

    fn role(&self) -> Role {
        Role::Engineer
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
    /// Whether that bank is what the registered images ask for.
    pub bank: BankReadiness,
}

/// Whether a product has the memory bank that its images ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "state")]
pub enum BankReadiness {
    /// No bank is active.
    None,
    /// It was fitted on all registered normal images, in the present inspection area.
    Ready,
    /// It should be fitted again.
    Outdated {
        /// Number of registered normal images that it was not fitted on.
        unseen_images: usize,
        /// Whether the inspection area is another one now.
        area_changed: bool,
    },
    /// Its file cannot be read.
    Unreadable,
}

/// A listed product whose bank was not looked at yet.
struct Listed {
    summary: ProductSummary,
    active: Option<RegisteredBank>,
    normals: Vec<ImageId>,
    area: Option<ContentHash>,
}

impl Listed {
    fn with_readiness(self, workspace: &WorkspaceFiles) -> ProductSummary {
        let Self { summary, active, normals, area } = self;
        let bank = match active {
            None => BankReadiness::None,
            Some(active) => match MemoryBank::load_info(&workspace.file(&active.path)) {
                Err(error) => {
                    tracing::warn!(%error, "a bank cannot be read");
                    BankReadiness::Unreadable
                }
                Ok(info) => {
                    let fitted_on: HashSet<ImageId> = info.fit.images.iter().copied().collect();
                    let unseen_images = normals.iter().filter(|id| !fitted_on.contains(id)).count();
                    let area_changed = active.area != area;
                    match unseen_images > 0 || area_changed {
                        true => BankReadiness::Outdated { unseen_images, area_changed },
                        false => BankReadiness::Ready,
                    }
                }
            },
        };
        ProductSummary { bank, ..summary }
    }
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

    fn role(&self) -> Role {
        Role::Operator
    }

    fn is_quick(&self) -> bool {
        true
    }

    fn run(self, job: &JobContext) -> Result<Vec<ProductSummary>> {
        let listed = job.library(|library| {
            let mut listed = Vec::new();
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
                let active = library.active_bank(&product.code)?;
                let normals = images.iter().filter(|image| image.label == ImageLabel::Normal);
                listed.push(Listed {
                    normals: normals.map(|image| image.id).collect(),
                    area: library.inspection_area(&product.code)?.hash,
                    summary: ProductSummary {
                        defects,
                        normal_images: count_of(&ImageLabel::Normal),
                        manuals: manuals.into_iter().map(|manual| manual.path).collect(),
                        bank_version: active.as_ref().map(|active| active.bank.version),
                        bank: BankReadiness::None,
                        product,
                    },
                    active,
                });
            }
            Ok(listed)
        })?;
        let workspace = &job.shared.workspace;
        Ok(listed.into_iter().map(|one| one.with_readiness(workspace)).collect())
    }
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
