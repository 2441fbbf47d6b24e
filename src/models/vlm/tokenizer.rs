//! Tokenizer of a Hugging Face checkpoint: `tokenizer.json`, and the end-of-turn tokens of
//! `generation_config.json`.

use std::collections::HashSet;

use serde::Deserialize;
use tokenizers::Tokenizer;

use super::checkpoint::Checkpoint;
use crate::{ModelsError, Result, tokenizer_file};
use fettle_domain::ChatMessage;

/// Tokenizer: text to token ids and back.
pub(super) struct CheckpointTokenizer {
    tokenizer: Tokenizer,
    end_of_turn: HashSet<u32>,
    /// Texts of the control tokens.
    control: Vec<String>,
}

/// `generation_config.json`.
#[derive(Deserialize)]
struct GenerationConfig {
    eos_token_id: OneOrSeveral,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum OneOrSeveral {
    One(u32),
    Several(Vec<u32>),
}

impl CheckpointTokenizer {
    /// Reads both files.
    pub(super) fn load(checkpoint: &Checkpoint) -> Result<Self> {
        let path = checkpoint.file("tokenizer.json")?;
        let mut tokenizer = tokenizer_file::read(path)?;
        tokenizer.with_padding(None);
        let whole = tokenizer.with_truncation(None).map(|_| ());
        whole.map_err(|why| checkpoint.bad("tokenizer.json", why))?;
        let generation: GenerationConfig = checkpoint.json("generation_config.json")?;
        let end_of_turn = match generation.eos_token_id {
            OneOrSeveral::One(id) => HashSet::from([id]),
            OneOrSeveral::Several(ids) => ids.into_iter().collect(),
        };
        let added = tokenizer.get_added_tokens_decoder();
        let control = added
            .into_values()
            .filter(|token| token.special && !token.content.is_empty())
            .map(|token| token.content)
            .collect();
        Ok(Self { tokenizer, end_of_turn, control })
    }

    /// Token ids of `text`, in which control tokens are recognised; no token is added.
    pub(super) fn encode(&self, text: &str) -> Result<Vec<u32>> {
        let encoding = self.tokenizer.encode_fast(text, false);
        let encoding = encoding.map_err(|e| ModelsError::Prompt(e.to_string()))?;
        Ok(encoding.get_ids().to_vec())
    }

    /// Incremental decoder: returns for each token the text that it completes, since a syllable may
    /// have several tokens. Control tokens have no text.
    pub(super) fn stream_decoder(&self) -> impl FnMut(u32) -> Result<String> + '_ {
        let mut stream = self.tokenizer.decode_stream(true);
        move |token| {
            let text = stream.step(token).map_err(|e| ModelsError::Prompt(e.to_string()))?;
            Ok(text.unwrap_or_default())
        }
    }

    /// Text of `ids` without control tokens. Bytes that form no character become U+FFFD.
    pub(super) fn decode(&self, ids: &[u32]) -> Result<String> {
        self.tokenizer.decode(ids, true).map_err(|e| ModelsError::Prompt(e.to_string()))
    }

    /// Whether a token ends the turn of the model.
    pub(super) fn is_end_of_turn(&self, token: u32) -> bool {
        self.end_of_turn.contains(&token)
    }

    /// Puts a space into every control token that the content of `message` spells out, so that a
    /// text cannot open a turn or show an image.
    pub(super) fn escape_control_tokens(&self, message: &ChatMessage) -> String {
        let mut text = message.content.clone();
        for control in &self.control {
            if text.contains(control) {
                let mut chars = control.chars();
                let first: String = chars.by_ref().take(1).collect();
                text = text.replace(control, &format!("{first} {}", chars.as_str()));
            }
        }
        text
    }
}
