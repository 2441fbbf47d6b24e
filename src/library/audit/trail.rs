//! Reading the audit trail, checking it, and writing what is no row of the database.

use rusqlite::{OptionalExtension, Row, params};

use super::chain::entry_hash;
use crate::rows::{rows, unknown};
use crate::{Library, Result};
use fettle_domain::{Actor, AuditAction, AuditCheck, AuditEntry, AuditFault, Via};

/// Columns as [`read`] reads them.
const COLUMNS: &str = "id, at, who, via, action, kind, subject, before, after, hash";
/// Entries that a check reads at once.
const CHECKED_AT_ONCE: usize = 1000;

impl Library {
    /// Has the next changes stand in the audit trail as `actor`'s.
    pub fn act_as(&mut self, actor: Actor) {
        self.actor.set(actor);
    }

    /// Entries of the audit trail with a number above `after`, oldest first.
    ///
    /// # Errors
    /// A database error.
    pub fn audit_entries(&self, after: u64, limit: usize) -> Result<Vec<AuditEntry>> {
        let sql = format!("SELECT {COLUMNS} FROM audit WHERE id > ?1 ORDER BY id LIMIT ?2");
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        rows(&self.conn, &sql, params![i64::try_from(after).unwrap_or(i64::MAX), limit], read)
    }

    /// The newest `limit` entries, oldest first.
    ///
    /// # Errors
    /// A database error.
    pub fn newest_audit_entries(&self, limit: usize) -> Result<Vec<AuditEntry>> {
        let sql = format!("SELECT {COLUMNS} FROM audit ORDER BY id DESC LIMIT ?1");
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let mut newest = rows(&self.conn, &sql, [limit], read)?;
        newest.reverse();
        Ok(newest)
    }

    /// Whether the audit trail is as it was written: every entry, from the first on, with the hash that
    /// its words and the entry before give, and, where the caller kept the hash of an entry, that one
    /// among them. Whoever may write the file can write another trail as a whole; only a hash that was
    /// kept elsewhere tells that.
    ///
    /// # Errors
    /// A database error.
    pub fn check_audit(&self, kept_head: Option<&str>) -> Result<AuditCheck> {
        // One state of the database throughout: others may be writing.
        let _snapshot = self.conn.unchecked_transaction()?;
        let mut check = AuditCheck { entries: 0, head: None, fault: None };
        let mut has_kept = kept_head.is_none();
        loop {
            let entries = self.written_entries(check.entries)?;
            for entry in &entries {
                let expected = check.entries + 1;
                if entry.id != expected {
                    check.fault = Some(AuditFault::Missing { id: expected });
                    return Ok(check);
                }
                let Some(hash) = entry.hash_if_sound(check.head.as_deref()) else {
                    check.fault = Some(AuditFault::Changed { id: entry.id });
                    return Ok(check);
                };
                has_kept |= kept_head == Some(hash);
                check.entries = entry.id;
                check.head = Some(hash.to_owned());
            }
            if entries.len() < CHECKED_AT_ONCE {
                break;
            }
        }
        let sql = "SELECT seq FROM sqlite_sequence WHERE name = 'audit'";
        let ever: Option<i64> = self.conn.query_row(sql, [], |row| row.get(0)).optional()?;
        check.fault = match u64::try_from(ever.unwrap_or(0)).unwrap_or(0) > check.entries {
            true => Some(AuditFault::Missing { id: check.entries + 1 }),
            false if has_kept => None,
            false => Some(AuditFault::UnknownHead),
        };
        Ok(check)
    }

    /// Entries with a number above `after` as they are written, whatever that is.
    fn written_entries(&self, after: u64) -> Result<Vec<WrittenEntry>> {
        let sql = format!("SELECT {COLUMNS} FROM audit WHERE id > ?1 ORDER BY id LIMIT ?2");
        let (after, limit) = (i64::try_from(after).unwrap_or(i64::MAX), CHECKED_AT_ONCE as i64);
        rows(&self.conn, &sql, params![after, limit], |row| {
            let text = |column: usize| row.get::<_, Option<String>>(column).ok();
            let texts: Option<Vec<_>> = (1..10).map(text).collect();
            Ok(WrittenEntry { id: row.get::<_, i64>(0)?.try_into().unwrap_or(0), texts })
        })
    }

    /// Writes a change of something that is no row of the database, such as the settings.
    ///
    /// # Errors
    /// A database error.
    pub fn record_change(&mut self, kind: &str, subject: &str, values: [&str; 2]) -> Result<()> {
        let [before, after] = values;
        self.write(|tx| {
            tx.execute(
                "INSERT INTO audit (at, who, via, action, kind, subject, before, after, hash)
                 SELECT at, who, via, 'changed', ?1, ?2, ?3, ?4, audit_hash(
                        (SELECT hash FROM audit ORDER BY id DESC LIMIT 1),
                        at, who, via, 'changed', ?1, ?2, ?3, ?4)
                 FROM (SELECT strftime('%Y-%m-%dT%H:%M:%fZ', 'now') AS at, audit_who() AS who,
                              audit_via() AS via)",
                [kind, subject, before, after],
            )?;
            Ok(())
        })
    }
}

/// An entry as it is written: whoever changed it may have written words that no entry has.
struct WrittenEntry {
    id: u64,
    /// All columns but the number; `None` where one is no text.
    texts: Option<Vec<Option<String>>>,
}

impl WrittenEntry {
    /// The hash of the entry, where it is the one that its words and the entry `before` give.
    fn hash_if_sound(&self, before: Option<&str>) -> Option<&str> {
        let (hash, columns) = self.texts.as_ref()?.split_last()?;
        let columns: Vec<Option<&str>> = columns.iter().map(Option::as_deref).collect();
        let expected = entry_hash(before, columns.try_into().ok()?);
        hash.as_deref().filter(|hash| *hash == expected)
    }
}

fn read(row: &Row<'_>) -> rusqlite::Result<AuditEntry> {
    let (via, action): (String, String) = (row.get(3)?, row.get(4)?);
    let known = AuditAction::ALL.into_iter().find(|known| known.name() == action);
    Ok(AuditEntry {
        id: u64::try_from(row.get::<_, i64>(0)?).unwrap_or(0),
        at: row.get(1)?,
        who: row.get(2)?,
        via: Via::from_name(&via).ok_or_else(|| unknown(3, &via))?,
        action: known.ok_or_else(|| unknown(4, &action))?,
        kind: row.get(5)?,
        subject: row.get(6)?,
        before: row.get(7)?,
        after: row.get(8)?,
        hash: row.get(9)?,
    })
}
