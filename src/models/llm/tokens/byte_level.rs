//! Byte-level BPE (Radford et al. 2019), `gpt2` in GGUF's words.

use std::collections::HashMap;

use tokenizers::models::bpe::BPE;
use tokenizers::normalizers::unicode::NFC;
use tokenizers::pre_tokenizers::PreTokenizerWrapper;
use tokenizers::pre_tokenizers::byte_level::ByteLevel as Bytes;
use tokenizers::pre_tokenizers::sequence::Sequence;
use tokenizers::pre_tokenizers::split::{Split, SplitPattern};
use tokenizers::{SplitDelimiterBehavior, Tokenizer};

use crate::llm::gguf::Gguf;
use crate::{ModelsError, Result};

/// How a family cuts a text into words before it merges bytes. GGUF files name the cut
/// (`tokenizer.ggml.pre`) and leave it to the reader to know it; the expressions are those of
/// the families' own tokenizers.
struct Cut {
    /// Applied one after another.
    patterns: &'static [&'static str],
    composes: bool,
    /// Words that are pieces are taken whole, whatever the merges say.
    whole_words: bool,
    begins: bool,
}

const GPT2: &str = r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+";
const DIGIT: &str = r"\p{N}";
const QWEN2: &str = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";
const LLAMA3: &str = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";
const TEKKEN: &str = r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+";

fn cut(name: &str) -> Option<Cut> {
    let plain = Cut { patterns: &[GPT2], composes: false, whole_words: false, begins: false };
    Some(match name {
        "gpt-2" | "gpt2" | "default" => plain,
        "smollm" | "starcoder" | "exaone" => Cut { patterns: &[DIGIT, GPT2], ..plain },
        "qwen2" | "deepseek-r1-qwen" => Cut { patterns: &[QWEN2], composes: true, ..plain },
        "llama3" | "llama-v3" | "llama-bpe" => {
            Cut { patterns: &[LLAMA3], whole_words: true, begins: true, ..plain }
        }
        "tekken" => Cut { patterns: &[TEKKEN], whole_words: true, begins: true, ..plain },
        _ => return None,
    })
}

pub(super) struct ByteLevel {
    tokenizer: Tokenizer,
    /// The byte each character of the vocabulary stands for.
    byte_of: HashMap<char, u8>,
    /// Whether a prompt begins with the beginning-of-sequence token, if the file does not say.
    pub(super) begins: bool,
}

impl ByteLevel {
    /// Reads merges and cut; `pieces` are the tokens by number.
    pub(super) fn from_gguf(gguf: &Gguf, pieces: &[String]) -> Result<Self> {
        let name = gguf.text("tokenizer.ggml.pre").unwrap_or("default");
        let cut = cut(name).ok_or_else(|| {
            gguf.bad(format!("it cuts words the way '{name}' does, which Fettle does not know"))
        })?;
        let damaged = |e: tokenizers::Error| gguf.bad(format!("its tokenizer: {e}"));
        let merges: Option<Vec<(String, String)>> = gguf
            .texts("tokenizer.ggml.merges")?
            .iter()
            .map(|merge| merge.split_once(' ').map(|(a, b)| (a.to_owned(), b.to_owned())))
            .collect();
        let merges = merges.ok_or_else(|| gguf.bad("a merge of its tokenizer is not a pair"))?;
        let vocabulary = pieces.iter().cloned().zip(0u32..);
        let bpe = BPE::builder()
            .vocab_and_merges(vocabulary.collect::<tokenizers::models::bpe::Vocab>(), merges)
            .ignore_merges(cut.whole_words)
            .build()
            .map_err(damaged)?;
        let mut tokenizer = Tokenizer::new(bpe);
        if cut.composes {
            tokenizer.with_normalizer(Some(NFC)).map_err(damaged)?;
        }
        let mut steps: Vec<PreTokenizerWrapper> = Vec::new();
        for pattern in cut.patterns {
            let pattern = SplitPattern::Regex((*pattern).to_owned());
            let split = Split::new(pattern, SplitDelimiterBehavior::Isolated, false);
            steps.push(split.map_err(damaged)?.into());
        }
        steps.push(Bytes::new(false, false, false).into());
        tokenizer.with_pre_tokenizer(Some(Sequence::new(steps)));
        Ok(Self { tokenizer, byte_of: byte_alphabet(), begins: cut.begins })
    }

    /// `text`, which holds no special token.
    pub(super) fn encode(&self, text: &str) -> Result<Vec<u32>> {
        let encoding = self.tokenizer.encode_fast(text, false);
        let encoding = encoding.map_err(|e| ModelsError::Prompt(e.to_string()))?;
        Ok(encoding.get_ids().to_vec())
    }

    /// The bytes that a piece is written for.
    pub(super) fn bytes(&self, piece: &str) -> Vec<u8> {
        piece.chars().filter_map(|c| self.byte_of.get(&c).copied()).collect()
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
