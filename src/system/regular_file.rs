//! Opening files that come from outside: only what is a file, and without waiting for what is none.

use std::fs::{File, FileType, Metadata};
use std::io::{self, ErrorKind, Read};
use std::path::Path;

/// What stands at a path where a file has to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NotAFile {
    /// A folder.
    #[error("it is a folder, not a file")]
    Folder,
    /// A named pipe, which may never have anything to read.
    #[error("it is a named pipe, not a file")]
    NamedPipe,
    /// A socket.
    #[error("it is a socket, not a file")]
    Socket,
    /// A device, e.g. a terminal or a disk.
    #[error("it is a device, not a file")]
    Device,
}

impl NotAFile {
    /// What an error of this room says about the path, if that was the reason.
    pub fn of(error: &io::Error) -> Option<Self> {
        error.get_ref()?.downcast_ref::<Self>().copied()
    }

    fn of_type(file_type: FileType) -> Self {
        #[cfg(unix)]
        {
            use std::os::unix::fs::FileTypeExt;
            if file_type.is_fifo() {
                return Self::NamedPipe;
            }
            if file_type.is_socket() {
                return Self::Socket;
            }
        }
        if file_type.is_dir() { Self::Folder } else { Self::Device }
    }
}

pub(super) fn check(metadata: &Metadata) -> io::Result<()> {
    if metadata.is_file() {
        return Ok(());
    }
    Err(io::Error::new(ErrorKind::InvalidInput, NotAFile::of_type(metadata.file_type())))
}

/// Opens the file at `path` for reading. Links are followed; what is no file is an error at once,
/// where opening a named pipe or a device would wait for somebody at its other end.
///
/// # Errors
/// The system's, and [`NotAFile`] inside an [`ErrorKind::InvalidInput`].
pub fn open(path: &Path) -> io::Result<File> {
    // Before the file is opened: opening a device may do something to it.
    check(&std::fs::metadata(path)?)?;
    let mut options = File::options();
    options.read(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        // Should it have become a pipe in between. Has no effect on files.
        options.custom_flags(libc::O_NONBLOCK | libc::O_NOCTTY);
    }
    let file = options.open(path)?;
    check(&file.metadata()?)?;
    Ok(file)
}

/// The content of the file at `path`, of at most `limit` bytes.
///
/// # Errors
/// Those of [`open`]; [`ErrorKind::FileTooLarge`].
pub fn read(path: &Path, limit: u64) -> io::Result<Vec<u8>> {
    let file = open(path)?;
    let length = file.metadata()?.len();
    if length > limit {
        return Err(ErrorKind::FileTooLarge.into());
    }
    let mut bytes = Vec::with_capacity(usize::try_from(length).unwrap_or(0));
    // The file may grow while it is read.
    file.take(limit.saturating_add(1)).read_to_end(&mut bytes)?;
    if u64::try_from(bytes.len()).unwrap_or(u64::MAX) > limit {
        return Err(ErrorKind::FileTooLarge.into());
    }
    Ok(bytes)
}

/// The text in the file at `path`, of at most `limit` bytes of UTF-8.
///
/// # Errors
/// Those of [`read`]; [`ErrorKind::InvalidData`].
pub fn read_to_string(path: &Path, limit: u64) -> io::Result<String> {
    String::from_utf8(read(path, limit)?)
        .map_err(|error| io::Error::new(ErrorKind::InvalidData, error.utf8_error()))
}

#[cfg(unix)]
#[cfg(test)]
mod tests {
    use std::os::unix::net::UnixListener;
    use std::process::Command;

    use super::*;

    #[test]
    fn what_is_no_file_is_refused_at_once_and_by_name() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        assert!(Command::new("mkfifo").arg(at("pipe")).status().unwrap().success());
        let _socket = UnixListener::bind(at("socket")).unwrap();
        std::fs::create_dir(at("folder")).unwrap();
        std::fs::write(at("file"), "부품").unwrap();
        for name in ["pipe", "file", "loop"] {
            let target = if name == "loop" { "loop.png" } else { name };
            std::os::unix::fs::symlink(at(target), at(&format!("{name}.png"))).unwrap();
        }
        for (path, expect) in [
            (at("pipe"), NotAFile::NamedPipe),
            (at("pipe.png"), NotAFile::NamedPipe),
            (at("socket"), NotAFile::Socket),
            (at("folder"), NotAFile::Folder),
            ("/dev/zero".into(), NotAFile::Device),
        ] {
            let error = open(&path).unwrap_err();
            assert_eq!(NotAFile::of(&error), Some(expect), "{}: {error}", path.display());
        }
        assert!(open(&at("loop.png")).is_err());
        let absent = open(&at("absent")).unwrap_err();
        assert_eq!((NotAFile::of(&absent), absent.kind()), (None, ErrorKind::NotFound));
        assert_eq!(read_to_string(&at("file.png"), 6).unwrap(), "부품");
        assert_eq!(read(&at("file"), 5).unwrap_err().kind(), ErrorKind::FileTooLarge);
    }
}
