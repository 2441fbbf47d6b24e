//! Crashes and errors between the steps of storing a file.

use std::fs;

use super::crash;
use super::fixtures::{encode, files, hole, inspection, library, picture, prod1, write_picture};
use crate::failpoint::{Failpoint, Fault, inject};
use crate::{LabelFilter, Library, LibraryError, Recovery, Registered};
use fettle_domain::{NullProgress, Verdict};

const STEPS: [Failpoint; 5] = [
    Failpoint::TempWritten,
    Failpoint::Reserved,
    Failpoint::RowInserted,
    Failpoint::Renamed,
    Failpoint::Committed,
];

/// The child process of [`a_crash_at_any_step_leaves_both_or_neither`], which registers two images
/// and aborts in the second registration.
#[test]
#[ignore = "a child process of another test"]
fn crashing_child() {
    let Some((root, step)) = crash::requested(&STEPS) else { return };
    let root = root.as_path();
    let mut library = library(root);
    let first = write_picture(root, "in/1.png", 1);
    library.register_defect(&prod1(), &hole(), &first).unwrap();
    inject(step, Fault::Abort);
    let second = write_picture(root, "in/2.png", 2);
    library.register_defect(&prod1(), &hole(), &second).unwrap();
    unreachable!("it should have died at {step:?}");
}

#[test]
fn a_crash_at_any_step_leaves_both_or_neither() {
    for step in STEPS {
        let root = tempfile::tempdir().unwrap();
        crash::abort_at("tests::crash_recovery::crashing_child", step, root.path());
        // Before recovery: the confirmed file, and a temporary or renamed one.
        let left = files(root.path(), "data/def_split");
        assert_eq!(left.len(), 2, "{step:?}: {left:?}");

        let confirmed = if step == Failpoint::Committed { 2 } else { 1 };
        let mut library = Library::open(root.path()).unwrap();
        let images = library.images(None, &LabelFilter::Any).unwrap();
        let paths: Vec<String> = images.iter().map(|image| image.path.clone()).collect();
        assert_eq!(images.len(), confirmed, "{step:?}");
        assert_eq!(files(root.path(), "data/def_split"), paths, "{step:?}");
        let recovery = library.recovery().clone();
        match step {
            Failpoint::TempWritten => {
                assert_eq!((recovery.temp_files.len(), recovery.placements.len()), (1, 0));
            }
            Failpoint::Reserved | Failpoint::RowInserted => {
                assert_eq!((recovery.temp_files.len(), recovery.placements.len()), (1, 1));
            }
            Failpoint::Renamed => assert_eq!(
                (recovery.temp_files.len(), recovery.placements),
                (0, vec!["data/def_split/prod1_hole_2.png".to_owned()])
            ),
            Failpoint::Committed => assert_eq!(recovery, Recovery::default()),
            Failpoint::DeletionNoted | Failpoint::FilesDeleted => {
                panic!("{step:?} is no step of storing a file")
            }
        }
        library.check_integrity().unwrap();
        // The registration works after the recovery.
        let second = root.path().join("in/2.png");
        let again = library.register_defect(&prod1(), &hole(), &second).unwrap();
        assert_eq!(
            matches!(again, Registered::Already(_)),
            step == Failpoint::Committed,
            "{step:?}"
        );
        assert_eq!(library.images(None, &LabelFilter::Any).unwrap().len(), 2);
        assert_eq!(files(root.path(), "data/def_split").len(), 2, "{step:?}");
        let report = library.scan(&NullProgress).unwrap();
        assert!(report.missing.is_empty() && report.imported.is_empty(), "{step:?}: {report:?}");
    }
}

