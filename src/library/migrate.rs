//! The schema of the database: embedded SQL files, one for each version, counted by
//! `PRAGMA user_version`.

use std::path::Path;

use rusqlite::{Connection, TransactionBehavior};

use super::{LibraryError, Result, normal_codes};

/// Migrations in order; the index plus one is the version that a migration leads to. A released
/// migration is never edited.
const MIGRATIONS: &[&str] = &[
    include_str!("migrations/001_catalogue.sql"),
    include_str!("migrations/002_inspection_areas.sql"),
    include_str!("migrations/003_threshold_changes.sql"),
    include_str!("migrations/004_judgements.sql"),
    include_str!("migrations/005_tidied.sql"),
    include_str!("migrations/006_defect_regions.sql"),
    include_str!("migrations/007_unsure_thresholds.sql"),
    NORMAL_CODES,
    include_str!("migrations/009_corrective_actions.sql"),
    include_str!("migrations/010_manual_corrections.sql"),
    include_str!("migrations/011_feedback.sql"),
    include_str!("migrations/012_parts.sql"),
    include_str!("migrations/013_deletions.sql"),
    include_str!("migrations/014_access.sql"),
    include_str!("migrations/015_parts_of_products.sql"),
    include_str!("migrations/016_people.sql"),
];

/// The migration after whose SQL [`normal_codes::normalise`] rewrites the rows: SQLite knows no
/// normalisation forms.
const NORMAL_CODES: &str = include_str!("migrations/008_normal_codes.sql");

/// The schema version of this program.
pub(crate) fn known_version() -> u32 {
    u32::try_from(MIGRATIONS.len()).unwrap_or(u32::MAX)
}

/// Migrates the database at `path` to the newest schema, one transaction for each version.
pub(crate) fn migrate(conn: &mut Connection, path: &Path) -> Result<()> {
    apply(conn, path, MIGRATIONS)
}

fn apply(conn: &mut Connection, path: &Path, migrations: &[&str]) -> Result<()> {
    let database = |source| LibraryError::database(path, source);
    let known = u32::try_from(migrations.len()).unwrap_or(u32::MAX);
    for (sql, version) in migrations.iter().zip(1_u32..) {
        let tx =
            conn.transaction_with_behavior(TransactionBehavior::Immediate).map_err(database)?;
        // Checked inside the transaction: another process may have migrated meanwhile.
        if user_version(&tx).map_err(database)? < version {
            tx.execute_batch(sql).map_err(database)?;
            if *sql == NORMAL_CODES {
                normal_codes::normalise(&tx)?;
            }
            tx.pragma_update(None, "user_version", version).map_err(database)?;
        }
        tx.commit().map_err(database)?;
    }
    let found = user_version(conn).map_err(database)?;
    if found > known {
        return Err(LibraryError::NewerDatabase { path: path.to_owned(), found, known });
    }
    Ok(())
}

/// The schema version of a database; 0 for a new one.
pub(crate) fn user_version(conn: &Connection) -> rusqlite::Result<u32> {
    conn.pragma_query_value(None, "user_version", |row| row.get(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table_names(conn: &Connection) -> Vec<String> {
        let mut statement = conn
            .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")
            .unwrap();
        statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
    }

    #[test]
    fn a_new_database_gets_every_table_and_a_second_run_changes_nothing() {
        let mut conn = Connection::open_in_memory().unwrap();
        migrate(&mut conn, Path::new("x.db")).unwrap();
        let tables = table_names(&conn);
        assert!(tables.contains(&"inspections".to_owned()), "{tables:?}");
        assert_eq!(user_version(&conn).unwrap(), known_version());
        migrate(&mut conn, Path::new("x.db")).unwrap();
        assert_eq!(table_names(&conn), tables);
    }

    #[test]
    fn each_version_is_applied_once_and_a_broken_one_leaves_the_version_before() {
        let mut conn = Connection::open_in_memory().unwrap();
        let path = Path::new("x.db");
        apply(&mut conn, path, &["CREATE TABLE a (x)"]).unwrap();
        let broken = ["CREATE TABLE a (x)", "CREATE TABLE b (x); CREATE TABLE a (x)"];
        assert!(apply(&mut conn, path, &broken).is_err());
        assert_eq!((table_names(&conn), user_version(&conn).unwrap()), (vec!["a".to_owned()], 1));
        apply(&mut conn, path, &["CREATE TABLE a (x)", "CREATE TABLE b (x)"]).unwrap();
        assert_eq!(table_names(&conn), ["a", "b"]);
    }

    #[test]
    fn a_newer_database_is_refused_and_left_alone() {
        let mut conn = Connection::open_in_memory().unwrap();
        conn.pragma_update(None, "user_version", 99).unwrap();
        let error = migrate(&mut conn, Path::new("x.db")).unwrap_err();
        assert!(
            matches!(&error, LibraryError::NewerDatabase { found: 99, .. }),
            "unexpected: {error}"
        );
        assert!(table_names(&conn).is_empty());
    }
}
