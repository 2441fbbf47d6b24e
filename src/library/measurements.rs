//! The scale of a product's pictures, and what people measured in the picture of an inspection.

use rusqlite::{OptionalExtension, params};

use super::inspections::{json_of, read_record};
use super::products::require_product;
use super::{Library, LibraryError, Result};
use fettle_domain::{InspectionId, Measurements, PixelScale, ProductCode, RegionSizes};

/// The key of a product's scale among its settings.
const SCALE: &str = "pixel_scale";

impl Library {
    /// The scale of a product's pictures; `None` where nobody found one.
    ///
    /// # Errors
    /// A database error; [`LibraryError::BadRecord`] for a scale unknown to this program.
    pub fn product_scale(&self, product: &ProductCode) -> Result<Option<PixelScale>> {
        let sql = "SELECT value FROM product_settings WHERE product = ?1 AND key = ?2";
        let of = params![product.as_str(), SCALE];
        let json: Option<String> = self.conn.query_row(sql, of, |row| row.get(0)).optional()?;
        let read =
            |json: String| serde_json::from_str(&json).map_err(|source| bad_scale(product, source));
        json.map(read).transpose()
    }

    /// Sets the scale of a product's pictures, or takes it away. Past inspections keep theirs.
    ///
    /// # Errors
    /// [`LibraryError::UnknownProduct`].
    pub fn set_product_scale(
        &mut self,
        product: &ProductCode,
        scale: Option<&PixelScale>,
    ) -> Result<()> {
        let json = scale.map(serde_json::to_string).transpose();
        let json = json.map_err(|source| bad_scale(product, source))?;
        self.write(|tx| {
            require_product(tx, product)?;
            match json {
                Some(json) => tx.execute(
                    "INSERT INTO product_settings (product, key, value) VALUES (?1, ?2, ?3)
                     ON CONFLICT (product, key) DO UPDATE SET value = excluded.value",
                    params![product.as_str(), SCALE, json],
                )?,
                None => tx.execute(
                    "DELETE FROM product_settings WHERE product = ?1 AND key = ?2",
                    params![product.as_str(), SCALE],
                )?,
            };
            Ok(())
        })
    }

    /// Replaces what is measured in the picture of an inspection, within the picture, and returns what
    /// was kept.
    ///
    /// # Errors
    /// [`LibraryError::UnknownInspection`], [`LibraryError::BadRecord`].
    pub fn set_measurements(
        &mut self,
        id: InspectionId,
        measured: Measurements,
    ) -> Result<Measurements> {
        self.write(|tx| {
            let mut inspection = read_record(tx, id)?;
            let measured = measured.kept(inspection.width_px, inspection.height_px);
            inspection.measurements = measured.clone();
            let sql = "UPDATE inspections SET record = ?2 WHERE id = ?1";
            tx.execute(sql, params![id.0, json_of(&inspection)?])?;
            Ok(measured)
        })
    }

    /// The sizes of an inspection's regions in millimetres; `None` where it has no scale, or where no regions
    /// were looked for.
    ///
    /// # Errors
    /// A database error.
    pub fn region_sizes(&self, id: InspectionId) -> Result<Option<RegionSizes>> {
        // Read by the database: a record is large, and a list asks for many.
        let sql = "SELECT json_extract(record, '$.measurements.scale.mm_per_px') AS scale,
                (SELECT total(json_extract(value, '$.area_px'))
                 FROM json_each(record, '$.anomaly.result.regions')),
                (SELECT max(json_extract(value, '$.longest_px'))
                 FROM json_each(record, '$.anomaly.result.regions')),
                json_array_length(record, '$.anomaly.result.regions') AS regions
             FROM inspections WHERE id = ?1 AND scale IS NOT NULL AND regions IS NOT NULL";
        let mut statement = self.conn.prepare_cached(sql)?;
        let read = |row: &rusqlite::Row<'_>| {
            let (mm_per_px, area_px): (f64, f64) = (row.get(0)?, row.get(1)?);
            let (longest_px, regions): (Option<f64>, i64) = (row.get(2)?, row.get(3)?);
            let longest_px = if regions == 0 { Some(0.0) } else { longest_px };
            Ok(RegionSizes {
                area_mm2: area_px * mm_per_px * mm_per_px,
                longest_mm: longest_px.map(|px| px * mm_per_px),
            })
        };
        Ok(statement.query_row([id.0], read).optional()?)
    }
}

fn bad_scale(product: &ProductCode, source: serde_json::Error) -> LibraryError {
    LibraryError::BadRecord { what: format!("scale of {product}"), source }
}
