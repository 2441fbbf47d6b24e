//! The crates of the workspace as their manifests describe them.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use serde_json::Value;

/// A crate under `src/`.
#[derive(Debug, Clone)]
pub(crate) struct Room {
    /// The name of its folder.
    pub(crate) name: String,
    /// Its `lib.rs`.
    pub(crate) root: PathBuf,
    /// The rooms that it depends on, tests aside.
    pub(crate) uses: BTreeSet<String>,
    /// The libraries that it depends on, tests aside.
    pub(crate) libraries: BTreeSet<String>,
}

impl Room {
    /// Its source files, tests included.
    pub(crate) fn files(&self) -> Vec<PathBuf> {
        let mut files = Vec::new();
        collect(self.root.parent().expect("a file has a folder"), &mut files);
        files
    }

    /// Everything that its files say.
    pub(crate) fn code(&self) -> String {
        self.files().iter().map(|file| fs::read_to_string(file).unwrap()).collect()
    }
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            files.push(path);
        }
    }
}

/// What `cargo metadata` says of the workspace.
fn metadata() -> &'static Value {
    static METADATA: OnceLock<Value> = OnceLock::new();
    METADATA.get_or_init(|| {
        let output = Command::new(env!("CARGO"))
            .args(["metadata", "--format-version", "1", "--no-deps", "--offline"])
            .current_dir(crate::root())
            .output()
            .expect("cargo runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice(&output.stdout).expect("JSON")
    })
}

fn packages() -> impl Iterator<Item = &'static Value> {
    metadata()["packages"].as_array().expect("a list of packages").iter()
}

fn text(value: &'static Value) -> &'static str {
    value.as_str().expect("a text")
}

/// The crates under `src/`, by name.
pub(crate) fn rooms() -> Vec<Room> {
    let src = crate::root().join("src");
    let mut rooms: Vec<Room> = packages()
        .filter_map(|package| {
            let folder = Path::new(text(&package["manifest_path"])).parent()?;
            let name = folder.strip_prefix(&src).ok()?.to_str()?.to_owned();
            let (uses, libraries) = package["dependencies"]
                .as_array()?
                .iter()
                .filter(|dependency| dependency["kind"].is_null())
                .map(|dependency| text(&dependency["name"]))
                .partition::<Vec<_>, _>(|name| name.starts_with("fettle-"));
            let uses = uses.iter().map(|name| name.trim_start_matches("fettle-").to_owned());
            Some(Room {
                root: folder.join("lib.rs"),
                name,
                uses: uses.collect(),
                libraries: libraries.into_iter().map(str::to_owned).collect(),
            })
        })
        .collect();
    rooms.sort_by(|a, b| a.name.cmp(&b.name));
    let folders =
        fs::read_dir(&src).unwrap().filter(|entry| entry.as_ref().unwrap().path().is_dir());
    assert_eq!(rooms.len(), folders.count(), "each folder of src/ is a crate");
    rooms
}

/// Every dependency of every crate of the workspace, also of tests.
pub(crate) fn all_dependencies() -> BTreeSet<String> {
    packages()
        .flat_map(|package| package["dependencies"].as_array().expect("a list").iter())
        .map(|dependency| text(&dependency["name"]).to_owned())
        .collect()
}

/// The keys of `[workspace.dependencies]`.
pub(crate) fn declared() -> Vec<String> {
    let manifest = fs::read_to_string(crate::root().join("Cargo.toml")).unwrap();
    manifest
        .lines()
        .skip_while(|line| *line != "[workspace.dependencies]")
        .skip(1)
        .take_while(|line| !line.starts_with('['))
        .filter_map(|line| line.split_once(" = ").filter(|_| !line.starts_with('#')))
        .map(|(name, _)| name.to_owned())
        .collect()
}
