//! Failpoints: steps of storing and deleting files at which tests make the process crash or fail.

#[cfg(not(test))]
use super::Result;

/// A step of storing or deleting a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Failpoint {
    TempWritten,
    Reserved,
    RowInserted,
    Renamed,
    Committed,
    DeletionNoted,
    FilesDeleted,
}

/// Marks that a step is done. Fails only in tests.
#[cfg(not(test))]
pub(crate) fn reached(_point: Failpoint) -> Result<()> {
    Ok(())
}

#[cfg(test)]
pub(crate) use injected::{Fault, inject, reached};

#[cfg(test)]
mod injected {
    use std::cell::Cell;

    use super::Failpoint;
    use crate::{LibraryError, Result};

    /// What happens at a failpoint.
    #[derive(Debug, Clone, Copy)]
    pub(crate) enum Fault {
        /// The process aborts: no destructor runs, no transaction is rolled back by the program.
        Abort,
        /// The step fails as if the disk were full.
        DiskFull,
    }

    thread_local! {
        static NEXT: Cell<Option<(Failpoint, Fault)>> = const { Cell::new(None) };
    }

    /// Makes `fault` happen the next time this thread reaches `point`.
    pub(crate) fn inject(point: Failpoint, fault: Fault) {
        NEXT.set(Some((point, fault)));
    }

    pub(crate) fn reached(point: Failpoint) -> Result<()> {
        match NEXT.get() {
            Some((next, fault)) if next == point => {
                NEXT.set(None);
                match fault {
                    Fault::Abort => std::process::abort(),
                    Fault::DiskFull => Err(LibraryError::DiskFull { path: "test".into() }),
                }
            }
            _ => Ok(()),
        }
    }
}
