//! Workspaces that may only be read, and who may use what is written.

use std::fs;
use std::io::ErrorKind;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use fettle_testing::data::{Skip, skipped};

use super::fixtures::{inspection, library, prod1, write_picture};
use crate::{LabelFilter, Library, LibraryError, OpenFault};
use fettle_domain::{HistoryFilter, Verdict};

/// A file system of its own, unmounted when dropped.
struct Disk(tempfile::TempDir);

impl Disk {
    fn mount() -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let disk = Self(folder);
        disk.run("mount", &["-t", "tmpfs", "-o", "size=16m", "tmpfs"]).then_some(disk)
    }

    fn run(&self, program: &str, arguments: &[&str]) -> bool {
        let output = Command::new(program).args(arguments).arg(self.0.path()).output();
        output.is_ok_and(|output| output.status.success())
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        self.run("umount", &["-l"]);
    }
}

#[test]
fn a_workspace_on_a_read_only_disk_can_be_looked_at() {
    let Some(disk) = Disk::mount() else {
        return skipped(Skip::Privilege, "to mount a tmpfs");
    };
    // A name with what an address would take apart.
    let root = disk.0.path().join("작업 100%?#");
    fs::create_dir(&root).unwrap();
    let mut before = library(&root);
    let path = write_picture(&root, "in/1.png", 1);
    before.register_normal(&prod1(), &path).unwrap();
    let made = inspection("2026-11-22T10:00:00+09:00", Verdict::Ng, 2.5);
    before.record_inspection(&made).unwrap();
    drop(before);
    assert!(disk.run("mount", &["-o", "remount,ro"]));

    let mut library = Library::open(&root).unwrap();
    assert_eq!(library.images(None, &LabelFilter::Any).unwrap().len(), 1);
    assert_eq!(library.history(&HistoryFilter::default(), 0, 10).unwrap().rows.len(), 1);
    let error = library.record_inspection(&made).unwrap_err();
    let LibraryError::CannotOpen { fault: OpenFault::WriteProtected, .. } = error else {
        panic!("{error:?}");
    };
    let outside = tempfile::tempdir().unwrap();
    let new = write_picture(outside.path(), "2.png", 2);
    let error = library.register_normal(&prod1(), &new).unwrap_err();
    let is_told = match &error {
        LibraryError::CannotOpen { fault, .. } => *fault == OpenFault::WriteProtected,
        LibraryError::Io { source, .. } => source.kind() == ErrorKind::ReadOnlyFilesystem,
        _ => false,
    };
    assert!(is_told, "{error:?}");
    assert_eq!(library.images(None, &LabelFilter::Any).unwrap().len(), 1);
}

/// A second place of a folder, where it may only be read; gone when dropped.
struct ReadOnlyView(tempfile::TempDir);

impl ReadOnlyView {
    fn of(folder: &Path) -> Option<Self> {
        let view = Self(tempfile::tempdir().unwrap());
        let mount = |arguments: &[&str]| {
            let output = Command::new("mount").args(arguments).arg(view.0.path()).output();
            output.is_ok_and(|output| output.status.success())
        };
        let folder = folder.to_str().unwrap();
        let is_there = mount(&["--bind", folder]) && mount(&["-o", "remount,bind,ro"]);
        is_there.then_some(view)
    }
}

impl Drop for ReadOnlyView {
    fn drop(&mut self) {
        let _unmounted = Command::new("umount").arg("-l").arg(self.0.path()).output();
    }
}

/// As a share is, of one who may write there and one who may not.
#[test]
fn where_others_write_a_reader_sees_whole_states() {
    let root = tempfile::tempdir().unwrap();
    let mut writer = library(root.path());
    let Some(view) = ReadOnlyView::of(root.path()) else {
        return skipped(Skip::Privilege, "to mount a folder a second time");
    };
    let add = |writer: &mut Library, seed: u32| {
        let path = write_picture(root.path(), "in/1.png", seed);
        writer.register_normal(&prod1(), &path).unwrap();
    };
    let count = |library: &Library| library.images(None, &LabelFilter::Any).unwrap().len();
    add(&mut writer, 1);
    // While the other works there, the reader reads together with it.
    let reader = Library::open(view.0.path()).unwrap();
    assert_eq!(count(&reader), 1);
    add(&mut writer, 2);
    assert_eq!(count(&reader), 2);
    drop((reader, writer));
    // Nobody works there: what is read is of now, and stays whole when the other begins again.
    let reader = Library::open(view.0.path()).unwrap();
    assert_eq!(count(&reader), 2);
    let mut writer = Library::open(root.path()).unwrap();
    for seed in 3..30 {
        add(&mut writer, seed);
    }
    drop(writer);
    assert_eq!(count(&reader), 2);
    reader.check_integrity().unwrap();
    assert_eq!(count(&Library::open(view.0.path()).unwrap()), 29);
}

#[test]
fn what_is_written_is_as_open_as_its_folder() {
    let root = tempfile::tempdir().unwrap();
    for (of_folder, of_group) in [(0o2775, 0o060), (0o700, 0)] {
        let root = root.path().join(format!("{of_folder:o}"));
        fs::create_dir(&root).unwrap();
        fs::set_permissions(&root, fs::Permissions::from_mode(of_folder)).unwrap();
        let mut library = library(&root);
        let path = write_picture(&root, "in/1.png", 1);
        library.register_normal(&prod1(), &path).unwrap();
        let stored = library.images(None, &LabelFilter::Any).unwrap().remove(0).path;
        for name in ["data/fettle.db", "data/fettle.lock", "data/fettle.db-wal", &stored] {
            assert_eq!(group_bits(&root.join(name)), of_group, "{name} in {of_folder:o}");
        }
    }
}

fn group_bits(path: &Path) -> u32 {
    path.metadata().unwrap().permissions().mode() & 0o060
}
