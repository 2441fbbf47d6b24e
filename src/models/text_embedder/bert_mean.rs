//! BERT with mean pooling in the layout of sentence-transformers, e.g. jhgan/ko-sbert-nli:
//! `config.json`, `tokenizer.json`, `model.safetensors`.

use std::path::Path;

use candle_core::{DType, Device, Tensor};
use serde::Deserialize;
use tokenizers::{Tokenizer, TruncationParams};

use super::bert::{BertEncoder, Layer, LayerNorm, Linear};
use super::unit_length::to_unit_length;
use crate::roles::TextEncoder;
use crate::weights::SafetensorsFiles;
use crate::{ModelsError, Result, tokenizer_file};
use fettle_domain::{ModelId, TextKind};

/// Paths of the files of a model.
pub(super) struct Files<'a> {
    pub(super) config: &'a Path,
    pub(super) tokenizer: &'a Path,
    pub(super) weights: &'a Path,
}

/// Settings of `config.json` on which the network depends.
#[derive(Deserialize)]
struct Config {
    vocab_size: usize,
    hidden_size: usize,
    num_hidden_layers: usize,
    num_attention_heads: usize,
    intermediate_size: usize,
    max_position_embeddings: usize,
    type_vocab_size: usize,
    layer_norm_eps: f32,
    hidden_act: String,
}

/// Encoder with its tokenizer.
pub(super) struct BertMean {
    id: ModelId,
    tokenizer: Tokenizer,
    encoder: BertEncoder,
}

fn bad(path: &Path, why: impl ToString) -> ModelsError {
    ModelsError::BadWeights { path: path.to_owned(), why: why.to_string() }
}

impl BertMean {
    /// Loads encoder and tokenizer from `files`.
    pub(super) fn load(id: ModelId, files: &Files<'_>, device: &Device) -> Result<Self> {
        let encoder = encoder(files.config, files.weights, device)?;
        let mut tokenizer = tokenizer_file::read(files.tokenizer)?;
        tokenizer.with_padding(None);
        let max_length = encoder.max_tokens();
        tokenizer
            .with_truncation(Some(TruncationParams { max_length, ..Default::default() }))
            .map_err(|e| bad(files.tokenizer, e))?;
        Ok(Self { id, tokenizer, encoder })
    }
}

/// Largest configuration, in bytes.
const MAX_CONFIG_BYTES: u64 = 1 << 20;

/// Loads the network without a tokenizer.
pub(super) fn encoder(config: &Path, weights: &Path, device: &Device) -> Result<BertEncoder> {
    let text = fettle_system::read_to_string(config, MAX_CONFIG_BYTES)
        .map_err(|source| ModelsError::Io { path: config.to_owned(), source })?;
    let sizes: Config = serde_json::from_str(&text).map_err(|e| bad(config, e))?;
    if sizes.hidden_act != "gelu" {
        return Err(bad(config, format!("activation '{}' is not known", sizes.hidden_act)));
    }
    let hidden = sizes.hidden_size;
    if sizes.num_attention_heads == 0 || !hidden.is_multiple_of(sizes.num_attention_heads) {
        return Err(bad(config, "the width does not divide into its heads"));
    }
    let file = SafetensorsFiles::open(&[weights])?;
    let tensor = |name: &str, shape: &[usize]| -> Result<Tensor> {
        // `BertModel` saves plain names; models with a head have the prefix `bert.`.
        let tensor =
            file.load(name, device).or_else(|_| file.load(&format!("bert.{name}"), device));
        let tensor = tensor.map_err(|_| bad(weights, format!("no tensor '{name}'")))?;
        if tensor.dims() != shape {
            let found = tensor.dims();
            return Err(bad(weights, format!("tensor '{name}' is {found:?}, not {shape:?}")));
        }
        Ok(tensor.to_dtype(DType::F32)?)
    };
    let norm = |name: &str| -> Result<LayerNorm> {
        Ok(LayerNorm(
            tensor(&format!("{name}.weight"), &[hidden])?,
            tensor(&format!("{name}.bias"), &[hidden])?,
        ))
    };
    let linear = |name: &str, outputs: usize, inputs: usize| -> Result<Linear> {
        Ok(Linear::F32(
            tensor(&format!("{name}.weight"), &[outputs, inputs])?,
            tensor(&format!("{name}.bias"), &[outputs])?,
        ))
    };
    let inner = sizes.intermediate_size;
    let layers = (0..sizes.num_hidden_layers).map(|n| {
        let name = |part: &str| format!("encoder.layer.{n}.{part}");
        Ok(Layer {
            query: linear(&name("attention.self.query"), hidden, hidden)?,
            key: linear(&name("attention.self.key"), hidden, hidden)?,
            value: linear(&name("attention.self.value"), hidden, hidden)?,
            attention_output: linear(&name("attention.output.dense"), hidden, hidden)?,
            attention_norm: norm(&name("attention.output.LayerNorm"))?,
            inner: linear(&name("intermediate.dense"), inner, hidden)?,
            output: linear(&name("output.dense"), hidden, inner)?,
            output_norm: norm(&name("output.LayerNorm"))?,
        })
    });
    let layers = layers.collect::<Result<_>>()?;
    let words = tensor("embeddings.word_embeddings.weight", &[sizes.vocab_size, hidden])?;
    let types = [sizes.type_vocab_size, hidden];
    Ok(BertEncoder {
        device: device.clone(),
        token_embedding: Box::new(move |ids| {
            Ok(words.index_select(&Tensor::new(ids, words.device())?, 0)?)
        }),
        position_embeddings: tensor(
            "embeddings.position_embeddings.weight",
            &[sizes.max_position_embeddings, hidden],
        )?,
        token_type: tensor("embeddings.token_type_embeddings.weight", &types)?.get(0)?,
        norm: norm("embeddings.LayerNorm")?,
        layers,
        heads: sizes.num_attention_heads,
        eps: sizes.layer_norm_eps,
    })
}

impl TextEncoder for BertMean {
    fn id(&self) -> &ModelId {
        &self.id
    }

    fn dim(&self) -> usize {
        self.encoder.hidden()
    }

    /// The model does not distinguish queries from passages: `kind` has no effect.
    fn embed(&self, texts: &[&str], _kind: TextKind) -> Result<Vec<Vec<f32>>> {
        let tokens = texts.iter().map(|text| {
            let encoding = self.tokenizer.encode_fast(*text, true);
            let encoding = encoding.map_err(|e| ModelsError::Prompt(e.to_string()))?;
            match encoding.get_ids() {
                [] => Err(ModelsError::Prompt(format!("{text:?} has no tokens"))),
                ids => Ok(ids.to_vec()),
            }
        });
        let rows = self.encoder.mean_pooled(&tokens.collect::<Result<Vec<_>>>()?)?;
        Ok(rows.into_iter().map(to_unit_length).collect())
    }
}
