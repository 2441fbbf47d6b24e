//! What the tests of all architectures share: the tiny checkpoints in `tests/golden`, each of
//! which says in Korean whether its pictures are bright or dark.

use std::collections::HashMap;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use candle_core::{Device, Tensor};
use image::RgbImage;

use fettle_domain::{ChatMessage, ChatRole};

/// What a tiny network says of the pictures of this name.
pub(super) const ANSWERS: [(&str, &str); 2] =
    [("bright", "밝은 부품이 보입니다."), ("dark", "어두운 부품이 보입니다.")];

pub(super) fn folder(architecture: &str) -> PathBuf {
    fettle_testing::data::checkout().join(format!("tests/golden/{architecture}_tiny"))
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
    let path = folder(architecture).join("golden.safetensors");
    candle_core::safetensors::load(path, &Device::Cpu).unwrap()
}

pub(super) fn pictures(golden: &HashMap<String, Tensor>, name: &str) -> Vec<RgbImage> {
    let picture = |n| {
        let tensor = &golden[&format!("{name}.picture.{n}")];
        let (height, width, _) = tensor.dims3().unwrap();
        let pixels = tensor.flatten_all().unwrap().to_vec1().unwrap();
        RgbImage::from_raw(width as u32, height as u32, pixels).unwrap()
    };
    [0, 1].map(picture).into()
}

pub(super) fn messages() -> Vec<ChatMessage> {
    let message = |role, text: &str| ChatMessage { role, content: text.into() };
    vec![message(ChatRole::System, "본 것만."), message(ChatRole::User, "이 부품은?")]
}

pub(super) fn numbers(tensor: &Tensor) -> Vec<u32> {
    let wide = tensor.flatten_all().unwrap().to_vec1::<i64>().unwrap();
    wide.into_iter().map(|number| number as u32).collect()
}

pub(super) fn go_on(_: &str) -> ControlFlow<()> {
    ControlFlow::Continue(())
}

/// A checkpoint with `change` made to one of its files.
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

/// Asserts that pixel values are those that transformers' processor makes. torchvision rounds to
/// whole levels between rows and columns; a level is 2 / 255.
#[track_caller]
pub(super) fn assert_levels(values: &[f32], expect: &Tensor) {
    let expect = expect.flatten_all().unwrap().to_vec1::<f32>().unwrap();
    assert_eq!(values.len(), expect.len());
    let off: Vec<f32> =
        values.iter().zip(&expect).map(|(a, b)| (a - b).abs() * 255.0 / 2.0).collect();
    let most = off.iter().copied().fold(0.0, f32::max);
    let mean = off.iter().sum::<f32>() / off.len() as f32;
    assert!(most <= 2.5 && mean < 0.3, "{most} and {mean} levels");
}
