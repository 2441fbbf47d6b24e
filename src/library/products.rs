//! Products and their defect types.

use rusqlite::{Connection, OptionalExtension, Row, params};

use super::rows::{code_column, now, rows};
use super::{Library, LibraryError, Result};
use fettle_domain::{DefectCode, DefectType, DisplayNames, Product, ProductCode};

impl Library {
    /// Adds a product. `false` where the code exists, in which case nothing has changed.
    ///
    /// # Errors
    /// A database error.
    pub fn add_product(&mut self, product: &Product) -> Result<bool> {
        self.write(|tx| insert_product(tx, product))
    }

    /// Changes the names of a product.
    ///
    /// # Errors
    /// [`LibraryError::UnknownProduct`].
    pub fn rename_product(&mut self, product: &Product) -> Result<()> {
        self.write(|tx| update_product(tx, product))
    }

    /// All products by code.
    ///
    /// # Errors
    /// A database error.
    pub fn products(&self) -> Result<Vec<Product>> {
        rows(
            &self.conn,
            "SELECT * FROM products WHERE removed_at IS NULL ORDER BY code",
            [],
            read_product,
        )
    }

    /// One product.
    ///
    /// # Errors
    /// [`LibraryError::UnknownProduct`].
    pub fn product(&self, code: &ProductCode) -> Result<Product> {
        find_product(&self.conn, code)?.ok_or_else(|| LibraryError::UnknownProduct(code.clone()))
    }

    /// Adds a defect type. `false` where the product has the code, in which case nothing has
    /// changed.
    ///
    /// # Errors
    /// [`LibraryError::UnknownProduct`].
    pub fn add_defect_type(&mut self, defect: &DefectType) -> Result<bool> {
        self.write(|tx| {
            require_product(tx, &defect.product)?;
            insert_defect_type(tx, defect)
        })
    }

    /// Changes the names of a defect type.
    ///
    /// # Errors
    /// [`LibraryError::UnknownDefect`].
    pub fn rename_defect_type(&mut self, defect: &DefectType) -> Result<()> {
        self.write(|tx| update_defect_type(tx, defect))
    }

    /// Deletes a product that no other row refers to.
    ///
    /// # Errors
    /// [`LibraryError::UnknownProduct`]; [`LibraryError::ProductInUse`] where a defect type, an
    /// image, a manual, a bank, an area, a setting, an inspection or a record of a corrective
    /// action belongs to it.
    pub fn remove_product(&mut self, code: &ProductCode) -> Result<()> {
        self.write(|tx| {
            require_product(tx, code)?;
            let rows = [
                "defect_types WHERE",
                "images WHERE",
                "manuals WHERE",
                "banks WHERE",
                "inspection_areas WHERE",
                "product_settings WHERE",
                "inspections WHERE",
                "corrective_actions WHERE removed_at IS NULL AND",
            ];
            for those in rows {
                let sql = format!("SELECT EXISTS (SELECT 1 FROM {those} product = ?1)");
                if tx.query_row(&sql, [code.as_str()], |row| row.get(0))? {
                    return Err(LibraryError::ProductInUse(code.clone()));
                }
            }
            tx.execute("DELETE FROM products WHERE code = ?1", [code.as_str()])?;
            Ok(())
        })
    }

    /// Deletes a defect type without images, inspections and records of corrective actions, and with
    /// which no manual was parsed.
    ///
    /// # Errors
    /// [`LibraryError::UnknownDefect`], [`LibraryError::DefectInUse`].
    pub fn remove_defect_type(&mut self, product: &ProductCode, code: &DefectCode) -> Result<()> {
        self.write(|tx| {
            require_defect(tx, product, code)?;
            let of = params![product.as_str(), code.as_str()];
            // Sections of a manual refer to the defect types that existed when it was parsed.
            let sql = "SELECT EXISTS (SELECT 1 FROM images WHERE product = ?1 AND defect = ?2)
                 OR EXISTS (SELECT 1 FROM history
                            WHERE product = ?1 AND (defect = ?2 OR judged_defect = ?2))
                 OR EXISTS (SELECT 1 FROM corrective_actions
                            WHERE product = ?1 AND defect = ?2 AND removed_at IS NULL)
                 OR EXISTS (SELECT 1 FROM manual_texts AS texts
                            JOIN manuals ON manuals.id = texts.manual
                            JOIN defect_types AS types
                              ON types.product = manuals.product AND types.code = ?2
                            WHERE manuals.product = ?1 AND texts.saved_at >= types.added_at)";
            if tx.query_row(sql, of, |row| row.get(0))? {
                let (product, defect) = (product.clone(), code.clone());
                return Err(LibraryError::DefectInUse { product, defect });
            }
            tx.execute("DELETE FROM defect_types WHERE product = ?1 AND code = ?2", of)?;
            Ok(())
        })
    }

    /// The defect types of one product by code.
    ///
    /// # Errors
    /// [`LibraryError::UnknownProduct`].
    pub fn defect_types(&self, product: &ProductCode) -> Result<Vec<DefectType>> {
        require_product(&self.conn, product)?;
        let sql = "SELECT * FROM defect_types WHERE product = ?1 AND removed_at IS NULL
                   ORDER BY code";
        rows(&self.conn, sql, [product.as_str()], read_defect_type)
    }

