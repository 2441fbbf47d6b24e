//! Workspaces of each version of the schema (`tests/golden/workspaces`), opened by this program.

use std::fs;
use std::path::{Path, PathBuf};

use fettle_testing::data::golden;
use rusqlite::Connection;

use super::fixtures::{files, hole, prod1};
use crate::layout::DATABASE_PATH;
use crate::migrate::known_version;
use crate::{LabelFilter, Library, LibraryError, content_hash};
use fettle_domain::{ActionFilter, HistoryFilter, NullProgress, Opinion, Verdict};

/// The folder of a version of the schema.
fn written_by(version: u32) -> PathBuf {
    golden("workspaces").join(version.to_string())
}

/// A copy of the workspace of a version in `root`.
fn restore(version: u32, root: &Path) {
    let sql = fs::read_to_string(written_by(version).join("workspace.sql")).unwrap();
    let kept = golden("workspaces").join("files");
    for file in files(&kept, "") {
        let to = root.join(&file);
        fs::create_dir_all(to.parent().unwrap()).unwrap();
        fs::copy(kept.join(&file), to).unwrap();
    }
    let database = Connection::open(root.join(DATABASE_PATH)).unwrap();
    // Rows come in the order of their tables, not of what they refer to.
    database.pragma_update(None, "foreign_keys", false).unwrap();
    database.execute_batch(&sql).unwrap();
}

#[test]
fn a_workspace_of_each_version_is_opened_and_read() {
    for version in 1..=known_version() {
        let root = tempfile::tempdir().unwrap();
        restore(version, root.path());
        let mut library = Library::open(root.path()).unwrap();
        assert_eq!(library.recovery(), &crate::Recovery::default(), "{version}");
        library.check_integrity().unwrap();
        // A copy from before, where something was changed.
        let copies = files(root.path(), "data/backups").len();
        assert_eq!(copies, usize::from(version < known_version()), "{version}");

        let names = library.names().unwrap();
        assert_eq!(names.products[0].name_ko, "주조제품", "{version}");
        assert_eq!(library.defect_type(&prod1(), &hole()).unwrap().name_ko, "기공");
        let images = library.images(Some(&prod1()), &LabelFilter::Any).unwrap();
        assert_eq!(images.len(), 2, "{version}");
        for image in &images {
            let bytes = fs::read(library.absolute(&image.path)).unwrap();
            assert_eq!(content_hash(&bytes), image.content_hash, "{version}: {}", image.path);
        }
        let manuals = library.manual_versions(&prod1()).unwrap();
        assert!(library.absolute(&manuals[0].manual.path).is_file(), "{version}");
        library.manual_text(manuals[0].manual.id).unwrap();
        assert!(library.banks(&prod1()).unwrap().is_empty());
        library.inspection_area(&prod1()).unwrap();
        library.label_rules().unwrap();
        let actions = library.corrective_actions(&ActionFilter::default(), 10).unwrap();
        assert_eq!(actions.len(), usize::from(version >= 9), "{version}");
        library.decided_lessons().unwrap();

        let page = library.history(&HistoryFilter::default(), 0, 10).unwrap();
        let [row] = page.rows.as_slice() else { panic!("{version}: {:?}", page.rows) };
        let inspection = library.inspection(row.id).unwrap();
        assert_eq!(inspection.verdict, Verdict::Unsure, "{version}");
        let picture = inspection.image_path.unwrap();
        assert!(library.absolute(&picture).is_file(), "{version}: {picture}");
        // What a version knows of it is still there.
        let judged = library.judgement(row.id).unwrap();
        assert_eq!(judged.is_some(), version >= 4, "{version}");
        assert_eq!(library.all_feedback().unwrap().len(), usize::from(version >= 11), "{version}");

        // And it is worked in.
        let opinion = Opinion { verdict: Verdict::Ok, defect: None, note: String::new() };
        library.judge(row.id, Some(&opinion), "kim").unwrap();
        assert!(library.scan(&NullProgress).unwrap().missing.is_empty(), "{version}");
    }
}

#[test]
fn one_of_a_later_version_is_refused_and_left_as_it_is() {
    let root = tempfile::tempdir().unwrap();
    restore(known_version(), root.path());
    let path = root.path().join(DATABASE_PATH);
    let database = Connection::open(&path).unwrap();
    let next = known_version() + 1;
    database
        .execute_batch(&format!("CREATE TABLE of_tomorrow (x); PRAGMA user_version = {next}"))
        .unwrap();
    drop(database);
    let before = fs::read(&path).unwrap();
    let error = Library::open(root.path()).unwrap_err();
    assert!(matches!(error, LibraryError::NewerDatabase { found, .. } if found == next), "{error}");
    assert!(error.to_string().contains("update Fettle"), "{error}");
    assert_eq!(fs::read(&path).unwrap(), before);
}
