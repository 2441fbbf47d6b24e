//! Against what transformers makes of the same checkpoint: `tests/golden/llava_onevision_tiny`.

use std::collections::HashMap;

use super::*;
use crate::test_files::assert_near;
use crate::vlm::testing::{self, ANSWERS, assert_levels, go_on, messages, numbers, pictures};
use fettle_domain::StopReason;

const TINY: &str = "llava_onevision";
/// Of the largest value: both compute in f32, in another order.
const NEAR: f32 = 2e-4;

fn checkpoint() -> Checkpoint {
    let files = testing::files(&testing::folder(TINY));
    Checkpoint::open(&ModelId("tiny".into()), &files, &Device::Cpu).unwrap()
}

fn load() -> LlavaOnevision {
    LlavaOnevision::of(&ModelId("tiny".into()), &checkpoint().in_f32()).unwrap()
}

fn golden() -> HashMap<String, Tensor> {
    testing::golden(TINY)
}

/// Pixels (3, side, side) cut as the convolution of a patch cuts them.
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
fn pictures_become_the_processors_patches() {
    let (model, golden) = (load(), golden());
    let mut values = Vec::new();
    for picture in pictures(&golden, "dark") {
        values.extend(model.preprocess.patches(&picture).unwrap());
    }
    let expect = [0, 1].map(|n| cut(&golden["pixel_values"].get(n).unwrap(), 4));
    assert_levels(&values, &Tensor::cat(&expect, 0).unwrap());
}

/// What it sees of the golden pixels.
fn see(model: &LlavaOnevision, golden: &HashMap<String, Tensor>) -> Vec<Tensor> {
    let see = |n| {
        let patches = cut(&golden["pixel_values"].get(n).unwrap(), 4).to_vec1().unwrap();
        match model.vision.see(patches, &mut || ControlFlow::Continue(())) {
            Ok(ControlFlow::Continue(seen)) => seen,
            _ => panic!("nothing seen"),
        }
    };
    [0, 1].map(see).into()
}

#[test]
fn the_tower_sees_what_transformers_sees() {
    let (model, golden) = (load(), golden());
    let seen = Tensor::cat(&see(&model, &golden), 0).unwrap();
    assert_near("features", &seen, &golden["features"], NEAR);
}

#[test]
fn a_prompt_with_two_pictures_has_transformers_tokens_and_logits() {
    let (mut model, golden) = (load(), golden());
    let seen = see(&model, &golden);
    let Placed { tokens, pictures } = model.prompt(2, &messages()).unwrap();
    assert_eq!(tokens, numbers(&golden["input_ids"]));
    let decoder = &mut model.language.decoder;
    let embedded = between(&decoder.embed(&tokens).unwrap(), &pictures, seen.iter()).unwrap();
    // Whole, and in three parts over what it holds.
    let len = tokens.len();
    for cuts in [vec![0, len], vec![0, 9, 50, len]] {
        decoder.forget();
        let parts = cuts.windows(2).map(|cut| {
            let part = embedded.narrow(0, cut[0], cut[1] - cut[0]).unwrap();
            let at: Vec<[u32; 3]> = (cut[0]..cut[1]).map(|at| [at as u32; 3]).collect();
            match decoder.read(part, &at, &[], &mut || ControlFlow::Continue(())) {
                Ok(ControlFlow::Continue(x)) => decoder.logits(&x).unwrap(),
                _ => panic!("nothing read"),
            }
        });
        let logits = Tensor::cat(&parts.collect::<Vec<_>>(), 0).unwrap();
        assert_near("logits", &logits, &golden["logits"], NEAR);
    }
}

#[test]
fn in_half_precision_it_sees_and_says_the_same() {
    let golden = golden();
    let mut model = LlavaOnevision::of(&ModelId("tiny".into()), &checkpoint().in_f16()).unwrap();
    let seen = Tensor::cat(&see(&model, &golden), 0).unwrap();
    assert_near("features", &seen, &golden["features"], 1e-2);
    for (name, says) in ANSWERS {
        let shown = pictures(&golden, name);
        let outcome = model.look(&shown, &messages(), &Sampling::default(), &mut go_on).unwrap();
        assert_eq!((outcome.text.as_str(), outcome.stop), (says, StopReason::EndOfTurn));
    }
}

#[test]
fn tensors_may_be_named_as_transformers_5_does() {
    let folder = testing::changed(TINY, "model.safetensors", |bytes| bytes);
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
    let files = testing::files(folder.path());
    let mut model = LlavaOnevision::load(&ModelId("tiny".into()), &files, &Device::Cpu).unwrap();
    let shown = pictures(&golden(), "dark");
    let outcome = model.look(&shown, &messages(), &Sampling::default(), &mut go_on).unwrap();
    assert_eq!(outcome.text, "어두운 부품이 보입니다.");
}
