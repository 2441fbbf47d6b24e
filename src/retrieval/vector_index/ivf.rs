//! Partition of a large index into cells (an inverted file), and the number of cells searched.

use faiss::index::flat::FlatIndexImpl;
use faiss::index::ivf_flat::IVFFlatIndexImpl;
use faiss::{Idx, Index};

use crate::Result;

/// Training vectors a cell: the least that FAISS's k-means takes without a warning.
const TRAINING_PER_CELL: usize = 40;
/// Least number of cells searched.
const MIN_NPROBE: usize = 16;
/// Least number of vectors searched for each hit requested.
const VECTORS_PER_HIT: usize = 100;

/// Number of cells for `len` vectors: twice the square root, so that finding the cells costs a
/// query about as much as searching them, and k-means takes minutes at a million vectors.
pub(super) fn nlist(len: usize) -> usize {
    (2.0 * (len as f64).sqrt()) as usize
}

/// Number of cells searched for `k` hits of `len` vectors in `nlist` cells; all cells where `k` is
/// nearly `len`, or hardly any vectors are left.
pub(super) fn nprobe(k: usize, len: usize, nlist: usize) -> usize {
    let vectors = k.saturating_mul(VECTORS_PER_HIT);
    let share = vectors.saturating_mul(nlist).div_ceil(len.max(1));
    share.max(MIN_NPROBE).min(nlist)
}

/// An inverted file of `nlist` cells with these vectors (contiguous, `dim` values each); the id of
/// a vector is its position. k-means (25 iterations, FAISS's own seed) is trained on an evenly
/// spaced sample.
pub(super) fn build_ivf(vectors: &[f32], dim: usize, nlist: usize) -> Result<IVFFlatIndexImpl> {
    let (len, faiss_dim) = (vectors.len() / dim, dim as u32);
    let mut index =
        IVFFlatIndexImpl::new_ip(FlatIndexImpl::new_ip(faiss_dim)?, faiss_dim, nlist as u32)?;
    let sample = (nlist * TRAINING_PER_CELL).min(len);
    let sampled: Vec<f32> = (0..sample)
        .flat_map(|n| {
            let at = n * len / sample.max(1) * dim;
            vectors.iter().skip(at).take(dim).copied()
        })
        .collect();
    index.train(&sampled)?;
    let ids: Vec<Idx> = (0..len).map(|n| Idx::new(n as u64)).collect();
    index.add_with_ids(vectors, &ids)?;
    Ok(index)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn enough_cells_are_searched() {
        // k, vectors, cells, expected
        for (k, len, nlist, expected) in [
            (10, 1_000_000, 2000, 16),
            (10, 60_000, 489, 16),
            (50, 60_000, 489, 41),
            (60_000, 60_000, 489, 489),
            (10, 300, 489, 489),
            (1, 0, 489, 100 * 489),
            (usize::MAX, 10, 5, 5),
        ] {
            assert_eq!(nprobe(k, len, nlist), expected.min(nlist), "{k} of {len} in {nlist}");
        }
    }
}
