//! A workspace of its own for each test, and the program run in it.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;
use tempfile::TempDir;

pub(crate) struct Scene {
    dir: TempDir,
    workspace: PathBuf,
}

/// What a run of the program came to.
pub(crate) struct Ran {
    pub(crate) ok: bool,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Scene {
    pub(crate) fn new() -> Self {
        let dir = TempDir::new().unwrap();
        let workspace = dir.path().join("workspace");
        Self { dir, workspace }
    }

    /// A scene whose workspace is elsewhere, e.g. on a small disk.
    pub(crate) fn at(workspace: &Path) -> Self {
        Self { dir: TempDir::new().unwrap(), workspace: workspace.to_owned() }
    }

    pub(crate) fn workspace(&self) -> &Path {
        &self.workspace
    }

    /// A path outside the workspace.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// A file outside the workspace.
    pub(crate) fn file(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.path(name);
        std::fs::write(&path, bytes).unwrap();
        path
    }

    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_fettle"));
        command.args(["--lang", "en", "--workspace"]).arg(&self.workspace).args(args);
        command
    }

    /// Runs the program in English.
    pub(crate) fn run(&self, args: &[&str]) -> Ran {
        Ran::from(self.command(args).output().unwrap())
    }

    /// Runs the program, which must succeed, and reads its JSON.
    pub(crate) fn json(&self, args: &[&str]) -> Value {
        let ran = self.run(args).must_succeed();
        serde_json::from_str(&ran.stdout).unwrap_or_else(|error| panic!("{error}: {}", ran.stdout))
    }
}

impl From<Output> for Ran {
    fn from(output: Output) -> Self {
        Self {
            ok: output.status.success(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

impl Ran {
    #[track_caller]
    pub(crate) fn must_succeed(self) -> Self {
        assert!(self.ok, "failed: {}{}", self.stdout, self.stderr);
        self
    }

    /// It must fail, with `words` in what it says, and neither panic nor a backtrace.
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

/// `path` as an argument.
pub(crate) fn arg(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// Whether the models `ids` are where the tests look; says so where not.
pub(crate) fn has_models(ids: &[&str]) -> bool {
    let dir = std::env::var_os("FETTLE_MODELS")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("models"), PathBuf::from);
    let missing: Vec<_> = ids.iter().filter(|id| !dir.join(id).is_dir()).collect();
    if !missing.is_empty() {
        eprintln!("skipped: no {missing:?} in {}", dir.display());
    }
    missing.is_empty()
}

/// The real images and manuals beside the checkout; says so where absent.
pub(crate) fn shared(folder: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared").join(folder);
    if !path.is_dir() {
        eprintln!("skipped: ../shared/{folder} is absent");
        return None;
    }
    Some(path)
}

/// A picture of a gradient with `noise`, as PNG: something to register.
pub(crate) fn png(noise: u8) -> Vec<u8> {
    let picture = image::RgbImage::from_fn(64, 64, |x, y| {
        let value = (x * 2 + y) as u8;
        image::Rgb([value.wrapping_add(noise.wrapping_mul((x * y % 7) as u8)), value, noise])
    });
    let mut bytes = std::io::Cursor::new(Vec::new());
    picture.write_to(&mut bytes, image::ImageFormat::Png).unwrap();
    bytes.into_inner()
}
