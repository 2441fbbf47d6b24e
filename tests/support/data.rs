//! Where tests find their data: golden values in the checkout, real parts and manuals beside it,
//! real networks where `FETTLE_MODELS` says.
//!
//! What the checkout holds must be there. What it does not hold may be absent: the test then
//! returns early, and the skip is counted. Where `FETTLE_REQUIRE_SHARED=1` or `FETTLE_REQUIRE_MODELS`
//! names the model, absence is a failure, so that no test passes by it.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::{Path, PathBuf};

/// Why a test did not run to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Skip {
    /// `../shared` (real parts, masks, manuals) is not beside the checkout.
    Shared,
    /// Weights that `FETTLE_MODELS` does not hold.
    Model,
    /// The machine has no Korean font.
    Font,
    /// The machine lacks a program, such as `pdftotext`.
    Program,
    /// The user of the test may not do something, such as mount a file system.
    Privilege,
}

impl Skip {
    fn name(self) -> &'static str {
        match self {
            Self::Shared => "shared",
            Self::Model => "model",
            Self::Font => "font",
            Self::Program => "program",
            Self::Privilege => "privilege",
        }
    }
}

/// The root of the checkout.
pub fn checkout() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}

/// `tests/golden/<path>`.
pub fn golden(path: &str) -> PathBuf {
    let path = checkout().join("tests/golden").join(path);
    assert!(path.exists(), "{} belongs to the checkout and is absent", path.display());
    path
}

/// `../shared/<path>`, which is beside some checkouts only.
///
/// # Panics
/// Where it is absent and `FETTLE_REQUIRE_SHARED=1`.
pub fn shared(path: &str) -> Option<PathBuf> {
    let found = checkout().join("../shared").join(path);
    if found.exists() {
        return Some(found);
    }
    let required = std::env::var_os("FETTLE_REQUIRE_SHARED").is_some_and(|value| value == "1");
    assert!(!required, "FETTLE_REQUIRE_SHARED=1, and ../shared/{path} is absent");
    skipped(Skip::Shared, path);
    None
}

/// Where the networks of the tests are: `FETTLE_MODELS`, or `models/` of the checkout.
pub fn models() -> PathBuf {
    std::env::var_os("FETTLE_MODELS").map_or_else(|| checkout().join("models"), PathBuf::from)
}

/// `<models>/<model>/<file>`.
///
/// # Panics
/// Where it is absent and `FETTLE_REQUIRE_MODELS`, a list with commas, names the model.
pub fn model(model: &str, file: &str) -> Option<PathBuf> {
    let found = models().join(model).join(file);
    if found.exists() {
        return Some(found);
    }
    let required = std::env::var("FETTLE_REQUIRE_MODELS").unwrap_or_default();
    assert!(
        required.split(',').all(|name| name != model),
        "FETTLE_REQUIRE_MODELS names {model}, and {} is absent",
        found.display()
    );
    skipped(Skip::Model, model);
    None
}

/// Whether all of `ids` are among the networks of the tests.
///
/// # Panics
/// As [`model`].
pub fn has_models(ids: &[&str]) -> bool {
    ids.iter().all(|id| model(id, "").is_some())
}

/// Copies the files of a model's folder into `folder`.
pub fn put_model(from: &Path, folder: &Path) {
    std::fs::create_dir_all(folder).unwrap();
    for file in std::fs::read_dir(from).unwrap() {
        let file = file.unwrap();
        std::fs::copy(file.path(), folder.join(file.file_name())).unwrap();
    }
}

/// Puts the network of `tests/golden/qwen3_vl_tiny` into a models folder, in the place of the real
/// one that it names. It says in Korean whether what it sees is bright or dark.
pub fn put_tiny_vision_model(models: &Path) -> &'static str {
    const ID: &str = "qwen3-vl-2b-instruct";
    put_model(&golden("qwen3_vl_tiny"), &models.join(ID));
    ID
}

/// Counts the running test as skipped: a line of `FETTLE_SKIPPED` (kind, what, test), which
/// `packaging/test.sh` sums up at its end, and a word on the terminal.
pub fn skipped(kind: Skip, what: &str) {
    let test = std::thread::current().name().unwrap_or("?").to_owned();
    eprintln!("skipped: {test}: no {} {what}", kind.name());
    if let Some(list) = std::env::var_os("FETTLE_SKIPPED") {
        let line = format!("{}\t{what}\t{test}\n", kind.name());
        let mut list = OpenOptions::new().create(true).append(true).open(list).unwrap();
        // One write: tests of several threads append at once.
        list.write_all(line.as_bytes()).unwrap();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checkout_is_the_root_of_the_workspace() {
        let manifest = std::fs::read_to_string(checkout().join("Cargo.toml")).unwrap();
        assert!(manifest.contains("[workspace]"));
        assert!(golden("README.md").is_file());
    }
}
