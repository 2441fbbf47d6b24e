//! Programs of the machine that are asked to help: in a folder of their own, with the environment
//! that they need and no other, and found only where the machine keeps its programs. The folder
//! where a person stands, which may be a stick or a stranger's pictures, adds nothing to what runs.

use std::env;
use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use super::scratch_folder::ScratchFolder;

/// Variables that any program may need: who and where one is, the language, the network.
const ENVIRONMENT: &[&str] = &[
    "HOME",
    "USER",
    "LOGNAME",
    "LANG",
    "LC_ALL",
    "LC_CTYPE",
    "XDG_CONFIG_HOME",
    "XDG_CONFIG_DIRS",
    "HTTP_PROXY",
    "http_proxy",
    "HTTPS_PROXY",
    "https_proxy",
    "ALL_PROXY",
    "all_proxy",
    "NO_PROXY",
    "no_proxy",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "SystemRoot",
    "USERPROFILE",
    "APPDATA",
    "LOCALAPPDATA",
    "PATHEXT",
];

/// The folders of `PATH` that do not depend on where one stands.
fn program_folders() -> Vec<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&path).filter(|folder| folder.is_absolute()).collect()
}

/// The program `name` in a folder of `PATH`, where that is absolute. A name with a folder in it is
/// taken as it stands, if it is absolute.
pub fn find_program(name: &Path) -> Option<PathBuf> {
    if name.is_absolute() {
        return is_program(name).then(|| name.to_owned());
    }
    if name.components().count() != 1 {
        return None;
    }
    let names = [name.to_owned(), name.with_extension("exe")];
    let count = if cfg!(windows) { 2 } else { 1 };
    program_folders()
        .iter()
        .flat_map(|folder| names.iter().take(count).map(|name| folder.join(name)))
        .find(|path| is_program(path))
}

fn is_program(path: &Path) -> bool {
    let Ok(metadata) = path.metadata() else { return false };
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        metadata.is_file() && metadata.permissions().mode() & 0o111 != 0
    }
    #[cfg(not(unix))]
    metadata.is_file()
}

/// A program to start, and the folder of its own in which it works. The folder goes with the value.
#[derive(Debug)]
pub struct HelperProgram {
    program: PathBuf,
    folder: ScratchFolder,
}

impl HelperProgram {
    /// The program `name` with a new folder below `scratch`.
    ///
    /// # Errors
    /// [`io::ErrorKind::NotFound`] where the machine has no such program; those of making the
    /// folder.
    pub fn new(name: &Path, scratch: &Path) -> io::Result<Self> {
        let program = find_program(name).ok_or(io::ErrorKind::NotFound)?;
        Ok(Self { program, folder: ScratchFolder::new(scratch)? })
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The command, without arguments yet: its input is empty, and its environment has the variables
    /// above and those that begin with one of `prefixes`. Its temporary files are in the folder.
    pub fn command(&self, prefixes: &[&str]) -> Command {
        let mut command = Command::new(&self.program);
        command.current_dir(self.folder.path()).env_clear().stdin(Stdio::null());
        command.envs(environment(env::vars_os(), prefixes));
        if let Ok(path) = env::join_paths(program_folders()) {
            command.env("PATH", path);
        }
        for name in ["TMPDIR", "TEMP", "TMP"] {
            command.env(name, self.folder.path());
        }
        command
    }
}

/// The variables of `all` that a program may have.
fn environment(
    all: impl Iterator<Item = (OsString, OsString)>,
    prefixes: &[&str],
) -> Vec<(OsString, OsString)> {
    all.filter(|(name, _)| {
        let name = name.to_string_lossy();
        ENVIRONMENT.contains(&name.as_ref())
            || prefixes.iter().any(|prefix| name.starts_with(prefix))
    })
    .collect()
}

/// Kills the processes of the group that `child` leads, where it was started as the leader of one
/// and has not been waited for. Elsewhere than on Unix nothing happens.
pub fn kill_group(child: &Child) {
    #[cfg(unix)]
    if let Ok(leader) = libc::pid_t::try_from(child.id())
        && leader > 1
    {
        // SAFETY: the call reads no memory. The child was not waited for, so that its number is
        // still its own.
        unsafe { libc::kill(-leader, libc::SIGKILL) };
    }
    #[cfg(not(unix))]
    let _ = child;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_gets_what_it_needs_and_nothing_that_loads_code() {
        let all = [
            ("HOME", true),
            ("LANG", true),
            ("PIP_INDEX_URL", true),
            ("PYTHONPATH", false),
            ("PYTHONSTARTUP", false),
            ("LD_PRELOAD", false),
            ("LD_LIBRARY_PATH", false),
            ("BASH_ENV", false),
            ("API_KEY", false),
        ];
        for (name, expect) in all {
            let given = environment([(name.into(), "x".into())].into_iter(), &["PIP_"]);
            assert_eq!(!given.is_empty(), expect, "{name}");
        }
    }

    #[test]
    fn a_program_is_found_by_its_name_alone_and_never_here() {
        let here = env::current_dir().unwrap();
        for name in ["./sh", "bin/sh", "", "no-such-program-of-fettle"] {
            assert_eq!(find_program(Path::new(name)), None, "{name}");
        }
        if cfg!(unix) {
            let found = find_program(Path::new("sh")).unwrap();
            assert!(found.is_absolute() && !found.starts_with(&here), "{}", found.display());
            let scratch = tempfile::tempdir().unwrap();
            let helper = HelperProgram::new(Path::new("sh"), scratch.path()).unwrap();
            let output = helper.command(&[]).args(["-c", "pwd; env"]).output().unwrap();
            let said = String::from_utf8_lossy(&output.stdout);
            let first = PathBuf::from(said.lines().next().unwrap());
            assert_eq!(first.canonicalize().unwrap(), helper.folder().canonicalize().unwrap());
            assert!(!said.contains("CARGO"), "{said}");
        }
    }
}
