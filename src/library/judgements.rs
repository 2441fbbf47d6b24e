//! People's judgements of inspections and the states of actions. Rows are only added: earlier ones
//! stay on record, the newest one counts.

use rusqlite::{Connection, OptionalExtension, Row, params};

use super::action_state::{OF_PART, has_records, record_action};
use super::rows::{action_column, now, optional_code_column, rows, verdict_column};
use super::{Library, LibraryError, Result};
use fettle_domain::{
    ActionChange, ActionState, ContentHash, DefectCode, InspectionId, Judgement, Opinion,
    ProductCode,
};

/// The picture of an inspection that a person judged NG.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JudgedPicture {
    /// The inspection.
    pub inspection: InspectionId,
    /// The defect that the person named; `None` where none was named.
    pub defect: Option<DefectCode>,
    /// The file, relative to the workspace.
    pub image_path: String,
    /// Hash of the file's bytes.
    pub image_hash: ContentHash,
}

impl Library {
    /// Records the opinion of the person `by` about an inspected part; `None` withdraws the
    /// judgement. It counts for all inspections of the part.
    ///
    /// # Errors
    /// [`LibraryError::UnknownInspection`].
    pub fn judge(
        &mut self,
        id: InspectionId,
        opinion: Option<&Opinion>,
        by: &str,
    ) -> Result<Option<Judgement>> {
        let verdict = opinion.map(|opinion| opinion.verdict.name());
        let defect = opinion.and_then(|opinion| opinion.defect.as_ref()).map(DefectCode::as_str);
        let note = opinion.map_or("", |opinion| opinion.note.as_str());
        self.write(|tx| {
            let sql = "UPDATE history SET judged = ?2, judged_defect = ?3
                       WHERE first = (SELECT first FROM history WHERE inspection = ?1)";
            if tx.execute(sql, params![id.0, verdict, defect])? == 0 {
                return Err(LibraryError::UnknownInspection(id));
            }
            let sql = "INSERT INTO judgements (inspection, verdict, defect, note, judged_by,
                                               judged_at)
                       VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
            tx.execute(sql, params![id.0, verdict, defect, note, by, now()])?;
            newest(tx, id)
        })
    }

    /// The judgement that counts for an inspection: the newest of the part; `None` where there is none or it was withdrawn.
    ///
    /// # Errors
    /// A database error.
    pub fn judgement(&self, id: InspectionId) -> Result<Option<Judgement>> {
        newest(&self.conn, id)
    }

    /// The pictures of a product's inspections that a person judged NG and that the workspace still
    /// has, oldest first.
    ///
    /// # Errors
    /// A database error.
    pub fn judged_defective(&self, product: &ProductCode) -> Result<Vec<JudgedPicture>> {
        let sql = "SELECT history.inspection, judged_defect, image_path, image_hash
                   FROM history JOIN inspections ON inspections.id = history.inspection
                   WHERE history.product = ?1 AND newest AND judged = 'ng' AND image_path IS NOT NULL
                     AND image_path NOT IN (SELECT image_path FROM tidied)
                   GROUP BY image_hash ORDER BY history.inspection";
        rows(&self.conn, sql, [product.as_str()], |row| {
            Ok(JudgedPicture {
                inspection: InspectionId(row.get(0)?),
                defect: optional_code_column(row, 1)?,
                image_path: row.get(2)?,
                image_hash: ContentHash(row.get(3)?),
            })
        })
    }

    /// Records the state of an inspection's action, set by the person `by`.
    ///
    /// # Errors
    /// [`LibraryError::UnknownInspection`]; [`LibraryError::ActionHasRecords`] where records of
    /// corrective actions say the state.
    pub fn set_action(
        &mut self,
        id: InspectionId,
        state: ActionState,
        by: &str,
    ) -> Result<ActionChange> {
        self.write(|tx| {
            if has_records(tx, id)? {
                return Err(LibraryError::ActionHasRecords(id));
            }
            record_action(tx, id, state, by)
        })
    }

    /// The last change of the state of the action that an inspected part calls for; `None` where
    /// there is none.
    ///
    /// # Errors
    /// A database error.
    pub fn action(&self, id: InspectionId) -> Result<Option<ActionChange>> {
        let sql = format!(
            "SELECT state, changed_by, changed_at FROM action_changes
             WHERE inspection IN ({OF_PART}) ORDER BY id DESC LIMIT 1"
        );
        let read = |row: &Row<'_>| {
            Ok(ActionChange { state: action_column(row, 0)?, by: row.get(1)?, at: row.get(2)? })
        };
        Ok(self.conn.query_row(&sql, [id.0], read).optional()?)
    }
}

/// The newest judgement of the part that an inspection shows.
fn newest(conn: &Connection, id: InspectionId) -> Result<Option<Judgement>> {
    let sql = format!(
        "SELECT verdict, defect, note, judged_by, judged_at FROM judgements
         WHERE inspection IN ({OF_PART}) ORDER BY id DESC LIMIT 1"
    );
    let read = |row: &Row<'_>| {
        let Some(verdict) = verdict_column(row, 0)? else { return Ok(None) };
        let opinion = Opinion { verdict, defect: optional_code_column(row, 1)?, note: row.get(2)? };
        Ok(Some(Judgement { opinion, by: row.get(3)?, at: row.get(4)? }))
    };
    Ok(conn.query_row(&sql, [id.0], read).optional()?.flatten())
}
