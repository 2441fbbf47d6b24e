use std::path::PathBuf;

use candle_core::{DType, Device, Tensor};

use super::text_tower::ClipTextTower;
use super::*;
use crate::ModelsError;
use crate::roles::{ImageEncoder, TextEncoder};
use fettle_domain::{ModelId, Resize, TextKind};
use fettle_testing::data;
use fettle_testing::tensors::{assert_near, golden};

/// The weights; `config.json` is found beside them.
fn files() -> Vec<PathBuf> {
    vec![data::golden("clip_tiny/model.safetensors")]
}

fn id() -> ModelId {
    ModelId("clip-tiny".into())
}

#[test]
fn images_are_embedded_as_by_transformers() {
    let (files, golden) = (files(), golden("clip_tiny"));
    let clip = ClipImageEncoder::load(&id(), &files, &Device::Cpu).unwrap();
    assert_eq!((clip.dim(), clip.recipe().resize), (64, Resize::ShorterSideCrop(224)));
    let embedded = clip.embed(&golden["pixel_values"]).unwrap();
    assert_near("image_embeds", &embedded, &golden["image_embeds"], 1e-4);

    let pixels: Vec<Tensor> = (0..8)
        .map(|n| (golden["pixel_values"].narrow(0, n % 2, 1).unwrap() * (0.5 + n as f64)).unwrap())
        .collect();
    let batch = clip.embed(&Tensor::cat(&pixels, 0).unwrap()).unwrap();
    for (n, pixels) in pixels.iter().enumerate() {
        let alone = clip.embed(pixels).unwrap();
        assert_near("batch", &batch.narrow(0, n, 1).unwrap(), &alone, 1e-5);
    }
}

#[test]
fn texts_are_embedded_as_by_transformers() {
    let (files, golden) = (files(), golden("clip_tiny"));
    let clip = ClipTextTower::load(&id(), &files, &Device::Cpu).unwrap();
    let ids = golden["input_ids"].to_dtype(DType::U32).unwrap().to_vec2::<u32>().unwrap();
    for (n, ids) in ids.iter().enumerate() {
        let row = clip.embed(ids).unwrap();
        let row = Tensor::new(vec![row], &Device::Cpu).unwrap();
        assert_near("text_embeds", &row, &golden["text_embeds"].narrow(0, n, 1).unwrap(), 1e-4);
    }
    // More tokens than positions, an id beyond the vocabulary, none at all.
    for ids in [vec![1; 78], vec![1, 99], vec![]] {
        assert!(clip.embed(&ids).is_err(), "{ids:?}");
    }
}

/// The golden token ids as words of a vocabulary made for them.
#[test]
fn texts_are_tokenized_before_they_are_embedded() {
    let (mut files, golden) = (files(), golden("clip_tiny"));
    let vocabulary: Vec<String> = (0..99).map(|id| format!(r#""t{id}": {id}"#)).collect();
    let tokenizer = format!(
        r#"{{"version": "1.0", "added_tokens": [], "pre_tokenizer": {{"type": "Whitespace"}},
            "model": {{"type": "WordLevel", "unk_token": "t0", "vocab": {{{}}}}}}}"#,
        vocabulary.join(", ")
    );
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("tokenizer.json");
    assert!(matches!(
        ClipTextEncoder::load(&id(), &files, &Device::Cpu),
        Err(ModelsError::Missing { .. })
    ));
    files.push(path.clone());
    std::fs::write(&path, "{}").unwrap();
    assert!(matches!(
        ClipTextEncoder::load(&id(), &files, &Device::Cpu),
        Err(ModelsError::BadWeights { .. })
    ));
    std::fs::write(&path, tokenizer).unwrap();
    let clip = ClipTextEncoder::load(&id(), &files, &Device::Cpu).unwrap();
    let ids = golden["input_ids"].to_dtype(DType::U32).unwrap().to_vec2::<u32>().unwrap();
    let texts: Vec<String> = ids
        .iter()
        .map(|ids| ids.iter().map(|id| format!("t{id}")).collect::<Vec<_>>().join(" "))
        .collect();
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let rows = clip.embed(&texts, TextKind::Query).unwrap();
    assert!(rows.iter().all(|row| row.len() == clip.dim()));
    let rows = Tensor::new(rows, &Device::Cpu).unwrap();
    assert_near("text_embeds", &rows, &golden["text_embeds"], 1e-4);
    // More tokens than the network reads are cut off.
    assert_eq!(clip.embed(&["t5 ".repeat(300).as_str()], TextKind::Query).unwrap().len(), 1);
}

#[test]
fn a_missing_tensor_is_an_error_that_names_it() {
    let files = files();
    let dir = tempfile::tempdir().unwrap();
    std::fs::copy(files[0].with_file_name("config.json"), dir.path().join("config.json")).unwrap();
    for missing in [
        "vision_model.embeddings.class_embedding",
        "vision_model.encoder.layers.2.mlp.fc1.bias",
        "visual_projection.weight",
    ] {
        let mut tensors = candle_core::safetensors::load(&files[0], &Device::Cpu).unwrap();
        tensors.remove(missing).unwrap();
        let path = dir.path().join("model.safetensors");
        candle_core::safetensors::save(&tensors, &path).unwrap();
        let err = ClipImageEncoder::load(&id(), &[path], &Device::Cpu).err().unwrap();
        assert!(matches!(err, ModelsError::BadWeights { .. }), "{err}");
        assert!(err.to_string().contains(missing), "{err}");
    }
}
