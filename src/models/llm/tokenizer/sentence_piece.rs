//! BPE of SentencePiece (Kudo and Richardson 2018, arXiv 1808.06226), in GGUF the tokenizer model
//! `llama`. Of all adjacent symbols that form a piece, the pair with the best score is merged
//! first. The file has scores and no list of merges, which no model of the `tokenizers` crate
//! supports.

use std::cmp::Ordering;
use std::collections::{BinaryHeap, HashMap};

use crate::Result;
use crate::llm::gguf::Gguf;

/// Character that stands for a space in pieces.
const SPACE: char = '▁';

/// BPE tokenizer with scores.
pub(super) struct SentencePiece {
    /// Id and score of each piece.
    pieces: HashMap<String, (u32, f32)>,
    /// Token of each byte, for characters that are no piece.
    byte_tokens: HashMap<u8, u32>,
    unknown: u32,
    /// Whether a space is put before a text that begins a prompt or follows a special token.
    space_first: bool,
}

impl SentencePiece {
    /// Reads the scores; `pieces` are the tokens by id.
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

    /// Token ids of `text`, which begins a prompt or follows a special token, and in which special
    /// tokens are not recognised.
    pub(super) fn encode(&self, text: &str) -> Vec<u32> {
        let space = if self.space_first { " " } else { "" };
        let text: String =
            space.chars().chain(text.chars()).map(|c| if c == ' ' { SPACE } else { c }).collect();
        let mut out = Vec::new();
        for symbol in self.merge(&text) {
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

    /// Splits `text` into characters and merges them as long as pieces result.
    fn merge<'a>(&self, text: &'a str) -> Vec<&'a str> {
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
            self.enqueue(text, &symbols, left, &mut queue);
        }
        while let Some(Pair { left, right, end, .. }) = queue.pop() {
            let (Some(&a), Some(&b)) = (symbols.get(left), symbols.get(right)) else { continue };
            // One of the two has been merged with another symbol since.
            if a.is_merged() || b.is_merged() || a.end != b.start || b.end != end {
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
                self.enqueue(text, &symbols, before, &mut queue);
            }
            self.enqueue(text, &symbols, left, &mut queue);
        }
        symbols.iter().filter(|s| !s.is_merged()).filter_map(|s| text.get(s.start..s.end)).collect()
    }

    /// Enqueues the pair of a symbol and its successor, if they form a piece.
    fn enqueue(&self, text: &str, symbols: &[Symbol], left: usize, queue: &mut BinaryHeap<Pair>) {
        let Some(a) = symbols.get(left) else { return };
        let Some(b) = symbols.get(a.after) else { return };
        let joined = text.get(a.start..b.end).and_then(|piece| self.pieces.get(piece));
        if let Some((_, score)) = joined {
            queue.push(Pair { score: *score, left, right: a.after, end: b.end });
        }
    }
}

/// Bytes that a piece stands for.
pub(super) fn bytes(piece: &str) -> Vec<u8> {
    match byte_of(piece) {
        Some(byte) => vec![byte],
        None => piece.replace(SPACE, " ").into_bytes(),
    }
}

/// Byte of a piece such as `<0xEA>`.
fn byte_of(piece: &str) -> Option<u8> {
    let digits = piece.strip_prefix("<0x")?.strip_suffix('>')?;
    u8::from_str_radix(digits, 16).ok().filter(|_| digits.len() == 2)
}

/// Range of the text in bytes, with the indices of its neighbours.
#[derive(Clone, Copy)]
struct Symbol {
    start: usize,
    end: usize,
    before: Option<usize>,
    /// Index of the next symbol, beyond the last one at the end.
    after: usize,
}

impl Symbol {
    /// Whether the symbol was merged into another one.
    fn is_merged(self) -> bool {
        self.start == self.end
    }
}

/// Two adjacent symbols that form a piece.
struct Pair {
    score: f32,
    left: usize,
    right: usize,
    /// End of the pair when it was enqueued; the symbols may have grown since.
    end: usize,
}

impl Ord for Pair {
    /// Best score first, among equal scores the leftmost pair.
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
    fn symbols_are_merged_by_score_and_unknown_characters_become_bytes() {
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
            // `▁a` has the better score and is merged first.
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
