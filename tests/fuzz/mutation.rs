//! Random changes of bytes that know nothing of their format.

use rand::RngExt;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

/// Longest input, in bytes: what is longer is cut.
pub const MAX_BYTES: usize = 1 << 20;
/// Longest piece that is repeated, inserted or removed, in bytes.
const MAX_PIECE: usize = 256;
/// Most changes of one input.
const MAX_CHANGES: u32 = 5;
/// Numbers at which lengths, counts and indexes go wrong.
const EDGES: [u64; 14] = [
    0,
    1,
    2,
    0x7F,
    0x80,
    0xFF,
    0x7FFF,
    0xFFFF,
    0x7FFF_FFFF,
    0x8000_0000,
    0xFFFF_FFFF,
    0x7FFF_FFFF_FFFF_FFFF,
    0x8000_0000_0000_0000,
    u64::MAX,
];
/// The same in digits, and others at which text goes wrong.
const WORDS: [&str; 14] = [
    "0",
    "-1",
    "1e999",
    "NaN",
    "65536",
    "4294967296",
    "18446744073709551615",
    "99999999999999999999",
    "null",
    "[[[[[[[[",
    "\u{FEFF}",
    "한",
    "\u{202E}",
    "\0",
];

/// Source of changes; the same seed gives the same.
pub struct Mutator {
    rng: ChaCha8Rng,
}

impl Mutator {
    /// Changes drawn with `seed`.
    pub fn new(seed: u64) -> Self {
        Self { rng: ChaCha8Rng::seed_from_u64(seed) }
    }

    /// A number below `end`; 0 where there is none.
    pub fn below(&mut self, end: usize) -> usize {
        if end == 0 { 0 } else { self.rng.random_range(0..end) }
    }

    /// Whether something happens that does once in `times`.
    pub fn once_in(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }

    /// Makes one to five changes; pieces may come from `other`.
    pub fn mutate(&mut self, bytes: &mut Vec<u8>, other: &[u8]) {
        for _ in 0..self.rng.random_range(1..=MAX_CHANGES) {
            self.change(bytes, other);
        }
        bytes.truncate(MAX_BYTES);
    }

    fn change(&mut self, bytes: &mut Vec<u8>, other: &[u8]) {
        let at = self.below(bytes.len());
        match self.below(12) {
            0 | 1 => {
                if let Some(byte) = bytes.get_mut(at) {
                    *byte ^= 1 << self.rng.random_range(0..8);
                }
            }
            2 => {
                if let Some(byte) = bytes.get_mut(at) {
                    *byte = self.rng.random();
                }
            }
            3 | 4 => self.write_edge(bytes, at),
            5 => self.write_word(bytes, at),
            6 => bytes.truncate(at),
            7 => {
                let piece = self.piece(bytes);
                bytes.drain(piece);
            }
            8 => {
                let piece = self.piece(bytes);
                let copied: Vec<u8> = bytes.get(piece).unwrap_or_default().to_vec();
                let times = if self.once_in(8) { 64 } else { 1 };
                bytes.splice(at..at, copied.repeat(times));
            }
            9 => {
                let piece = self.piece(other);
                let foreign = other.get(piece).unwrap_or_default().iter().copied();
                // Over what stands there, so that what comes later keeps its place, or between.
                let end = if self.once_in(2) { at } else { bytes.len().min(at + foreign.len()) };
                bytes.splice(at..end, foreign);
            }
            10 => {
                // The head of one and the tail of the other.
                let tail = other.get(self.below(other.len())..).unwrap_or_default();
                bytes.truncate(at);
                bytes.extend_from_slice(tail);
            }
            _ => {
                let piece = self.piece(bytes);
                let value = if self.once_in(2) { 0 } else { self.rng.random() };
                bytes.get_mut(piece).unwrap_or_default().fill(value);
            }
        }
    }

    /// Writes an edge number of one to eight bytes, of either order, over what stands at `at`; or what
    /// stands there plus or minus a little.
    fn write_edge(&mut self, bytes: &mut [u8], at: usize) {
        let width = 1 << self.below(4);
        let Some(place) = at.checked_add(width).and_then(|end| bytes.get_mut(at..end)) else {
            return;
        };
        if self.once_in(3) {
            let step = self.rng.random_range(1..=16);
            if let Some(byte) = place.first_mut() {
                *byte =
                    if self.once_in(2) { byte.wrapping_add(step) } else { byte.wrapping_sub(step) };
            }
            return;
        }
        let edge = EDGES.get(self.below(EDGES.len())).copied().unwrap_or(0);
        let little = edge.to_le_bytes();
        place.copy_from_slice(little.get(..width).unwrap_or_default());
        if self.once_in(2) {
            place.reverse();
        }
    }

    /// Writes a word in place of the number that stands at or after `at`, or inserts it.
    fn write_word(&mut self, bytes: &mut Vec<u8>, at: usize) {
        let word = WORDS.get(self.below(WORDS.len())).copied().unwrap_or_default();
        let rest = bytes.get(at..).unwrap_or_default();
        let number = rest.iter().take(MAX_PIECE).position(u8::is_ascii_digit).map(|skip| {
            let digits = rest.iter().skip(skip).take_while(|byte| byte.is_ascii_digit()).count();
            at + skip..at + skip + digits
        });
        bytes.splice(number.unwrap_or(at..at), word.bytes());
    }

    /// A part of `bytes`, mostly short.
    fn piece(&mut self, bytes: &[u8]) -> std::ops::Range<usize> {
        let from = self.below(bytes.len());
        let most = if self.once_in(4) { MAX_PIECE } else { 8 };
        let length = self.below(most.min(bytes.len() - from) + 1);
        from..from + length
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_gives_the_same_changes_again_and_another_gives_others() {
        let changed = |seed| {
            let mut mutator = Mutator::new(seed);
            let made = (0..200).map(|_| {
                let mut bytes = b"count 17, length 0004".to_vec();
                mutator.mutate(&mut bytes, b"other");
                bytes
            });
            made.collect::<Vec<_>>()
        };
        assert_eq!(changed(1), changed(1));
        assert_ne!(changed(1), changed(2));
        let all: std::collections::HashSet<_> = changed(1).into_iter().collect();
        assert!(all.len() > 150, "{}", all.len());
    }

    #[test]
    fn nothing_at_all_can_be_changed() {
        let mut mutator = Mutator::new(3);
        for _ in 0..1000 {
            mutator.mutate(&mut Vec::new(), &[]);
        }
    }
}
