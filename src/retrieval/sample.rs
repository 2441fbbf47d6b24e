//! Vectors to measure an index with, where there are no images enough.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// Vectors around one centre, on average.
const A_CENTRE: usize = 200;
/// Length of what a vector is off its centre, whose own is 1: neighbours of one cluster are
/// then about 0.7 alike, as images of one defect are.
const SPREAD: f32 = 0.7;

/// `count` unit vectors of `dim` values, one after another, in clusters as embeddings of known
/// defects lie. The centres are the same for every `seed`.
pub fn clustered(count: usize, dim: usize, seed: u64) -> Vec<f32> {
    let mut places = ChaCha8Rng::seed_from_u64(0);
    let centres: Vec<f32> = (0..count.div_ceil(A_CENTRE).clamp(20, 5000))
        .flat_map(|_| unit(&mut places, dim))
        .collect();
    let mut dice = ChaCha8Rng::seed_from_u64(seed + 1);
    let mut vectors = Vec::with_capacity(count * dim);
    for _ in 0..count {
        let at = dice.random_range(0..centres.len() / dim.max(1)) * dim;
        let off = unit(&mut dice, dim);
        let centre = centres.iter().skip(at);
        let mut vector: Vec<f32> = centre.zip(off).map(|(c, off)| c + SPREAD * off).collect();
        normalise(&mut vector);
        vectors.extend(vector);
    }
    vectors
}

fn unit(dice: &mut ChaCha8Rng, dim: usize) -> Vec<f32> {
    let mut vector: Vec<f32> = (0..dim).map(|_| dice.random_range(-1.0f32..1.0)).collect();
    normalise(&mut vector);
    vector
}

fn normalise(vector: &mut [f32]) {
    let length = vector.iter().map(|v| v * v).sum::<f32>().sqrt().max(f32::MIN_POSITIVE);
    vector.iter_mut().for_each(|v| *v /= length);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn vectors_are_of_unit_length_and_lie_in_clusters() {
        let (dim, count) = (64, 400);
        let vectors = clustered(count, dim, 1);
        assert_eq!(vectors.len(), count * dim);
        let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f32>();
        let first = &vectors[..dim];
        assert!((dot(first, first) - 1.0).abs() < 1e-5);
        let alike = vectors.chunks(dim).filter(|other| dot(first, other) > 0.5).count();
        assert!((2..count / 4).contains(&alike), "{alike}");
        assert_eq!(clustered(3, dim, 1).len(), 3 * dim);
        assert!(clustered(0, dim, 1).is_empty());
    }
}
