//! Scans of a workspace in the layout of the replaced system.

use std::fs;
use std::path::Path;
use std::sync::Mutex;

use super::fixtures::{files, hole, library, prod1, write_manual, write_picture};
use crate::{LabelFilter, Library, LibraryError, Registered, ScannedAs};
use fettle_testing::data::shared;

use fettle_domain::{
    CancelToken, Cancelled, ImageLabel, NullProgress, ProductCode, Progress, ProgressSink,
};

/// Writes folders of the replaced system, with good, damaged and misnamed files.
fn write_legacy_folders(root: &Path) {
    let mapping = r#"{"prod1": {"name": "주조제품 A형", "defects": {"hole": "기공", "burr": "날개 버"}},
                      "bad_code": {}}"#;
    fs::write(root.join("defect_mapping.json"), mapping).unwrap();
    for (name, seed) in [
        ("data/def_split/prod1_hole_1.jpeg", 1),
        ("data/def_split/prod1_hole_12.jpg", 2),
        ("data/def_split/grid_bent_1.png", 3),
        ("data/def_split/가죽_접힘_1.BMP", 4),
        ("data/def_split/nameless.jpeg", 5),
        ("data/def_split/prod1_hole_x.jpeg", 6),
        ("data/patchCore/prod1/ok/any name at all.png", 7),
        ("data/patchCore/prod1/ok/prod1_ok_3.jpeg", 8),
        ("data/patchCore/prod1/ng/not looked at.png", 9),
        ("data/patchCore/wrong_code/ok/a.png", 10),
    ] {
        write_picture(root, name, seed);
    }
    let whole = fs::read(root.join("data/def_split/prod1_hole_1.jpeg")).unwrap();
    fs::write(root.join("data/def_split/prod1_hole_13.jpeg"), &whole[..whole.len() / 2]).unwrap();
    fs::write(root.join("data/def_split/prod1_hole_14.jpeg"), b"").unwrap();
    fs::write(root.join("data/def_split/prod1_hole_15.gif"), b"GIF89a").unwrap();
    fs::write(root.join("data/def_split/Thumbs.db"), b"x").unwrap();
    let manuals = root.join("manual_store");
    write_manual(&manuals, "prod1_menual.pdf", "casting");
    fs::write(manuals.join("grid_manual.pdf"), b"not a pdf").unwrap();
    fs::write(manuals.join("index.faiss"), b"x").unwrap();
}

#[test]
fn legacy_folders_are_registered_in_place() {
    let root = tempfile::tempdir().unwrap();
    write_legacy_folders(root.path());
    let before = [files(root.path(), "data/def_split"), files(root.path(), "manual_store")];
    let mut library = Library::open(root.path()).unwrap();
    let report = library.scan(&NullProgress).unwrap();

    let mut imported: Vec<&str> = report.imported.iter().map(|i| i.path.as_str()).collect();
    imported.sort_unstable();
    assert_eq!(
        imported,
        [
            "data/def_split/grid_bent_1.png",
            "data/def_split/prod1_hole_1.jpeg",
            "data/def_split/prod1_hole_12.jpg",
            "data/def_split/가죽_접힘_1.BMP",
            "data/patchCore/prod1/ok/any name at all.png",
            "data/patchCore/prod1/ok/prod1_ok_3.jpeg",
            "manual_store/prod1_menual.pdf",
        ]
    );
    let mut refused: Vec<&str> = report.refused.iter().map(|r| r.path.as_str()).collect();
    refused.sort_unstable();
    assert_eq!(
        refused,
        [
            "data/def_split/nameless.jpeg",
            "data/def_split/prod1_hole_13.jpeg",
            "data/def_split/prod1_hole_14.jpeg",
            "data/def_split/prod1_hole_15.gif",
            "data/def_split/prod1_hole_x.jpeg",
            "data/patchCore/wrong_code/ok/a.png",
            "defect_mapping.json",
            "manual_store/grid_manual.pdf",
        ]
    );
    let why = |path: &str| &report.refused.iter().find(|r| r.path == path).unwrap().why;
    assert!(matches!(why("data/def_split/nameless.jpeg"), LibraryError::UnknownName { .. }));
    assert!(matches!(why("data/def_split/prod1_hole_13.jpeg"), LibraryError::DamagedImage { .. }));
    assert!(matches!(why("data/def_split/prod1_hole_14.jpeg"), LibraryError::EmptyFile { .. }));
    assert!(matches!(why("manual_store/grid_manual.pdf"), LibraryError::NotAManual { .. }));
    assert!(matches!(why("defect_mapping.json"), LibraryError::BadMapping { .. }));
    assert!(report.missing.is_empty() && report.already_there.is_empty(), "{report:?}");

    let codes: Vec<String> =
        library.products().unwrap().into_iter().map(|p| p.code.to_string()).collect();
    assert_eq!(codes, ["grid", "prod1", "가죽"]);
    assert_eq!(report.new_products.len(), 3);
    assert_eq!(library.product(&prod1()).unwrap().name_ko, "주조제품 A형");
    let full = library.defect_type(&prod1(), &hole()).unwrap().full_name;
    assert_eq!(full, "hole (기공)");
    assert_eq!(library.defect_types(&prod1()).unwrap().len(), 2);
    let manual = report.imported.iter().find(|i| i.path.ends_with(".pdf")).unwrap();
    assert!(matches!(manual.scanned_as, ScannedAs::Manual(_)));

    // Nothing was copied, moved or removed.
    let after = [files(root.path(), "data/def_split"), files(root.path(), "manual_store")];
    assert_eq!(after, before);
    // The next registration does not take an existing name.
    let path = write_picture(root.path(), "in/n.png", 77);
    let id = library.register_defect(&prod1(), &hole(), &path).unwrap().id();
    assert_eq!(library.image(id).unwrap().path, "data/def_split/prod1_hole_16.png");
}

