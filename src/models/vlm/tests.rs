//! Behaviour that all architectures share, on the tiny checkpoint of each.

use std::collections::HashMap;
use std::ops::ControlFlow;
use std::path::Path;

use candle_core::Device;
use image::RgbImage;

use super::tiny_checkpoint::{
    ANSWERS, changed, files, folder, golden, ignore_text, images, messages, to_u32,
};
use crate::roles::VisionChatModel;
use crate::{ModelsError, Result};
use fettle_domain::{ModelId, Sampling, StopReason};

/// Architecture, number of polls before the first text (one per block and image, one per layer),
/// and a required tensor.
const ARCHITECTURES: [(&str, usize, &str); 2] = [
    ("llava_onevision", 2 * 2 + 3, "multi_modal_projector.linear_2.bias"),
    ("qwen3_vl", 2 * 3 + 3, "model.visual.deepstack_merger_list.1.norm.bias"),
];

fn load(architecture: &str, folder: &Path) -> Result<Box<dyn VisionChatModel>> {
    super::load(&ModelId("tiny".into()), architecture, &files(folder), &Device::Cpu)
}

#[test]
fn the_answer_agrees_with_transformers_and_depends_on_the_images() {
    for (architecture, ..) in ARCHITECTURES {
        let golden = golden(architecture);
        let mut model = load(architecture, &folder(architecture)).unwrap();
        // One model for both pairs of images: its cache is cleared.
        for (name, says) in ANSWERS {
            let mut pieces = Vec::new();
            let shown = images(&golden, name);
            let outcome = model.generate(&shown, &messages(), &Sampling::default(), &mut |piece| {
                pieces.push(piece.to_owned());
                ControlFlow::Continue(())
            });
            let outcome = outcome.unwrap();
            assert_eq!((outcome.text.as_str(), outcome.stop), (says, StopReason::EndOfTurn));
            assert_eq!(pieces.concat(), says);
            // The golden continuation includes the end of the turn.
            let expect = to_u32(&golden[&format!("{name}.continuation")]);
            assert_eq!(outcome.new_tokens + 1, expect.len(), "{architecture}");
            assert_eq!(outcome.prompt_tokens, golden["input_ids"].elem_count());
        }
    }
}

