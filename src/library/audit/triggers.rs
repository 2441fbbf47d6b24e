//! The triggers that write the audit trail. They are made anew for each connection that writes, from the
//! columns that the tables have: a table or a column that a migration adds is in the trail without
//! another line.

use rusqlite::Connection;

use super::chain::{AuditActor, register};
use crate::Result;
use crate::rows::rows;

/// Tables that are not in the trail, with why.
const NOT_AUDITED: [(&str, &str); 9] = [
    ("audit", "the trail itself"),
    ("history", "repeats inspections and judgements for lists"),
    ("manual_texts", "made from manuals, and made again by a newer program"),
    ("placements", "steps of storing a file"),
    ("file_numbers", "steps of storing a file"),
    ("deleted_rows", "its rows are in the trail as changes of images and manuals"),
    ("renamed_codes", "written by a migration"),
    ("corrective_action_revisions", "what records said before, which the trail says"),
    ("sqlite_sequence", "SQLite's own"),
];

/// Tables whose new rows are no changes by a person: what an inspection found is its own record.
const ADDED_BY_ITSELF: [&str; 1] = ["inspections"];

/// Columns that are too large for the trail, which has their digest.
const LARGE: [(&str, &str); 3] =
    [("inspections", "record"), ("manual_corrections", "edits"), ("feedback", "shown")];

/// Columns that must not be in the trail.
const SECRET: [(&str, &str); 2] = [("tokens", "digest"), ("people", "pin")];

/// Has every change on this connection written to the trail, as `actor`'s.
pub(crate) fn begin(conn: &Connection, actor: &AuditActor) -> Result<()> {
    register(conn, actor)?;
    let tables = rows(
        conn,
        "SELECT name FROM main.sqlite_schema WHERE type = 'table' ORDER BY name",
        [],
        |row| row.get::<_, String>(0),
    )?;
    let mut sql = String::new();
    for table in &tables {
        if NOT_AUDITED.iter().all(|(name, _why)| name != table) {
            sql.push_str(&triggers_of(table, &columns_of(conn, table)?));
        }
    }
    Ok(conn.execute_batch(&sql)?)
}

/// A column of a table.
struct Column {
    name: String,
    is_key: bool,
}

fn columns_of(conn: &Connection, table: &str) -> Result<Vec<Column>> {
    let sql = "SELECT name, pk FROM pragma_table_info(?1) ORDER BY cid";
    rows(conn, sql, [table], |row| {
        Ok(Column { name: row.get(0)?, is_key: row.get::<_, i64>(1)? > 0 })
    })
}

/// The statements that make a table's triggers. Names come from the schema and stand in quotes.
fn triggers_of(table: &str, columns: &[Column]) -> String {
    let is = |list: &[(&str, &str)], column: &Column| {
        list.iter().any(|(of, name)| *of == table && *name == column.name)
    };
    let object = |row: &str| {
        let values = columns.iter().filter(|column| !is(&SECRET, column)).map(|column| {
            let value = format!("{row}.\"{}\"", column.name);
            match is(&LARGE, column) {
                true => format!("'{}', audit_digest({value})", column.name),
                false => format!("'{}', {value}", column.name),
            }
        });
        format!("json_object({})", values.collect::<Vec<_>>().join(", "))
    };
    let key = |row: &str| {
        let keys = columns.iter().filter(|column| column.is_key);
        let keys: Vec<_> = keys.map(|key| format!("{row}.\"{}\"", key.name)).collect();
        keys.join(" || '/' || ")
    };
    let changed = |row: &str, other: &str| {
        format!(
            "(SELECT json_group_object(mine.key, mine.value)
              FROM json_each({}) AS mine JOIN json_each({}) AS other ON mine.key = other.key
              WHERE mine.value IS NOT other.value)",
            object(row),
            object(other)
        )
    };
    let differs: Vec<_> = columns
        .iter()
        .map(|column| format!("NEW.\"{0}\" IS NOT OLD.\"{0}\"", column.name))
        .collect();
    let added = match ADDED_BY_ITSELF.contains(&table) {
        true => String::new(),
        false => trigger(table, "INSERT", "", "added", [&key("NEW"), "NULL", &object("NEW")]),
    };
    let when = format!("WHEN {}", differs.join(" OR "));
    let after = changed("NEW", "OLD");
    let updated =
        trigger(table, "UPDATE", &when, "changed", [&key("OLD"), &changed("OLD", "NEW"), &after]);
    let removed = trigger(table, "DELETE", "", "removed", [&key("OLD"), &object("OLD"), "NULL"]);
    [added, updated, removed].concat()
}

/// A trigger that adds an entry of `[subject, before, after]`. It is the connection's own (TEMP): the
/// file holds none that another program could not run.
fn trigger(table: &str, event: &str, when: &str, action: &str, entry: [&str; 3]) -> String {
    let [subject, before, after] = entry;
    // 'now' is one instant throughout a statement.
    format!(
        "CREATE TEMP TRIGGER \"audit_{action}_{table}\" AFTER {event} ON main.\"{table}\" {when}
         BEGIN
             INSERT INTO audit (at, who, via, action, kind, subject, before, after, hash)
             SELECT at, who, via, '{action}', '{table}', subject, before, after, audit_hash(
                    (SELECT hash FROM audit ORDER BY id DESC LIMIT 1),
                    at, who, via, '{action}', '{table}', subject, before, after)
             FROM (SELECT strftime('%Y-%m-%dT%H:%M:%fZ', 'now') AS at, audit_who() AS who,
                          audit_via() AS via, CAST({subject} AS TEXT) AS subject,
                          {before} AS before, {after} AS after);
         END;\n"
    )
}
