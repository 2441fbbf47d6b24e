//! Where tests find real weights and golden values; each says so when they are absent.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use candle_core::{Device, Tensor};

/// `$FETTLE_MODELS/<model>/<file>`, by default of the checkout's `models/`.
pub(crate) fn model(model: &str, file: &str) -> Option<PathBuf> {
    let root = std::env::var_os("FETTLE_MODELS").map_or_else(
        || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/models")),
        PathBuf::from,
    );
    present(root.join(model).join(file))
}

/// `../shared/reference/<path>`.
pub(crate) fn reference(path: &str) -> Option<PathBuf> {
    present(PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/reference")).join(path))
}

/// The tensors of `../shared/reference/<folder>/golden.safetensors`.
pub(crate) fn golden(folder: &str) -> Option<HashMap<String, Tensor>> {
    let path = reference(&format!("{folder}/golden.safetensors"))?;
    Some(candle_core::safetensors::load(path, &Device::Cpu).unwrap())
}

/// Puts the network of `tests/golden/qwen3_vl_tiny` into a models folder, in the place of the real
/// one that it names. It says in Korean whether what it sees is bright or dark.
pub(crate) fn put_tiny_vision_model(models: &Path) -> &'static str {
    const ID: &str = "qwen3-vl-2b-instruct";
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/qwen3_vl_tiny");
    put_model(&golden, &models.join(ID));
    ID
}

/// Copies a model's files into `folder`.
pub(crate) fn put_model(from: &Path, folder: &Path) {
    std::fs::create_dir_all(folder).unwrap();
    for file in std::fs::read_dir(from).unwrap() {
        let file = file.unwrap();
        std::fs::copy(file.path(), folder.join(file.file_name())).unwrap();
    }
}

fn present(path: PathBuf) -> Option<PathBuf> {
    if path.exists() {
        return Some(path);
    }
    eprintln!("skipped: {} is absent", path.display());
    None
}

/// Asserts that two tensors have one shape and that no element differs by more than
/// `tolerance` of the largest expected one, or of a thousandth where all are smaller: after
/// a ReLU there may be nothing but zeros.
#[track_caller]
pub(crate) fn assert_near(what: &str, got: &Tensor, expect: &Tensor, tolerance: f32) {
    assert_eq!(got.dims(), expect.dims(), "{what}");
    let largest = |t: &Tensor| t.abs().unwrap().max_all().unwrap().to_scalar::<f32>().unwrap();
    let off = largest(&(got - expect).unwrap()) / largest(expect).max(1e-3);
    assert!(off <= tolerance, "{what}: off by {off:e} of the largest value");
}