#[test]
fn an_answer_ends_at_its_limits_and_at_a_break() {
    for (architecture, polls, _) in ARCHITECTURES {
        let mut model = load(architecture, &folder(architecture)).unwrap();
        let images = images(&golden(architecture), "bright");
        let mut generate =
            |sampling: Sampling, on_text: &mut dyn FnMut(&str) -> ControlFlow<()>| {
                let outcome = model.generate(&images, &messages(), &sampling, on_text).unwrap();
                (outcome.text, outcome.stop)
            };
        let stop = Sampling { stop: vec!["부품".into()], ..Sampling::default() };
        assert_eq!(generate(stop, &mut ignore_text), ("밝은 ".to_owned(), StopReason::StopText));
        let short = Sampling { max_tokens: 1, ..Sampling::default() };
        assert_eq!(generate(short, &mut ignore_text).1, StopReason::Length);

        // A break at any layer before the first text, and one with the first text.
        for stop_at in 0..polls {
            let mut calls = 0;
            let (text, stop) = generate(Sampling::default(), &mut |_| {
                calls += 1;
                if calls > stop_at { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
            });
            assert_eq!((text.as_str(), stop, calls), ("", StopReason::Stopped, stop_at + 1));
        }
        let mut heard = String::new();
        let (text, stop) = generate(Sampling::default(), &mut |piece| {
            heard.push_str(piece);
            if heard.is_empty() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        });
        assert_eq!((text.as_str(), stop), (heard.as_str(), StopReason::Stopped));
        assert!("밝은 부품이 보입니다.".starts_with(&heard) && !heard.is_empty());
    }
}

#[test]
fn a_question_may_have_no_images_and_must_not_be_too_long() {
    for (architecture, ..) in ARCHITECTURES {
        let mut model = load(architecture, &folder(architecture)).unwrap();
        let outcome =
            model.generate(&[], &messages(), &Sampling::default(), &mut ignore_text).unwrap();
        assert!(outcome.new_tokens > 0, "{architecture}");
        let mut long = messages();
        long[1].content = "결함 ".repeat(3000);
        let error = model.generate(&[], &long, &Sampling::default(), &mut ignore_text).unwrap_err();
        assert!(matches!(error, ModelsError::TooLong { limit: 4096, .. }), "{error}");
    }
}

#[test]
fn sharded_weights_are_read_together() {
    for (architecture, ..) in ARCHITECTURES {
        let dir = changed(architecture, "model.safetensors", |bytes| bytes);
        let whole = dir.path().join("model.safetensors");
        let tensors = candle_core::safetensors::load(&whole, &Device::Cpu).unwrap();
        let (first, second): (HashMap<_, _>, HashMap<_, _>) =
            tensors.into_iter().partition(|(name, _)| name.contains("vis"));
        assert!(!first.is_empty() && !second.is_empty());
        let shards = ["model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"]
            .map(|name| dir.path().join(name));
        candle_core::safetensors::save(&first, &shards[0]).unwrap();
        candle_core::safetensors::save(&second, &shards[1]).unwrap();
        let mut files = files(dir.path());
        files.splice(0..1, shards);
        let id = ModelId("tiny".into());
        let mut model = super::load(&id, architecture, &files, &Device::Cpu).unwrap();
        let shown = images(&golden(architecture), "dark");
        let outcome =
            model.generate(&shown, &messages(), &Sampling::default(), &mut ignore_text).unwrap();
        assert_eq!(outcome.text, "어두운 부품이 보입니다.");
    }
}

#[test]
fn a_missing_or_damaged_file_is_named() {
    let cut = |bytes: Vec<u8>| bytes[..bytes.len() / 2].to_vec();
    for (architecture, _, tensor) in ARCHITECTURES {
        let names = files(&folder(architecture));
        for path in &names {
            let name = path.file_name().unwrap().to_str().unwrap();
            let dir = changed(architecture, name, cut);
            let error = load(architecture, dir.path()).err().unwrap();
            let is_bad = matches!(error, ModelsError::BadWeights { .. });
            assert!(is_bad && error.to_string().contains(name), "{error}");
            std::fs::remove_file(dir.path().join(name)).unwrap();
            let error = load(architecture, dir.path()).err().unwrap();
            let is_missing = matches!(error, ModelsError::Missing { .. });
            assert!(is_missing && error.to_string().contains(name), "{error}");
        }
        let mut tensors = candle_core::safetensors::load(&names[0], &Device::Cpu).unwrap();
        tensors.remove(tensor).unwrap();
        let dir = changed(architecture, "model.safetensors", |bytes| bytes);
        candle_core::safetensors::save(&tensors, dir.path().join("model.safetensors")).unwrap();
        let error = load(architecture, dir.path()).err().unwrap().to_string();
        assert!(error.contains(tensor), "{error}");
    }
}

proptest::proptest! {
    #![proptest_config(proptest::test_runner::Config::with_cases(64))]
    #[test]
    fn bytes_changed_at_random_are_an_error_or_a_network(
        which in 0usize..ARCHITECTURES.len(),
        file in 1usize..6,
        changes in proptest::collection::vec((0usize..4000, proptest::prelude::any::<u8>()), 1..4),
    ) {
        let (architecture, ..) = ARCHITECTURES[which];
        let name = files(&folder(architecture)).swap_remove(file);
        let name = name.file_name().unwrap().to_str().unwrap();
        let dir = changed(architecture, name, |mut bytes| {
            for (at, byte) in &changes {
                let at = at % bytes.len();
                bytes[at] = *byte;
            }
            bytes
        });
        if let Ok(mut model) = load(architecture, dir.path()) {
            let sampling = Sampling { max_tokens: 2, ..Sampling::default() };
            let image = RgbImage::from_pixel(9, 7, image::Rgb([9, 8, 7]));
            let _error_or_answer = model.generate(&[image], &messages(), &sampling, &mut ignore_text);
        }
    }
}
