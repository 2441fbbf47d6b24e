//! The state of an inspected part's corrective action: set by a person, or by the records of its actions.

use rusqlite::{Connection, params};

use super::rows::now;
use super::{LibraryError, Result};
use fettle_domain::{ActionChange, ActionState, InspectionId};

/// The inspections of the part that inspection `?1` shows.
pub(crate) const OF_PART: &str = "SELECT inspection FROM history
    WHERE first = (SELECT first FROM history WHERE inspection = ?1)";

/// Whether an inspected part has records, which then say the state of its action.
pub(crate) fn has_records(conn: &Connection, inspection: InspectionId) -> Result<bool> {
    let sql = format!(
        "SELECT EXISTS (SELECT 1 FROM corrective_actions
                        WHERE inspection IN ({OF_PART}) AND removed_at IS NULL)"
    );
    Ok(conn.query_row(&sql, [inspection.0], |row| row.get(0))?)
}

/// Records the state of an inspection's action within a transaction.
pub(crate) fn record_action(
    tx: &Connection,
    id: InspectionId,
    state: ActionState,
    by: &str,
) -> Result<ActionChange> {
    let change = ActionChange { state, by: by.to_owned(), at: now() };
    let sql = "UPDATE history SET action = ?2
               WHERE first = (SELECT first FROM history WHERE inspection = ?1)";
    if tx.execute(sql, params![id.0, state.name()])? == 0 {
        return Err(LibraryError::UnknownInspection(id));
    }
    let sql = "INSERT INTO action_changes (inspection, state, changed_by, changed_at)
               VALUES (?1, ?2, ?3, ?4)";
    tx.execute(sql, params![id.0, state.name(), change.by, change.at])?;
    Ok(change)
}
