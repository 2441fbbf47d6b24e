//! Marked regions of defects in their images.

use rusqlite::types::Type;
use rusqlite::{Row, params};

use super::{Library, LibraryError, Result};
use fettle_domain::{DefectRegion, ImageId, RectPx};

impl Library {
    /// Sets or clears the region of a defect image, and returns the previous one.
    ///
    /// # Errors
    /// [`LibraryError::UnknownImage`], also for a normal image; [`LibraryError::RegionOutside`] for
    /// a rectangle that is empty or not within the image.
    pub fn set_defect_region(
        &mut self,
        id: ImageId,
        region: Option<RectPx>,
    ) -> Result<Option<RectPx>> {
        let image = self.registered_image(id)?.ok_or(LibraryError::UnknownImage(id))?;
        let (width, height) = (image.width_px, image.height_px);
        if region.is_some_and(|region| !region.fits_in(width, height)) {
            return Err(LibraryError::RegionOutside { path: image.path.into(), width, height });
        }
        let before = image.region.map(|region| region.rect);
        if before == region {
            return Ok(before);
        }
        let json = region.map(|rect| serde_json::to_string(&rect)).transpose();
        let json = json.map_err(|source| {
            let what = format!("region of image {id}");
            LibraryError::BadRecord { what, source }
        })?;
        self.write(|tx| {
            let changed = tx.execute(
                "UPDATE images SET region = ?2, region_changes = region_changes + 1
                 WHERE id = ?1 AND removed_at IS NULL AND defect IS NOT NULL",
                params![id.0, json],
            )?;
            if changed == 1 { Ok(before) } else { Err(LibraryError::UnknownImage(id)) }
        })
    }
}

/// Reads the region in a row of images.
pub(crate) fn region_column(row: &Row<'_>) -> rusqlite::Result<Option<DefectRegion>> {
    let Some(json) = row.get::<_, Option<String>>("region")? else { return Ok(None) };
    let rect = serde_json::from_str(&json).map_err(|error| {
        rusqlite::Error::FromSqlConversionFailure(0, Type::Text, Box::new(error))
    })?;
    Ok(Some(DefectRegion { rect, change: row.get("region_changes")? }))
}
