use std::path::PathBuf;

use candle_core::{Device, Tensor, bail};
use candle_transformers::models::clip::div_l2_norm;

use super::encoder::{LAYER_NORM_EPS, blocks, projection};
use crate::Result;
use crate::transformer::Block;
use crate::weights::WeightFile;
use fettle_domain::ModelId;
use fettle_kernels::{LayerNorm, Linear, in_thread_pool};

/// CLIP's text transformer with its projection into the embedding space (`text_model.…`,
/// `text_projection`).
pub(super) struct ClipTextTower {
    /// Token embeddings (vocabulary, dim).
    token_embeddings: Tensor,
    /// Position embeddings (positions, dim).
    position_embeddings: Tensor,
    blocks: Vec<Block>,
    norm: LayerNorm,
    projection: Linear,
    device: Device,
}

impl ClipTextTower {
    /// Loads the tower from a model's `files`, as [`super::ClipImageEncoder::load`].
    pub(super) fn load(id: &ModelId, files: &[PathBuf], device: &Device) -> Result<Self> {
        let file = WeightFile::of_model(id, files, device)?;
        let config = super::config::read(files, file.path())?.text_config;
        file.build(|vb| {
            let width = config.embed_dim;
            let text = vb.pp("text_model");
            let embedding = |name: &str, rows: usize| {
                text.pp("embeddings").pp(name).get((rows, width), "weight")
            };
            Ok(Self {
                token_embeddings: embedding("token_embedding", config.vocab_size)?,
                position_embeddings: embedding(
                    "position_embedding",
                    config.max_position_embeddings,
                )?,
                blocks: blocks(
                    &text.pp("encoder"),
                    config.num_hidden_layers,
                    width,
                    config.intermediate_size,
                    config.num_attention_heads,
                )?,
                norm: LayerNorm::load(&text.pp("final_layer_norm"), width, LAYER_NORM_EPS)?,
                projection: projection(&vb.pp("text_projection"), width, config.projection_dim)?,
                device: device.clone(),
            })
        })
    }

    /// Embeds the token ids of one text (with start and end tokens, perhaps padding after the end)
    /// as a vector of unit length: the output at the first end token, which has the highest id of
    /// CLIP's vocabulary.
    pub(super) fn embed(&self, token_ids: &[u32]) -> Result<Vec<f32>> {
        let highest = token_ids.iter().max();
        let end = token_ids.iter().position(|id| Some(id) == highest).unwrap_or(0);
        let row = in_thread_pool(&self.device, || self.forward(token_ids, end))?;
        Ok(row.flatten_all()?.to_vec1()?)
    }

    fn forward(&self, token_ids: &[u32], end: usize) -> candle_core::Result<Tensor> {
        let count = token_ids.len();
        if count == 0 {
            bail!("a text without tokens");
        }
        let tokens =
            self.token_embeddings.index_select(&Tensor::new(token_ids, &self.device)?, 0)?;
        let mut x = (tokens + self.position_embeddings.narrow(0, 0, count)?)?;
        if let Some((last, blocks)) = self.blocks.split_last() {
            for block in blocks {
                x = block.forward(&x, 1, true)?;
            }
            x = last.forward_one(&x, 1, true, end)?;
        }
        div_l2_norm(&self.projection.forward(&self.norm.forward(&x)?)?)
    }
}
