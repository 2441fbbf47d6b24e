//! Names for products and defect types that came from files: what a person named stays.

use rusqlite::Connection;

use super::mapping::Mapping;
use super::products::{
    find_defect_type, find_product, insert_defect_type, insert_product, update_defect_type,
    update_product,
};
use super::{Library, Result};
use fettle_domain::{DefectCode, DefectType, Product, ProductCode};

/// What was added to the catalogue.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Adopted {
    /// Products.
    pub products: Vec<ProductCode>,
    /// Defect types.
    pub defect_types: Vec<(ProductCode, DefectCode)>,
}

impl Library {
    /// Adds the products and defect types of a name file, and names those that have only
    /// their code for a name.
    ///
    /// # Errors
    /// [`super::LibraryError::Busy`], [`super::LibraryError::DiskFull`]; nothing was changed
    /// then.
    pub fn adopt_names(&mut self, names: &Mapping) -> Result<Adopted> {
        self.write(|tx| {
            let mut adopted = Adopted::default();
            for product in &names.products {
                if name_product(tx, product)? {
                    adopted.products.push(product.code.clone());
                }
            }
            for defect in &names.defects {
                if name_defect(tx, defect)? {
                    adopted.defect_types.push((defect.product.clone(), defect.code.clone()));
                }
            }
            Ok(adopted)
        })
    }

    /// Adds a product, and a defect type of it, that only their codes name; what is there
    /// stays as it is.
    ///
    /// # Errors
    /// As [`Self::adopt_names`].
    pub fn adopt_codes(
        &mut self,
        product: &ProductCode,
        defect: Option<&DefectCode>,
    ) -> Result<Adopted> {
        self.write(|tx| add_codes(tx, product, defect))
    }
}

/// As [`Library::adopt_codes`], within a transaction.
pub(super) fn add_codes(
    tx: &Connection,
    product: &ProductCode,
    defect: Option<&DefectCode>,
) -> Result<Adopted> {
    let mut adopted = Adopted::default();
    if insert_product(tx, &unnamed_product(product))? {
        adopted.products.push(product.clone());
    }
    if let Some(defect) = defect
        && insert_defect_type(tx, &unnamed_defect(product, defect))?
    {
        adopted.defect_types.push((product.clone(), defect.clone()));
    }
    Ok(adopted)
}

/// Adds a product, or names it if it has no name of its own yet.
fn name_product(tx: &Connection, product: &Product) -> Result<bool> {
    let known = find_product(tx, &product.code)?;
    if known.is_some_and(|known| known == unnamed_product(&product.code)) {
        update_product(tx, product)?;
    }
    insert_product(tx, product)
}

/// Adds a defect type, or names it if it has no name of its own yet.
fn name_defect(tx: &Connection, defect: &DefectType) -> Result<bool> {
    let known = find_defect_type(tx, &defect.product, &defect.code)?;
    if known.is_some_and(|known| known == unnamed_defect(&defect.product, &defect.code)) {
        update_defect_type(tx, defect)?;
    }
    insert_defect_type(tx, defect)
}

fn unnamed_product(code: &ProductCode) -> Product {
    Product { code: code.clone(), name_ko: code.to_string(), name_en: code.to_string() }
}

fn unnamed_defect(product: &ProductCode, code: &DefectCode) -> DefectType {
    DefectType {
        product: product.clone(),
        code: code.clone(),
        name_ko: code.to_string(),
        name_en: code.to_string(),
        full_name: code.to_string(),
    }
}
