//! Weights and tokenizers.

use std::path::{Path, PathBuf};

use candle_core::quantized::gguf_file::{self, Value};
use candle_core::quantized::{GgmlDType, QTensor};
use candle_core::{Device, Tensor};
use fettle_domain::{ModelId, TextKind};
use fettle_fuzz::wrapping::Wrapping;
use fettle_fuzz::{Target, outcome};
use fettle_models::manifest::Manifest;
use fettle_models::weights::torch;
use fettle_models::{llm, text_embedder};
use fettle_testing::data::{checkout, golden};
use serde_json::Value as Json;

const TOKENIZER: &str = r###"{"version":"1.0","truncation":null,"padding":null,"added_tokens":[{"id":0,
    "content":"[PAD]","single_word":false,"lstrip":false,"rstrip":false,"normalized":false,"special":true}],
    "normalizer":{"type":"BertNormalizer","clean_text":true,"handle_chinese_chars":true,"strip_accents":null,
    "lowercase":true},"pre_tokenizer":{"type":"BertPreTokenizer"},"post_processor":null,"decoder":
    {"type":"WordPiece","prefix":"##","cleanup":true},"model":{"type":"WordPiece","unk_token":"[UNK]",
    "continuing_subword_prefix":"##","max_input_chars_per_word":100,"vocab":{"[PAD]":0,"[UNK]":1,"a":2,
    "##b":3,"홈":4}}}"###;

pub(super) fn targets() -> Vec<Target> {
    vec![
        Target {
            name: "gguf",
            file: "tiny.gguf",
            wrapping: Wrapping::None,
            seeds: ggufs,
            refused: &[],
            read: |path, _| {
                let tiny = [path.to_owned()];
                let load = |family: &str| llm::load(&id(), family, &tiny, &Device::Cpu);
                let read = load("qwen2").or_else(|_| load("llama"));
                outcome(read.map_err(|error| error.to_string()), |_| 1)
            },
        },
        Target {
            name: "pickle",
            file: "a.pt",
            wrapping: Wrapping::Zip,
            seeds: || {
                ["seed_bank.pt", "seed_bank_layer4.pt"].map(|name| file(&golden(name))).into()
            },
            refused: &[],
            read: |_, bytes| outcome(torch::read(bytes), |tensors| tensors.len()),
        },
        Target {
            name: "safetensors",
            file: "model.safetensors",
            wrapping: Wrapping::None,
            seeds: || vec![file(&golden("bert_tiny").join("model.safetensors"))],
            refused: &[],
            read: |path, _| {
                let files = [path.to_owned(), config(), beside(path, "tokenizer.json", TOKENIZER)];
                embedder("bert_mean", &files)
            },
        },
        Target {
            name: "tokenizer",
            file: "tokenizer.json",
            wrapping: Wrapping::None,
            seeds: tokenizers,
            // Of larger networks: they name rows that the tiny one has not.
            refused: &[1, 2],
            read: |path, _| {
                let weights = golden("bert_tiny").join("model.safetensors");
                embedder("bert_mean", &[path.to_owned(), config(), weights])
            },
        },
        Target {
            name: "e5s1",
            file: "e5.bin",
            wrapping: Wrapping::None,
            seeds: || vec![e5s1()],
            refused: &[],
            read: |path, _| embedder("e5_s1", &[path.to_owned()]),
        },
        Target {
            name: "models-json",
            file: "models.json",
            wrapping: Wrapping::None,
            seeds: || vec![file(&checkout().join("assets/models.json"))],
            refused: &[],
            read: |_, bytes| {
                let manifest = Manifest::parse(&String::from_utf8_lossy(bytes));
                outcome(manifest, |manifest| manifest.models().len())
            },
        },
    ]
}

fn id() -> ModelId {
    ModelId("tiny".into())
}

fn file(path: &Path) -> Vec<u8> {
    std::fs::read(path).unwrap()
}

fn config() -> PathBuf {
    golden("bert_tiny").join("config.json")
}

/// A sound file beside the one that is read.
fn beside(path: &Path, name: &str, text: &str) -> PathBuf {
    let beside = path.with_file_name(name);
    if !beside.exists() {
        std::fs::write(&beside, text).unwrap();
    }
    beside
}

/// Loads an embedder and lets it embed, so that what was not checked when it was loaded is used.
fn embedder(architecture: &str, files: &[PathBuf]) -> String {
    let read = text_embedder::load(&id(), architecture, files, &Device::Cpu)
        .and_then(|encoder| encoder.embed(&["a ab 홈 [PAD]", "a"], TextKind::Query));
    outcome(read, |rows| rows.len())
}

fn tokenizers() -> Vec<Vec<u8>> {
    let golden = ["qwen3_vl_tiny", "llava_onevision_tiny"]
        .map(|folder| file(&golden(folder).join("tokenizer.json")));
    [vec![TOKENIZER.into()], golden.into()].concat()
}

/// Tiny networks of two families, with tensors of one number again and again.
fn ggufs() -> Vec<Vec<u8>> {
    let json: Json = serde_json::from_slice(&file(&golden("llm/families.json"))).unwrap();
    let families = json["families"].as_array().unwrap();
    let wanted = families
        .iter()
        .filter(|family| ["qwen2", "llama"].contains(&family["architecture"].as_str().unwrap()));
    wanted.take(3).map(gguf).collect()
}