/// The child process of [`an_upload_without_an_inspection_is_removed`].
#[test]
#[ignore = "a child process of another test"]
fn inspecting_child() {
    let Some((root, step)) = crash::requested(&[Failpoint::Renamed]) else { return };
    let mut library = library(&root);
    let record = |library: &mut Library, seed: u32| {
        let mut made = inspection("2026-11-22T10:00:00+09:00", Verdict::Ng, 2.5);
        let bytes = encode(&picture(seed, 8, 8), image::ImageFormat::Png);
        library.record_with_image(&mut made, &bytes).unwrap();
    };
    record(&mut library, 1);
    inject(step, Fault::Abort);
    record(&mut library, 2);
}

#[test]
fn an_upload_without_an_inspection_is_removed() {
    let root = tempfile::tempdir().unwrap();
    crash::abort_at("tests::crash_recovery::inspecting_child", Failpoint::Renamed, root.path());
    assert_eq!(files(root.path(), "data/uploads").len(), 2);
    let library = Library::open(root.path()).unwrap();
    assert_eq!(library.recovery().placements.len(), 1);
    // The one that an inspection refers to stays.
    assert_eq!(files(root.path(), "data/uploads").len(), 1);
    drop(library);
    assert_eq!(Library::open(root.path()).unwrap().recovery(), &Recovery::default());
}

#[test]
fn what_a_kill_left_beside_the_library_is_removed() {
    let root = tempfile::tempdir().unwrap();
    drop(library(root.path()));
    let left = [
        "data/banks/prod1/.fettle-a1.part",
        "data/index/.fettle-a2.part",
        "data/unfinished/.fettle-a3.part",
        ".fettle-a4.part",
        "data/scratch/.fettle-a5/.lock",
    ];
    let kept = ["data/banks/prod1/v1.bank", "data/scratch/notes.txt", "settings.json"];
    for name in left.iter().chain(&kept) {
        let path = root.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, "x").unwrap();
    }
    // Another process is writing this one.
    let bank = root.path().join("data/banks/prod1/v2.bank");
    let writing = fettle_system::AtomicFile::create(&bank).unwrap();
    let library = Library::open(root.path()).unwrap();
    assert_eq!(library.recovery().temp_files.len(), left.len(), "{:?}", library.recovery());
    assert!(left.iter().all(|name| !root.path().join(name).exists()));
    assert!(kept.iter().all(|name| root.path().join(name).exists()));
    writing.commit().unwrap();
}

#[test]
fn an_error_at_any_step_is_undone_at_once() {
    let root = tempfile::tempdir().unwrap();
    let mut library = library(root.path());
    let path = write_picture(root.path(), "in/1.png", 1);
    for step in
        [Failpoint::TempWritten, Failpoint::Reserved, Failpoint::RowInserted, Failpoint::Renamed]
    {
        inject(step, Fault::DiskFull);
        let error = library.register_defect(&prod1(), &hole(), &path).unwrap_err();
        assert!(matches!(error, LibraryError::DiskFull { .. }), "{step:?}: {error}");
        assert!(files(root.path(), "data/def_split").is_empty(), "{step:?}");
        assert!(library.images(None, &LabelFilter::Any).unwrap().is_empty(), "{step:?}");
    }
    library.register_defect(&prod1(), &hole(), &path).unwrap();
    drop(library);
    assert_eq!(Library::open(root.path()).unwrap().recovery(), &Recovery::default());
}

#[test]
fn a_file_put_there_by_a_person_is_never_removed() {
    let root = tempfile::tempdir().unwrap();
    drop(library(root.path()));
    let own = write_picture(root.path(), "data/def_split/prod1_hole_1.png", 5);
    let hidden = root.path().join("data/def_split/.part");
    fs::write(&hidden, b"x").unwrap();
    // A placement was interrupted, and the person then used its name for another picture.
    let connection = rusqlite::Connection::open(root.path().join("data/fettle.db")).unwrap();
    connection
        .execute(
            "INSERT INTO placements VALUES ('data/def_split/prod1_hole_1.png', 'other', 'then')",
            [],
        )
        .unwrap();
    let library = Library::open(root.path()).unwrap();
    assert_eq!(library.recovery().placements.len(), 1);
    assert!(own.is_file() && hidden.is_file());
}
