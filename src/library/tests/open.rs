//! Opening a workspace.

use std::fs;

use rusqlite::Connection;

use super::fixtures::{library, prod1, write_picture};
use crate::layout::DATABASE_PATH;
use crate::{Counts, Library, LibraryError};

#[test]
fn a_workspace_is_made_where_there_is_none_and_kept_where_there_is_one() {
    let root = tempfile::tempdir().unwrap();
    let first = Library::open(&root.path().join("new/workspace")).unwrap();
    assert_eq!(first.counts().unwrap(), Counts::default());
    drop(library(root.path()));
    let again = Library::open(root.path()).unwrap();
    assert_eq!(again.product(&prod1()).unwrap().name_ko, "주조제품 A형");
    again.check_integrity().unwrap();
}

#[test]
fn the_database_is_durable() {
    let root = tempfile::tempdir().unwrap();
    let library = library(root.path());
    let pragma = |name: &str| {
        library
            .conn
            .pragma_query_value(None, name, |row| row.get::<_, rusqlite::types::Value>(0))
            .unwrap()
    };
    assert_eq!(pragma("journal_mode"), "wal".to_owned().into());
    assert_eq!(pragma("synchronous"), 2.into());
    assert_eq!(pragma("foreign_keys"), 1.into());
    assert_eq!(pragma("busy_timeout"), 15_000.into());
}

#[test]
fn a_newer_database_is_refused_and_not_touched() {
    let root = tempfile::tempdir().unwrap();
    let path = root.path().join(DATABASE_PATH);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    Connection::open(&path).unwrap().pragma_update(None, "user_version", 99).unwrap();
    let before = fs::read(&path).unwrap();
    let error = Library::open(root.path()).unwrap_err();
    assert!(matches!(error, LibraryError::NewerDatabase { found: 99, known: 6, .. }), "{error}");
    assert_eq!(fs::read(&path).unwrap(), before);
}

#[test]
fn a_damaged_database_is_an_error_that_tells_the_way_out() {
    let root = tempfile::tempdir().unwrap();
    let image = write_picture(root.path(), "in/a.png", 1);
    let mut library = library(root.path());
    library.register_normal(&prod1(), &image).unwrap();
    drop(library);
    let path = root.path().join(DATABASE_PATH);
    let whole = fs::read(&path).unwrap();
    let mut scratched = whole.clone();
    // The first page after its header: the schema.
    scratched[100..4000].fill(0xA5);
    for damaged in [b"this is a text, not a database, whatever its name says".repeat(40), scratched]
    {
        fs::write(&path, damaged).unwrap();
        let error = Library::open(root.path()).unwrap_err();
        assert!(matches!(error, LibraryError::CorruptDatabase { .. }), "{error}");
        let message = error.to_string();
        for part in ["fettle.db", "images and manuals are safe", "fettle library scan"] {
            assert!(message.contains(part), "{message}");
        }
    }
    // The way out works.
    fs::remove_file(&path).unwrap();
    let mut rebuilt = Library::open(root.path()).unwrap();
    let report = rebuilt.scan(&fettle_domain::NullProgress).unwrap();
    assert_eq!(report.imported.len(), 1, "{report:?}");
}
