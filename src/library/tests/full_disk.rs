//! Registration on a disk that fills up.

use std::fs;
use std::path::Path;
use std::process::Command;

use fettle_testing::data::{Skip, skipped};

use super::fixtures::{files, library, prod1, write_picture};
use crate::{LabelFilter, Library, LibraryError, Registered};

/// A file system of 1 MiB, unmounted when dropped.
struct SmallDisk(tempfile::TempDir);

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

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(self.0.path()).output();
    }
}

#[test]
fn a_full_disk_is_an_error_and_leaves_files_and_rows_together() {
    let Some(disk) = SmallDisk::mount() else {
        return skipped(Skip::Privilege, "to mount a tmpfs");
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

#[test]
fn what_was_opened_to_read_on_a_full_disk_is_opened_to_write_once_there_is_room() {
    let Some(disk) = SmallDisk::mount() else {
        return skipped(Skip::Privilege, "to mount a tmpfs");
    };
    let root = disk.0.path();
    drop(library(root));
    let ballast = root.join("ballast");
    fs::write(&ballast, vec![1; free_bytes(root)]).unwrap();
    let mut library = Library::open(root).unwrap();
    assert!(library.is_substitute());
    library.open_again();
    assert!(library.is_substitute(), "the disk is full");

    fs::remove_file(&ballast).unwrap();
    library.open_again();
    assert!(!library.is_substitute());
    let outside = tempfile::tempdir().unwrap();
    let path = write_picture(outside.path(), "1.png", 1);
    assert!(matches!(library.register_normal(&prod1(), &path).unwrap(), Registered::New(_)));
}

/// The free space in bytes, found by writing.
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
