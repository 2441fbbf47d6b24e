//! Pages of the history that hold while inspections are added: a cursor names the row before, not how many
//! there were, and the list as it was when its first page was read.

use rusqlite::{OptionalExtension as _, named_params};

use super::history::{COLUMNS, CONDITIONS, read_row};
use super::{Library, LibraryError, Result};
use fettle_domain::{HistoryCursor, HistoryFilter, HistoryPage, InspectionId, InspectionRow};
use jiff::Timestamp;

/// Which inspections stand for their parts as of an inspection: the last of each part until then.
const LAST_UNTIL: &str = "inspection <= :as_of AND (newest OR :repeated OR NOT EXISTS (
    SELECT 1 FROM history AS later WHERE later.first = history.first
        AND later.inspection > history.inspection AND later.inspection <= :as_of))";

impl Library {
    /// A page of the inspections that `filter` selects, newest first: at most `limit` of them, from `cursor`
    /// on. What is added between two pages, of whatever time, is in neither.
    ///
    /// # Errors
    /// A database error.
    pub fn history_page(
        &self,
        filter: &HistoryFilter,
        cursor: Option<HistoryCursor>,
        limit: usize,
    ) -> Result<HistoryPage> {
        let as_of = match cursor {
            Some(cursor) => cursor.as_of.0,
            None => self.last_inspection()?,
        };
        let total = self.filtered(
            &format!("SELECT count(*) FROM history WHERE {LAST_UNTIL} AND {CONDITIONS}"),
            filter,
            named_params! { ":as_of": as_of },
            |row| row.get::<_, i64>(0),
        )?;
        let (after_ms, after) =
            cursor.map_or((i64::MAX, i64::MAX), |cursor| (cursor.after_ms, cursor.after.0));
        // One more, which says whether there is a next page.
        let most = i64::try_from(limit).unwrap_or(i64::MAX).saturating_add(1);
        let mut rows = self.filtered(
            &format!(
                "SELECT {COLUMNS} FROM history WHERE {LAST_UNTIL} AND {CONDITIONS}
                     AND (created_at_ms, inspection) < (:after_ms, :after)
                 ORDER BY created_at_ms DESC, inspection DESC LIMIT :most"
            ),
            filter,
            named_params! {
                ":as_of": as_of, ":after_ms": after_ms, ":after": after, ":most": most
            },
            read_row,
        )?;
        let is_last = rows.len() <= limit;
        rows.truncate(limit);
        let last = rows.last().filter(|_| !is_last);
        let next = last.map(|row| cursor_after(row, InspectionId(as_of))).transpose()?;
        let total = total.into_iter().next().unwrap_or_default();
        Ok(HistoryPage { rows, total: usize::try_from(total).unwrap_or(0), next })
    }

    /// The number of the inspection that was recorded last; 0 without any.
    fn last_inspection(&self) -> Result<i64> {
        let sql = "SELECT max(inspection) FROM history";
        let last: Option<Option<i64>> =
            self.conn.query_row(sql, [], |row| row.get(0)).optional()?;
        Ok(last.flatten().unwrap_or(0))
    }
}

fn cursor_after(row: &InspectionRow, as_of: InspectionId) -> Result<HistoryCursor> {
    let time: Timestamp = row
        .created_at
        .parse()
        .map_err(|source| LibraryError::BadTime { text: row.created_at.clone(), source })?;
    Ok(HistoryCursor { after_ms: time.as_millisecond(), after: row.id, as_of })
}
