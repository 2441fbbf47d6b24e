use std::path::PathBuf;

use candle_core::{Device, IndexOp, Module, Tensor};
use candle_nn::Linear;
use candle_transformers::models::clip::div_l2_norm;
use candle_transformers::models::clip::text_model::ClipTextTransformer;

use crate::domain::ModelId;
use crate::models::Result;
use crate::models::weights::WeightFile;

/// CLIP's text transformer and its projection into the space of the pictures
/// (`text_model.…`, `text_projection`).
pub struct ClipTextTower {
    transformer: ClipTextTransformer,
    projection: Linear,
    device: Device,
}

impl ClipTextTower {
    /// Reads the tower from a model's `files`, as [`super::ClipImageEncoder::load`].
    pub fn load(id: &ModelId, files: &[PathBuf], device: &Device) -> Result<Self> {
        let file = WeightFile::of_model(id, files, device)?;
        let config = super::config::read(files, file.path())?.text_config;
        file.build(|vb| {
            Ok(Self {
                transformer: ClipTextTransformer::new(vb.pp("text_model"), &config)?,
                projection: candle_nn::linear_no_bias(
                    config.embed_dim,
                    config.projection_dim,
                    vb.pp("text_projection"),
                )?,
                device: device.clone(),
            })
        })
    }

    /// Token ids (one text, with start and end tokens, padding behind the end allowed) to
    /// one row of unit length. The end token has the highest id of CLIP's vocabulary;
    /// what the transformer makes of the first one stands for the text.
    pub fn embed(&self, token_ids: &[u32]) -> Result<Vec<f32>> {
        let highest = token_ids.iter().max();
        let end = token_ids.iter().position(|id| Some(id) == highest).unwrap_or(0);
        let tokens = Tensor::new(token_ids, &self.device)?.unsqueeze(0)?;
        let states = self.transformer.forward_with_mask(&tokens, usize::MAX)?;
        let pooled = states.i((.., end, ..))?;
        let row = div_l2_norm(&self.projection.forward(&pooled)?)?;
        Ok(row.flatten_all()?.to_vec1()?)
    }
}