#[test]
fn a_second_scan_reports_only_changes() {
    let root = tempfile::tempdir().unwrap();
    write_legacy_folders(root.path());
    let mut library = Library::open(root.path()).unwrap();
    let first = library.scan(&NullProgress).unwrap();
    let second = library.scan(&NullProgress).unwrap();
    assert!(second.imported.is_empty() && second.new_products.is_empty(), "{second:?}");
    assert_eq!(second.already_there.len(), first.imported.len());
    assert_eq!(second.refused.len(), first.refused.len());

    fs::remove_file(root.path().join("data/def_split/grid_bent_1.png")).unwrap();
    write_picture(root.path(), "data/def_split/prod1_hole_1.jpeg", 50);
    write_manual(&root.path().join("manual_store"), "prod1_menual.pdf", "second edition");
    // The same bytes under another number.
    let copy = root.path().join("data/def_split/prod1_hole_20.jpg");
    fs::copy(root.path().join("data/def_split/prod1_hole_12.jpg"), copy).unwrap();
    let third = library.scan(&NullProgress).unwrap();
    assert_eq!(third.missing, ["data/def_split/grid_bent_1.png"]);
    assert!(third.refused.iter().any(|r| matches!(r.why, LibraryError::ChangedFile { .. })
        && r.path == "data/def_split/prod1_hole_1.jpeg"));
    let imported: Vec<&str> = third.imported.iter().map(|i| i.path.as_str()).collect();
    assert_eq!(imported, ["manual_store/prod1_menual.pdf"]);
    assert!(third.already_there.contains(&"data/def_split/prod1_hole_20.jpg".to_owned()));
    assert_eq!(library.manual_versions(&prod1()).unwrap().len(), 2);
    assert_eq!(library.manuals(&prod1()).unwrap().len(), 1);
}

#[test]
fn names_given_by_a_person_are_kept_and_derived_ones_are_replaced() {
    let root = tempfile::tempdir().unwrap();
    let mut library = library(root.path());
    write_picture(root.path(), "data/def_split/grid_bent_1.png", 3);
    library.scan(&NullProgress).unwrap();
    let grid = ProductCode::new("grid").unwrap();
    assert_eq!(library.product(&grid).unwrap().name_ko, "grid");
    let mapping = r#"{"prod1": {"name": "다른 이름", "hole": "다른 기공"},
                      "grid": {"name": "그리드 제품", "bent": "휨·압흔"}}"#;
    fs::write(root.path().join("data/def_split/defect_mapping.json"), mapping).unwrap();
    let report = library.scan(&NullProgress).unwrap();
    assert!(report.new_products.is_empty() && report.new_defect_types.is_empty(), "{report:?}");
    assert_eq!(library.product(&grid).unwrap().name_ko, "그리드 제품");
    assert_eq!(library.defect_types(&grid).unwrap()[0].full_name, "bent (휨·압흔)");
    assert_eq!(library.product(&prod1()).unwrap().name_ko, "주조제품 A형");
    assert_eq!(library.defect_types(&prod1()).unwrap()[0].name_ko, "기공");
}

