//! Records of corrective actions. A changed record keeps what it said before, and a removed one its
//! row. The state of an inspection's action follows its records.

use rusqlite::{Connection, OptionalExtension, Row, named_params, params};

use super::action_state::record_action;
use super::rows::{code_column, now, optional_code_column, required_json_column, rows};
use super::{Library, LibraryError, Result, content_hash};
use fettle_domain::{
    ActionEntry, ActionFilter, ActionSource, ActionStage, ActionState, ActionSubject,
    CorrectiveAction, CorrectiveActionId, DefectCode, InspectionId, PeriodCount, ProductCode,
    normal_form,
};
use jiff::Timestamp;

/// The columns that [`read_action`] reads.
const COLUMNS: &str = "id, product, defect, inspection, entry, source, written_by, written_at";
/// Condition of an [`ActionFilter`] on the records that are not removed.
const FILTER: &str = "removed_at IS NULL
    AND (:product IS NULL OR product = :product)
    AND (:defect IS NULL OR defect = :defect)
    AND (:inspection IS NULL OR inspection = :inspection)
    AND (:import IS NULL OR import = :import)";

/// A record to import: its subject, what it says, and the row or line of the file.
pub type ImportedAction = (ActionSubject, ActionEntry, u32);

impl Library {
    /// The records that `filter` selects, newest first.
    ///
    /// # Errors
    /// A database error.
    pub fn corrective_actions(
        &self,
        filter: &ActionFilter,
        limit: usize,
    ) -> Result<Vec<CorrectiveAction>> {
        let sql = format!(
            "SELECT {COLUMNS} FROM corrective_actions WHERE {FILTER}
             ORDER BY newest_day DESC, id DESC LIMIT :limit"
        );
        let values = named_params! {
            ":product": filter.product.as_ref().map(ProductCode::as_str),
            ":defect": filter.defect.as_ref().map(DefectCode::as_str),
            ":inspection": filter.inspection.map(|id| id.0),
            ":import": filter.import,
            ":limit": i64::try_from(limit).unwrap_or(i64::MAX),
        };
        rows(&self.conn, &sql, values, read_action)
    }

    /// A record.
    ///
    /// # Errors
    /// [`LibraryError::UnknownAction`], also of a removed one.
    pub fn corrective_action(&self, id: CorrectiveActionId) -> Result<CorrectiveAction> {
        record(&self.conn, id)
    }

    /// Adds a record written by the person `by`.
    ///
    /// # Errors
    /// [`LibraryError::UnknownInspection`].
    pub fn add_corrective_action(
        &mut self,
        subject: &ActionSubject,
        entry: &ActionEntry,
        by: &str,
    ) -> Result<CorrectiveAction> {
        if let Some(inspection) = subject.inspection {
            self.history_row(inspection)?;
        }
        self.write(|tx| {
            let id = insert(tx, subject, entry, &ActionSource::Written, by)?;
            follow_records(tx, subject.inspection, by)?;
            record(tx, id)
        })
    }

    /// Replaces what a record says; what it said before stays on file.
    ///
    /// # Errors
    /// [`LibraryError::UnknownAction`].
    pub fn change_corrective_action(
        &mut self,
        id: CorrectiveActionId,
        defect: Option<&DefectCode>,
        entry: &ActionEntry,
        by: &str,
    ) -> Result<CorrectiveAction> {
        self.write(|tx| {
            let before = record(tx, id)?;
            let subject = ActionSubject { defect: defect.cloned(), ..subject_of(&before) };
            keep_revision(tx, &before)?;
            let sql = "UPDATE corrective_actions
                       SET defect = ?2, entry = ?3, digest = ?4, newest_day = ?5,
                           written_by = ?6, written_at = ?7
                       WHERE id = ?1";
            let values = params![
                id.0,
                defect.map(DefectCode::as_str),
                json("a corrective action", entry)?,
                action_digest(&subject, entry),
                newest_day(entry),
                by,
                now()
            ];
            tx.execute(sql, values)?;
            follow_records(tx, before.inspection, by)?;
            record(tx, id)
        })
    }

    /// Removes a record, or takes the removal back.
    ///
    /// # Errors
    /// [`LibraryError::UnknownAction`].
    pub fn set_action_removed(
        &mut self,
        id: CorrectiveActionId,
        removed: bool,
        by: &str,
    ) -> Result<()> {
        self.write(|tx| {
            let removed_at = removed.then(now);
            let sql = "UPDATE corrective_actions SET removed_at = ?2 WHERE id = ?1
                       RETURNING inspection";
            let inspection: Option<Option<i64>> =
                tx.query_row(sql, params![id.0, removed_at], |row| row.get(0)).optional()?;
            let Some(inspection) = inspection else {
                return Err(LibraryError::UnknownAction(id));
            };
            follow_records(tx, inspection.map(InspectionId), by)
        })
    }

