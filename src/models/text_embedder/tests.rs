//! Both layouts against the reference, and damaged files.

use candle_core::Tensor;
use proptest::prelude::*;

use super::*;
use fettle_domain::TextKind;
use fettle_testing::{data, tensors};

fn e5() -> Option<e5::E5> {
    let path = data::model("multilingual-e5-small", "e5-small-q4.bin")?;
    Some(e5::E5::load(ModelId("multilingual-e5-small".into()), &path, &Device::Cpu).unwrap())
}

fn floats(value: &serde_json::Value) -> Vec<f32> {
    serde_json::from_value(value.clone()).unwrap()
}

fn gap(a: &[f32], b: &[f32]) -> f32 {
    assert_eq!(a.len(), b.len());
    a.iter().zip(b).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max)
}

#[test]
fn e5_gives_the_reference_tokens_and_embeddings() {
    let Some(e5) = e5() else { return };
    let path = data::golden("e5_small/golden.json");
    let golden: serde_json::Value =
        serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let mut by_kind =
        [(TextKind::Query, "query: ", vec![]), (TextKind::Passage, "passage: ", vec![])];
    for case in golden.as_array().unwrap() {
        let text = case["text"].as_str().unwrap();
        let ids: Vec<u32> = serde_json::from_value(case["ids"].clone()).unwrap();
        assert_eq!(e5.tokens(text), ids, "{text}");
        let expect = floats(&case["embedding"]);
        for (kind, prefix, batch) in &mut by_kind {
            if let Some(text) = text.strip_prefix(*prefix) {
                let alone = e5.embed(&[text], *kind).unwrap();
                let off = gap(&alone[0], &expect);
                assert!(off < 2e-3, "{text}: off by {off}");
                batch.push((text, expect.clone()));
            }
        }
    }
    for (kind, _, batch) in &by_kind {
        let texts: Vec<&str> = batch.iter().map(|(text, _)| *text).collect();
        for (row, (text, expect)) in e5.embed(&texts, *kind).unwrap().iter().zip(batch) {
            assert!(gap(row, expect) < 2e-3, "{text} in a batch");
        }
    }
}

#[test]
fn e5_takes_texts_of_any_length() {
    let Some(e5) = e5() else { return };
    assert_eq!(e5.embed(&[], TextKind::Query).unwrap(), Vec::<Vec<f32>>::new());
    let long = "기공 불량 원인 ".repeat(400);
    let rows = e5.embed(&["", &long, "짧은 글"], TextKind::Passage).unwrap();
    assert_eq!(rows.len(), 3);
    for row in rows {
        assert_eq!(row.len(), e5.dim());
        assert!((row.iter().map(|x| x * x).sum::<f32>() - 1.0).abs() < 1e-4);
    }
}

#[test]
fn bert_gives_the_reference_means() {
    let dir = data::golden("bert_tiny");
    let encoder =
        bert_mean::encoder(&dir.join("config.json"), &dir.join("model.safetensors"), &Device::Cpu)
            .unwrap();
    let golden = tensors::golden("bert_tiny");
    let ids = golden["input_ids"].to_vec2::<i64>().unwrap();
    let masks = golden["attention_mask"].to_vec2::<i64>().unwrap();
    let texts: Vec<Vec<u32>> = ids
        .iter()
        .zip(&masks)
        .map(|(ids, mask)| {
            ids.iter().zip(mask).filter(|(_, m)| **m == 1).map(|(id, _)| *id as u32).collect()
        })
        .collect();
    let expect = golden["mean_pooled"].to_vec2::<f32>().unwrap();
    for (row, expect) in encoder.mean_pooled(&texts).unwrap().iter().zip(&expect) {
        let off = gap(row, expect);
        assert!(off < 1e-5, "off by {off}");
    }
    assert!(encoder.mean_pooled(&[vec![5_000]]).is_err(), "a token beyond the vocabulary");
}

#[test]
fn a_folder_of_sentence_transformers_loads() {
    let dir = data::golden("bert_tiny");
    let temp = tempfile::tempdir().unwrap();
    let words: serde_json::Map<_, _> = ["[UNK]", "[CLS]", "[SEP]", "기공", "불량"]
        .iter()
        .zip(0..)
        .map(|(w, i)| ((*w).to_owned(), i.into()))
        .collect();
    let tokenizer = serde_json::json!({
        "version": "1.0", "added_tokens": [],
        "pre_tokenizer": { "type": "Whitespace" },
        "model": { "type": "WordLevel", "vocab": words, "unk_token": "[UNK]" },
    });
    let tokenizer_path = temp.path().join("tokenizer.json");
    std::fs::write(&tokenizer_path, tokenizer.to_string()).unwrap();
    let id = ModelId("tiny".into());
    let files = vec![dir.join("config.json"), tokenizer_path, dir.join("model.safetensors")];
    let model = load(&id, "bert_mean", &files, &Device::Cpu).unwrap();
    assert_eq!((model.id(), model.dim()), (&id, 64));
    let rows = model.embed(&["기공 불량", "기공 불량 unknown"], TextKind::Query).unwrap();
    assert!((rows[0].iter().map(|x| x * x).sum::<f32>() - 1.0).abs() < 1e-5);
    assert!(gap(&rows[0], &rows[1]) > 1e-3);
    assert!(
        model.embed(&["x ".repeat(500).as_str()], TextKind::Query).is_ok(),
        "truncated to 64 tokens"
    );

    let without = load(&id, "bert_mean", &files[..2], &Device::Cpu);
    assert!(matches!(without.err(), Some(ModelsError::Missing { .. })));
    let unknown = load(&id, "word2vec", &files, &Device::Cpu);
    assert!(matches!(unknown.err(), Some(ModelsError::UnknownArchitecture(_))));
    let cut = temp.path().join("model.safetensors");
    std::fs::write(&cut, &std::fs::read(&files[2]).unwrap()[..200_000]).unwrap();
    let cut = load(&id, "bert_mean", &[files[0].clone(), files[1].clone(), cut], &Device::Cpu);
    assert!(matches!(cut.err(), Some(ModelsError::BadWeights { .. })));
}