    /// Names of all products and defect types, also of deleted ones: past inspections name them.
    ///
    /// # Errors
    /// A database error.
    pub fn names(&self) -> Result<DisplayNames> {
        let defects = rows(&self.conn, "SELECT * FROM defect_types", [], read_defect_type)?;
        let products = rows(&self.conn, "SELECT * FROM products ORDER BY code", [], read_product)?;
        Ok(DisplayNames { products, defects })
    }

    /// One defect type.
    ///
    /// # Errors
    /// [`LibraryError::UnknownDefect`].
    pub fn defect_type(&self, product: &ProductCode, code: &DefectCode) -> Result<DefectType> {
        find_defect_type(&self.conn, product, code)?.ok_or_else(|| LibraryError::UnknownDefect {
            product: product.clone(),
            defect: code.clone(),
        })
    }
}

/// [`LibraryError::UnknownProduct`] where the product does not exist.
pub(crate) fn require_product(conn: &Connection, code: &ProductCode) -> Result<()> {
    match find_product(conn, code)? {
        Some(_) => Ok(()),
        None => Err(LibraryError::UnknownProduct(code.clone())),
    }
}

/// [`LibraryError::UnknownProduct`] or [`LibraryError::UnknownDefect`] where product or defect type
/// do not exist.
pub(crate) fn require_defect(
    conn: &Connection,
    product: &ProductCode,
    defect: &DefectCode,
) -> Result<()> {
    require_product(conn, product)?;
    match find_defect_type(conn, product, defect)? {
        Some(_) => Ok(()),
        None => {
            Err(LibraryError::UnknownDefect { product: product.clone(), defect: defect.clone() })
        }
    }
}

pub(crate) fn find_product(conn: &Connection, code: &ProductCode) -> Result<Option<Product>> {
    let sql = "SELECT * FROM products WHERE code = ?1 AND removed_at IS NULL";
    Ok(conn.query_row(sql, [code.as_str()], read_product).optional()?)
}

pub(crate) fn find_defect_type(
    conn: &Connection,
    product: &ProductCode,
    code: &DefectCode,
) -> Result<Option<DefectType>> {
    let sql = "SELECT * FROM defect_types
               WHERE product = ?1 AND code = ?2 AND removed_at IS NULL";
    Ok(conn.query_row(sql, [product.as_str(), code.as_str()], read_defect_type).optional()?)
}

pub(crate) fn insert_product(conn: &Connection, product: &Product) -> Result<bool> {
    let Product { code, name_ko, name_en } = product.clone().normalized();
    let inserted = conn.execute(
        "INSERT INTO products (code, name_ko, name_en, added_at) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (code) DO UPDATE
         SET name_ko = ?2, name_en = ?3, added_at = ?4, removed_at = NULL
         WHERE removed_at IS NOT NULL",
        params![code.as_str(), name_ko, name_en, now()],
    )?;
    Ok(inserted == 1)
}

pub(crate) fn update_product(conn: &Connection, product: &Product) -> Result<()> {
    let product = product.clone().normalized();
    let changed = conn.execute(
        "UPDATE products SET name_ko = ?2, name_en = ?3
         WHERE code = ?1 AND removed_at IS NULL",
        params![product.code.as_str(), product.name_ko, product.name_en],
    )?;
    if changed == 1 { Ok(()) } else { Err(LibraryError::UnknownProduct(product.code)) }
}

pub(crate) fn insert_defect_type(conn: &Connection, defect: &DefectType) -> Result<bool> {
    let DefectType { product, code, name_ko, name_en, full_name } = defect.clone().normalized();
    let inserted = conn.execute(
        "INSERT INTO defect_types (product, code, name_ko, name_en, full_name, added_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT (product, code) DO UPDATE
         SET name_ko = ?3, name_en = ?4, full_name = ?5, added_at = ?6, removed_at = NULL
         WHERE removed_at IS NOT NULL",
        params![product.as_str(), code.as_str(), name_ko, name_en, full_name, now()],
    )?;
    Ok(inserted == 1)
}

pub(crate) fn update_defect_type(conn: &Connection, defect: &DefectType) -> Result<()> {
    let DefectType { product, code, name_ko, name_en, full_name } = defect.clone().normalized();
    let changed = conn.execute(
        "UPDATE defect_types SET name_ko = ?3, name_en = ?4, full_name = ?5
         WHERE product = ?1 AND code = ?2 AND removed_at IS NULL",
        params![product.as_str(), code.as_str(), name_ko, name_en, full_name],
    )?;
    if changed == 1 { Ok(()) } else { Err(LibraryError::UnknownDefect { product, defect: code }) }
}

fn read_product(row: &Row<'_>) -> rusqlite::Result<Product> {
    Ok(Product {
        code: code_column(row, "code")?,
        name_ko: row.get("name_ko")?,
        name_en: row.get("name_en")?,
    })
}

fn read_defect_type(row: &Row<'_>) -> rusqlite::Result<DefectType> {
    Ok(DefectType {
        product: code_column(row, "product")?,
        code: code_column(row, "code")?,
        name_ko: row.get("name_ko")?,
        name_en: row.get("name_en")?,
        full_name: row.get("full_name")?,
    })
}