    /// What a record said before, oldest first.
    ///
    /// # Errors
    /// A database error.
    pub fn action_revisions(&self, id: CorrectiveActionId) -> Result<Vec<ActionEntry>> {
        let sql = "SELECT entry FROM corrective_action_revisions WHERE action = ? ORDER BY id";
        rows(&self.conn, sql, [id.0], |row| required_json_column(row, 0))
    }

    /// Adds the records of a file, all or none of them. Returns the number of the import.
    ///
    /// # Errors
    /// A database error.
    pub fn import_actions(
        &mut self,
        file: &str,
        actions: &[ImportedAction],
        by: &str,
    ) -> Result<i64> {
        self.write(|tx| {
            let sql = "INSERT INTO corrective_action_imports (file, imported_by, imported_at)
                       VALUES (?1, ?2, ?3)";
            tx.execute(sql, params![file, by, now()])?;
            let import = tx.last_insert_rowid();
            for (subject, entry, place) in actions {
                let source =
                    ActionSource::Imported { import, file: file.to_owned(), place: *place };
                insert(tx, subject, entry, &source, by)?;
            }
            Ok(import)
        })
    }

    /// Removes the records of an import. Returns their number.
    ///
    /// # Errors
    /// [`LibraryError::UnknownImport`], a database error.
    pub fn undo_action_import(&mut self, import: i64) -> Result<usize> {
        self.write(|tx| {
            let known = "SELECT EXISTS (SELECT 1 FROM corrective_action_imports WHERE id = ?1)";
            if !tx.query_row(known, [import], |row| row.get::<_, bool>(0))? {
                return Err(LibraryError::UnknownImport(import));
            }
            let sql = "UPDATE corrective_actions SET removed_at = ?2
                       WHERE import = ?1 AND removed_at IS NULL";
            Ok(tx.execute(sql, params![import, now()])?)
        })
    }

    /// The digests ([`action_digest`]) of all records that are not removed.
    ///
    /// # Errors
    /// A database error.
    pub fn action_digests(&self) -> Result<Vec<String>> {
        let sql = "SELECT digest FROM corrective_actions WHERE removed_at IS NULL";
        rows(&self.conn, sql, [], |row| row.get(0))
    }

    /// The parts of `product` first inspected from `since` to before `until`, and the NG ones with
    /// `defect` among them. Inspections of one photograph are one part, of which a person's newest
    /// judgement counts and else the newest verdict.
    ///
    /// # Errors
    /// A database error.
    pub fn count_of_defect(
        &self,
        product: &ProductCode,
        defect: &DefectCode,
        (since, until): (Timestamp, Timestamp),
    ) -> Result<PeriodCount> {
        let sql = "SELECT count(*), ifnull(sum(said = 'ng' AND said_defect = ?2), 0)
                   FROM (SELECT ifnull(h.judged, h.verdict) AS said,
                                ifnull(h.judged_defect, h.defect) AS said_defect,
                                min(h.created_at_ms) OVER (PARTITION BY i.image_hash) AS first_ms,
                                row_number() OVER (PARTITION BY i.image_hash
                                    ORDER BY h.judged IS NULL, h.created_at_ms DESC,
                                             h.inspection DESC) AS place
                         FROM history AS h JOIN inspections AS i ON i.id = h.inspection
                         WHERE h.product = ?1)
                   WHERE place = 1 AND first_ms >= ?3 AND first_ms < ?4";
        let values = params![
            product.as_str(),
            defect.as_str(),
            since.as_millisecond(),
            until.as_millisecond()
        ];
        let (parts, ng) = self
            .conn
            .query_row(sql, values, |row| Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?)))?;
        let count = |number: i64| usize::try_from(number).unwrap_or(0);
        Ok(PeriodCount { parts: count(parts), ng: count(ng) })
    }
}

