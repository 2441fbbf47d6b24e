//! Opening a workspace.

use std::fs;

use rusqlite::Connection;

use super::fixtures::{
    as_of_version_8, bank, from_outside, hole, inspection, library, prod1, write_manual,
    write_picture,
};
use crate::layout::DATABASE_PATH;
use crate::migrate::known_version;
use crate::{Counts, LabelFilter, Library, LibraryError, OpenFault, RegisteredBank, RenamedCode};
use fettle_domain::{DefectType, HeatmapScale, ImageLabel, Product, Stage, Thresholds, Verdict};

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
    assert!(
        matches!(error, LibraryError::NewerDatabase { found: 99, known, .. } if known == known_version()),
        "{error}"
    );
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

#[test]
fn a_folder_with_the_name_of_a_file_is_named() {
    for name in ["fettle.db", "fettle.db-wal", "fettle.db-shm"] {
        let root = tempfile::tempdir().unwrap();
        if name != "fettle.db" {
            drop(Library::open(root.path()).unwrap());
        }
        let folder = root.path().join("data").join(name);
        let _absent = fs::remove_file(&folder);
        fs::create_dir_all(&folder).unwrap();
        match Library::open(root.path()) {
            Err(LibraryError::CannotOpen { fault, .. }) => {
                assert_eq!(fault, OpenFault::FolderInTheWay(folder.clone()), "{name}");
            }
            other => panic!("{name}: {other:?}"),
        }
        // The way out works.
        fs::remove_dir(&folder).unwrap();
        Library::open(root.path()).unwrap();
    }
}

/// Takes the library back to before its codes had one form.
fn before_normal_codes(library: &Library) {
    let later =
        format!("DROP TABLE renamed_codes; {} PRAGMA foreign_keys = OFF;", as_of_version_8());
    from_outside(library, &format!("{later} PRAGMA user_version = 7;"));
}

#[test]
fn codes_of_an_old_workspace_get_one_form_and_none_is_lost() {
    // "가죽", "기공" and "긁힘" as a Mac writes them.
    const LEATHER: &str = "\u{1100}\u{1161}\u{110c}\u{116e}\u{11a8}";
    const HOLE: &str = "\u{1100}\u{1175}\u{1100}\u{1169}\u{11bc}";
    let root = tempfile::tempdir().unwrap();
    let image = write_picture(root.path(), "in/a.png", 1);
    let mut library = library(root.path());
    library.register_defect(&prod1(), &hole(), &image).unwrap();
    library.register_normal(&prod1(), &image).unwrap();
    let record = inspection("2026-11-22T10:00:00Z", Verdict::Ng, 2.0);
    let id = library.record_inspection(&record).unwrap();
    library
        .add_bank(&RegisteredBank {
            bank: bank(1),
            path: "data/patchCore/prod1/1.bank".into(),
            thresholds: Thresholds::without_zone(1.0, 1.0),
            scale: HeatmapScale { low: 0.0, high: 1.0 },
            term: None,
            area: None,
            created_at: record.created_at.clone(),
            active: true,
        })
        .unwrap();
    before_normal_codes(&library);
    // The product and its defect, as if they had been typed on a Mac; beside it a product that
    // looks the same, with two defects that look the same.
    let sql = format!(
        "UPDATE products SET code = '{LEATHER}', name_ko = '{LEATHER}' WHERE code = 'prod1';
         UPDATE defect_types SET product = '{LEATHER}', code = '{HOLE}' WHERE code = 'hole';
         UPDATE images SET product = '{LEATHER}';
         UPDATE images SET defect = '{HOLE}' WHERE defect = 'hole';
         UPDATE banks SET product = '{LEATHER}';
         UPDATE inspections SET product = '{LEATHER}', defect = '{HOLE}',
                record = replace(replace(record, ':\"prod1\"', ':\"{LEATHER}\"'), ':\"hole\"', ':\"{HOLE}\"');
         UPDATE history SET product = '{LEATHER}', defect = '{HOLE}';
         INSERT INTO products VALUES ('가죽', '가죽', 'leather', '2026');
         INSERT INTO defect_types VALUES ('가죽', '기공', '기공', 'hole', 'hole', '2026');
         INSERT INTO defect_types VALUES ('가죽', '{HOLE}', '{HOLE}', 'hole', 'hole', '2026');"
    );
    from_outside(&library, &format!("PRAGMA foreign_keys = OFF; {sql}"));
    drop(library);

    let library = Library::open(root.path()).unwrap();
    let codes: Vec<_> = library.products().unwrap().into_iter().map(|one| one.code).collect();
    let code = |text: &str| fettle_domain::ProductCode::new(text).unwrap();
    let defect = |text: &str| fettle_domain::DefectCode::new(text).unwrap();
    assert_eq!(codes, [code("가죽"), code("가죽-2")]);
    let renamed = [
        RenamedCode { product: code("가죽-2"), defect: None, looked: "가죽".into() },
        RenamedCode {
            product: code("가죽"),
            defect: Some(defect("기공-2")),
            looked: "기공".into(),
        },
    ];
    assert_eq!(library.renamed_codes().unwrap(), renamed);
    // All that belonged to the one still does.
    let of = code("가죽-2");
    let defects = library.defect_types(&of).unwrap();
    assert_eq!(defects.iter().map(|one| one.code.clone()).collect::<Vec<_>>(), [defect("기공")]);
    let images = library.images(Some(&of), &LabelFilter::Any).unwrap();
    assert_eq!(images.len(), 2);
    assert!(images.iter().any(|image| image.label == ImageLabel::Defect(defect("기공"))));
    assert_eq!(library.banks(&of).unwrap().len(), 1);
    assert_eq!(library.product(&of).unwrap().name_ko, "가죽");
    let kept = library.inspection(id).unwrap();
    let suggestion = match kept.similarity {
        Stage::Done(similarity) => similarity.suggestion.unwrap(),
        other => panic!("{other:?}"),
    };
    assert_eq!((suggestion.product, suggestion.defect), (of.clone(), Some(defect("기공"))));
    let broken: i64 = library
        .conn
        .query_row("SELECT count(*) FROM pragma_foreign_key_check", [], |row| row.get(0))
        .unwrap();
    assert_eq!(broken, 0);
    // A code in any form finds the product, and a name is kept in one.
    assert_eq!(library.product(&code(LEATHER)).unwrap().code, code("가죽"));
    drop(library);
    assert_eq!(Library::open(root.path()).unwrap().renamed_codes().unwrap(), renamed);
}

#[test]
fn names_are_kept_in_one_form() {
    let root = tempfile::tempdir().unwrap();
    let mut library = library(root.path());
    let name = "\u{1100}\u{1161}\u{110c}\u{116e}\u{11a8}".to_owned();
    let product = Product { code: prod1(), name_ko: name.clone(), name_en: "Leather".into() };
    library.rename_product(&product).unwrap();
    assert_eq!(library.product(&prod1()).unwrap().name_ko, "가죽");
    let known = library.defect_type(&prod1(), &hole()).unwrap();
    let renamed = DefectType { full_name: name.clone(), ..known };
    library.rename_defect_type(&renamed).unwrap();
    assert_eq!(library.defect_type(&prod1(), &hole()).unwrap().full_name, "가죽");
    // A Mac's copy of a manual is its new version.
    for (folder, name, text) in [("a", "가죽.pdf", "one"), ("b", &format!("{name}.pdf"), "two")] {
        let path = write_manual(&root.path().join(folder), name, text);
        library.register_manual(&prod1(), &path).unwrap();
    }
    assert_eq!(library.manuals(&prod1()).unwrap().len(), 1);
}
