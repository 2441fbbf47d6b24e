use std::fs;
use std::path::Path;
use std::process::Command;

use super::crash;
use super::fault::{self, Fault};
use crate::store_file::Step;
use crate::test_files::{
    encode, files, hole, library, picture, prod1, write_manual, write_picture,
};
use crate::{LabelFilter, Library, LibraryError, Recovery, Registered};
use fettle_domain::{ImageLabel, Unobserved};

#[test]
fn files_are_called_as_the_seed_system_called_them() {
    let root = tempfile::tempdir().unwrap();
    let outside = tempfile::tempdir().unwrap();
    let mut library = library(root.path());
    let jpeg = write_picture(outside.path(), "IMG 0001.JPG", 1);
    let png = write_picture(outside.path(), "b.png", 2);
    let first = library.register_defect(&prod1(), &hole(), &jpeg).unwrap().id();
    library.register_defect(&prod1(), &hole(), &png).unwrap();
    library.register_normal(&prod1(), &jpeg).unwrap();
    for (name, text) in [("a.pdf", "one"), ("b.pdf", "two")] {
        let manual = write_manual(outside.path(), name, text);
        library.register_manual(&prod1(), &manual).unwrap();
    }
    assert_eq!(
        [files(root.path(), "data/def_split"), files(root.path(), "data/patchCore")].concat(),
        [
            "data/def_split/prod1_hole_1.jpeg",
            "data/def_split/prod1_hole_2.png",
            "data/patchCore/prod1/ok/prod1_ok_1.jpeg"
        ]
    );
    assert_eq!(
        files(root.path(), "manual_store"),
        ["manual_store/prod1_manual.pdf", "manual_store/prod1_manual_2.pdf"]
    );
    let image = library.image(first).unwrap();
    assert_eq!((image.width_px, image.height_px), (16, 12));
    assert_eq!(image.label, ImageLabel::Defect(hole()));
    // The bytes are kept as they are.
    assert_eq!(fs::read(library.absolute(&image.path)).unwrap(), fs::read(&jpeg).unwrap());
    assert_eq!(library.images_by_hash(&image.content_hash).unwrap().len(), 2);
}

#[test]
fn the_same_bytes_are_kept_once_a_label() {
    let root = tempfile::tempdir().unwrap();
    let mut library = library(root.path());
    let path = write_picture(root.path(), "in/a.png", 1);
    let new = library.register_defect(&prod1(), &hole(), &path).unwrap();
    let again = library.register_defect(&prod1(), &hole(), &path).unwrap();
    assert_eq!(again, Registered::Already(new.id()));
    let manual = write_manual(&root.path().join("in"), "m.pdf", "text");
    let new = library.register_manual(&prod1(), &manual).unwrap();
    assert_eq!(library.register_manual(&prod1(), &manual).unwrap(), Registered::Already(new.id()));
    assert_eq!(files(root.path(), "data/def_split").len(), 1);
    assert_eq!(files(root.path(), "manual_store").len(), 1);
}

#[test]
fn a_number_is_never_given_twice_and_no_file_is_written_over() {
    let root = tempfile::tempdir().unwrap();
    let mut library = library(root.path());
    // Somebody's own files: one before the first registration, one after.
    write_picture(root.path(), "data/def_split/prod1_hole_4.jpg", 90);
    let mut register = |seed| {
        let path = write_picture(root.path(), &format!("in/{seed}.png"), seed);
        let id = library.register_defect(&prod1(), &hole(), &path).unwrap().id();
        (id, library.image(id).unwrap().path)
    };
    let (first, path) = register(1);
    assert_eq!(path, "data/def_split/prod1_hole_5.png");
    write_picture(root.path(), "data/def_split/prod1_hole_6.bmp", 91);
    assert_eq!(register(2).1, "data/def_split/prod1_hole_7.png");
    library.remove_image(first).unwrap();
    fs::remove_file(library.absolute(&path)).unwrap();
    let path = write_picture(root.path(), "in/3.png", 3);
    let third = library.register_defect(&prod1(), &hole(), &path).unwrap().id();
    assert_eq!(library.image(third).unwrap().path, "data/def_split/prod1_hole_8.png");
    assert!(third > first);
}

