//! Records of inspections: the complete result as JSON, so that an inspection can be shown again.

use std::borrow::Cow;

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, TransactionBehavior, params};

use super::rows::{json_column, rows};
use super::{Library, LibraryError, Result};
use fettle_domain::{ContentHash, DefectCode, Inspection, InspectionId, ProductCode, Verdict};

/// Conditions on inspections; the default selects all.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct InspectionFilter {
    /// Of this product.
    pub product: Option<ProductCode>,
    /// With this defect: the one looked up in the manual, else the suggested one.
    pub defect: Option<DefectCode>,
    /// With this verdict.
    pub verdict: Option<Verdict>,
    /// Of an image with these bytes.
    pub image_hash: Option<ContentHash>,
    /// At this time or later.
    pub since: Option<Timestamp>,
    /// Before this time.
    pub until: Option<Timestamp>,
    /// Only the newest inspection of each part, which lists and counts take.
    pub newest: bool,
    /// Number of the newest ones to skip.
    pub skip: usize,
}

impl Library {
    /// Records an inspection and returns its new id; its `id` is ignored.
    ///
    /// # Errors
    /// [`LibraryError::BadTime`] where `created_at` is not RFC 3339; [`LibraryError::BadRecord`]
    /// where the record could not be read back (a score that is not a number, say).
    pub fn record_inspection(&mut self, inspection: &Inspection) -> Result<InspectionId> {
        record(&mut self.conn, inspection)
    }

    /// Replaces the record of an inspection, e.g. after a model's text was added. The columns by
    /// which it is listed stay, and so does what a person measured meanwhile.
    ///
    /// # Errors
    /// [`LibraryError::UnknownInspection`] where the inspection was never recorded,
    /// [`LibraryError::BadRecord`].
    pub fn rewrite_inspection(&mut self, inspection: &Inspection) -> Result<()> {
        let id = inspection.id.unwrap_or(InspectionId(0));
        self.write(|tx| {
            let measurements = read_record(tx, id)?.measurements;
            let json = json_of(&Inspection { measurements, ..inspection.clone() })?;
            let sql = "UPDATE inspections SET record = ?2 WHERE id = ?1";
            tx.execute(sql, params![id.0, json])?;
            Ok(())
        })
    }

    /// The record of one inspection.
    ///
    /// # Errors
    /// [`LibraryError::UnknownInspection`], [`LibraryError::BadRecord`].
    pub fn inspection(&self, id: InspectionId) -> Result<Inspection> {
        read_record(&self.conn, id)
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
               AND (NOT ?9 OR EXISTS (SELECT 1 FROM history WHERE inspection = id AND newest))
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
            filter.newest,
        ];
        let found = rows(&self.conn, sql, params, |row| {
            Ok((InspectionId(row.get(0)?), row.get::<_, String>(1)?))
        })?;
        found.into_iter().map(|(id, json)| parse(id, &json)).collect()
    }
}

/// Records an inspection, linked to the first one of the same photograph as the same product: what
/// people said of the part stays, and lists and counts take this inspection for it. A note that its
/// image was deleted is removed: the image is stored again.
pub(crate) fn record(conn: &mut Connection, inspection: &Inspection) -> Result<InspectionId> {
    let created_at: Timestamp = inspection
        .created_at
        .parse()
        .map_err(|source| LibraryError::BadTime { text: inspection.created_at.clone(), source })?;
    let suggested = inspection.similarity.done().and_then(|s| s.suggestion.as_ref());
    let defect = inspection
        .manual
        .done()
        .map(|manual| &manual.defect)
        .or_else(|| suggested.and_then(|suggestion| suggestion.defect.as_ref()));
    let tx = conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let json = json_of(with_lines_of_part(&tx, inspection)?.as_ref())?;
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
                              verdict, image_score, source, image_path, first)
         SELECT id, created_at, created_at_ms, product, defect, verdict, image_score,
                ?2, ?3, (SELECT min(same.id) FROM inspections AS same
                         WHERE same.image_hash = made.image_hash AND same.product IS made.product)
         FROM inspections AS made WHERE id = ?1",
        params![id.0, inspection.source, inspection.image_path],
    )?;
    tx.execute(
        "UPDATE history SET (judged, judged_defect, action) =
                (SELECT judged, judged_defect, action FROM history AS before
                 WHERE before.first = history.first AND before.newest
                   AND before.inspection <> ?1)
         WHERE inspection = ?1 AND first <> ?1",
        [id.0],
    )?;
    tx.execute(
        "UPDATE history SET newest = 0
         WHERE first = (SELECT first FROM history WHERE inspection = ?1) AND inspection <> ?1",
        [id.0],
    )?;
    tx.execute("DELETE FROM tidied WHERE image_path = ?1", [&inspection.image_path])?;
    tx.commit()?;
    Ok(id)
}

/// The inspection with the lines that were measured in the same photograph as the same product before,
/// where it has none: they belong to the part.
fn with_lines_of_part<'a>(
    conn: &Connection,
    inspection: &'a Inspection,
) -> Result<Cow<'a, Inspection>> {
    if !inspection.measurements.lines.is_empty() {
        return Ok(Cow::Borrowed(inspection));
    }
    let sql = "SELECT json_extract(record, '$.measurements.lines') FROM inspections
               WHERE image_hash = ?1 AND product IS ?2 ORDER BY id DESC LIMIT 1";
    let of = params![inspection.image_hash.0, inspection.product.as_ref().map(ProductCode::as_str)];
    let lines = conn.query_row(sql, of, |row| json_column(row, 0)).optional()?.flatten();
    Ok(match lines {
        None => Cow::Borrowed(inspection),
        Some(lines) => {
            let mut inspection = inspection.clone();
            inspection.measurements.lines = lines;
            Cow::Owned(inspection)
        }
    })
}

/// The record of one inspection.
pub(crate) fn read_record(conn: &Connection, id: InspectionId) -> Result<Inspection> {
    let sql = "SELECT record FROM inspections WHERE id = ?1";
    let json: Option<String> = conn.query_row(sql, [id.0], |row| row.get(0)).optional()?;
    parse(id, &json.ok_or(LibraryError::UnknownInspection(id))?)
}

/// The JSON of an inspection, without its id.
pub(crate) fn json_of(inspection: &Inspection) -> Result<String> {
    let bad = |source| LibraryError::BadRecord {
        what: format!("inspection of {}", inspection.source),
        source,
    };
    let json =
        serde_json::to_string(&Inspection { id: None, ..inspection.clone() }).map_err(bad)?;
    // JSON has no NaN. An error now is better than a record that cannot be opened later.
    serde_json::from_str::<Inspection>(&json).map_err(bad)?;
    Ok(json)
}

fn parse(id: InspectionId, json: &str) -> Result<Inspection> {
    let read: Inspection = serde_json::from_str(json)
        .map_err(|source| LibraryError::BadRecord { what: format!("inspection {id}"), source })?;
    Ok(Inspection { id: Some(id), ..read })
}
