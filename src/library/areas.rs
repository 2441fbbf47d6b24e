//! Inspection areas: the shapes that limit the inspected part of a product's images.

use std::path::Path;

use rusqlite::{Connection, OptionalExtension, Row, params};

use super::file_store::Destination;
use super::image_file::{decode_image, extension};
use super::layout::MASK_FOLDER;
use super::products::require_product;
use super::rows::{code_column, now, rows};
use super::source_file::{content_hash, read_source};
use super::{Library, LibraryError, Registered, Result};
use fettle_domain::{
    AreaEffect, AreaShape, ContentHash, IMAGE_EXTENSIONS, ProductArea, ProductCode, RegisteredArea,
    RelativePoint,
};

impl Library {
    /// A product's inspection area: its shapes in the order in which they were drawn, and their
    /// hash.
    ///
    /// # Errors
    /// A database error; [`LibraryError::BadRecord`] for a damaged polygon.
    pub fn inspection_area(&self, product: &ProductCode) -> Result<ProductArea> {
        let sql = "SELECT * FROM inspection_areas
                   WHERE product = ?1 AND removed_at IS NULL ORDER BY id";
        let read = rows(&self.conn, sql, [product.as_str()], read_area)?;
        let shapes: Vec<RegisteredArea> = read
            .into_iter()
            .map(|(area, polygon)| with_polygon(area, polygon))
            .collect::<Result<_>>()?;
        let hash = hash_of(&shapes);
        Ok(ProductArea { shapes, hash })
    }

    /// Adds a polygon of three or more corners and returns its row id.
    ///
    /// # Errors
    /// [`LibraryError::UnknownProduct`].
    pub fn add_polygon(
        &mut self,
        product: &ProductCode,
        effect: AreaEffect,
        points: &[RelativePoint],
    ) -> Result<i64> {
        let json = serde_json::to_string(points).map_err(bad_polygon)?;
        self.write(|tx| {
            require_product(tx, product)?;
            tx.execute(
                "INSERT INTO inspection_areas (product, effect, polygon, added_at)
                 VALUES (?1, ?2, ?3, ?4)",
                params![product.as_str(), effect.key(), json, now()],
            )?;
            Ok(tx.last_insert_rowid())
        })
    }

    /// Copies the image file of a mask to `data/areas/<product>_<effect>_<n>.<ext>` and registers
    /// it.
    ///
    /// # Errors
    /// [`LibraryError::UnknownProduct`], those of [`super::read_image`],
    /// [`LibraryError::DiskFull`], [`LibraryError::Busy`]; after an error nothing has changed.
    pub fn add_mask(
        &mut self,
        product: &ProductCode,
        effect: AreaEffect,
        path: &Path,
    ) -> Result<Registered<i64>> {
        require_product(&self.conn, product)?;
        let bytes = read_source(path)?;
        let mask = decode_image(&bytes, path)?;
        let destination = Destination {
            folder: MASK_FOLDER.to_owned(),
            stem: format!("{product}_{}", effect.key()),
            extension: extension(mask.format),
            siblings: IMAGE_EXTENSIONS,
            plain_first: false,
        };
        self.store_file(
            &destination,
            &bytes,
            &mask.hash,
            |conn| find_mask(conn, product, effect, &mask.hash),
            |conn, path| {
                conn.execute(
                    "INSERT INTO inspection_areas (product, effect, path, content_hash, added_at)
                     VALUES (?1, ?2, ?3, ?4, ?5)",
                    params![product.as_str(), effect.key(), path, mask.hash.0, now()],
                )?;
                Ok(conn.last_insert_rowid())
            },
        )
    }

    /// Removes all shapes of a product, so that the whole image is inspected, and returns their
    /// number. Mask files stay.
    ///
    /// # Errors
    /// [`LibraryError::UnknownProduct`].
    pub fn clear_inspection_area(&mut self, product: &ProductCode) -> Result<usize> {
        self.write(|tx| {
            require_product(tx, product)?;
            let sql = "UPDATE inspection_areas SET removed_at = ?2
                       WHERE product = ?1 AND removed_at IS NULL";
            Ok(tx.execute(sql, params![product.as_str(), now()])?)
        })
    }
}

fn find_mask(
    conn: &Connection,
    product: &ProductCode,
    effect: AreaEffect,
    hash: &ContentHash,
) -> Result<Option<i64>> {
    let sql = "SELECT id FROM inspection_areas WHERE product = ?1 AND effect = ?2
                 AND content_hash = ?3 AND removed_at IS NULL";
    let of = params![product.as_str(), effect.key(), hash.0];
    Ok(conn.query_row(sql, of, |row| row.get(0)).optional()?)
}

/// Reads a row, and its polygon as JSON.
fn read_area(row: &Row<'_>) -> rusqlite::Result<(RegisteredArea, Option<String>)> {
    let effect: String = row.get("effect")?;
    let path: Option<String> = row.get("path")?;
    let shape = match path {
        Some(path) => AreaShape::Mask { path, content_hash: ContentHash(row.get("content_hash")?) },
        None => AreaShape::Polygon { points: Vec::new() },
    };
    let effect =
        if effect == AreaEffect::Ignore.key() { AreaEffect::Ignore } else { AreaEffect::Inspect };
    let area =
        RegisteredArea { id: row.get("id")?, product: code_column(row, "product")?, effect, shape };
    Ok((area, row.get("polygon")?))
}

fn with_polygon(mut area: RegisteredArea, stored: Option<String>) -> Result<RegisteredArea> {
    if let Some(json) = stored {
        let points = serde_json::from_str(&json).map_err(bad_polygon)?;
        area.shape = AreaShape::Polygon { points };
    }
    Ok(area)
}

fn bad_polygon(source: serde_json::Error) -> LibraryError {
    LibraryError::BadRecord { what: "polygon of an inspection area".to_owned(), source }
}

/// Hash of the shapes, independent of their order and of the names of mask files.
fn hash_of(shapes: &[RegisteredArea]) -> Option<ContentHash> {
    let mut lines: Vec<String> = shapes
        .iter()
        .map(|area| match &area.shape {
            AreaShape::Polygon { points } => {
                let corners: Vec<String> =
                    points.iter().map(|point| format!("{},{}", point.x, point.y)).collect();
                format!("{} {}", area.effect.key(), corners.join(" "))
            }
            AreaShape::Mask { content_hash, .. } => format!("{} {content_hash}", area.effect.key()),
        })
        .collect();
    lines.sort_unstable();
    lines.dedup();
    (!lines.is_empty()).then(|| content_hash(lines.join("\n").as_bytes()))
}
