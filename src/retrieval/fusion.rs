//! Fusion of scores by meaning and by words into one.
//!
//! Weights fitted to the tuning half of the questions (`docs/retrieval.md`) by a softmax over
//! sections. Ranks alone (reciprocal rank fusion, which stood here before) lose how far the first is
//! ahead of the others, and were worse.

/// Weight of meaning, for each 0.05 of cosine over the mean of all passages.
const MEANING: f32 = 2.5;
/// The cosine's difference that counts as one.
const COSINE: f32 = 0.05;
/// Weight of words, for a score as high as the best passage's.
const WORDS: f32 = 3.0;

/// The relevance of each of `count` passages, from their cosines (for all passages, or none) and
/// BM25 scores (of those found), by position.
pub fn relevance(count: usize, cosines: &[(usize, f32)], words: &[(usize, f32)]) -> Vec<f32> {
    let mut sums = vec![0.0; count];
    let mean = cosines.iter().map(|(_, cosine)| cosine).sum::<f32>() / cosines.len().max(1) as f32;
    let best = words.iter().map(|(_, score)| *score).fold(0.0, f32::max);
    for (position, cosine) in cosines {
        if let Some(sum) = sums.get_mut(*position) {
            *sum += MEANING * (cosine - mean) / COSINE;
        }
    }
    for (position, score) in words {
        if let Some(sum) = sums.get_mut(*position)
            && best > 0.0
        {
            *sum += WORDS * score / best;
        }
    }
    sums
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_scores_count() {
        let order = |cosines: &[(usize, f32)], words: &[(usize, f32)]| {
            let sums = relevance(3, cosines, words);
            let mut order: Vec<usize> = (0..3).collect();
            order.sort_by(|a, b| sums[*b].total_cmp(&sums[*a]));
            order
        };
        let cosines = [(0, 0.80), (1, 0.85), (2, 0.84)];
        assert_eq!(order(&cosines, &[]), [1, 2, 0]);
        assert_eq!(order(&[], &[(2, 7.0), (0, 1.0)]), [2, 0, 1]);
        // Nearly as near in meaning, and far better in words.
        assert_eq!(order(&cosines, &[(2, 7.0), (1, 1.0)]), [2, 1, 0]);
        assert_eq!(relevance(2, &[], &[]), [0.0, 0.0]);
    }
}
