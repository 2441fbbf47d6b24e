//! multilingual-e5-small (Wang et al. 2024, arXiv 2402.05672) from an `E5S1` file.

use std::path::Path;
use std::sync::Arc;

use candle_core::Device;

use super::bert::{BertEncoder, Layer, LayerNorm, Linear};
use super::e5s1::{E5File, Sizes};
use super::unigram::Unigram;
use super::unit_length::to_unit_length;
use crate::Result;
use crate::roles::TextEncoder;
use fettle_domain::{ModelId, TextKind};
use fettle_kernels::QuantizedLinear;

/// Encoder with its tokenizer.
pub(super) struct E5 {
    id: ModelId,
    tokenizer: Unigram,
    encoder: BertEncoder,
}

impl E5 {
    /// Loads encoder and tokenizer from the file `path`.
    pub(super) fn load(id: ModelId, path: &Path, device: &Device) -> Result<Self> {
        let (file, tokenizer) = E5File::open(path)?;
        let file = Arc::new(file);
        let Sizes { hidden, feed_forward, positions, token_types, .. } = file.sizes;
        let vector = |name: &str, len: usize| file.floats(name, &[len], device);
        let norm = |name: &str| -> Result<LayerNorm> {
            Ok(LayerNorm(
                vector(&format!("{name}.w"), hidden)?,
                vector(&format!("{name}.b"), hidden)?,
            ))
        };
        let linear = |name: &str, outputs: usize, inputs: usize| -> Result<Linear> {
            let weight = file.matrix(&format!("{name}.w"), (outputs, inputs), device)?;
            let bias = vector(&format!("{name}.b"), outputs)?;
            Ok(Linear::Quantized(QuantizedLinear::new(Arc::new(weight), Some(bias))?.exact()))
        };
        let layers = (0..file.sizes.layers).map(|n| {
            let name = |part: &str| format!("l{n}.{part}");
            Ok(Layer {
                query: linear(&name("q"), hidden, hidden)?,
                key: linear(&name("k"), hidden, hidden)?,
                value: linear(&name("v"), hidden, hidden)?,
                attention_output: linear(&name("ao"), hidden, hidden)?,
                attention_norm: norm(&name("aln"))?,
                inner: linear(&name("fi"), feed_forward, hidden)?,
                output: linear(&name("fo"), hidden, feed_forward)?,
                output_norm: norm(&name("oln"))?,
            })
        });
        let layers = layers.collect::<Result<_>>()?;
        // One lookup now makes a missing table an error of the loading.
        file.token_rows(&[0], device)?;
        let (table, table_device) = (file.clone(), device.clone());
        let encoder = BertEncoder {
            device: device.clone(),
            token_embedding: Box::new(move |ids| table.token_rows(ids, &table_device)),
            position_embeddings: file.floats("emb.pos", &[positions, hidden], device)?,
            token_type: file.floats("emb.type", &[token_types, hidden], device)?.get(0)?,
            norm: norm("emb.ln")?,
            layers,
            heads: file.sizes.heads,
            eps: file.sizes.eps,
        };
        Ok(Self { id, tokenizer, encoder })
    }

    /// Token ids of a text with its prefix.
    pub(super) fn tokens(&self, text: &str) -> Vec<u32> {
        self.tokenizer.encode(text, self.encoder.max_tokens())
    }
}

impl TextEncoder for E5 {
    fn id(&self) -> &ModelId {
        &self.id
    }

    fn dim(&self) -> usize {
        self.encoder.hidden()
    }

    fn embed(&self, texts: &[&str], kind: TextKind) -> Result<Vec<Vec<f32>>> {
        let prefix = match kind {
            TextKind::Query => "query: ",
            TextKind::Passage => "passage: ",
        };
        let tokens: Vec<_> =
            texts.iter().map(|text| self.tokens(&format!("{prefix}{text}"))).collect();
        let rows = self.encoder.mean_pooled(&tokens)?;
        Ok(rows.into_iter().map(to_unit_length).collect())
    }
}