/// A digest of what a record is about and says. Records that differ in case, spacing or
/// punctuation alone have the same.
pub fn action_digest(subject: &ActionSubject, entry: &ActionEntry) -> String {
    let plain = |text: &str| -> String {
        let letters = normal_form(text);
        letters.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
    };
    let day = |day: Option<jiff::civil::Date>| day.map(|day| day.to_string()).unwrap_or_default();
    let parts = [
        subject.product.to_string(),
        subject.defect.as_ref().map(ToString::to_string).unwrap_or_default(),
        plain(&entry.problem),
        plain(&entry.root_cause),
        plain(&entry.action),
        day(entry.opened),
        day(entry.done),
    ];
    content_hash(parts.join("\n").as_bytes()).0
}

fn insert(
    tx: &Connection,
    subject: &ActionSubject,
    entry: &ActionEntry,
    source: &ActionSource,
    by: &str,
) -> Result<CorrectiveActionId> {
    let import = match source {
        ActionSource::Imported { import, .. } => Some(*import),
        ActionSource::Written => None,
    };
    let sql = "INSERT INTO corrective_actions (product, defect, inspection, entry, digest,
                   newest_day, source, import, written_by, written_at)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)";
    let values = params![
        subject.product.as_str(),
        subject.defect.as_ref().map(DefectCode::as_str),
        subject.inspection.map(|id| id.0),
        json("a corrective action", entry)?,
        action_digest(subject, entry),
        newest_day(entry),
        json("the source of a corrective action", source)?,
        import,
        by,
        now()
    ];
    tx.execute(sql, values)?;
    Ok(CorrectiveActionId(tx.last_insert_rowid()))
}

/// Keeps what a record says now among its revisions.
fn keep_revision(tx: &Connection, before: &CorrectiveAction) -> Result<()> {
    let sql = "INSERT INTO corrective_action_revisions (action, defect, entry, written_by,
                   written_at)
               VALUES (?1, ?2, ?3, ?4, ?5)";
    let values = params![
        before.id.0,
        before.defect.as_ref().map(DefectCode::as_str),
        json("a corrective action", &before.entry)?,
        before.by,
        before.at
    ];
    tx.execute(sql, values)?;
    Ok(())
}

/// Sets the state of an inspection's action to what its records say: done where all are. Without
/// records, after a removal, the state stays.
fn follow_records(tx: &Connection, inspection: Option<InspectionId>, by: &str) -> Result<()> {
    let Some(inspection) = inspection else { return Ok(()) };
    let sql = "SELECT entry FROM corrective_actions
               WHERE inspection = ? AND removed_at IS NULL";
    let entries: Vec<ActionEntry> =
        rows(tx, sql, [inspection.0], |row| required_json_column(row, 0))?;
    if entries.is_empty() {
        return Ok(());
    }
    let is_done = entries.iter().all(|entry| entry.stage() != ActionStage::Open);
    let state = if is_done { ActionState::Done } else { ActionState::Open };
    let sql = "SELECT action FROM history WHERE inspection = ?";
    let now_is: Option<String> = tx.query_row(sql, [inspection.0], |row| row.get(0)).optional()?;
    match now_is {
        None => Err(LibraryError::UnknownInspection(inspection)),
        Some(name) if name == state.name() => Ok(()),
        Some(_) => record_action(tx, inspection, state, by).map(|_| ()),
    }
}

fn record(conn: &Connection, id: CorrectiveActionId) -> Result<CorrectiveAction> {
    let sql =
        format!("SELECT {COLUMNS} FROM corrective_actions WHERE id = ? AND removed_at IS NULL");
    let found = conn.query_row(&sql, [id.0], read_action).optional()?;
    found.ok_or(LibraryError::UnknownAction(id))
}

fn subject_of(action: &CorrectiveAction) -> ActionSubject {
    ActionSubject {
        product: action.product.clone(),
        defect: action.defect.clone(),
        inspection: action.inspection,
    }
}

/// The day for the order of records; empty where there is none, which sorts last.
fn newest_day(entry: &ActionEntry) -> String {
    entry.newest_day().map(|day| day.to_string()).unwrap_or_default()
}

fn json(what: &str, value: &impl serde::Serialize) -> Result<String> {
    serde_json::to_string(value)
        .map_err(|source| LibraryError::BadRecord { what: what.to_owned(), source })
}

fn read_action(row: &Row<'_>) -> rusqlite::Result<CorrectiveAction> {
    Ok(CorrectiveAction {
        id: CorrectiveActionId(row.get(0)?),
        product: code_column(row, "product")?,
        defect: optional_code_column(row, 2)?,
        inspection: row.get::<_, Option<i64>>(3)?.map(InspectionId),
        entry: required_json_column(row, 4)?,
        source: required_json_column(row, 5)?,
        by: row.get(6)?,
        at: row.get(7)?,
    })
}