#[test]
fn a_removed_image_leaves_the_lists_and_stays_to_be_cited() {
    let root = tempfile::tempdir().unwrap();
    let mut library = library(root.path());
    let path = write_picture(root.path(), "in/a.png", 1);
    let id = library.register_defect(&prod1(), &hole(), &path).unwrap().id();
    library.remove_image(id).unwrap();
    assert!(library.images(None, &LabelFilter::Any).unwrap().is_empty());
    assert!(library.absolute(&library.image(id).unwrap().path).is_file());
    assert!(matches!(library.remove_image(id), Err(LibraryError::UnknownImage(_))));
    let again = library.register_defect(&prod1(), &hole(), &path).unwrap();
    assert!(matches!(again, Registered::New(new) if new != id), "{again:?}");
}

#[test]
fn images_are_listed_by_product_and_label() {
    let root = tempfile::tempdir().unwrap();
    let mut library = library(root.path());
    for seed in 0..3 {
        let path = write_picture(root.path(), &format!("in/{seed}.png"), seed);
        library.register_normal(&prod1(), &path).unwrap();
    }
    let path = write_picture(root.path(), "in/9.png", 9);
    library.register_defect(&prod1(), &hole(), &path).unwrap();
    let other = fettle_domain::ProductCode::new("other").unwrap();
    let scratch = fettle_domain::DefectCode::new("scratch").unwrap();
    for (product, filter, expected) in [
        (None, LabelFilter::Any, 4),
        (Some(prod1()), LabelFilter::Any, 4),
        (Some(prod1()), LabelFilter::Normal, 3),
        (Some(prod1()), LabelFilter::AnyDefect, 1),
        (None, LabelFilter::Defect(hole()), 1),
        (None, LabelFilter::Defect(scratch), 0),
        (Some(other), LabelFilter::Any, 0),
    ] {
        let found = library.images(product.as_ref(), &filter).unwrap();
        assert_eq!(found.len(), expected, "{product:?} {filter:?}");
    }
    let counts = library.counts().unwrap();
    assert_eq!((counts.normal_images, counts.defect_images), (3, 1));
}

#[test]
fn what_cannot_be_registered_changes_nothing() {
    let root = tempfile::tempdir().unwrap();
    let outside = tempfile::tempdir().unwrap();
    let mut library = library(root.path());
    let whole = encode(&picture(1, 64, 64), image::ImageFormat::Jpeg);
    let write = |name: &str, bytes: &[u8]| {
        let path = outside.path().join(name);
        fs::write(&path, bytes).unwrap();
        path
    };
    let empty = write("empty.png", b"");
    let text = write("text.png", b"not an image");
    let cut = write("cut.jpeg", &whole[..whole.len() / 2]);
    let good = write("good.jpeg", &whole);
    let fold = fettle_domain::DefectCode::new("fold").unwrap();
    let other = fettle_domain::ProductCode::new("other").unwrap();
    let mut try_all = |path: &Path| {
        [
            library.register_normal(&prod1(), path).unwrap_err(),
            library.register_defect(&prod1(), &hole(), path).unwrap_err(),
        ]
    };
    for error in try_all(&empty) {
        assert!(matches!(error, LibraryError::EmptyFile { .. }), "{error}");
    }
    for error in try_all(&text) {
        assert!(matches!(error, LibraryError::NotAnImage { .. }), "{error}");
    }
    for error in try_all(&cut) {
        assert!(matches!(error, LibraryError::DamagedImage { .. }), "{error}");
    }
    for error in try_all(&outside.path().join("none.png")) {
        assert!(matches!(error, LibraryError::Io { .. }), "{error}");
    }
    let error = library.register_defect(&prod1(), &fold, &good).unwrap_err();
    assert!(matches!(error, LibraryError::UnknownDefect { .. }), "{error}");
    let error = library.register_normal(&other, &good).unwrap_err();
    assert!(matches!(error, LibraryError::UnknownProduct(_)), "{error}");
    let error = library.register_manual(&prod1(), &good).unwrap_err();
    assert!(matches!(error, LibraryError::NotAManual { .. }), "{error}");
    assert!(library.images(None, &LabelFilter::Any).unwrap().is_empty());
    assert!(files(root.path(), "data/def_split").is_empty());
    assert!(files(root.path(), "manual_store").is_empty());
}

