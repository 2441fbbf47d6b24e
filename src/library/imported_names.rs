//! Products and defect types named by files of the replaced system. Names given by a person are
//! never overwritten.

use rusqlite::Connection;

use super::defect_mapping::DefectMapping;
use super::products::{
    find_defect_type, find_product, insert_defect_type, insert_product, update_defect_type,
    update_product,
};
use super::{Library, Result};
use fettle_domain::{DefectCode, DefectType, Product, ProductCode};

/// Products and defect types that were added.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct AddedNames {
    /// Codes of the products.
    pub products: Vec<ProductCode>,
    /// Products and codes of the defect types.
    pub defect_types: Vec<(ProductCode, DefectCode)>,
}

impl Library {
    /// Adds the products and defect types of a mapping, and names those whose only name is their
    /// code.
    ///
    /// # Errors
    /// [`super::LibraryError::Busy`], [`super::LibraryError::DiskFull`]; after an error nothing
    /// has changed.
    pub fn import_names(&mut self, names: &DefectMapping) -> Result<AddedNames> {
        self.write(|tx| {
            let mut added = AddedNames::default();
            for product in &names.products {
                if add_or_name_product(tx, product)? {
                    added.products.push(product.code.clone());
                }
            }
            for defect in &names.defects {
                if add_or_name_defect(tx, defect)? {
                    added.defect_types.push((defect.product.clone(), defect.code.clone()));
                }
            }
            Ok(added)
        })
    }

    /// Adds a product, and a defect type of the product, with their codes as names. Existing ones
    /// stay as they are.
    ///
    /// # Errors
    /// As [`Self::import_names`].
    pub fn import_codes(
        &mut self,
        product: &ProductCode,
        defect: Option<&DefectCode>,
    ) -> Result<AddedNames> {
        self.write(|tx| insert_codes(tx, product, defect))
    }
}

/// [`Library::import_codes`] within a transaction.
pub(crate) fn insert_codes(
    tx: &Connection,
    product: &ProductCode,
    defect: Option<&DefectCode>,
) -> Result<AddedNames> {
    let mut added = AddedNames::default();
    if insert_product(tx, &unnamed_product(product))? {
        added.products.push(product.clone());
    }
    if let Some(defect) = defect
        && insert_defect_type(tx, &unnamed_defect(product, defect))?
    {
        added.defect_types.push((product.clone(), defect.clone()));
    }
    Ok(added)
}

/// Adds a product, or names one whose only name is its code; whether it was added.
fn add_or_name_product(tx: &Connection, product: &Product) -> Result<bool> {
    let known = find_product(tx, &product.code)?;
    if known.is_some_and(|known| known == unnamed_product(&product.code)) {
        update_product(tx, product)?;
    }
    insert_product(tx, product)
}

/// Adds a defect type, or names one whose only name is its code; whether it was added.
fn add_or_name_defect(tx: &Connection, defect: &DefectType) -> Result<bool> {
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
