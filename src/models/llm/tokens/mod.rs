//! The tokenizer that a GGUF file carries.

mod byte_level;
mod sentence_piece;

use std::collections::HashSet;

use aho_corasick::{AhoCorasick, MatchKind};

use self::byte_level::ByteLevel;
use self::sentence_piece::SentencePiece;
use super::gguf::Gguf;
use crate::Result;

/// Tokens that end a turn in one family or another; those a file has count.
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

/// GGUF's kinds of tokens (`tokenizer.ggml.token_type`) that are found in a text before
/// anything else: unknown and control tokens stand for no text, the user's for their own.
const UNKNOWN: i64 = 2;
const CONTROL: i64 = 3;
const USERS: i64 = 4;

enum Pieces {
    ByteLevel(Box<ByteLevel>),
    SentencePiece(SentencePiece),
}

/// Text to token numbers and token numbers to bytes.
pub(super) struct Tokens {
    pieces: Pieces,
    /// Every token as the file writes it, by number.
    written: Vec<String>,
    special: AhoCorasick,
    special_ids: Vec<u32>,
    /// Tokens that stand for their own text.
    users: HashSet<u32>,
    control: HashSet<u32>,
    end_of_turn: HashSet<u32>,
    bos: Option<u32>,
    eos: Option<u32>,
    /// A prompt begins with `bos`.
    begins: bool,
}

impl Tokens {
    /// Reads `tokenizer.ggml.*`.
    pub(super) fn from_gguf(gguf: &Gguf) -> Result<Self> {
        let written = gguf.texts("tokenizer.ggml.tokens")?;
        let kinds = match "tokenizer.ggml.token_type" {
            key if gguf.says(key) => gguf.integers(key)?,
            _ => Vec::new(),
        };
        let of_kind = |wanted: &[i64]| -> HashSet<u32> {
            let kinds = (0u32..).zip(&kinds).zip(&written);
            let wanted =
                kinds.filter(|((_, kind), text)| wanted.contains(kind) && !text.is_empty());
            wanted.map(|((id, _), _)| id).collect()
        };
        let id = |key: &str| gguf.token_id(&format!("tokenizer.ggml.{key}_token_id"));
        let known = |id: &u32| usize::try_from(*id).is_ok_and(|id| id < written.len());
        let (bos, eos) = (id("bos").filter(known), id("eos").filter(known));
        let mut control = of_kind(&[UNKNOWN, CONTROL]);
        // Some files mark none.
        control.extend(bos.into_iter().chain(eos));
        let users = of_kind(&[USERS]);

        let (pieces, begins) = match gguf.text("tokenizer.ggml.model")? {
            "gpt2" => {
                let pieces = ByteLevel::from_gguf(gguf, &written)?;
                let begins = pieces.begins;
                (Pieces::ByteLevel(Box::new(pieces)), begins)
            }
            "llama" => (Pieces::SentencePiece(SentencePiece::from_gguf(gguf, &written)?), true),
            other => {
                return Err(gguf.bad(format!("its tokenizer is '{other}', which Fettle lacks")));
            }
        };
        let text_of = |id: &u32| written.get(usize::try_from(*id).ok()?).map(String::as_str);
        let end_of_turn = control
            .iter()
            .filter(|id| text_of(id).is_some_and(|text| END_OF_TURN.contains(&text)))
            .copied()
            .chain(eos)
            .chain(id("eot"))
            .collect();
        let mut special_ids: Vec<u32> = control.union(&users).copied().collect();
        special_ids.sort_unstable();
        let special = AhoCorasick::builder()
            .match_kind(MatchKind::LeftmostLongest)
            .build(special_ids.iter().filter_map(text_of))
            .map_err(|e| gguf.bad(format!("its special tokens: {e}")))?;
        let begins = gguf.flag("tokenizer.ggml.add_bos_token").unwrap_or(begins);
        Ok(Self {
            pieces,
            written,
            special,
            special_ids,
            users,
            control,
            end_of_turn,
            bos,
            eos,
            begins,
        })
    }

    /// `text` with its special tokens recognised, and the token that begins a sequence before
    /// it, if the family wants it and the text has it not.
    pub(super) fn encode(&self, text: &str) -> Result<Vec<u32>> {
        let mut out = Vec::new();
        let mut done = 0;
        // Whatever lies between special tokens follows one, or begins the text.
        let between = |from: usize, to: usize| -> Result<Vec<u32>> {
            match (text.get(from..to).unwrap_or_default(), &self.pieces) {
                ("", _) => Ok(Vec::new()),
                (part, Pieces::ByteLevel(pieces)) => pieces.encode(part),
                (part, Pieces::SentencePiece(pieces)) => Ok(pieces.encode(part)),
            }
        };
        for found in self.special.find_iter(text) {
            out.extend(between(done, found.start())?);
            out.extend(self.special_ids.get(found.pattern().as_usize()));
            done = found.end();
        }
        out.extend(between(done, text.len())?);
        if let Some(bos) = self.bos.filter(|bos| self.begins && out.first() != Some(bos)) {
            out.insert(0, bos);
        }
        Ok(out)
    }

    /// The bytes a token stands for; a control token stands for none.
    pub(super) fn bytes(&self, token: u32) -> Vec<u8> {
        if self.control.contains(&token) {
            return Vec::new();
        }
        let written = self.written(token).unwrap_or_default();
        match &self.pieces {
            _ if self.users.contains(&token) => written.as_bytes().to_vec(),
            Pieces::ByteLevel(pieces) => pieces.bytes(written),
            Pieces::SentencePiece(_) => sentence_piece::bytes(written),
        }
    }

    fn written(&self, token: u32) -> Option<&str> {
        self.written.get(usize::try_from(token).ok()?).map(String::as_str)
    }

    /// Whether the model has finished when it says this.
    pub(super) fn ends_turn(&self, token: u32) -> bool {
        self.end_of_turn.contains(&token)
    }

    /// The text of the beginning-of-sequence token, for templates that write it.
    pub(super) fn bos(&self) -> Option<String> {
        self.bos.and_then(|id| self.written(id)).map(str::to_owned)
    }

    /// The text of the end-of-sequence token.
    pub(super) fn eos(&self) -> Option<String> {
        self.eos.and_then(|id| self.written(id)).map(str::to_owned)
    }

    /// `text` with a space put into whatever would be read as a control token: a manual
    /// that contains `<|im_end|>` must not end a turn.
    pub(super) fn without_control(&self, text: &str) -> String {
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