/// `E5S1` file of the smallest sizes: 1 layer of 32, 2 heads, 6 pieces.
fn small_e5() -> Vec<u8> {
    let (hidden, inner, vocabulary, positions) = (32usize, 64usize, 8usize, 16usize);
    let mut head = b"E5S1".to_vec();
    head.extend(1u32.to_le_bytes());
    for n in [hidden, 1, 2, inner, vocabulary, positions, 1] {
        head.extend((n as i32).to_le_bytes());
    }
    head.extend(1e-12f32.to_le_bytes());
    head.extend(32i32.to_le_bytes());
    let pieces =
        [("<s>", 0f32), ("<pad>", 0.0), ("</s>", 0.0), ("<unk>", 0.0), ("▁", -3.0), ("기", -4.0)];
    for n in [pieces.len() as i32, 0, 2, 1, 3] {
        head.extend(n.to_le_bytes());
    }
    let text: String = pieces.iter().map(|(piece, _)| *piece).collect();
    head.extend((text.len() as u64).to_le_bytes());
    let mut end = 0u32;
    head.extend(end.to_le_bytes());
    for (piece, _) in pieces {
        end += piece.len() as u32;
        head.extend(end.to_le_bytes());
    }
    pieces.iter().for_each(|(_, score)| head.extend(score.to_le_bytes()));
    head.extend(text.as_bytes());
    head.extend(1i32.to_le_bytes());
    head.extend(9u32.to_le_bytes());
    head.extend(9u32.to_le_bytes());
    head.push(1);
    head.extend(32u32.to_le_bytes());

    let mut tensors = vec![
        ("emb.word".to_owned(), vocabulary * hidden, true),
        ("emb.pos".to_owned(), positions * hidden, false),
    ];
    for name in ["emb.type", "emb.ln.w", "emb.ln.b", "l0.aln.w", "l0.aln.b", "l0.oln.w", "l0.oln.b"]
    {
        tensors.push((name.to_owned(), hidden, false));
    }
    for (name, outputs, inputs) in [
        ("q", hidden, hidden),
        ("k", hidden, hidden),
        ("v", hidden, hidden),
        ("ao", hidden, hidden),
        ("fi", inner, hidden),
        ("fo", hidden, inner),
    ] {
        tensors.push((format!("l0.{name}.w"), outputs * inputs, true));
        tensors.push((format!("l0.{name}.b"), outputs, false));
    }
    head.extend((tensors.len() as i32).to_le_bytes());
    let entries: usize = tensors.iter().map(|(name, ..)| 2 + name.len() + 1 + 4 + 8 + 8).sum();
    let mut start = (head.len() + entries).next_multiple_of(32);
    let data_start = start;
    let mut data = Vec::new();
    for (name, elements, quantised) in tensors {
        let random = Tensor::randn(0f32, 1.0, elements, &Device::Cpu).unwrap();
        let bytes = if quantised {
            use candle_core::quantized::{GgmlDType, QTensor};
            QTensor::quantize(&random, GgmlDType::Q4_0).unwrap().data().unwrap().into_owned()
        } else {
            random.to_vec1::<f32>().unwrap().iter().flat_map(|x| x.to_le_bytes()).collect()
        };
        head.extend((name.len() as u16).to_le_bytes());
        head.extend(name.as_bytes());
        head.push(u8::from(quantised));
        head.extend((elements as u32).to_le_bytes());
        head.extend((start as u64).to_le_bytes());
        head.extend((bytes.len() as u64).to_le_bytes());
        let padded = bytes.len().next_multiple_of(32);
        data.extend(&bytes);
        data.resize(data.len() + padded - bytes.len(), 0);
        start += padded;
    }
    head.resize(data_start, 0);
    head.extend(data);
    head
}

fn embed_with(bytes: &[u8]) -> Result<Vec<Vec<f32>>> {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("small.bin");
    std::fs::write(&path, bytes).unwrap();
    let model = load(&ModelId("small".into()), "e5_s1", &[path], &Device::Cpu)?;
    model.embed(&["기 기", "다른 글"], TextKind::Query)
}

#[test]
fn a_small_e5_file_loads_and_a_truncated_one_is_an_error() {
    let whole = small_e5();
    let rows = embed_with(&whole).unwrap();
    assert_eq!((rows.len(), rows[0].len()), (2, 32));
    for length in [1, 4, 40, 90, 300, whole.len() - 500] {
        let end = embed_with(&whole[..length]);
        assert!(matches!(end, Err(ModelsError::BadWeights { .. })), "{length} bytes were taken");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]
    #[test]
    fn damage_never_panics(
        flips in prop::collection::vec((0usize..900, any::<u8>()), 1..5),
        cut in 0usize..3000,
    ) {
        let mut bytes = small_e5();
        for (at, value) in flips {
            bytes[at] = value;
        }
        if cut < bytes.len() && cut % 3 == 0 {
            bytes.truncate(cut);
        }
        let _ = embed_with(&bytes);
    }
}