#[test]
fn an_upload_is_kept_once() {
    let root = tempfile::tempdir().unwrap();
    let library = library(root.path());
    let bytes = encode(&picture(1, 8, 8), image::ImageFormat::Png);
    let first = library.store_upload(&bytes).unwrap();
    assert_eq!(library.store_upload(&bytes).unwrap(), first);
    assert_eq!(files(root.path(), "data/uploads"), std::slice::from_ref(&first.path));
    assert_eq!(fs::read(library.absolute(&first.path)).unwrap(), bytes);
    // Other bytes under that name: a longer name.
    fs::write(library.absolute(&first.path), b"damaged").unwrap();
    let second = library.store_upload(&bytes).unwrap();
    assert!(second.path.len() > first.path.len());
    assert_eq!(fs::read(library.absolute(&second.path)).unwrap(), bytes);
    assert!(matches!(library.store_upload(b"text"), Err(LibraryError::NotAnImage { .. })));
}

const STEPS: [Step; 5] =
    [Step::TempWritten, Step::Reserved, Step::RowInserted, Step::Renamed, Step::Committed];

/// Not a test of its own: [`a_crash_at_any_step_leaves_both_or_neither`] runs it in
/// another process, where it registers two images and dies in the second.
#[test]
#[ignore = "a child process of another test"]
fn crashing_child() {
    let Some((root, step)) = crash::asked(&STEPS) else { return };
    let root = root.as_path();
    let mut library = library(root);
    let first = write_picture(root, "in/1.png", 1);
    library.register_defect(&prod1(), &hole(), &first).unwrap();
    fault::at(step, Fault::Abort);
    let second = write_picture(root, "in/2.png", 2);
    library.register_defect(&prod1(), &hole(), &second).unwrap();
    unreachable!("it should have died at {step:?}");
}

#[test]
fn a_crash_at_any_step_leaves_both_or_neither() {
    for step in STEPS {
        let root = tempfile::tempdir().unwrap();
        crash::die_at("library::tests::placing::crashing_child", step, root.path());
        // Before: what the crash left is there to be seen.
        let left = files(root.path(), "data/def_split");
        assert_eq!(left.len(), 2, "{step:?}: {left:?}");

        let confirmed = if step == Step::Committed { 2 } else { 1 };
        let mut library = Library::open(root.path()).unwrap();
        let images = library.images(None, &LabelFilter::Any).unwrap();
        let paths: Vec<String> = images.iter().map(|image| image.path.clone()).collect();
        assert_eq!(images.len(), confirmed, "{step:?}");
        assert_eq!(files(root.path(), "data/def_split"), paths, "{step:?}");
        let recovery = library.recovery().clone();
        match step {
            Step::TempWritten => {
                assert_eq!((recovery.temp_files.len(), recovery.placements.len()), (1, 0));
            }
            Step::Reserved | Step::RowInserted => {
                assert_eq!((recovery.temp_files.len(), recovery.placements.len()), (1, 1));
            }
            Step::Renamed => assert_eq!(
                (recovery.temp_files.len(), recovery.placements),
                (0, vec!["data/def_split/prod1_hole_2.png".to_owned()])
            ),
            Step::Committed => assert_eq!(recovery, Recovery::default()),
            Step::TidyNoted | Step::TidyRemoved => panic!("{step:?} is no step of placing"),
        }
        library.check_integrity().unwrap();
        // And it works on.
        let second = root.path().join("in/2.png");
        let again = library.register_defect(&prod1(), &hole(), &second).unwrap();
        assert_eq!(matches!(again, Registered::Already(_)), step == Step::Committed, "{step:?}");
        assert_eq!(library.images(None, &LabelFilter::Any).unwrap().len(), 2);
        assert_eq!(files(root.path(), "data/def_split").len(), 2, "{step:?}");
        let report = library.scan(&Unobserved).unwrap();
        assert!(report.missing.is_empty() && report.imported.is_empty(), "{step:?}: {report:?}");
    }
}

