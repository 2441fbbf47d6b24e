//! Processes that abort at a failpoint, as in a power cut.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::failpoint::Failpoint;

const AT: &str = "FETTLE_TEST_CRASH_AT";
const IN: &str = "FETTLE_TEST_CRASH_IN";

/// Runs the ignored test `child` in another process, which must abort at failpoint `step` while it
/// works in the workspace `root`.
#[track_caller]
pub(super) fn abort_at(child: &str, step: Failpoint, root: &Path) {
    let child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", child, "--ignored"])
        .env(AT, format!("{step:?}"))
        .env(IN, root)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&child.stdout);
    assert!(!child.status.success(), "{step:?}: the child did not die: {said}");
    #[cfg(unix)]
    {
        let signal = std::os::unix::process::ExitStatusExt::signal(&child.status);
        assert_eq!(signal, Some(6), "{step:?}: {said}");
    }
}

/// In the child process: the workspace to work in, and the failpoint to abort at.
pub(super) fn requested(steps: &[Failpoint]) -> Option<(PathBuf, Failpoint)> {
    let root = std::env::var_os(IN)?;
    let step = std::env::var(AT).unwrap();
    let step = steps.iter().copied().find(|known| format!("{known:?}") == step).unwrap();
    Some((root.into(), step))
}
