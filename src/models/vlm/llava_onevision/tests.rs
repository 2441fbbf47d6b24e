//! Against transformers with the same checkpoint: `tests/golden/llava_onevision_tiny`.

use std::collections::HashMap;

use super::*;
use crate::vlm::tiny_checkpoint::{
    self, ANSWERS, assert_pixels_near, ignore_text, images, messages, to_u32,
};
use fettle_domain::StopReason;
use fettle_testing::tensors::assert_near;

const TINY: &str = "llava_onevision";
/// Tolerance relative to the largest value: both compute in f32, in another order.
const NEAR: f32 = 2e-4;

fn checkpoint() -> Checkpoint {
    let files = tiny_checkpoint::files(&tiny_checkpoint::folder(TINY));
    Checkpoint::open(&ModelId("tiny".into()), &files, &Device::Cpu).unwrap()
}

fn load() -> LlavaOnevision {
    LlavaOnevision::from_checkpoint(&ModelId("tiny".into()), &checkpoint().in_f32()).unwrap()
}

fn golden() -> HashMap<String, Tensor> {
    tiny_checkpoint::golden(TINY)
}

/// Cuts pixels (3, side, side) into patches in the order of the convolution.
fn cut(pixels: &Tensor, patch: usize) -> Tensor {
    let across = pixels.dim(1).unwrap() / patch;
    let cut = || {
        pixels
            .narrow(1, 0, across * patch)?
            .narrow(2, 0, across * patch)?
            .reshape((3, across, patch, across, patch))?
            .permute((1, 3, 0, 2, 4))?
            .contiguous()?
            .flatten_all()
    };
    cut().unwrap()
}

#[test]
fn patches_agree_with_transformers() {
    let (model, golden) = (load(), golden());
    let mut values = Vec::new();
    for image in images(&golden, "dark") {
        values.extend(model.image_processor.patches(&image).unwrap());
    }
    let expect = [0, 1].map(|n| cut(&golden["pixel_values"].get(n).unwrap(), 4));
    assert_pixels_near(&values, &Tensor::cat(&expect, 0).unwrap());
}

/// Features of the golden pixels.
fn encode(model: &LlavaOnevision, golden: &HashMap<String, Tensor>) -> Vec<Tensor> {
    let encode = |n| {
        let patches = cut(&golden["pixel_values"].get(n).unwrap(), 4).to_vec1().unwrap();
        match model.vision.encode(patches, &mut || ControlFlow::Continue(())) {
            Ok(ControlFlow::Continue(features)) => features,
            _ => panic!("stopped"),
        }
    };
    [0, 1].map(encode).into()
}

#[test]
fn image_features_agree_with_transformers() {
    let (model, golden) = (load(), golden());
    let features = Tensor::cat(&encode(&model, &golden), 0).unwrap();
    assert_near("features", &features, &golden["features"], NEAR);
}

#[test]
fn tokens_and_logits_of_a_prompt_with_two_images_agree_with_transformers() {
    let (mut model, golden) = (load(), golden());
    let features = encode(&model, &golden);
    let ExpandedPrompt { tokens, images: ranges } = model.prompt(2, &messages()).unwrap();
    assert_eq!(tokens, to_u32(&golden["input_ids"]));
    let decoder = &mut model.language_model.decoder;
    let embedded =
        splice_images(&decoder.embed(&tokens).unwrap(), &ranges, features.iter()).unwrap();
    // The prompt at once, and in three parts.
    let len = tokens.len();
    for cuts in [vec![0, len], vec![0, 9, 50, len]] {
        decoder.clear_cache();
        let parts = cuts.windows(2).map(|cut| {
            let part = embedded.narrow(0, cut[0], cut[1] - cut[0]).unwrap();
            let at: Vec<[u32; 3]> = (cut[0]..cut[1]).map(|at| [at as u32; 3]).collect();
            match decoder.forward(part, &at, &[], &mut || ControlFlow::Continue(())) {
                Ok(ControlFlow::Continue(x)) => decoder.logits(&x).unwrap(),
                _ => panic!("stopped"),
            }
        });
        let logits = Tensor::cat(&parts.collect::<Vec<_>>(), 0).unwrap();
        assert_near("logits", &logits, &golden["logits"], NEAR);
    }
}

#[test]
fn the_network_in_f16_agrees_with_f32() {
    let golden = golden();
    let mut model =
        LlavaOnevision::from_checkpoint(&ModelId("tiny".into()), &checkpoint().in_f16()).unwrap();
    let features = Tensor::cat(&encode(&model, &golden), 0).unwrap();
    assert_near("features", &features, &golden["features"], 1e-2);
    for (name, says) in ANSWERS {
        let shown = images(&golden, name);
        let outcome =
            model.generate(&shown, &messages(), &Sampling::default(), &mut ignore_text).unwrap();
        assert_eq!((outcome.text.as_str(), outcome.stop), (says, StopReason::EndOfTurn));
    }
}

#[test]
fn the_tensor_names_of_transformers_5_are_read() {
    let folder = tiny_checkpoint::changed(TINY, "model.safetensors", |bytes| bytes);
    let weights = folder.path().join("model.safetensors");
    let tensors = candle_core::safetensors::load(&weights, &Device::Cpu).unwrap();
    let renamed: HashMap<String, Tensor> = tensors
        .into_iter()
        .map(|(name, tensor)| {
            let name = match name.strip_prefix("language_model.") {
                Some(rest) => match rest.strip_prefix("model.") {
                    Some(body) => format!("model.language_model.{body}"),
                    None => rest.to_owned(),
                },
                None => format!("model.{name}"),
            };
            (name, tensor)
        })
        .collect();
    candle_core::safetensors::save(&renamed, &weights).unwrap();
    let files = tiny_checkpoint::files(folder.path());
    let mut model = LlavaOnevision::load(&ModelId("tiny".into()), &files, &Device::Cpu).unwrap();
    let shown = images(&golden(), "dark");
    let outcome =
        model.generate(&shown, &messages(), &Sampling::default(), &mut ignore_text).unwrap();
    assert_eq!(outcome.text, "어두운 부품이 보입니다.");
}
