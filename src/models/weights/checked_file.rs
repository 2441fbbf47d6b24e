//! A weight file that is read piece by piece while others may write into it.

use std::fs::File;
use std::io::{self, ErrorKind, Read, Seek, SeekFrom};
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::SystemTime;

/// An open file, as it was when it was opened: what is read of it later is of that time, or an error.
pub(crate) struct CheckedFile {
    file: Mutex<File>,
    state: FileState,
}

/// What changes when somebody writes into a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct FileState {
    length: u64,
    modified: Option<SystemTime>,
}

impl FileState {
    fn of(file: &File) -> io::Result<Self> {
        let metadata = file.metadata()?;
        Ok(Self { length: metadata.len(), modified: metadata.modified().ok() })
    }
}

impl CheckedFile {
    /// Opens the file at `path`.
    ///
    /// # Errors
    /// Those of [`fettle_system::open`].
    pub(crate) fn open(path: &Path) -> io::Result<Self> {
        let file = fettle_system::open(path)?;
        let state = FileState::of(&file)?;
        Ok(Self { file: Mutex::new(file), state })
    }

    /// Its length in bytes.
    pub(crate) fn length(&self) -> u64 {
        self.state.length
    }

    /// Reads `length` bytes from `start`.
    ///
    /// # Errors
    /// The system's; [`ErrorKind::InvalidData`] where the file was changed since it was opened.
    pub(crate) fn read(&self, start: u64, length: usize) -> io::Result<Vec<u8>> {
        let changed = || io::Error::new(ErrorKind::InvalidData, "it was changed while in use");
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        let end = u64::try_from(length).ok().and_then(|length| start.checked_add(length));
        if end.is_none_or(|end| end > self.state.length) {
            return Err(ErrorKind::UnexpectedEof.into());
        }
        let mut bytes = vec![0; length];
        file.seek(SeekFrom::Start(start))?;
        file.read_exact(&mut bytes).map_err(|error| match error.kind() {
            ErrorKind::UnexpectedEof => changed(),
            _ => error,
        })?;
        // After reading: what was read before a change is whole.
        if FileState::of(&file)? == self.state { Ok(bytes) } else { Err(changed()) }
    }
}
