//! Processes that die in the middle of a step, as a power cut would have it.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::store_file::Step;

const AT: &str = "FETTLE_TEST_CRASH_AT";
const IN: &str = "FETTLE_TEST_CRASH_IN";

/// Runs the ignored test `child` in another process, which is to die at `step` of its work in
/// `root`.
#[track_caller]
pub(super) fn die_at(child: &str, step: Step, root: &Path) {
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

/// In such a process: where it is to work, and at which of `steps` to die.
pub(super) fn asked(steps: &[Step]) -> Option<(PathBuf, Step)> {
    let root = std::env::var_os(IN)?;
    let step = std::env::var(AT).unwrap();
    let step = steps.iter().copied().find(|known| format!("{known:?}") == step).unwrap();
    Some((root.into(), step))
}
