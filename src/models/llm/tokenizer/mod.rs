//! Tokenizer of a GGUF file.

mod byte_level;
mod sentence_piece;

use std::collections::HashSet;

use aho_corasick::{AhoCorasick, MatchKind};

use self::byte_level::ByteLevel;
use self::sentence_piece::SentencePiece;
use super::gguf::Gguf;
use crate::Result;

/// Tokens that end a turn in any of the families.
const END_OF_TURN: [&str; 8] = [
    "<|im_end|>",
    "<|endoftext|>",
    "<|eot_id|>",
    "<|end_of_text|>",
    "<|end|>",
    "<end_of_turn>",
    "<|eom_id|>",
    "</s>",
];

/// Token type (`tokenizer.ggml.token_type`) of the unknown token, which stands for no text.
const TYPE_UNKNOWN: i64 = 2;
/// Token type of control tokens, which stand for no text.
const TYPE_CONTROL: i64 = 3;
/// Token type of user-defined tokens, which stand for their own text.
const TYPE_USER_DEFINED: i64 = 4;

/// Algorithm that splits a text into tokens.
enum Algorithm {
    ByteLevel(Box<ByteLevel>),
    SentencePiece(SentencePiece),
}

/// Tokenizer: text to token ids, and token ids to bytes.
pub(super) struct GgufTokenizer {
    algorithm: Algorithm,
    /// Texts of the tokens as in the file, by id.
    vocabulary: Vec<String>,
    /// Matcher of the special tokens, which are recognised in a text before anything else.
    special: AhoCorasick,
    special_ids: Vec<u32>,
    /// Tokens that stand for their own text.
    user_defined: HashSet<u32>,
    control: HashSet<u32>,
    end_of_turn: HashSet<u32>,
    bos: Option<u32>,
    eos: Option<u32>,
    /// Whether a prompt begins with `bos`.
    add_bos: bool,
}

impl GgufTokenizer {
    /// Reads the keys `tokenizer.ggml.*`.
    pub(super) fn from_gguf(gguf: &Gguf) -> Result<Self> {
        let vocabulary = gguf.texts("tokenizer.ggml.tokens")?;
        let types = match "tokenizer.ggml.token_type" {
            key if gguf.has_key(key) => gguf.integers(key)?,
            _ => Vec::new(),
        };
        let of_types = |wanted: &[i64]| -> HashSet<u32> {
            let tokens = (0u32..).zip(&types).zip(&vocabulary);
            let tokens =
                tokens.filter(|((_, kind), text)| wanted.contains(kind) && !text.is_empty());
            tokens.map(|((id, _), _)| id).collect()
        };
        let id = |key: &str| gguf.token_id(&format!("tokenizer.ggml.{key}_token_id"));
        let known = |id: &u32| usize::try_from(*id).is_ok_and(|id| id < vocabulary.len());
        let (bos, eos) = (id("bos").filter(known), id("eos").filter(known));
        let mut control = of_types(&[TYPE_UNKNOWN, TYPE_CONTROL]);
        // Some files mark no control tokens.
        control.extend(bos.into_iter().chain(eos));
        let user_defined = of_types(&[TYPE_USER_DEFINED]);

        let (algorithm, add_bos) = match gguf.text("tokenizer.ggml.model")? {
            "gpt2" => {
                let byte_level = ByteLevel::from_gguf(gguf, &vocabulary)?;
                let add_bos = byte_level.add_bos;
                (Algorithm::ByteLevel(Box::new(byte_level)), add_bos)
            }
            "llama" => {
                (Algorithm::SentencePiece(SentencePiece::from_gguf(gguf, &vocabulary)?), true)
            }
            other => {
                return Err(gguf.bad(format!("its tokenizer is '{other}', which Fettle lacks")));
            }
        };
        let text_of = |id: &u32| vocabulary.get(usize::try_from(*id).ok()?).map(String::as_str);
        let end_of_turn = control
            .iter()
            .filter(|id| text_of(id).is_some_and(|text| END_OF_TURN.contains(&text)))
            .copied()
            .chain(eos)
            .chain(id("eot"))
            .collect();
        let mut special_ids: Vec<u32> = control.union(&user_defined).copied().collect();
        special_ids.sort_unstable();
        let special = AhoCorasick::builder()
            .match_kind(MatchKind::LeftmostLongest)
            .build(special_ids.iter().filter_map(text_of))
            .map_err(|e| gguf.bad(format!("its special tokens: {e}")))?;
        let add_bos = gguf.flag("tokenizer.ggml.add_bos_token").unwrap_or(add_bos);
        Ok(Self {
            algorithm,
            vocabulary,
            special,
            special_ids,
            user_defined,
            control,
            end_of_turn,
            bos,
            eos,
            add_bos,
        })
    }

