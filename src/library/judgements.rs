//! What people said of inspections. Nothing is ever changed or deleted: who said what before
//! stays on record, the newest counts.

use rusqlite::{Connection, OptionalExtension, Row, params};

use super::{Library, LibraryError, Result, now};
use fettle_domain::{
    ActionChange, ActionState, DefectCode, InspectionId, Judgement, Opinion, Verdict,
};

impl Library {
    /// Records what `by` says of an inspection; `None` takes back what was said.
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
            let sql = "UPDATE history SET judged = ?2, judged_defect = ?3 WHERE inspection = ?1";
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

    /// What counts of what was said of an inspection; `None` where nothing was, or it was taken
    /// back.
    ///
    /// # Errors
    /// A database error.
    pub fn judgement(&self, id: InspectionId) -> Result<Option<Judgement>> {
        newest(&self.conn, id)
    }

    /// Records that what an inspection asks for is done, or is not after all.
    ///
    /// # Errors
    /// [`LibraryError::UnknownInspection`].
    pub fn set_action(
        &mut self,
        id: InspectionId,
        state: ActionState,
        by: &str,
    ) -> Result<ActionChange> {
        let change = ActionChange { state, by: by.to_owned(), at: now() };
        self.write(|tx| {
            let sql = "UPDATE history SET action = ?2 WHERE inspection = ?1";
            if tx.execute(sql, params![id.0, state.name()])? == 0 {
                return Err(LibraryError::UnknownInspection(id));
            }
            let sql = "INSERT INTO action_changes (inspection, state, changed_by, changed_at)
                       VALUES (?1, ?2, ?3, ?4)";
            tx.execute(sql, params![id.0, state.name(), change.by, change.at])?;
            Ok(())
        })?;
        Ok(change)
    }

    /// Who last said whether what an inspection asks for is done; `None` where nobody did.
    ///
    /// # Errors
    /// A database error.
    pub fn action(&self, id: InspectionId) -> Result<Option<ActionChange>> {
        let sql = "SELECT state, changed_by, changed_at FROM action_changes
                   WHERE inspection = ?1 ORDER BY id DESC LIMIT 1";
        let read = |row: &Row<'_>| {
            Ok(ActionChange { state: action_column(row, 0)?, by: row.get(1)?, at: row.get(2)? })
        };
        Ok(self.conn.query_row(sql, [id.0], read).optional()?)
    }
}

fn newest(conn: &Connection, id: InspectionId) -> Result<Option<Judgement>> {
    let sql = "SELECT verdict, defect, note, judged_by, judged_at FROM judgements
               WHERE inspection = ?1 ORDER BY id DESC LIMIT 1";
    let read = |row: &Row<'_>| {
        let Some(verdict) = verdict_column(row, 0)? else { return Ok(None) };
        let opinion = Opinion { verdict, defect: code(row, 1)?, note: row.get(2)? };
        Ok(Some(Judgement { opinion, by: row.get(3)?, at: row.get(4)? }))
    };
    Ok(conn.query_row(sql, [id.0], read).optional()?.flatten())
}

/// A column that holds a state.
pub(super) fn action_column(row: &Row<'_>, column: usize) -> rusqlite::Result<ActionState> {
    let name: String = row.get(column)?;
    let state = ActionState::ALL.into_iter().find(|state| state.name() == name);
    state.ok_or_else(|| unknown(column, &name))
}

/// A column that may hold a verdict.
pub(super) fn verdict_column(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<Verdict>> {
    let Some(name) = row.get::<_, Option<String>>(column)? else { return Ok(None) };
    let verdict = Verdict::ALL.into_iter().find(|verdict| verdict.name() == name);
    verdict.map(Some).ok_or_else(|| unknown(column, &name))
}

/// A column that may hold a code.
pub(super) fn code<Code>(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<Code>>
where
    Code: TryFrom<String>,
    Code::Error: std::error::Error + Send + Sync + 'static,
{
    let text: Option<String> = row.get(column)?;
    text.map(Code::try_from).transpose().map_err(|error| {
        let of = rusqlite::types::Type::Text;
        rusqlite::Error::FromSqlConversionFailure(column, of, Box::new(error))
    })
}

fn unknown(column: usize, text: &str) -> rusqlite::Error {
    let why = format!("'{text}' is not known here");
    rusqlite::Error::FromSqlConversionFailure(column, rusqlite::types::Type::Text, why.into())
}
