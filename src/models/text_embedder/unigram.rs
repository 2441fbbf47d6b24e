//! Unigram tokenizer of `SentencePiece` (Kudo 2018, arXiv 1804.10959): the most probable
//! segmentation of a word into pieces.

use std::collections::HashMap;

use rayon::prelude::*;
use unicode_normalization::UnicodeNormalization;

/// Marker of the beginning of a word.
const WORD_START: char = '▁';
/// Log probability of an unknown character below that of the rarest piece.
const UNKNOWN_PENALTY: f64 = 10.0;

/// Tokenizer: the pieces with their scores, and the normalisation of the text.
pub(super) struct Unigram {
    text: Vec<u8>,
    offsets: Vec<u32>,
    scores: Vec<f32>,
    /// Piece ids in the order of their bytes.
    sorted: Vec<u32>,
    replacements: HashMap<char, Vec<char>>,
    bos: u32,
    eos: u32,
    unk: u32,
    unknown_score: f64,
}

impl Unigram {
    /// Makes a tokenizer. Piece i is `text[offsets[i]..offsets[i + 1]]` with the log probability
    /// `scores[i]`; pieces of score 0 are control tokens, which no text contains. `replacements`
    /// normalises single characters. `None` for offsets that fall or leave the text, or a score
    /// that is not finite.
    pub(super) fn new(
        text: &[u8],
        offsets: Vec<u32>,
        scores: Vec<f32>,
        replacements: HashMap<char, Vec<char>>,
        [bos, eos, unk]: [u32; 3],
    ) -> Option<Self> {
        let in_bounds = offsets.last().is_some_and(|&end| end as usize <= text.len());
        let finite = scores.iter().all(|score| score.is_finite());
        if !(offsets.is_sorted() && in_bounds && finite) || offsets.len() != scores.len() + 1 {
            return None;
        }
        let lowest = scores.iter().copied().fold(0.0, f32::min);
        let mut unigram = Self {
            text: text.to_vec(),
            offsets,
            scores,
            sorted: Vec::new(),
            replacements,
            bos,
            eos,
            unk,
            unknown_score: f64::from(lowest) - UNKNOWN_PENALTY,
        };
        let mut sorted: Vec<u32> = (0u32..)
            .zip(&unigram.scores)
            .filter(|&(id, &score)| score != 0.0 && !unigram.piece(id).is_empty())
            .map(|(id, _)| id)
            .collect();
        sorted.par_sort_by(|a, b| unigram.piece(*a).cmp(unigram.piece(*b)));
        unigram.sorted = sorted;
        Some(unigram)
    }

    fn piece(&self, id: u32) -> &[u8] {
        let at = |i: usize| self.offsets.get(i).map_or(0, |&offset| offset as usize);
        self.text.get(at(id as usize)..at(id as usize + 1)).unwrap_or_default()
    }

    /// Token ids of `<s> pieces </s>`, truncated to at most `max` with `</s>` at the end.
    pub(super) fn encode(&self, text: &str, max: usize) -> Vec<u32> {
        let mut ids = vec![self.bos];
        // NFC first: a decomposed Hangul syllable (as in file names of macOS) is the same text, and
        // the replacements are of single characters.
        let normalized: String = text
            .nfc()
            .flat_map(|c| match self.replacements.get(&c) {
                Some(to) => to.clone(),
                None => vec![c],
            })
            .collect();
        for word in normalized.split_whitespace() {
            if ids.len() >= max {
                break;
            }
            self.encode_word(&format!("{WORD_START}{word}"), &mut ids);
        }
        ids.truncate(max.saturating_sub(1).max(1));
        ids.push(self.eos);
        ids
    }

    /// Viterbi algorithm: the best segmentation up to a character boundary is the best one up to an
    /// earlier boundary and a piece.
    fn encode_word(&self, word: &str, ids: &mut Vec<u32>) {
        #[derive(Clone, Copy)]
        struct Best {
            score: f64,
            from: usize,
            id: u32,
        }
        let bytes = word.as_bytes();
        let unreached = Best { score: f64::NEG_INFINITY, from: 0, id: self.unk };
        let mut best = vec![unreached; bytes.len() + 1];
        if let Some(first) = best.first_mut() {
            first.score = 0.0;
        }
        for (start, c) in word.char_indices() {
            let prefix_score = best.get(start).map_or(f64::NEG_INFINITY, |b| b.score);
            let mut offer = |end: usize, score: f64, id: u32| {
                if let Some(there) = best.get_mut(end)
                    && prefix_score + score > there.score
                {
                    *there = Best { score: prefix_score + score, from: start, id };
                }
            };
            let single = start + c.len_utf8();
            let mut single_known = false;
            self.pieces_at(bytes.get(start..).unwrap_or_default(), |length, id| {
                let end = start + length;
                if word.is_char_boundary(end) {
                    let score = self.scores.get(id as usize).copied().unwrap_or_default();
                    single_known |= end == single;
                    offer(end, f64::from(score), id);
                }
            });
            if !single_known {
                offer(single, self.unknown_score, self.unk);
            }
        }
        let first = ids.len();
        let mut end = bytes.len();
        while let Some(step) = best.get(end).filter(|_| end > 0) {
            // Adjacent unknown characters become one unknown token.
            if step.id != self.unk || ids.len() == first || ids.last() != Some(&self.unk) {
                ids.push(step.id);
            }
            end = step.from;
        }
        if let Some(word_ids) = ids.get_mut(first..) {
            word_ids.reverse();
        }
    }