fn gguf(family: &Json) -> Vec<u8> {
    let tensors: Vec<(&String, QTensor)> = family["shapes"]
        .as_object()
        .unwrap()
        .iter()
        .map(|(name, shape)| {
            let shape: Vec<usize> = serde_json::from_value(shape.clone()).unwrap();
            let tensor = Tensor::full(0.5f32, shape, &Device::Cpu).unwrap();
            (name, QTensor::quantize(&tensor, GgmlDType::F32).unwrap())
        })
        .collect();
    let tensors: Vec<(&str, &QTensor)> =
        tensors.iter().map(|(name, t)| (name.as_str(), t)).collect();
    let architecture = family["architecture"].as_str().unwrap().to_owned();
    let mut metadata = vec![
        ("general.architecture".to_owned(), Value::String(architecture)),
        ("tokenizer.chat_template".to_owned(), Value::String("{{ messages[0].content }}".into())),
    ];
    for (key, json) in family["metadata"].as_object().unwrap() {
        metadata.push((key.clone(), value(json, key.ends_with("scores"))));
    }
    let metadata: Vec<(&str, &Value)> =
        metadata.iter().map(|(key, value)| (key.as_str(), value)).collect();
    let mut bytes = std::io::Cursor::new(Vec::new());
    gguf_file::write(&mut bytes, &metadata, &tensors).unwrap();
    bytes.into_inner()
}

/// The GGUF value of a JSON value. Scores are floats, even 0.
fn value(json: &Json, is_score: bool) -> Value {
    match json {
        Json::String(text) => Value::String(text.clone()),
        Json::Bool(flag) => Value::Bool(*flag),
        Json::Array(list) => Value::Array(list.iter().map(|one| value(one, is_score)).collect()),
        Json::Number(number) if is_score || number.is_f64() => {
            Value::F32(number.as_f64().unwrap() as f32)
        }
        number => match u32::try_from(number.as_i64().unwrap()) {
            Ok(count) => Value::U32(count),
            Err(_) => Value::I32(i32::try_from(number.as_i64().unwrap()).unwrap()),
        },
    }
}

/// A file of the format of multilingual-e5-small with one layer of 32 numbers (see `e5s1.rs`).
fn e5s1() -> Vec<u8> {
    const HIDDEN: usize = 32;
    let pieces = ["<s>", "<pad>", "</s>", "<unk>", "▁a", "홈"];
    let mut file = b"E5S1".to_vec();
    let int = |file: &mut Vec<u8>, number: i32| file.extend(number.to_le_bytes());
    int(&mut file, 1);
    for size in [HIDDEN as i32, 1, 2, HIDDEN as i32, pieces.len() as i32, 16, 1] {
        int(&mut file, size);
    }
    file.extend(1e-5f32.to_le_bytes());
    for number in [32, pieces.len() as i32, 0, 2, 1, 3] {
        int(&mut file, number);
    }
    file.extend((pieces.concat().len() as u64).to_le_bytes());
    let mut end = 0;
    int(&mut file, 0);
    for piece in pieces {
        end += piece.len() as i32;
        int(&mut file, end);
    }
    file.extend(pieces.iter().flat_map(|_| (-1f32).to_le_bytes()));
    file.extend(pieces.concat().bytes());
    // The normaliser: A becomes a.
    for number in [1, 9, 'A' as i32] {
        int(&mut file, number);
    }
    file.push(1);
    int(&mut file, 'a' as i32);
    let matrix = |rows: usize| (0u8, rows * HIDDEN, rows * HIDDEN / 32 * 18);
    let floats = |count: usize| (1u8, count, count * 4);
    let mut tensors = vec![
        ("emb.word".to_owned(), matrix(pieces.len())),
        ("emb.pos".to_owned(), floats(16 * HIDDEN)),
        ("emb.type".to_owned(), floats(HIDDEN)),
        ("emb.ln.w".to_owned(), floats(HIDDEN)),
        ("emb.ln.b".to_owned(), floats(HIDDEN)),
    ];
    for part in ["q", "k", "v", "ao", "fi", "fo"] {
        tensors.push((format!("l0.{part}.w"), matrix(HIDDEN)));
        tensors.push((format!("l0.{part}.b"), floats(HIDDEN)));
    }
    for part in ["aln", "oln"] {
        tensors.push((format!("l0.{part}.w"), floats(HIDDEN)));
        tensors.push((format!("l0.{part}.b"), floats(HIDDEN)));
    }
    int(&mut file, tensors.len() as i32);
    let mut offset = 0u64;
    for (name, (kind, elements, bytes)) in &tensors {
        file.extend((name.len() as u16).to_le_bytes());
        file.extend(name.bytes());
        file.push(*kind);
        file.extend((*elements as u32).to_le_bytes());
        file.extend(offset.to_le_bytes());
        file.extend((*bytes as u64).to_le_bytes());
        offset += *bytes as u64;
    }
    file.extend(std::iter::repeat_n(0x3C, usize::try_from(offset).unwrap()));
    file
}
