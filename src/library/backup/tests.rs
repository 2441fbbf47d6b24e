use std::fs;
use std::io::{Read, Write};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use zip::write::SimpleFileOptions;
use zip::{ZipArchive, ZipWriter};

use super::*;
use crate::tests::fixtures::{files, hole, library, prod1, write_manual, write_picture};
use crate::{Library, LibraryError};
use fettle_domain::{Cancelled, NullProgress, Progress, ProgressSink};

/// A workspace with a normal picture, a defect's, a manual, a bank file and settings.
fn workspace(root: &Path) -> Library {
    let outside = tempfile::tempdir().unwrap();
    let mut library = library(root);
    library.register_normal(&prod1(), &write_picture(outside.path(), "a.png", 1)).unwrap();
    library.register_defect(&prod1(), &hole(), &write_picture(outside.path(), "b.png", 2)).unwrap();
    library.register_manual(&prod1(), &write_manual(outside.path(), "설명서.pdf", "x")).unwrap();
    for (path, text) in [
        ("data/banks/prod1/1/bank.safetensors", "bank"),
        ("data/unfinished/1.json", "{}"),
        ("data/logs/server.log", "{}"),
        ("data/uploads/.fettle-x.part", "half"),
        ("settings.json", "{\"language\": \"en\"}"),
    ] {
        let path = root.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    library
}

fn back_up(library: &Library, to: &Path) -> BackupManifest {
    library.stage_backup().unwrap().write(to, &NullProgress).unwrap()
}

/// All files but the database and what stands beside it.
fn kept_files(root: &Path) -> Vec<(String, Vec<u8>)> {
    let named = files(root, "").into_iter().filter(|path| !path.starts_with("data/fettle."));
    named.map(|path| (path.clone(), fs::read(root.join(&path)).unwrap())).collect()
}

#[test]
fn what_is_restored_is_what_was_backed_up() {
    let (old, new) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let library = workspace(old.path());
    let file = new.path().join("x.zip");
    let manifest = back_up(&library, &file);
    assert_eq!(manifest.missing, [""; 0]);
    assert_eq!(verify_backup(&file, &NullProgress).unwrap(), manifest);
    // Nothing of the backup is left in the workspace, and none of its working files in the backup.
    assert!(!files(old.path(), "data").iter().any(|path| path.contains("scratch")));

    let root = new.path().join("workspace");
    assert_eq!(restore_backup(&file, &root, &NullProgress).unwrap(), manifest);
    let mut expected = kept_files(old.path());
    let is_left_out = |path: &str| path.contains("unfinished") || path.contains("logs");
    expected.retain(|(path, _)| !is_left_out(path) && !path.ends_with(".part"));
    assert_eq!(kept_files(&root), expected);
    let restored = Library::open(&root).unwrap();
    assert_eq!(restored.recovery(), &crate::Recovery::default());
    assert_eq!(restored.counts().unwrap(), library.counts().unwrap());
    restored.check_integrity().unwrap();
}

#[test]
fn a_workspace_is_never_restored_over_another() {
    let dir = tempfile::tempdir().unwrap();
    let (root, file) = (dir.path().join("workspace"), dir.path().join("x.zip"));
    fs::create_dir(&root).unwrap();
    back_up(&workspace(&root), &file);
    let before = kept_files(&root);
    let refused = restore_backup(&file, &root, &NullProgress);
    assert!(matches!(refused, Err(LibraryError::WorkspaceInUse { .. })), "{refused:?}");
    assert_eq!(kept_files(&root), before);
}

#[test]
fn what_is_missing_is_named_and_the_rest_is_kept() {
    let dir = tempfile::tempdir().unwrap();
    let (root, file) = (dir.path().join("workspace"), dir.path().join("x.zip"));
    fs::create_dir(&root).unwrap();
    let library = workspace(&root);
    let defect = files(&root, "data/def_split").remove(0);
    fs::remove_file(root.join(&defect)).unwrap();
    assert_eq!(back_up(&library, &file).missing, [defect]);
}

#[cfg(unix)]
#[test]
fn folders_on_another_disk_are_backed_up_and_loops_end() {
    use std::os::unix::fs::symlink;
    let dir = tempfile::tempdir().unwrap();
    let (root, elsewhere) = (dir.path().join("workspace"), dir.path().join("elsewhere"));
    let file = dir.path().join("x.zip");
    fs::create_dir(&root).unwrap();
    let library = workspace(&root);
    fs::rename(root.join("data/patchCore"), &elsewhere).unwrap();
    symlink(&elsewhere, root.join("data/patchCore")).unwrap();
    symlink(&root, root.join("data/loop")).unwrap();
    let manifest = back_up(&library, &file);
    assert_eq!(manifest.missing, [""; 0]);
    assert!(manifest.files.iter().any(|file| file.path.starts_with("data/patchCore/prod1/ok/")));
}

/// The backup with `change` made to its files: name and content, the list last.
fn changed(file: &Path, change: impl FnOnce(&mut Vec<(String, Vec<u8>)>)) {
    let mut zip = ZipArchive::new(fs::File::open(file).unwrap()).unwrap();
    let mut entries: Vec<(String, Vec<u8>)> = (0..zip.len())
        .map(|index| {
            let mut entry = zip.by_index(index).unwrap();
            let mut bytes = Vec::new();
            entry.read_to_end(&mut bytes).unwrap();
            (entry.name().unwrap().into_owned(), bytes)
        })
        .collect();
    change(&mut entries);
    let mut zip = ZipWriter::new(fs::File::create(file).unwrap());
    for (name, bytes) in entries {
        zip.start_file(name, SimpleFileOptions::default()).unwrap();
        zip.write_all(&bytes).unwrap();
    }
    zip.finish().unwrap();
}

fn replace_in_list(entries: &mut [(String, Vec<u8>)], from: &str, to: &str) {
    let list = &mut entries.last_mut().unwrap().1;
    let text = String::from_utf8(list.clone()).unwrap();
    assert!(text.contains(from), "{text}");
    *list = text.replacen(from, to, 1).into_bytes();
}

#[test]
fn a_backup_that_was_tampered_with_is_refused_and_nothing_is_restored() {
    type Change = fn(&mut Vec<(String, Vec<u8>)>);
    let cases: [(&str, Change, BackupFault); 7] = [
        ("a byte changed", |all| all[0].1[0] ^= 1, damaged("data/banks/prod1/1/bank.safetensors")),
        ("a file gone", |all| drop(all.remove(0)), damaged("data/banks/prod1/1/bank.safetensors")),
        (
            "a longer file",
            |all| all[0].1.extend([0; 9]),
            damaged("data/banks/prod1/1/bank.safetensors"),
        ),
        (
            "a path upwards",
            |all| replace_in_list(all, "data/banks/prod1/1/bank.safetensors", "data/../../evil"),
            BackupFault::Outside { path: "data/../../evil".to_owned() },
        ),
        (
            "a newer format",
            |all| replace_in_list(all, "\"format\":1", "\"format\":2"),
            BackupFault::Newer,
        ),
        ("no list", |all| drop(all.pop()), BackupFault::NotABackup),
        (
            "no database",
            |all| replace_in_list(all, "\"data/fettle.db\"", "\"data/other.db\""),
            BackupFault::NotABackup,
        ),
    ];
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path().join("old");
    fs::create_dir(&root).unwrap();
    let library = workspace(&root);
    for (number, (what, change, expected)) in cases.into_iter().enumerate() {
        let file = dir.path().join(format!("{number}.zip"));
        back_up(&library, &file);
        changed(&file, change);
        let new = dir.path().join(format!("new {number}"));
        match restore_backup(&file, &new, &NullProgress) {
            Err(LibraryError::BadBackup { fault, .. }) => assert_eq!(fault, expected, "{what}"),
            other => panic!("{what}: {other:?}"),
        }
        assert!(!new.join("data/fettle.db").exists(), "{what}");
        let left: Vec<String> =
            files(&new, "").into_iter().filter(|p| !p.ends_with("lock")).collect();
        assert_eq!(left, [""; 0], "{what}");
    }
    let not_a_zip = dir.path().join("notes.zip");
    fs::write(&not_a_zip, "notes").unwrap();
    let refused = verify_backup(&not_a_zip, &NullProgress);
    let fault = BackupFault::NotABackup;
    assert!(matches!(refused, Err(LibraryError::BadBackup { fault: found, .. }) if found == fault));
}

fn damaged(path: &str) -> BackupFault {
    BackupFault::Damaged { path: path.to_owned() }
}

/// Cancels at the n-th check.
struct CancelAt(std::sync::Mutex<u32>);

impl ProgressSink for CancelAt {
    fn report(&self, _progress: Progress) {}
    fn check(&self) -> Result<(), Cancelled> {
        let mut left = self.0.lock().unwrap();
        *left = left.checked_sub(1).ok_or(Cancelled)?;
        Ok(())
    }
}

#[test]
fn a_cancelled_backup_or_restoration_leaves_what_was() {
    let dir = tempfile::tempdir().unwrap();
    let (root, file) = (dir.path().join("old"), dir.path().join("x.zip"));
    fs::create_dir(&root).unwrap();
    let library = workspace(&root);
    fs::write(&file, "the backup of yesterday").unwrap();
    for checks in [0, 1, 5, 14] {
        let staged = library.stage_backup().unwrap();
        let cancelled = staged.write(&file, &CancelAt(checks.into()));
        assert!(matches!(cancelled, Err(LibraryError::Cancelled(_))), "{checks}: {cancelled:?}");
        assert_eq!(fs::read_to_string(&file).unwrap(), "the backup of yesterday");
    }
    let beside: Vec<_> = fs::read_dir(dir.path()).unwrap().flatten().collect();
    assert_eq!(beside.len(), 2, "{beside:?}");

    back_up(&library, &file);
    let new = dir.path().join("new");
    for checks in [0, 3, 7] {
        let cancelled = restore_backup(&file, &new, &CancelAt(checks.into()));
        assert!(matches!(cancelled, Err(LibraryError::Cancelled(_))), "{checks}: {cancelled:?}");
        assert!(!new.join("data/fettle.db").exists());
    }
    restore_backup(&file, &new, &NullProgress).unwrap();
}

#[test]
fn a_backup_under_way_survives_another_program_that_opens_the_workspace() {
    let dir = tempfile::tempdir().unwrap();
    let library = workspace(dir.path());
    let staged = library.stage_backup().unwrap();
    Library::open(dir.path()).unwrap();
    staged.write(&dir.path().join("x.zip"), &NullProgress).unwrap();
    drop(staged);
    assert_eq!(files(dir.path(), "data/scratch"), [""; 0]);
}

/// Raises the flag when dropped, also by a failed assertion.
struct Stop<'a>(&'a AtomicBool);