#[test]
fn a_file_already_in_its_folder_is_registered_where_it_is() {
    let root = tempfile::tempdir().unwrap();
    let mut library = library(root.path());
    let path = write_picture(root.path(), "data/def_split/prod1_hole_3.png", 1);
    let id = library.register_defect(&prod1(), &hole(), &path).unwrap().id();
    let normal = write_picture(root.path(), "data/patchCore/prod1/ok/x.png", 2);
    library.register_normal(&prod1(), &normal).unwrap();
    assert_eq!(files(root.path(), "data/def_split"), ["data/def_split/prod1_hole_3.png"]);
    assert_eq!(files(root.path(), "data/patchCore"), ["data/patchCore/prod1/ok/x.png"]);
    // Removed, a scan leaves it alone; asked for by name, it comes back.
    library.remove_image(id).unwrap();
    assert!(library.scan(&NullProgress).unwrap().imported.is_empty());
    let again = library.register_defect(&prod1(), &hole(), &path).unwrap();
    assert_eq!(again, Registered::New(id));
}

/// Collects progress reports and cancels after a number of them.
struct CancellingSink {
    seen: Mutex<Vec<Progress>>,
    token: CancelToken,
    cancel_after: usize,
}

impl ProgressSink for CancellingSink {
    fn report(&self, progress: Progress) {
        let mut seen = self.seen.lock().unwrap();
        seen.push(progress);
        if seen.len() >= self.cancel_after {
            self.token.cancel();
        }
    }
    fn check(&self) -> Result<(), Cancelled> {
        self.token.check()
    }
}

#[test]
fn a_scan_reports_progress_and_can_be_cancelled() {
    let root = tempfile::tempdir().unwrap();
    for n in 1..=5 {
        write_picture(root.path(), &format!("data/def_split/prod1_hole_{n}.png"), n);
    }
    let mut library = Library::open(root.path()).unwrap();
    let sink =
        CancellingSink { seen: Mutex::default(), token: CancelToken::default(), cancel_after: 2 };
    let outcome = library.scan(&sink);
    assert!(matches!(outcome, Err(LibraryError::Cancelled(_))), "{outcome:?}");
    let seen = sink.seen.lock().unwrap();
    assert_eq!((seen[1].done, seen[1].total), (1, Some(5)));
    assert_eq!(library.images(None, &LabelFilter::Any).unwrap().len(), 2);
    assert_eq!(library.scan(&NullProgress).unwrap().imported.len(), 3);
}

#[test]
fn the_real_manuals_and_castings_are_found() {
    let Some(shared) = shared("data") else { return };
    let root = tempfile::tempdir().unwrap();
    let copy = |from: &str, to: &str, limit: usize| {
        let mut names: Vec<_> = fs::read_dir(shared.join(from)).unwrap().flatten().collect();
        names.sort_by_key(fs::DirEntry::file_name);
        let folder = root.path().join(to);
        fs::create_dir_all(&folder).unwrap();
        for (entry, n) in names.into_iter().take(limit).zip(1..) {
            let name = match to {
                "data/def_split" => format!("prod1_hole_{n}.jpeg"),
                _ => entry.file_name().into_string().unwrap(),
            };
            fs::copy(entry.path(), folder.join(name)).unwrap();
        }
    };
    copy("manuals", "manual_store", 10);
    copy("casting/train/good", "data/patchCore/prod1/ok", 10);
    copy("casting/test/def_front", "data/def_split", 10);
    let mut library = Library::open(root.path()).unwrap();
    let report = library.scan(&NullProgress).unwrap();
    assert!(report.refused.is_empty(), "{:?}", report.refused);
    let counts = library.counts().unwrap();
    assert_eq!((counts.normal_images, counts.defect_images, counts.manuals), (10, 10, 4));
    let image = &library.images(Some(&prod1()), &LabelFilter::Normal).unwrap()[0];
    assert_eq!((image.width_px, image.height_px, &image.label), (300, 300, &ImageLabel::Normal));
}
