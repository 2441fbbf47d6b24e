//! Byte-level BPE (Radford et al. 2019), in GGUF the tokenizer model `gpt2`.

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

/// Pre-tokenization of a family: how a text is split into words before bytes are merged. GGUF files
/// have only its name (`tokenizer.ggml.pre`); the expressions are those of the families' own
/// tokenizers.
struct PreTokenization {
    /// Regular expressions, applied in sequence.
    patterns: &'static [&'static str],
    /// NFC normalisation first.
    nfc: bool,
    /// A word in the vocabulary becomes one token without regard to the merges.
    ignore_merges: bool,
    /// Whether a prompt begins with the beginning-of-sequence token.
    add_bos: bool,
}

const GPT2: &str = r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+";
const DIGIT: &str = r"\p{N}";
const QWEN2: &str = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";
const LLAMA3: &str = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";
const TEKKEN: &str = r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+";

/// The pre-tokenization of this name in GGUF.
fn pre_tokenization(name: &str) -> Option<PreTokenization> {
    let plain =
        PreTokenization { patterns: &[GPT2], nfc: false, ignore_merges: false, add_bos: false };
    Some(match name {
        "gpt-2" | "gpt2" | "default" => plain,
        "smollm" | "starcoder" | "exaone" => PreTokenization { patterns: &[DIGIT, GPT2], ..plain },
        "qwen2" | "deepseek-r1-qwen" => PreTokenization { patterns: &[QWEN2], nfc: true, ..plain },
        "llama3" | "llama-v3" | "llama-bpe" => {
            PreTokenization { patterns: &[LLAMA3], ignore_merges: true, add_bos: true, ..plain }
        }
        "tekken" => {
            PreTokenization { patterns: &[TEKKEN], ignore_merges: true, add_bos: true, ..plain }
        }
        _ => return None,
    })
}

/// Byte-level BPE tokenizer.
pub(super) struct ByteLevel {
    tokenizer: Tokenizer,
    /// Byte of each character of the vocabulary.
    byte_of: HashMap<char, u8>,
    /// Whether a prompt begins with the beginning-of-sequence token, unless the file says
    /// otherwise.
    pub(super) add_bos: bool,
}

impl ByteLevel {
    /// Reads the merges and the name of the pre-tokenization; `vocabulary` has the tokens by id.
    pub(super) fn from_gguf(gguf: &Gguf, vocabulary: &[String]) -> Result<Self> {
        let name = gguf.text("tokenizer.ggml.pre").unwrap_or("default");
        let pre = pre_tokenization(name).ok_or_else(|| {
            gguf.bad(format!("it cuts words the way '{name}' does, which Fettle does not know"))
        })?;
        let damaged = |e: tokenizers::Error| gguf.bad(format!("its tokenizer: {e}"));
        let merges: Option<Vec<(String, String)>> = gguf
            .texts("tokenizer.ggml.merges")?
            .iter()
            .map(|merge| merge.split_once(' ').map(|(a, b)| (a.to_owned(), b.to_owned())))
            .collect();
        let merges = merges.ok_or_else(|| gguf.bad("a merge of its tokenizer is not a pair"))?;
        let vocabulary = vocabulary.iter().cloned().zip(0u32..);
        let bpe = BPE::builder()
            .vocab_and_merges(vocabulary.collect::<tokenizers::models::bpe::Vocab>(), merges)
            .ignore_merges(pre.ignore_merges)
            .build()
            .map_err(damaged)?;
        let mut tokenizer = Tokenizer::new(bpe);
        if pre.nfc {
            tokenizer.with_normalizer(Some(NFC)).map_err(damaged)?;
        }
        let mut steps: Vec<PreTokenizerWrapper> = Vec::new();
        for pattern in pre.patterns {
            let pattern = SplitPattern::Regex((*pattern).to_owned());
            let split = Split::new(pattern, SplitDelimiterBehavior::Isolated, false);
            steps.push(split.map_err(damaged)?.into());
        }
        steps.push(Bytes::new(false, false, false).into());
        tokenizer.with_pre_tokenizer(Some(Sequence::new(steps)));
        Ok(Self { tokenizer, byte_of: byte_alphabet(), add_bos: pre.add_bos })
    }

    /// Token ids of `text`, in which special tokens are not recognised.
    pub(super) fn encode(&self, text: &str) -> Result<Vec<u32>> {
        let encoding = self.tokenizer.encode_fast(text, false);
        let encoding = encoding.map_err(|e| ModelsError::Prompt(e.to_string()))?;
        Ok(encoding.get_ids().to_vec())
    }

    /// Bytes that a token of the vocabulary stands for.
    pub(super) fn bytes(&self, piece: &str) -> Vec<u8> {
        piece.chars().filter_map(|c| self.byte_of.get(&c).copied()).collect()
    }
}

/// GPT-2's characters for the 256 bytes: printable bytes stand for themselves, the others are
/// characters from U+0100 on.
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
