//! Synthetic vectors to benchmark an index with.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// Mean number of vectors of a cluster.
const PER_CLUSTER: usize = 200;
/// Length of the offset of a vector from its cluster centre, whose length is 1: the cosine
/// similarity within a cluster is then about 0.7, as between images of one defect.
const OFFSET: f32 = 0.7;

/// `count` unit vectors of `dim` values, contiguous, in clusters like those of embeddings of known
/// defects. The centres are the same for every `seed`.
pub fn clustered(count: usize, dim: usize, seed: u64) -> Vec<f32> {
    let mut centre_rng = ChaCha8Rng::seed_from_u64(0);
    let centres: Vec<f32> = (0..count.div_ceil(PER_CLUSTER).clamp(20, 5000))
        .flat_map(|_| unit(&mut centre_rng, dim))
        .collect();
    let mut rng = ChaCha8Rng::seed_from_u64(seed + 1);
    let mut vectors = Vec::with_capacity(count * dim);
    for _ in 0..count {
        let at = rng.random_range(0..centres.len() / dim.max(1)) * dim;
        let offset = unit(&mut rng, dim);
        let centre = centres.iter().skip(at);
        let mut vector: Vec<f32> = centre.zip(offset).map(|(c, o)| c + OFFSET * o).collect();
        normalise(&mut vector);
        vectors.extend(vector);
    }
    vectors
}

/// A random unit vector.
fn unit(rng: &mut ChaCha8Rng, dim: usize) -> Vec<f32> {
    let mut vector: Vec<f32> = (0..dim).map(|_| rng.random_range(-1.0f32..1.0)).collect();
    normalise(&mut vector);
    vector
}

/// Scales a vector to length 1.
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
