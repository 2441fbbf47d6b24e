//! Test helpers: the tiny checkpoints in `tests/golden`, which answer in Korean whether the images
//! are bright or dark.

use std::collections::HashMap;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use candle_core::Tensor;
use image::RgbImage;

use fettle_domain::{ChatMessage, ChatRole};

/// Name of a pair of golden images, and the answer of a tiny network.
pub(super) const ANSWERS: [(&str, &str); 2] =
    [("bright", "밝은 부품이 보입니다."), ("dark", "어두운 부품이 보입니다.")];

pub(super) fn folder(architecture: &str) -> PathBuf {
    fettle_testing::data::golden(&format!("{architecture}_tiny"))
}

pub(super) fn files(folder: &Path) -> Vec<PathBuf> {
    let names = [
        "model.safetensors",
        "config.json",
        "generation_config.json",
        "preprocessor_config.json",
        "tokenizer.json",
        "chat_template.json",
    ];
    names.map(|name| folder.join(name)).into()
}

pub(super) fn golden(architecture: &str) -> HashMap<String, Tensor> {
    fettle_testing::tensors::golden(&format!("{architecture}_tiny"))
}

pub(super) fn images(golden: &HashMap<String, Tensor>, name: &str) -> Vec<RgbImage> {
    let image = |n| {
        let tensor = &golden[&format!("{name}.picture.{n}")];
        let (height, width, _) = tensor.dims3().unwrap();
        let pixels = tensor.flatten_all().unwrap().to_vec1().unwrap();
        RgbImage::from_raw(width as u32, height as u32, pixels).unwrap()
    };
    [0, 1].map(image).into()
}

pub(super) fn messages() -> Vec<ChatMessage> {
    let message = |role, text: &str| ChatMessage { role, content: text.into() };
    vec![message(ChatRole::System, "본 것만."), message(ChatRole::User, "이 부품은?")]
}

/// The elements of a tensor of token ids or positions.
pub(super) fn to_u32(tensor: &Tensor) -> Vec<u32> {
    let elements = tensor.flatten_all().unwrap().to_vec1::<i64>().unwrap();
    elements.into_iter().map(|element| element as u32).collect()
}

/// Callback that never stops the model.
pub(super) fn ignore_text(_: &str) -> ControlFlow<()> {
    ControlFlow::Continue(())
}

/// A copy of a checkpoint with `change` made to one file.
pub(super) fn changed(
    architecture: &str,
    name: &str,
    change: impl FnOnce(Vec<u8>) -> Vec<u8>,
) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    for file in files(&folder(architecture)) {
        std::fs::copy(&file, dir.path().join(file.file_name().unwrap())).unwrap();
    }
    let path = dir.path().join(name);
    let bytes = change(std::fs::read(&path).unwrap());
    std::fs::write(path, bytes).unwrap();
    dir
}

/// Asserts that pixel values agree with those of transformers' processor, in levels of 2 / 255:
/// torchvision rounds to whole levels between the passes over rows and columns.
#[track_caller]
pub(super) fn assert_pixels_near(values: &[f32], expect: &Tensor) {
    let expect = expect.flatten_all().unwrap().to_vec1::<f32>().unwrap();
    assert_eq!(values.len(), expect.len());
    let off: Vec<f32> =
        values.iter().zip(&expect).map(|(a, b)| (a - b).abs() * 255.0 / 2.0).collect();
    let most = off.iter().copied().fold(0.0, f32::max);
    let mean = off.iter().sum::<f32>() / off.len() as f32;
    assert!(most <= 2.5 && mean < 0.3, "{most} and {mean} levels");
}
