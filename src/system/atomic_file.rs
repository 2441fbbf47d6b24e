//! Files that are replaced whole or not at all.

use std::fs::{self, File};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use tempfile::NamedTempFile;

use super::folders::sync_folder;
use super::modes::share_as_folder;

/// Names of unfinished files: `.fettle-<random>.part`, by which a later start knows what a crash
/// left.
const PREFIX: &str = ".fettle-";
const SUFFIX: &str = ".part";
/// The age from which an unfinished file of an earlier version, which has no lock, is left over.
const ABANDONED: Duration = Duration::from_secs(3600);

/// A new file that takes its place at [`Self::commit`], until which a reader finds the old one.
/// Dropped before that it leaves nothing.
#[derive(Debug)]
pub struct AtomicFile {
    unfinished: NamedTempFile,
    path: PathBuf,
}

impl AtomicFile {
    /// Begins the file for `path`, beside it; where that is a symbolic link, beside what it leads to.
    /// The folder must exist ([`super::create_folders`]).
    ///
    /// # Errors
    /// The system's; [`super::NotAFile`] inside an [`ErrorKind::InvalidInput`] where a folder, a device,
    /// a pipe or a socket has the name, which a file must not replace.
    pub fn create(path: &Path) -> io::Result<Self> {
        let path = &target(path)?;
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        let folder = folder.unwrap_or(Path::new("."));
        let unfinished = Self::unfinished_in(folder)?;
        Ok(Self { unfinished, path: path.to_owned() })
    }

    /// An unfinished file in `folder`, for those that name it otherwise.
    ///
    /// # Errors
    /// The system's.
    pub fn unfinished_in(folder: &Path) -> io::Result<NamedTempFile> {
        let mut builder = tempfile::Builder::new();
        builder.prefix(PREFIX).suffix(SUFFIX);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            // Less the umask.
            builder.permissions(std::fs::Permissions::from_mode(0o666));
        }
        // A sweep that finds the file between its making and its locking removes it.
        for _ in 0..3 {
            // The library's error names the unfinished file, which means nothing to anybody.
            let unfinished = builder.tempfile_in(folder).map_err(|error| match error.kind() {
                ErrorKind::PermissionDenied
                | ErrorKind::StorageFull
                | ErrorKind::QuotaExceeded
                | ErrorKind::ReadOnlyFilesystem
                | ErrorKind::NotFound => error.kind().into(),
                _ => error,
            })?;
            unfinished.as_file().lock()?;
            if unfinished.path().exists() {
                share_as_folder(unfinished.path())?;
                return Ok(unfinished);
            }
        }
        Err(ErrorKind::Interrupted.into())
    }

    /// Removes the unfinished files in `folder` whose processes are gone, and those of earlier
    /// versions (`.tmp` and six letters) that nobody has touched for an hour; returns their paths.
    ///
    /// # Errors
    /// The system's, for the first file that cannot be removed.
    pub fn sweep(folder: &Path) -> io::Result<Vec<PathBuf>> {
        let mut removed = Vec::new();
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if entry.file_type().is_ok_and(|kind| kind.is_file())
                && is_left(&path, &entry.file_name().to_string_lossy())
            {
                fs::remove_file(&path)?;
                removed.push(path);
            }
        }
        Ok(removed)
    }

    /// Whether `name` is that of an unfinished file.
    pub fn is_unfinished(name: &str) -> bool {
        name.starts_with(PREFIX) && name.ends_with(SUFFIX)
    }

    /// Where the unfinished file is, for a library that opens files by their name.
    pub fn unfinished_path(&self) -> &Path {
        self.unfinished.path()
    }

    /// The unfinished file.
    pub fn file_mut(&mut self) -> &mut File {
        self.unfinished.as_file_mut()
    }

    /// Flushes the file, gives it its name, and flushes that.
    ///
    /// # Errors
    /// The system's; the old file is then still there.
    pub fn commit(self) -> io::Result<()> {
        self.unfinished.as_file().sync_all()?;
        self.unfinished.persist(&self.path).map_err(|error| error.error)?;
        let folder = self.path.parent().filter(|folder| !folder.as_os_str().is_empty());
        sync_folder(folder.unwrap_or(Path::new(".")))
    }
}

impl Write for AtomicFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.unfinished.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.unfinished.flush()
    }
}

/// The file that is replaced by one written to `path`.
fn target(path: &Path) -> io::Result<PathBuf> {
    match path.metadata() {
        Ok(metadata) => {
            super::regular_file::check(&metadata)?;
            path.canonicalize()
        }
        // A link that leads nowhere yet is replaced.
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(path.to_owned()),
        Err(error) => Err(error),
    }
}