#[test]
fn an_error_at_any_step_is_undone_at_once() {
    let root = tempfile::tempdir().unwrap();
    let mut library = library(root.path());
    let path = write_picture(root.path(), "in/1.png", 1);
    for step in [Step::TempWritten, Step::Reserved, Step::RowInserted, Step::Renamed] {
        fault::at(step, Fault::DiskFull);
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
fn a_file_that_a_person_put_there_is_never_cleared_up() {
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

#[test]
fn two_at_once_do_not_clash() {
    let root = tempfile::tempdir().unwrap();
    drop(library(root.path()));
    std::thread::scope(|scope| {
        for worker in 0..2_u32 {
            let root = root.path();
            scope.spawn(move || {
                let mut library = Library::open(root).unwrap();
                for n in 0..20 {
                    let seed = worker * 100 + n;
                    let path = write_picture(root, &format!("in/{seed}.png"), seed);
                    library.register_defect(&prod1(), &hole(), &path).unwrap();
                }
            });
        }
    });
    let library = Library::open(root.path()).unwrap();
    let mut paths: Vec<String> = library
        .images(Some(&prod1()), &LabelFilter::Defect(hole()))
        .unwrap()
        .into_iter()
        .map(|image| image.path)
        .collect();
    paths.sort();
    paths.dedup();
    assert_eq!(paths.len(), 40);
    assert_eq!(files(root.path(), "data/def_split"), paths);
    assert_eq!(library.recovery(), &Recovery::default());
}

#[test]
fn the_same_image_from_two_sides_is_registered_once() {
    let root = tempfile::tempdir().unwrap();
    drop(library(root.path()));
    let path = write_picture(root.path(), "in/1.png", 1);
    let outcomes: Vec<_> = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..4)
            .map(|_| {
                scope.spawn(|| {
                    let mut library = Library::open(root.path()).unwrap();
                    library.register_normal(&prod1(), &path).unwrap()
                })
            })
            .collect();
        workers.into_iter().map(|worker| worker.join().unwrap()).collect()
    });
    let new = outcomes.iter().filter(|o| matches!(o, Registered::New(_))).count();
    assert_eq!(new, 1, "{outcomes:?}");
    assert!(outcomes.iter().all(|o| o.id() == outcomes[0].id()), "{outcomes:?}");
    assert_eq!(files(root.path(), "data/patchCore").len(), 1);
}

/// A file system of 1 MiB, unmounted when dropped.
#[cfg(target_os = "linux")]
struct SmallDisk(tempfile::TempDir);

#[cfg(target_os = "linux")]
impl SmallDisk {
    fn mount() -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", "size=1m", "tmpfs"])
            .arg(folder.path())
            .output()
            .is_ok_and(|output| output.status.success());
        mounted.then_some(Self(folder))
    }
}

#[cfg(target_os = "linux")]
impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(self.0.path()).output();
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_said_and_leaves_nothing_half_done() {
    let Some(disk) = SmallDisk::mount() else {
        eprintln!("skipped: a tmpfs cannot be mounted here");
        return;
    };
    let root = disk.0.path();
    let outside = tempfile::tempdir().unwrap();
    let mut library = library(root);
    let first = write_picture(outside.path(), "1.png", 1);
    library.register_normal(&prod1(), &first).unwrap();
    let second = write_picture(outside.path(), "2.png", 2);
    // First so full that the file does not fit, then so that it does and the rows do not.
    let ballast = root.join("ballast");
    for spare in [0, 8 * 1024] {
        let free = free_bytes(root);
        fs::write(&ballast, vec![1; free - spare]).unwrap();
        let mut failed = 0;
        // The log has some room of its own before the disk decides.
        for seed in 2..60 {
            let path = write_picture(outside.path(), &format!("{seed}.png"), seed);
            if let Err(error) = library.register_normal(&prod1(), &path) {
                assert!(matches!(error, LibraryError::DiskFull { .. }), "{spare}: {error:?}");
                failed += 1;
            }
        }
        assert!(failed > 0, "{spare} spare bytes: the disk never filled");
        let images = library.images(None, &LabelFilter::Any).unwrap();
        let mut paths: Vec<String> = images.into_iter().map(|image| image.path).collect();
        paths.sort();
        assert_eq!(files(root, "data/patchCore"), paths, "{spare} spare bytes");
        fs::remove_file(&ballast).unwrap();
    }
    library.register_normal(&prod1(), &second).unwrap();
    let after = write_picture(outside.path(), "after.png", 1000);
    assert!(matches!(library.register_normal(&prod1(), &after).unwrap(), Registered::New(_)));
    drop(library);
    let again = Library::open(root).unwrap();
    again.check_integrity().unwrap();
    let images = again.images(None, &LabelFilter::Any).unwrap();
    assert_eq!(files(root, "data/patchCore").len(), images.len());
}

/// What can still be written, found by writing.
#[cfg(target_os = "linux")]
fn free_bytes(root: &Path) -> usize {
    use std::io::Write;
    let path = root.join("probe");
    let mut file = fs::File::create(&path).unwrap();
    let mut written = 0;
    while file.write_all(&[0; 4096]).is_ok() {
        written += 4096;
    }
    fs::remove_file(&path).unwrap();
    written
}
