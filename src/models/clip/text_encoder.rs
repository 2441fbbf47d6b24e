use std::path::PathBuf;

use candle_core::Device;
use tokenizers::{Tokenizer, TruncationParams};

use super::text_tower::ClipTextTower;
use crate::roles::TextEncoder;
use crate::weights::WeightFile;
use crate::{ModelsError, Result, tokenizer_file};
use fettle_domain::{ModelId, TextKind};

/// CLIP's text tower with its tokenizer (`tokenizer.json` among the files of the model). OpenAI's
/// weights were trained on English.
pub(crate) struct ClipTextEncoder {
    id: ModelId,
    dim: usize,
    tokenizer: Tokenizer,
    tower: ClipTextTower,
}

impl ClipTextEncoder {
    /// Loads tower and tokenizer from a model's `files`.
    ///
    /// # Errors
    /// [`ModelsError::Missing`] without a tokenizer, [`ModelsError::BadWeights`].
    pub(crate) fn load(id: &ModelId, files: &[PathBuf], device: &Device) -> Result<Self> {
        let weights = WeightFile::of_model(id, files, device)?;
        let config = super::config::read(files, weights.path())?.text_config;
        let tower = ClipTextTower::load(id, files, device)?;
        let is_tokenizer =
            |path: &&PathBuf| path.file_name().is_some_and(|n| n == "tokenizer.json");
        let path = files.iter().find(is_tokenizer).ok_or_else(|| ModelsError::Missing {
            model: id.clone(),
            path: PathBuf::from("tokenizer.json"),
        })?;
        let bad = |why: tokenizers::Error| ModelsError::BadWeights {
            path: path.clone(),
            why: why.to_string(),
        };
        let mut tokenizer = tokenizer_file::read(path)?;
        tokenizer.with_padding(None);
        let max_length = config.max_position_embeddings;
        let truncation = TruncationParams { max_length, ..Default::default() };
        tokenizer.with_truncation(Some(truncation)).map_err(bad)?;
        Ok(Self { id: id.clone(), dim: config.projection_dim, tokenizer, tower })
    }
}

impl TextEncoder for ClipTextEncoder {
    fn id(&self) -> &ModelId {
        &self.id
    }

    fn dim(&self) -> usize {
        self.dim
    }

    fn embed(&self, texts: &[&str], _kind: TextKind) -> Result<Vec<Vec<f32>>> {
        let rows = texts.iter().map(|text| {
            let tokens = self.tokenizer.encode(*text, true).map_err(|error| {
                ModelsError::Tokenizer { model: self.id.clone(), why: error.to_string() }
            })?;
            self.tower.embed(tokens.get_ids())
        });
        rows.collect()
    }
}
