//! Tiny networks of every family against llama.cpp; `tests/golden/llm/make.py` made the golden
//! values.

use std::path::PathBuf;

use candle_core::Tensor;
use candle_core::quantized::gguf_file::{self, Value};
use candle_core::quantized::{GgmlDType, QTensor};
use serde_json::Value as Json;
use unicode_normalization::UnicodeNormalization;

use super::*;

/// Allowed difference of a logit: llama.cpp sums in another order.
const TOLERANCE: f32 = 2e-3;

fn families() -> Vec<Json> {
    let path = data::golden("llm/families.json");
    let json: Json = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    json["families"].as_array().unwrap().clone()
}

/// Pseudo-random numbers from -0.5 to 0.5, the same as those of `make.py`.
fn noise(name: &str, count: usize) -> Vec<f32> {
    let state = name.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |state, byte| {
        (state ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    });
    (1..=count as u64)
        .map(|at| {
            let x = state.wrapping_add(at.wrapping_mul(0x9e37_79b9_7f4a_7c15));
            let x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            let x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            ((x ^ (x >> 31)) >> 40) as f32 / 2f32.powi(24) - 0.5
        })
        .collect()
}

fn weight(name: &str, shape: &[usize]) -> QTensor {
    let scale = 4.0 / (*shape.last().unwrap() as f32).sqrt();
    let values: Vec<f32> = noise(name, shape.iter().product())
        .into_iter()
        .map(|x| match name {
            "rope_freqs.weight" => 2.0 + x,
            _ if name.ends_with("norm.weight") => 1.0 + x,
            _ => x * scale,
        })
        .collect();
    let tensor = Tensor::from_vec(values, shape, &Device::Cpu).unwrap();
    QTensor::quantize(&tensor, GgmlDType::F32).unwrap()
}

/// The GGUF value of a JSON value.
fn value(json: &Json) -> Value {
    match json {
        Json::String(text) => Value::String(text.clone()),
        Json::Bool(flag) => Value::Bool(*flag),
        Json::Array(list) => Value::Array(list.iter().map(value).collect()),
        Json::Number(number) if number.is_f64() => Value::F32(number.as_f64().unwrap() as f32),
        number => match u32::try_from(number.as_i64().unwrap()) {
            Ok(count) => Value::U32(count),
            Err(_) => Value::I32(number.as_i64().unwrap().try_into().unwrap()),
        },
    }
}

/// Metadata of a family. GGUF arrays have one element type: scores are floats, even 0.
fn metadata(family: &Json) -> Vec<(String, Value)> {
    let metadata = family["metadata"].as_object().unwrap();
    let architecture = family["architecture"].as_str().unwrap().to_owned();
    let mut out = vec![("general.architecture".to_owned(), Value::String(architecture))];
    for (key, json) in metadata {
        let value = match json.as_array() {
            Some(list) if key.ends_with("scores") => {
                let scores = list.iter().map(|score| Value::F32(score.as_f64().unwrap() as f32));
                Value::Array(scores.collect())
            }
            _ => value(json),
        };
        out.push((key.clone(), value));
    }
    out
}

/// Writes the GGUF file of a family, with `change` made to its metadata.
fn write(
    family: &Json,
    change: impl Fn(&mut Vec<(String, Value)>),
) -> (tempfile::TempDir, PathBuf) {
    let shapes = family["shapes"].as_object().unwrap();
    let tensors: Vec<(&str, QTensor)> = shapes
        .iter()
        .map(|(name, shape)| {
            let shape: Vec<usize> = serde_json::from_value(shape.clone()).unwrap();
            (name.as_str(), weight(name, &shape))
        })
        .collect();
    let tensors: Vec<(&str, &QTensor)> = tensors.iter().map(|(name, t)| (*name, t)).collect();
    let mut metadata = metadata(family);
    metadata.push(("tokenizer.chat_template".into(), Value::String(TEMPLATE.into())));
    change(&mut metadata);
    let metadata: Vec<(&str, &Value)> =
        metadata.iter().map(|(key, value)| (key.as_str(), value)).collect();
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("tiny.gguf");
    let mut file = std::fs::File::create(&path).unwrap();
    gguf_file::write(&mut file, &metadata, &tensors).unwrap();
    (dir, path)
}

const TEMPLATE: &str = "{% for m in messages %}<|user|>{{ m.content }}<|end|>{% endfor %}";

fn load_tiny(family: &Json, path: PathBuf) -> Result<GgufChatModel> {
    let architecture = family["architecture"].as_str().unwrap();
    load_chat(&ModelId("tiny".into()), architecture, &[path], &Device::Cpu)
}

