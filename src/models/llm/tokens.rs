//! The tokenizer that a GGUF file carries: byte-level BPE (`gpt2` in GGUF's words).

use std::collections::{HashMap, HashSet};

use candle_core::quantized::tokenizer::TokenizerFromGguf;
use tokenizers::Tokenizer;

use super::gguf::Gguf;
use crate::models::{ModelsError, Result};

/// Tokens that end a turn in one family or another; those a file has count.
const END_OF_TURN: [&str; 4] = ["<|im_end|>", "<|endoftext|>", "<|eot_id|>", "<|end|>"];

/// Text to token numbers and token numbers to bytes.
pub(super) struct Tokens {
    tokenizer: Tokenizer,
    /// The byte each character of the vocabulary stands for.
    byte_of: HashMap<char, u8>,
    end_of_turn: HashSet<u32>,
    /// Control tokens, by number and as written.
    control: HashMap<u32, String>,
    bos: Option<u32>,
    eos: Option<u32>,
}

impl Tokens {
    /// Reads `tokenizer.ggml.*`.
    pub(super) fn from_gguf(gguf: &Gguf) -> Result<Self> {
        let tokenizer = Tokenizer::from_gguf(gguf.content())
            .map_err(|e| gguf.bad(format!("its tokenizer: {e}")))?;
        let id = |key: &str| gguf.token_id(&format!("tokenizer.ggml.{key}_token_id"));
        let (bos, eos) = (id("bos"), id("eos"));
        let named = END_OF_TURN.iter().filter_map(|token| tokenizer.token_to_id(token));
        let end_of_turn = named.chain(eos).chain(id("eot")).collect();
        let added = tokenizer.get_added_tokens_decoder();
        let control = added
            .into_iter()
            .filter(|(_, token)| token.special && !token.content.is_empty())
            .map(|(id, token)| (id, token.content))
            .collect();
        Ok(Self { tokenizer, byte_of: byte_alphabet(), end_of_turn, control, bos, eos })
    }

    /// `text` with its control tokens recognised, nothing added in front or behind.
    pub(super) fn encode(&self, text: &str) -> Result<Vec<u32>> {
        let encoding = self.tokenizer.encode_fast(text, false);
        let encoding = encoding.map_err(|e| ModelsError::Prompt(e.to_string()))?;
        Ok(encoding.get_ids().to_vec())
    }

    /// The bytes a token stands for; a control token stands for none.
    pub(super) fn bytes(&self, token: u32) -> Vec<u8> {
        if self.control.contains_key(&token) {
            return Vec::new();
        }
        let written = self.tokenizer.id_to_token(token).unwrap_or_default();
        written.chars().filter_map(|c| self.byte_of.get(&c).copied()).collect()
    }

    /// Whether the model has finished when it says this.
    pub(super) fn ends_turn(&self, token: u32) -> bool {
        self.end_of_turn.contains(&token)
    }

    /// The text of the beginning-of-sequence token, for templates that write it.
    pub(super) fn bos(&self) -> Option<String> {
        self.bos.and_then(|id| self.tokenizer.id_to_token(id))
    }

    /// The text of the end-of-sequence token.
    pub(super) fn eos(&self) -> Option<String> {
        self.eos.and_then(|id| self.tokenizer.id_to_token(id))
    }

    /// `text` with a space put into whatever would be read as a control token: a manual
    /// that contains `<|im_end|>` must not end a turn.
    pub(super) fn without_control(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for control in self.control.values() {
            if text.contains(control.as_str()) {
                let mut chars = control.chars();
                let first: String = chars.by_ref().take(1).collect();
                text = text.replace(control.as_str(), &format!("{first} {}", chars.as_str()));
            }
        }
        text
    }
}

/// GPT-2's characters for the 256 bytes: printable ones stand for themselves, the others
/// follow from U+0100 on.
fn byte_alphabet() -> HashMap<char, u8> {
    let printable = |byte: u8| matches!(byte, b'!'..=b'~' | 0xA1..=0xAC | 0xAE..=0xFF);
    let mut beyond = (0x100u32..).filter_map(char::from_u32);
    (0..=255u8)
        .filter_map(|byte| {
            let c = if printable(byte) { Some(char::from(byte)) } else { beyond.next() };
            c.map(|c| (c, byte))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_alphabet_is_gpt2s() {
        let alphabet = byte_alphabet();
        assert_eq!(alphabet.len(), 256);
        for (c, byte) in [('Ġ', b' '), ('Ċ', b'\n'), ('a', b'a'), ('ê', 0xEA), ('Ń', 0xAD)] {
            assert_eq!(alphabet.get(&c), Some(&byte), "{c}");
        }
    }
}
