//! SentencePiece's BPE (Kudo and Richardson 2018, arXiv 1808.06226), `llama` in GGUF's words: of
//! all neighbours that make a piece together, those of the best score are joined first. Merges
//! are not listed, only scores, so that no tokenizer of the `tokenizers` crate reads it as it is.

use std::cmp::Ordering;
use std::collections::{BinaryHeap, HashMap};

use crate::Result;
use crate::llm::gguf::Gguf;

/// What a space is written as.
const SPACE: char = '▁';

pub(super) struct SentencePiece {
    /// Number and score of each piece.
    pieces: HashMap<String, (u32, f32)>,
    /// The token of each byte, for characters that are no piece.
    byte_tokens: HashMap<u8, u32>,
    unknown: u32,
    /// A space is put before what follows a special token, or nothing.
    space_first: bool,
}

impl SentencePiece {
    /// Reads the scores; `pieces` are the tokens by number.
    pub(super) fn from_gguf(gguf: &Gguf, pieces: &[String]) -> Result<Self> {
        let scores = gguf.floats("tokenizer.ggml.scores")?;
        if scores.len() != pieces.len() {
            return Err(gguf.bad("its tokenizer has not one score a token"));
        }
        let byte_tokens =
            pieces.iter().zip(0u32..).filter_map(|(piece, id)| Some((byte_of(piece)?, id)));
        Ok(Self {
            byte_tokens: byte_tokens.collect(),
            pieces: pieces
                .iter()
                .zip(0u32..)
                .zip(scores)
                .map(|((piece, id), score)| (piece.clone(), (id, score)))
                .collect(),
            unknown: gguf.token_id("tokenizer.ggml.unknown_token_id").unwrap_or(0),
            space_first: gguf.flag("tokenizer.ggml.add_space_prefix").unwrap_or(true),
        })
    }

    /// `text`, which holds no special token and follows one, or nothing.
    pub(super) fn encode(&self, text: &str) -> Vec<u32> {
        let space = if self.space_first { " " } else { "" };
        let text: String =
            space.chars().chain(text.chars()).map(|c| if c == ' ' { SPACE } else { c }).collect();
        let mut out = Vec::new();
        for symbol in self.merged(&text) {
            match self.pieces.get(symbol) {
                Some((id, _)) => out.push(*id),
                None => out.extend(
                    symbol
                        .bytes()
                        .map(|byte| self.byte_tokens.get(&byte).copied().unwrap_or(self.unknown)),
                ),
            }
        }
        out
    }

    /// `text` as its characters, joined while that makes pieces.
    fn merged<'a>(&self, text: &'a str) -> Vec<&'a str> {
        let mut symbols: Vec<Symbol> = text
            .char_indices()
            .enumerate()
            .map(|(at, (start, c))| Symbol {
                start,
                end: start + c.len_utf8(),
                before: at.checked_sub(1),
                after: at + 1,
            })
            .collect();
        let mut queue = BinaryHeap::new();
        for left in 0..symbols.len() {
            self.offer(text, &symbols, left, &mut queue);
        }
        while let Some(Pair { left, right, end, .. }) = queue.pop() {
            let (Some(&a), Some(&b)) = (symbols.get(left), symbols.get(right)) else { continue };
            // One of the two has been joined to another meanwhile.
            if a.is_gone() || b.is_gone() || a.end != b.start || b.end != end {
                continue;
            }
            if let Some(symbol) = symbols.get_mut(left) {
                *symbol = Symbol { end: b.end, after: b.after, ..a };
            }
            if let Some(symbol) = symbols.get_mut(right) {
                *symbol = Symbol { end: b.start, ..b };
            }
            if let Some(symbol) = symbols.get_mut(b.after) {
                symbol.before = Some(left);
            }
            if let Some(before) = a.before {
                self.offer(text, &symbols, before, &mut queue);
            }
            self.offer(text, &symbols, left, &mut queue);
        }
        symbols.iter().filter(|s| !s.is_gone()).filter_map(|s| text.get(s.start..s.end)).collect()
    }

    /// Puts a symbol and the one after it into the queue, if they make a piece.
    fn offer(&self, text: &str, symbols: &[Symbol], left: usize, queue: &mut BinaryHeap<Pair>) {
        let Some(a) = symbols.get(left) else { return };
        let Some(b) = symbols.get(a.after) else { return };
        let joined = text.get(a.start..b.end).and_then(|piece| self.pieces.get(piece));
        if let Some((_, score)) = joined {
            queue.push(Pair { score: *score, left, right: a.after, end: b.end });
        }
    }
}

/// The bytes that a piece is written for.
pub(super) fn bytes(piece: &str) -> Vec<u8> {
    match byte_of(piece) {
        Some(byte) => vec![byte],
        None => piece.replace(SPACE, " ").into_bytes(),
    }
}

/// `<0xEA>` → 0xEA.
fn byte_of(piece: &str) -> Option<u8> {
    let digits = piece.strip_prefix("<0x")?.strip_suffix('>')?;
    u8::from_str_radix(digits, 16).ok().filter(|_| digits.len() == 2)
}

/// A part of the text and its neighbours.
#[derive(Clone, Copy)]
struct Symbol {
    start: usize,
    end: usize,
    before: Option<usize>,
    /// One beyond the last where there is none.
    after: usize,
}

impl Symbol {
    fn is_gone(self) -> bool {
        self.start == self.end
    }
}

/// Two neighbours that make a piece.
struct Pair {
    score: f32,
    left: usize,
    right: usize,
    /// Where they ended together: they may have grown since.
    end: usize,
}

impl Ord for Pair {
    /// The best score first, of equal ones the leftmost.
    fn cmp(&self, other: &Self) -> Ordering {
        self.score.total_cmp(&other.score).then(other.left.cmp(&self.left))
    }
}

impl PartialOrd for Pair {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Pair {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Pair {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_are_joined_by_score_and_the_rest_is_bytes() {
        let scored =
            [("▁", -9.0), ("a", -8.0), ("b", -7.0), ("ab", -2.0), ("▁a", -1.0), ("bb", -3.0)];
        let mut pieces: HashMap<String, (u32, f32)> = (0u32..)
            .zip(scored)
            .map(|(id, (piece, score))| (piece.to_owned(), (id, score)))
            .collect();
        pieces.insert("<0xEA>".to_owned(), (100, 0.0));
        let mut byte_tokens: HashMap<u8, u32> = HashMap::new();
        byte_tokens.insert(0xEA, 100);
        let mut pieces = SentencePiece { pieces, byte_tokens, unknown: 99, space_first: true };
        for (text, space_first, expect) in [
            ("ab", false, vec![3]),
            // `▁a` has the better score, and leaves `b` alone.
            ("ab", true, vec![4, 2]),
            ("abbb", false, vec![3, 5]),
            ("", false, vec![]),
            ("", true, vec![0]),
            // 기 is EA B8 B0, and two of these bytes have no token.
            ("기", false, vec![100, 99, 99]),
        ] {
            pieces.space_first = space_first;
            assert_eq!(pieces.encode(text), expect, "{text}");
        }
        assert_eq!(bytes("▁a▁"), b" a ");
        assert_eq!(bytes("<0xEA>"), [0xEA]);
        assert_eq!(bytes("<0xEAB>"), b"<0xEAB>");
    }
}