/// Whether a file is one that a process that is gone did not finish.
fn is_left(path: &Path, name: &str) -> bool {
    if AtomicFile::is_unfinished(name) {
        return File::open(path).is_ok_and(|file| file.try_lock().is_ok());
    }
    let is_of_earlier_version = name
        .strip_prefix(".tmp")
        .is_some_and(|rest| rest.len() == 6 && rest.chars().all(|c| c.is_ascii_alphanumeric()));
    let age = || path.metadata().ok()?.modified().ok()?.elapsed().ok();
    is_of_earlier_version && age().is_some_and(|age| age > ABANDONED)
}

/// Replaces the file at `path` by one of these bytes.
///
/// # Errors
/// The system's; the old file is then still there.
pub fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = AtomicFile::create(path)?;
    file.write_all(bytes)?;
    file.commit()
}

#[cfg(unix)]
#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;
    use crate::create_folders;

    fn mode(path: &Path) -> u32 {
        std::fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn a_file_is_replaced_whole_and_its_mode_goes_with_its_folder() {
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join("shared");
        std::fs::create_dir(&folder).unwrap();
        for (of_folder, group) in [(0o775, 0o060), (0o700, 0)] {
            std::fs::set_permissions(&folder, std::fs::Permissions::from_mode(of_folder)).unwrap();
            let path = folder.join(format!("{of_folder:o}/settings.json"));
            create_folders(path.parent().unwrap()).unwrap();
            replace(&path, b"old").unwrap();
            replace(&path, b"new").unwrap();
            assert_eq!(std::fs::read(&path).unwrap(), b"new");
            assert_eq!(mode(&path) & 0o060, group, "{:o}", mode(&path));
            let parent = path.parent().unwrap();
            assert_eq!(mode(parent) & 0o020, group & 0o020, "{:o}", mode(parent));
            assert_eq!(std::fs::read_dir(parent).unwrap().count(), 1);
        }
    }

    #[test]
    fn what_a_kill_left_is_swept_and_what_is_being_written_is_not() {
        let root = tempfile::tempdir().unwrap();
        let at = |name: &str| root.path().join(name);
        let writing = AtomicFile::create(&at("bank")).unwrap();
        for name in [".fettle-dead.part", ".tmpAb12Cd", ".tmpXy34Zw", ".tmpfile", "v1.bank"] {
            std::fs::write(at(name), "x").unwrap();
        }
        let old = File::options().write(true).open(at(".tmpAb12Cd")).unwrap();
        old.set_modified(std::time::SystemTime::now() - 2 * ABANDONED).unwrap();
        let mut removed = AtomicFile::sweep(root.path()).unwrap();
        removed.sort();
        assert_eq!(removed, [at(".fettle-dead.part"), at(".tmpAb12Cd")]);
        writing.commit().unwrap();
        assert!(at("bank").exists() && at(".tmpXy34Zw").exists() && at("v1.bank").exists());
    }

    #[test]
    fn what_is_not_committed_leaves_nothing() {
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join("list.csv");
        replace(&path, b"old").unwrap();
        let mut file = AtomicFile::create(&path).unwrap();
        file.write_all(b"half").unwrap();
        let name = file.unfinished_path().file_name().unwrap().to_string_lossy().into_owned();
        assert!(AtomicFile::is_unfinished(&name), "{name}");
        drop(file);
        assert_eq!(std::fs::read(&path).unwrap(), b"old");
        assert_eq!(std::fs::read_dir(root.path()).unwrap().count(), 1);
    }

    #[test]
    fn what_is_no_file_is_never_replaced_and_a_link_is_followed() {
        let root = tempfile::tempdir().unwrap();
        let at = |name: &str| root.path().join(name);
        std::fs::create_dir(at("folder")).unwrap();
        let made = std::process::Command::new("mkfifo").arg(at("pipe")).status().unwrap();
        assert!(made.success());
        let _socket = std::os::unix::net::UnixListener::bind(at("socket")).unwrap();
        let others = [at("folder"), at("pipe"), at("socket"), PathBuf::from("/dev/null")];
        for path in others {
            let error = replace(&path, b"x").unwrap_err();
            assert!(crate::NotAFile::of(&error).is_some(), "{}: {error}", path.display());
        }
        std::fs::create_dir(at("elsewhere")).unwrap();
        std::fs::write(at("elsewhere/list.csv"), "old").unwrap();
        std::os::unix::fs::symlink("elsewhere/list.csv", at("link.csv")).unwrap();
        replace(&at("link.csv"), b"new").unwrap();
        assert!(at("link.csv").is_symlink());
        assert_eq!(std::fs::read(at("elsewhere/list.csv")).unwrap(), b"new");
    }
}
