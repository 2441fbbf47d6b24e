//! Retention of inspected images.

use image::ImageFormat;
use jiff::Timestamp;

use super::crash;
use super::fixtures::{encode, files, hole, inspection, library, picture, prod1};
use crate::failpoint::{Failpoint, Fault, inject};
use crate::{Library, LibraryError, content_hash};
use fettle_domain::{ActionState, HistoryFilter, Inspection, InspectionId, Opinion, Verdict};

const LONG_AGO: &str = "2026-01-01T10:00:00Z";
const DAYS: u32 = 30;

fn before() -> Timestamp {
    "2026-06-01T00:00:00Z".parse().unwrap()
}

fn bytes(seed: u32) -> Vec<u8> {
    encode(&picture(seed, 16, 12), ImageFormat::Png)
}

/// Records an inspection of the picture of `seed`.
fn inspect(library: &mut Library, seed: u32, at: &str, verdict: Verdict) -> Inspection {
    let bytes = bytes(seed);
    let mut made = inspection(at, verdict, 1.0);
    made.image_hash = content_hash(&bytes);
    library.record_with_image(&mut made, &bytes).unwrap();
    made
}

/// Deletes all expired copies, and returns their paths.
fn delete_expired(library: &mut Library) -> Vec<String> {
    let may: Vec<String> =
        library.expired_uploads(before()).unwrap().into_iter().map(|copy| copy.path).collect();
    let gone = library.delete_uploads(&may, before(), DAYS).unwrap();
    gone.into_iter().map(|copy| copy.path).collect()
}

/// Path of an inspection's image in the history.
fn listed(library: &Library, id: InspectionId) -> Option<String> {
    let every = HistoryFilter { repeated: true, ..HistoryFilter::default() };
    let rows = library.history(&every, 0, 99).unwrap().rows;
    rows.into_iter().find(|row| row.id == id).unwrap().image_path
}

