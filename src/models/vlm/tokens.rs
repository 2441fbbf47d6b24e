//! The tokenizer of a Hugging Face checkpoint: `tokenizer.json`, and `generation_config.json`
//! for the tokens that end an answer.

use std::collections::HashSet;

use serde::Deserialize;
use tokenizers::Tokenizer;

use super::checkpoint::Checkpoint;
use crate::{ModelsError, Result, tokenizer_file};
use fettle_domain::ChatMessage;

/// Text to token numbers and back.
pub(super) struct Tokens {
    tokenizer: Tokenizer,
    end: HashSet<u32>,
    /// Control tokens, as written.
    control: Vec<String>,
}

#[derive(Deserialize)]
struct Generation {
    eos_token_id: OneOrMore,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum OneOrMore {
    One(u32),
    More(Vec<u32>),
}

impl Tokens {
    /// Reads both files.
    pub(super) fn load(checkpoint: &Checkpoint) -> Result<Self> {
        let path = checkpoint.file("tokenizer.json")?;
        let mut tokenizer = tokenizer_file::read(path)?;
        tokenizer.with_padding(None);
        let whole = tokenizer.with_truncation(None).map(|_| ());
        whole.map_err(|why| checkpoint.bad("tokenizer.json", why))?;
        let generation: Generation = checkpoint.json("generation_config.json")?;
        let end = match generation.eos_token_id {
            OneOrMore::One(id) => HashSet::from([id]),
            OneOrMore::More(ids) => ids.into_iter().collect(),
        };
        let added = tokenizer.get_added_tokens_decoder();
        let control = added
            .into_values()
            .filter(|token| token.special && !token.content.is_empty())
            .map(|token| token.content)
            .collect();
        Ok(Self { tokenizer, end, control })
    }

    /// `text` with its control tokens recognised, nothing added in front or behind.
    pub(super) fn encode(&self, text: &str) -> Result<Vec<u32>> {
        let encoding = self.tokenizer.encode_fast(text, false);
        let encoding = encoding.map_err(|e| ModelsError::Prompt(e.to_string()))?;
        Ok(encoding.get_ids().to_vec())
    }

    /// Turns token after token into the text that it completes: a syllable may be several.
    /// Control tokens are no text.
    pub(super) fn reader(&self) -> impl FnMut(u32) -> Result<String> + '_ {
        let mut stream = self.tokenizer.decode_stream(true);
        move |token| {
            let text = stream.step(token).map_err(|e| ModelsError::Prompt(e.to_string()))?;
            Ok(text.unwrap_or_default())
        }
    }

    /// The text of `ids` without control tokens. Bytes that make no character are U+FFFD.
    pub(super) fn decode(&self, ids: &[u32]) -> Result<String> {
        self.tokenizer.decode(ids, true).map_err(|e| ModelsError::Prompt(e.to_string()))
    }

    /// Whether the model has finished when it says this.
    pub(super) fn ends(&self, token: u32) -> bool {
        self.end.contains(&token)
    }

    /// `message` with a space put into whatever would be read as a control token: nobody
    /// opens a turn or shows a picture from inside a text.
    pub(super) fn without_control(&self, message: &ChatMessage) -> String {
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
