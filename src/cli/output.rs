//! Standard output, the one place where words leave the program: a failure to print is remembered, so
//! that it becomes the exit status instead of a panic or of silence.

use std::io::{self, ErrorKind, Write};
use std::sync::{Mutex, PoisonError};

use fettle_domain::printable_lines;

/// Lines on standard output.
#[derive(Debug, Default)]
pub(super) struct Output {
    failed: Mutex<Option<io::Error>>,
}

/// What was printed did not arrive, e.g. on a full disk.
#[derive(Debug)]
pub(super) struct OutputFailed(pub(super) io::Error);

impl std::error::Error for OutputFailed {}

impl std::fmt::Display for OutputFailed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "standard output: {}", self.0)
    }
}

impl Output {
    /// Prints a line, in which a terminal finds nothing to obey.
    pub(super) fn line(&self, line: &str) {
        self.note(writeln!(io::stdout(), "{}", printable_lines(line)));
    }

    /// Whether all that was printed arrived. A reader that has enough, as in `fettle … | head`, is no
    /// failure.
    ///
    /// # Errors
    /// [`OutputFailed`] with the first failure.
    pub(super) fn finish(&self) -> Result<(), OutputFailed> {
        self.note(io::stdout().flush());
        let failed = self.failed.lock().unwrap_or_else(PoisonError::into_inner).take();
        failed.map_or(Ok(()), |error| Err(OutputFailed(error)))
    }

    fn note(&self, written: io::Result<()>) {
        if let Err(error) = written
            && error.kind() != ErrorKind::BrokenPipe
        {
            let mut failed = self.failed.lock().unwrap_or_else(PoisonError::into_inner);
            failed.get_or_insert(error);
        }
    }
}

/// Prints a line to standard error, where nobody can be told that it did not arrive.
pub(super) fn error_line(line: &str) {
    let _nobody_reads = writeln!(io::stderr(), "{}", printable_lines(line));
}