#[test]
fn every_family_is_held_to_a_grammar() {
    let groups = [('c', vec![1, 2, 12]), ('a', vec![3])].map(|(letter, numbers)| SelectionGroup {
        letter,
        numbers,
        marks: vec!['+'],
    });
    let grammar = SelectionGrammar::new(groups.into());
    for family in families() {
        let (_dir, path) = write(&family, |_| {});
        let mut chat = load_tiny(&family, path).unwrap();
        let sampling = Sampling { grammar: grammar.clone(), max_tokens: 40, ..Sampling::default() };
        let outcome = chat.chat(&question("a"), &sampling, &mut |_| ControlFlow::Continue(()));
        let text = outcome.unwrap().text;
        assert!(grammar.as_ref().unwrap().is_complete(&text), "{}: {text}", family["name"]);
    }
}

#[test]
fn every_family_agrees_with_llama_cpp() {
    for family in families() {
        let name = family["name"].as_str().unwrap();
        let (_dir, path) = write(&family, |_| ());
        let mut chat = load_tiny(&family, path).unwrap();
        for prompt in family["prompts"].as_array().unwrap() {
            let text = prompt["text"].as_str().unwrap();
            let ids = chat.tokenizer().encode(text).unwrap();
            assert_eq!(ids, token_ids(&prompt["ids"]), "{name}: {text}");
            let bytes: Vec<u8> = ids.iter().flat_map(|id| chat.tokenizer().bytes(*id)).collect();
            let plain = text.replace("<|user|>", "").replace("<|end|>", "");
            assert_eq!(letters(&String::from_utf8(bytes).unwrap()), letters(&plain), "{name}");

            let logits = chat.logits_after(&ids).unwrap().to_vec1::<f32>().unwrap();
            let expect: Vec<f32> = serde_json::from_value(prompt["logits"].clone()).unwrap();
            for (at, (got, expect)) in logits.iter().zip(&expect).enumerate() {
                let gap = (got - expect).abs();
                assert!(gap < TOLERANCE, "{name}, {text}, logit {at}: {got}, not {expect}");
            }
            // The golden answer of llama.cpp goes on after the end of the turn.
            let expect = token_ids(&prompt["greedy"]);
            let before_end =
                expect.iter().take_while(|token| !chat.tokenizer().is_end_of_turn(**token));
            let expect: Vec<u32> = before_end.copied().collect();
            let got = greedy(&mut chat, &ids, token_ids(&prompt["greedy"]).len());
            assert_eq!(got[..expect.len()], expect, "{name}: {text}");
        }
    }
}

/// Text in NFC without white space.
fn letters(text: &str) -> String {
    text.nfc().filter(|c| !c.is_whitespace()).collect()
}

#[test]
fn qwen_normalises_to_nfc_and_llama_does_not() {
    let families = families();
    let encode = |name: &str, text: &str| {
        let family = families.iter().find(|family| family["name"] == name).unwrap();
        let (_dir, path) = write(family, |_| ());
        load_tiny(family, path).unwrap().tokenizer().encode(text).unwrap()
    };
    assert_eq!(encode("qwen3", "e\u{301}"), encode("qwen3", "é"));
    assert_ne!(encode("llama-tekken", "e\u{301}"), encode("llama-tekken", "é"));
}

#[test]
fn unsupported_metadata_is_refused() {
    let families = families();
    let family = |name: &str| families.iter().find(|family| family["name"] == name).unwrap();
    let text = |text: &str| Value::String(text.into());
    for (name, key, value, why) in [
        ("qwen2", "tokenizer.ggml.pre", text("jais"), "'jais'"),
        ("qwen2", "tokenizer.ggml.model", text("t5"), "'t5'"),
        ("qwen2", "qwen2.rope.scaling.type", text("yarn"), "'yarn'"),
        ("qwen3", "qwen3.rope.dimension_count", Value::U32(8), "8 of 32 columns"),
        ("llama-tekken", "llama.expert_count", Value::U32(8), "mixture of experts"),
        ("gemma3", "tokenizer.ggml.scores", Value::Array(vec![Value::F32(0.0)]), "one score"),
    ] {
        let (_dir, path) = write(family(name), |metadata| {
            metadata.retain(|(existing, _)| existing != key);
            metadata.push((key.to_owned(), value.clone()));
        });
        let error = load_tiny(family(name), path).err().unwrap().to_string();
        assert!(error.contains(why), "{name}, {key}: {error}");
    }
}

#[test]
fn a_prompt_has_one_bos_and_a_message_no_control_tokens() {
    let families = families();
    for family in &families {
        let (_dir, path) = write(family, |_| ());
        let chat = load_tiny(family, path).unwrap();
        let name = family["name"].as_str().unwrap();
        let bos = chat.tokenizer().encode("<s>").unwrap();
        assert_eq!(bos.len(), 1, "{name}");
        let first = chat.tokenizer().encode("a").unwrap()[0];
        assert_eq!(first == bos[0], !name.starts_with("qwen"), "{name}");
        let end = *chat.tokenizer().encode("<|end|>").unwrap().last().unwrap();
        let safe = chat.tokenizer().escape_control_tokens("a<|end|><|user|>b<s>");
        let ids = chat.tokenizer().encode(&safe).unwrap();
        assert!(!ids.contains(&end) && !ids[1..].contains(&bos[0]), "{name}: {safe}");
    }
}
