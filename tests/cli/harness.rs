//! A temporary workspace for each test, and the `fettle` binary run in it.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;
use tempfile::TempDir;

/// A workspace in a temporary folder, with room for other files beside it.
pub(crate) struct TestWorkspace {
    dir: TempDir,
    root: PathBuf,
}

/// Exit status and output of one run of the binary.
pub(crate) struct RunOutput {
    pub(crate) ok: bool,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl TestWorkspace {
    pub(crate) fn new() -> Self {
        let dir = TempDir::new().unwrap();
        let root = dir.path().join("workspace");
        Self { dir, root }
    }

    /// A workspace at a given path, e.g. on a small disk.
    pub(crate) fn at(root: &Path) -> Self {
        Self { dir: TempDir::new().unwrap(), root: root.to_owned() }
    }

    /// The workspace's folder.
    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// A path outside the workspace.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// Writes a file outside the workspace.
    pub(crate) fn file(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.path(name);
        std::fs::write(&path, bytes).unwrap();
        path
    }

    /// The binary with these arguments, in English, in this workspace.
    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_fettle"));
        command.args(["--lang", "en", "--workspace"]).arg(&self.root).args(args);
        command
    }

    /// Runs the binary in English.
    pub(crate) fn run(&self, args: &[&str]) -> RunOutput {
        RunOutput::from(self.command(args).output().unwrap())
    }

    /// Runs the binary, which must succeed, and parses the JSON on its standard output.
    pub(crate) fn json(&self, args: &[&str]) -> Value {
        let output = self.run(args).must_succeed();
        serde_json::from_str(&output.stdout)
            .unwrap_or_else(|error| panic!("{error}: {}", output.stdout))
    }
}

impl From<Output> for RunOutput {
    fn from(output: Output) -> Self {
        Self {
            ok: output.status.success(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

impl RunOutput {
    /// Asserts exit status 0.
    #[track_caller]
    pub(crate) fn must_succeed(self) -> Self {
        assert!(self.ok, "failed: {}{}", self.stdout, self.stderr);
        self
    }

    /// Asserts another exit status, each of `words` on standard error, and no panic.
    #[track_caller]
    pub(crate) fn must_fail_with(self, words: &[&str]) -> Self {
        assert!(!self.ok, "succeeded: {}", self.stdout);
        for word in words {
            assert!(self.stderr.contains(word), "no {word:?} in: {}", self.stderr);
        }
        assert!(!self.stderr.contains("panicked"), "{}", self.stderr);
        self
    }
}

/// A path as a command-line argument.
pub(crate) fn arg(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// A PNG file of 64×64 pixels: a gradient with `noise`, different for each number.
pub(crate) fn png(noise: u8) -> Vec<u8> {
    let picture = image::RgbImage::from_fn(64, 64, |x, y| {
        let value = (x * 2 + y) as u8;
        image::Rgb([value.wrapping_add(noise.wrapping_mul((x * y % 7) as u8)), value, noise])
    });
    let mut bytes = std::io::Cursor::new(Vec::new());
    picture.write_to(&mut bytes, image::ImageFormat::Png).unwrap();
    bytes.into_inner()
}
