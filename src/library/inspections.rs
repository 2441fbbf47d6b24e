//! The record of what was inspected: whole, so that it can be shown and made again.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, TransactionBehavior, params};

use super::{Library, LibraryError, Result, rows};
use fettle_domain::{ContentHash, DefectCode, Inspection, InspectionId, ProductCode, Verdict};

/// Which inspections to list; the default is all.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct InspectionFilter {
    /// Of this product.
    pub product: Option<ProductCode>,
    /// With this defect: the one looked up in the manual, else the one suggested.
    pub defect: Option<DefectCode>,
    /// With this verdict.
    pub verdict: Option<Verdict>,
    /// Of an image with these bytes.
    pub image_hash: Option<ContentHash>,
    /// Then or later.
    pub since: Option<Timestamp>,
    /// Before then.
    pub until: Option<Timestamp>,
    /// Skip so many of the newest: the next page.
    pub skip: usize,
}

impl Library {
    /// Records an inspection, whatever its `id` says, and answers its new id.
    ///
    /// # Errors
    /// [`LibraryError::BadTime`] when `created_at` is not RFC 3339,
    /// [`LibraryError::BadRecord`] when the record could not be read back (a score that is
    /// not a number, say).
    pub fn record_inspection(&mut self, inspection: &Inspection) -> Result<InspectionId> {
        record(&mut self.conn, inspection)
    }

    /// Records what was added to an inspection after it was recorded: a model's words. What it is
    /// listed by stays as it was.
    ///
    /// # Errors
    /// [`LibraryError::UnknownInspection`] where it was never recorded,
    /// [`LibraryError::BadRecord`].
    pub fn rewrite_inspection(&mut self, inspection: &Inspection) -> Result<()> {
        let id = inspection.id.unwrap_or(InspectionId(0));
        let json = json_of(inspection)?;
        self.write(|tx| {
            let sql = "UPDATE inspections SET record = ?2 WHERE id = ?1";
            match tx.execute(sql, params![id.0, json])? {
                0 => Err(LibraryError::UnknownInspection(id)),
                _ => Ok(()),
            }
        })
    }

    /// One inspection, whole.
    ///
    /// # Errors
    /// [`LibraryError::UnknownInspection`], [`LibraryError::BadRecord`].
    pub fn inspection(&self, id: InspectionId) -> Result<Inspection> {
        let sql = "SELECT record FROM inspections WHERE id = ?1";
        let json: Option<String> = self.conn.query_row(sql, [id.0], |row| row.get(0)).optional()?;
        parse(id, &json.ok_or(LibraryError::UnknownInspection(id))?)
    }

    /// At most `limit` inspections, newest first.
    ///
    /// # Errors
    /// [`LibraryError::BadRecord`].
    pub fn inspections(&self, filter: &InspectionFilter, limit: usize) -> Result<Vec<Inspection>> {
        let sql = "SELECT id, record FROM inspections
             WHERE (?1 IS NULL OR product = ?1) AND (?2 IS NULL OR verdict = ?2)
               AND (?3 IS NULL OR image_hash = ?3) AND (?4 IS NULL OR created_at_ms >= ?4)
               AND (?5 IS NULL OR created_at_ms < ?5) AND (?6 IS NULL OR defect = ?6)
             ORDER BY created_at_ms DESC, id DESC LIMIT ?7 OFFSET ?8";
        let params = params![
            filter.product.as_ref().map(ProductCode::as_str),
            filter.verdict.map(Verdict::name),
            filter.image_hash.as_ref().map(|hash| &hash.0),
            filter.since.map(Timestamp::as_millisecond),
            filter.until.map(Timestamp::as_millisecond),
            filter.defect.as_ref().map(DefectCode::as_str),
            i64::try_from(limit).unwrap_or(i64::MAX),
            i64::try_from(filter.skip).unwrap_or(i64::MAX),
        ];
        let found = rows(&self.conn, sql, params, |row| {
            Ok((InspectionId(row.get(0)?), row.get::<_, String>(1)?))
        })?;
        found.into_iter().map(|(id, json)| parse(id, &json)).collect()
    }
}

/// Records an inspection. Its image is here, also where it was let go before.
pub(super) fn record(conn: &mut Connection, inspection: &Inspection) -> Result<InspectionId> {
    let created_at: Timestamp = inspection
        .created_at
        .parse()
        .map_err(|source| LibraryError::BadTime { text: inspection.created_at.clone(), source })?;
    let json = json_of(inspection)?;
    let suggested = inspection.similarity.done().and_then(|s| s.suggestion.as_ref());
    let defect = inspection
        .manual
        .done()
        .map(|manual| &manual.defect)
        .or_else(|| suggested.and_then(|suggestion| suggestion.defect.as_ref()));
    let tx = conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
    tx.execute(
        "INSERT INTO inspections (created_at, created_at_ms, product, defect, verdict,
                                  image_score, image_hash, record)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        params![
            inspection.created_at,
            created_at.as_millisecond(),
            inspection.product.as_ref().map(ProductCode::as_str),
            defect.map(DefectCode::as_str),
            inspection.verdict.name(),
            inspection.anomaly.done().map(|anomaly| anomaly.image_score),
            inspection.image_hash.0,
            json
        ],
    )?;
    let id = InspectionId(tx.last_insert_rowid());
    tx.execute(
        "INSERT INTO history (inspection, created_at, created_at_ms, product, defect,
                              verdict, image_score, source, image_path)
         SELECT id, created_at, created_at_ms, product, defect, verdict, image_score,
                ?2, ?3
         FROM inspections WHERE id = ?1",
        params![id.0, inspection.source, inspection.image_path],
    )?;
    tx.execute("DELETE FROM tidied WHERE image_path = ?1", [&inspection.image_path])?;
    tx.commit()?;
    Ok(id)
}

/// An inspection as it is kept.
fn json_of(inspection: &Inspection) -> Result<String> {
    let bad = |source| LibraryError::BadRecord {
        what: format!("inspection of {}", inspection.source),
        source,
    };
    let json =
        serde_json::to_string(&Inspection { id: None, ..inspection.clone() }).map_err(bad)?;
    // JSON has no NaN: rather no record than one that cannot be opened later.
    serde_json::from_str::<Inspection>(&json).map_err(bad)?;
    Ok(json)
}

fn parse(id: InspectionId, json: &str) -> Result<Inspection> {
    let read: Inspection = serde_json::from_str(json)
        .map_err(|source| LibraryError::BadRecord { what: format!("inspection {id}"), source })?;
    Ok(Inspection { id: Some(id), ..read })
}