impl Drop for Stop<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

#[test]
fn a_backup_under_load_is_of_one_instant() {
    let (old, new) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let library = workspace(old.path());
    let stop = AtomicBool::new(false);
    let file = new.path().join("x.zip");
    std::thread::scope(|threads| {
        let _ends_the_writer = Stop(&stop);
        threads.spawn(|| {
            let pictures = tempfile::tempdir().unwrap();
            let mut writer = Library::open(old.path()).unwrap();
            for seed in 10.. {
                if stop.load(Ordering::Relaxed) {
                    break;
                }
                let picture = write_picture(pictures.path(), "p.png", seed);
                writer.register_defect(&prod1(), &hole(), &picture).unwrap();
            }
        });
        for round in 0..10 {
            let manifest = back_up(&library, &file);
            assert_eq!(manifest.missing, [""; 0]);
            let root = new.path().join(format!("{round}"));
            restore_backup(&file, &root, &NullProgress).unwrap();
            let restored = Library::open(&root).unwrap();
            restored.check_integrity().unwrap();
            let images = restored.counts().unwrap().defect_images;
            let stored = files(&root, "data/def_split").len() as u64;
            assert_eq!(stored, images);
        }
    });
}

#[test]
fn a_database_is_copied_before_its_schema_changes_and_the_oldest_copies_go() {
    let dir = tempfile::tempdir().unwrap();
    drop(workspace(dir.path()));
    assert_eq!(files(dir.path(), "data/backups"), [""; 0]);
    let conn = rusqlite::Connection::open(dir.path().join("data/fettle.db")).unwrap();
    for version in 1..=5 {
        back_up_database(&conn, dir.path(), version).unwrap();
    }
    let copies = files(dir.path(), "data/backups");
    let versions: Vec<&str> = copies.iter().map(|path| path.rsplit_once('-').unwrap().1).collect();
    assert_eq!(versions, ["3.db", "4.db", "5.db"]);
    let copy = rusqlite::Connection::open(dir.path().join(&copies[0])).unwrap();
    let products: u32 =
        copy.query_row("SELECT count(*) FROM products", [], |row| row.get(0)).unwrap();
    assert_eq!(products, 1);
    drop((copy, conn));
    // What a kill leaves of a copy, of this program and of the one before it.
    let folder = dir.path().join("data/backups");
    let copies = files(dir.path(), "data/backups");
    for left in [".fettle-dead.part", "2026-11-30T101500.000-schema-3.part"] {
        fs::write(folder.join(left), "half").unwrap();
    }
    fs::write(folder.join("mine.part"), "a person's").unwrap();
    let opened = Library::open(dir.path()).unwrap();
    let swept = opened.recovery().temp_files.iter();
    assert_eq!(swept.filter(|path| path.starts_with("data/backups/")).count(), 2);
    assert_eq!(
        files(dir.path(), "data/backups"),
        [copies, vec!["data/backups/mine.part".into()]].concat()
    );
}

