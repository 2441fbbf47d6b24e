//! Breaking a placement between its steps.

use std::cell::Cell;

use crate::store_file::Step;
use crate::{LibraryError, Result};

/// What happens at a step.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Fault {
    /// The process dies there: nothing is dropped, nothing is rolled back by us.
    Abort,
    /// As if the disk were full.
    DiskFull,
}

thread_local! {
    static NEXT: Cell<Option<(Step, Fault)>> = const { Cell::new(None) };
}

/// The next time this thread reaches `step`, `fault` happens.
pub(crate) fn at(step: Step, fault: Fault) {
    NEXT.set(Some((step, fault)));
}

pub(crate) fn reached(step: Step) -> Result<()> {
    match NEXT.get() {
        Some((at, fault)) if at == step => {
            NEXT.set(None);
            match fault {
                Fault::Abort => std::process::abort(),
                Fault::DiskFull => Err(LibraryError::DiskFull { path: "test".into() }),
            }
        }
        _ => Ok(()),
    }
}