#[test]
fn images_that_people_still_need_stay() {
    let root = tempfile::tempdir().unwrap();
    let mut library = library(root.path());
    let judge = |library: &mut Library, id, verdict| {
        let opinion = Opinion { verdict, defect: None, note: String::new() };
        library.judge(id, Some(&opinion), "kim").unwrap();
    };
    let done = |library: &mut Library, id| {
        library.set_action(id, ActionState::Done, "kim").unwrap();
    };
    type Then<'a> = &'a dyn Fn(&mut Library, InspectionId);
    // The verdict, what happened then, and whether the picture goes.
    let cases: [(&str, Verdict, Then<'_>, bool); 9] = [
        ("good", Verdict::Ok, &|_, _| {}, true),
        ("nobody has looked at it", Verdict::Ng, &|_, _| {}, false),
        ("not decided", Verdict::Unsure, &|_, _| {}, false),
        ("overruled: good", Verdict::Ng, &|library, id| judge(library, id, Verdict::Ok), true),
        ("overruled: bad", Verdict::Ok, &|library, id| judge(library, id, Verdict::Ng), false),
        ("dealt with", Verdict::Ng, &|library, id| done(library, id), true),
        (
            "confirmed and dealt with",
            Verdict::Ng,
            &|library, id| {
                judge(library, id, Verdict::Ng);
                done(library, id);
            },
            false,
        ),
        (
            "again later",
            Verdict::Ok,
            &|library, _| {
                inspect(library, 107, "2026-07-01T10:00:00Z", Verdict::Ok);
            },
            false,
        ),
        (
            "registered",
            Verdict::Ok,
            &|library, _| {
                let file = library.root().join("known.png");
                std::fs::write(&file, bytes(108)).unwrap();
                let id = library.register_defect(&prod1(), &hole(), &file).unwrap().id();
                // Also where it was taken out again.
                library.remove_image(id).unwrap();
            },
            false,
        ),
    ];
    let mut expected = Vec::new();
    for (seed, (_, verdict, then, goes)) in (100..).zip(&cases) {
        let made = inspect(&mut library, seed, LONG_AGO, *verdict);
        then(&mut library, made.id.unwrap());
        if *goes {
            expected.extend(made.image_path);
        }
    }
    // Not old enough.
    inspect(&mut library, 200, "2026-06-02T10:00:00Z", Verdict::Ok);
    expected.sort();
    let may = library.expired_uploads(before()).unwrap();
    let sizes: u64 = [100, 103, 105].map(|seed| bytes(seed).len() as u64).iter().sum();
    assert_eq!(may.iter().map(|copy| copy.bytes).sum::<u64>(), sizes);
    assert_eq!(delete_expired(&mut library), expected);
    assert_eq!(files(root.path(), "data/uploads").len(), cases.len() + 1 - expected.len());
    assert_eq!(delete_expired(&mut library), [""; 0], "twice");
}

#[test]
fn an_inspection_stays_and_its_image_returns_with_the_same_bytes() {
    let root = tempfile::tempdir().unwrap();
    let mut library = library(root.path());
    let made = inspect(&mut library, 1, LONG_AGO, Verdict::Ok);
    let (id, path) = (made.id.unwrap(), made.image_path.clone().unwrap());
    // One file of two inspections.
    inspect(&mut library, 1, "2026-02-01T10:00:00Z", Verdict::Ok);
    assert_eq!(library.expired_uploads(before()).unwrap()[0].inspections, 2);
    assert_eq!(delete_expired(&mut library), std::slice::from_ref(&path));
    assert_eq!(library.inspection(id).unwrap(), made);
    assert_eq!(library.deleted_upload(&path).unwrap().unwrap().days, DAYS);
    assert_eq!(listed(&library, id), None);
    let again = inspect(&mut library, 1, "2026-07-01T10:00:00Z", Verdict::Ok);
    assert_eq!(again.image_path, Some(path.clone()));
    assert_eq!((library.deleted_upload(&path).unwrap(), listed(&library, id)), (None, Some(path)));
}

#[test]
fn a_judgement_made_meanwhile_counts_and_missing_files_are_no_error() {
    let root = tempfile::tempdir().unwrap();
    let mut library = library(root.path());
    let first = inspect(&mut library, 1, LONG_AGO, Verdict::Ok);
    let second = inspect(&mut library, 2, LONG_AGO, Verdict::Ok).image_path.unwrap();
    let may: Vec<String> =
        library.expired_uploads(before()).unwrap().into_iter().map(|copy| copy.path).collect();
    assert_eq!(may.len(), 2);
    let opinion = Opinion { verdict: Verdict::Ng, defect: None, note: String::new() };
    library.judge(first.id.unwrap(), Some(&opinion), "kim").unwrap();
    std::fs::remove_file(root.path().join(&second)).unwrap();
    let gone = library.delete_uploads(&may, before(), DAYS).unwrap();
    assert_eq!(gone.iter().map(|copy| &copy.path).collect::<Vec<_>>(), [&second]);
    assert_eq!(gone[0].bytes, 0);
    assert!(root.path().join(first.image_path.unwrap()).is_file());
}

/// A record may name any file; only copies of inspected images are deleted.
#[test]
fn no_other_file_is_removed() {
    let root = tempfile::tempdir().unwrap();
    let mut library = library(root.path());
    let outside = ["../a.png", "data/uploads/../a.png", "data/uploads/", "data/uploads/x/a.png"];
    for path in outside {
        let mut made = inspection(LONG_AGO, Verdict::Ok, 1.0);
        made.image_path = Some(path.to_owned());
        library.record_inspection(&made).unwrap();
    }
    std::fs::write(root.path().join("data/a.png"), "mine").unwrap();
    assert_eq!(delete_expired(&mut library), [""; 0]);
    assert!(root.path().join("data/a.png").is_file());
}

const STEPS: [Failpoint; 2] = [Failpoint::DeletionNoted, Failpoint::FilesDeleted];

/// The child process of [`a_crash_leaves_no_inspection_with_a_missing_picture`].
#[test]
#[ignore = "a child process of another test"]
fn crashing_child() {
    let Some((root, step)) = crash::requested(&STEPS) else { return };
    let mut library = library(&root);
    inspect(&mut library, 1, LONG_AGO, Verdict::Ok);
    inject(step, Fault::Abort);
    delete_expired(&mut library);
    unreachable!("it should have died at {step:?}");
}

#[test]
fn a_crash_leaves_no_inspection_with_a_missing_picture() {
    for step in STEPS {
        let root = tempfile::tempdir().unwrap();
        crash::abort_at("tests::retention::crashing_child", step, root.path());
        // What the crash left.
        let left = files(root.path(), "data/uploads").len();
        assert_eq!(left, usize::from(step == Failpoint::DeletionNoted), "{step:?}");

        let mut library = Library::open(root.path()).unwrap();
        assert_eq!(files(root.path(), "data/uploads"), [""; 0], "{step:?}");
        assert_eq!(listed(&library, InspectionId(1)), None, "{step:?}");
        let path = library.inspection(InspectionId(1)).unwrap().image_path.unwrap();
        assert!(library.deleted_upload(&path).unwrap().is_some(), "{step:?}");
        assert_eq!(delete_expired(&mut library), [""; 0]);
    }
}

/// A file that cannot be removed does not keep the library closed.
#[test]
fn a_file_that_cannot_be_removed_is_removed_later() {
    let root = tempfile::tempdir().unwrap();
    let mut library = library(root.path());
    let path = inspect(&mut library, 1, LONG_AGO, Verdict::Ok).image_path.unwrap();
    // A folder with something in it is not removed as a file is.
    let file = root.path().join(&path);
    std::fs::remove_file(&file).unwrap();
    std::fs::create_dir(&file).unwrap();
    let error = library.delete_uploads(std::slice::from_ref(&path), before(), DAYS).unwrap_err();
    assert!(matches!(error, LibraryError::Io { .. }), "{error}");
    drop(library);
    drop(Library::open(root.path()).unwrap());
    std::fs::remove_dir(&file).unwrap();
    std::fs::write(&file, bytes(1)).unwrap();
    drop(Library::open(root.path()).unwrap());
    assert!(!file.exists());
}