#[test]
fn a_restoration_that_was_cut_off_is_no_workspace_and_is_done_again() {
    let dir = tempfile::tempdir().unwrap();
    let (root, file) = (dir.path().join("old"), dir.path().join("x.zip"));
    fs::create_dir(&root).unwrap();
    back_up(&workspace(&root), &file);
    // As after a kill between two files.
    let new = dir.path().join("new");
    fs::create_dir_all(new.join("data/def_split")).unwrap();
    fs::write(new.join("data/restore-unfinished"), "").unwrap();
    fs::write(new.join("data/def_split/prod1_hole_1.png"), "half").unwrap();
    let is_refused = || matches!(Library::open(&new), Err(LibraryError::RestoreUnfinished { .. }));
    assert!(is_refused());
    // A second one that fails makes no workspace of the half that is there.
    let damaged = dir.path().join("damaged.zip");
    fs::copy(&file, &damaged).unwrap();
    changed(&damaged, |all| all[0].1[0] ^= 1);
    restore_backup(&damaged, &new, &NullProgress).unwrap_err();
    assert!(is_refused());
    let cancelled = restore_backup(&file, &new, &CancelAt(3.into()));
    assert!(matches!(cancelled, Err(LibraryError::Cancelled(_))), "{cancelled:?}");
    assert!(is_refused());
    restore_backup(&file, &new, &NullProgress).unwrap();
    assert!(!new.join("data/restore-unfinished").exists());
    assert_eq!(Library::open(&new).unwrap().counts().unwrap().defect_images, 1);
}

#[test]
fn what_a_killed_backup_left_beside_its_file_goes_with_the_next() {
    let dir = tempfile::tempdir().unwrap();
    let (root, folder) = (dir.path().join("old"), dir.path().join("backups"));
    fs::create_dir(&root).unwrap();
    fs::create_dir(&folder).unwrap();
    fs::write(folder.join(".fettle-dead.part"), "half").unwrap();
    back_up(&workspace(&root), &folder.join("x.zip"));
    assert_eq!(files(&folder, ""), ["x.zip"]);
}