    /// Calls `found(length, id)` for every piece that is a prefix of `bytes`, narrowing the range
    /// of sorted pieces byte by byte.
    fn pieces_at(&self, bytes: &[u8], mut found: impl FnMut(usize, u32)) {
        let mut range = self.sorted.as_slice();
        for (depth, byte) in bytes.iter().enumerate() {
            let at = |id: &u32| self.piece(*id).get(depth).copied();
            let from = range.partition_point(|id| at(id) < Some(*byte));
            let to = range.partition_point(|id| at(id) <= Some(*byte));
            range = range.get(from..to).unwrap_or_default();
            let Some(&id) = range.first() else { return };
            if self.piece(id).len() == depth + 1 {
                found(depth + 1, id);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// `<s> </s> <unk>`, then pieces with log probabilities.
    pub(super) fn unigram(pieces: &[(&str, f32)]) -> Unigram {
        let all = [("<s>", 0.0), ("</s>", 0.0), ("<unk>", 0.0)];
        let all: Vec<_> = all.iter().chain(pieces).collect();
        let mut text = Vec::new();
        let mut offsets = vec![0];
        for (piece, _) in &all {
            text.extend_from_slice(piece.as_bytes());
            offsets.push(text.len() as u32);
        }
        let scores = all.iter().map(|(_, score)| *score).collect();
        let replacements = [('Ａ', vec!['A']), ('\u{7}', vec![]), ('½', vec!['1', '⁄', '2'])];
        Unigram::new(&text, offsets, scores, replacements.into_iter().collect(), [0, 1, 2]).unwrap()
    }

    #[test]
    fn the_most_probable_segmentation_wins() {
        let unigram = unigram(&[
            ("▁", -3.0),     // 3
            ("▁기", -4.0),   // 4
            ("공", -4.0),    // 5
            ("▁기공", -9.0), // 6: less probable than 4 and 5 together
            ("불", -5.0),    // 7
            ("불량", -5.5),  // 8
            ("A", -2.0),     // 9
        ]);
        // given, expect
        let cases: &[(&str, &[u32])] = &[
            ("기공", &[0, 4, 5, 1]),
            ("  기공 \t 불량 ", &[0, 4, 5, 3, 8, 1]),
            ("기공불", &[0, 4, 5, 7, 1]),
            // Full-width letters become ASCII, control characters disappear.
            ("Ａ\u{7}A", &[0, 3, 9, 9, 1]),
            // Adjacent unknown characters are one token; a known one divides them.
            ("xyAz", &[0, 3, 2, 9, 2, 1]),
            // Decomposed Hangul is composed.
            ("\u{1100}\u{1175}공", &[0, 4, 5, 1]),
            ("<s>", &[0, 3, 2, 1]),
            ("", &[0, 1]),
        ];
        for (given, expect) in cases {
            assert_eq!(&unigram.encode(given, 100), expect, "{given:?}");
        }
        assert_eq!(unigram.encode("기공 기공 기공", 4), [0, 4, 5, 1]);
    }

    #[test]
    fn damaged_tables_are_refused() {
        let scores = || vec![-1.0, -2.0];
        let new = |offsets, scores| {
            Unigram::new(b"abc", offsets, scores, HashMap::new(), [0, 0, 0]).is_some()
        };
        assert!(new(vec![0, 1, 3], scores()));
        assert!(!new(vec![0, 2, 1], scores()), "falling");
        assert!(!new(vec![0, 1, 4], scores()), "beyond the text");
        assert!(!new(vec![0, 1], scores()), "too few");
        assert!(!new(vec![0, 1, 3], vec![-1.0, f32::NAN]), "not a number");
    }

    proptest! {
        #[test]
        fn the_tokens_of_any_text_are_between_the_special_ones(text in ".{0,60}", max in 2usize..20) {
            let ids = unigram(&[("▁", -3.0), ("a", -4.0), ("▁a", -4.0)]).encode(&text, max);
            prop_assert!(ids.len() <= max && ids.len() >= 2);
            prop_assert_eq!((ids[0], ids[ids.len() - 1]), (0, 1));
            prop_assert!(ids.iter().all(|id| *id < 6));
        }
    }
}