    /// Token ids of `text`, in which special tokens are recognised. The beginning-of-sequence token
    /// is put first where the family wants it and the text does not begin with it.
    pub(super) fn encode(&self, text: &str) -> Result<Vec<u32>> {
        let mut out = Vec::new();
        let mut done = 0;
        // The text between special tokens, or before the first one.
        let between = |from: usize, to: usize| -> Result<Vec<u32>> {
            match (text.get(from..to).unwrap_or_default(), &self.algorithm) {
                ("", _) => Ok(Vec::new()),
                (part, Algorithm::ByteLevel(byte_level)) => byte_level.encode(part),
                (part, Algorithm::SentencePiece(pieces)) => Ok(pieces.encode(part)),
            }
        };
        for found in self.special.find_iter(text) {
            out.extend(between(done, found.start())?);
            out.extend(self.special_ids.get(found.pattern().as_usize()));
            done = found.end();
        }
        out.extend(between(done, text.len())?);
        if let Some(bos) = self.bos.filter(|bos| self.add_bos && out.first() != Some(bos)) {
            out.insert(0, bos);
        }
        Ok(out)
    }

    /// Bytes of the text that a token stands for; none for a control token.
    pub(super) fn bytes(&self, token: u32) -> Vec<u8> {
        if self.control.contains(&token) {
            return Vec::new();
        }
        let text = self.token_text(token).unwrap_or_default();
        match &self.algorithm {
            _ if self.user_defined.contains(&token) => text.as_bytes().to_vec(),
            Algorithm::ByteLevel(byte_level) => byte_level.bytes(text),
            Algorithm::SentencePiece(_) => sentence_piece::bytes(text),
        }
    }

    /// Text of a token as in the file.
    fn token_text(&self, token: u32) -> Option<&str> {
        self.vocabulary.get(usize::try_from(token).ok()?).map(String::as_str)
    }

    /// Whether a token ends the turn of the model.
    pub(super) fn is_end_of_turn(&self, token: u32) -> bool {
        self.end_of_turn.contains(&token)
    }

    /// Tokens that end the turn of the model.
    pub(super) fn end_of_turn(&self) -> impl Iterator<Item = u32> {
        self.end_of_turn.iter().copied()
    }

    /// Number of tokens.
    pub(super) fn vocabulary_len(&self) -> u32 {
        u32::try_from(self.vocabulary.len()).unwrap_or(u32::MAX)
    }

    /// Text of the beginning-of-sequence token, for templates that write it.
    pub(super) fn bos(&self) -> Option<String> {
        self.bos.and_then(|id| self.token_text(id)).map(str::to_owned)
    }

    /// Text of the end-of-sequence token.
    pub(super) fn eos(&self) -> Option<String> {
        self.eos.and_then(|id| self.token_text(id)).map(str::to_owned)
    }

    /// Puts a space into every control token that `text` spells out: a manual that contains
    /// `<|im_end|>` must not end a turn.
    pub(super) fn escape_control_tokens(&self, text: &str) -> String {
        let mut out = String::new();
        let mut done = 0;
        for found in self.special.find_iter(text) {
            let id = self.special_ids.get(found.pattern().as_usize());
            if id.is_some_and(|id| self.control.contains(id)) {
                out.push_str(text.get(done..found.start()).unwrap_or_default());
                let mut chars = text.get(found.range()).unwrap_or_default().chars();
                out.extend(chars.next());
                out.push(' ');
                out.push_str(chars.as_str());
                done = found.end();
            }
        }
        out.push_str(text.get(done..).unwrap_or_default());
        out
    }
}
