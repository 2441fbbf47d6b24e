//! How a large index is partitioned, and how many of its cells a query looks at.

use faiss::index::flat::FlatIndexImpl;
use faiss::index::ivf_flat::IVFFlatIndexImpl;
use faiss::{Idx, Index};

use crate::Result;

/// Vectors that place one cell's centre: the least that FAISS's k-means takes without a
/// warning.
const SAMPLES_A_CELL: usize = 40;
/// Cells that a query looks at, at least.
const PROBES: usize = 16;
/// A query looks at so many vectors for each hit asked for, at least.
const LOOKED_AT: usize = 100;

/// Cells of an index of `len` vectors: twice the square root, so that finding the cells costs
/// a query about as much as looking into them, and k-means stays within minutes at a million.
pub(super) fn cell_count(len: usize) -> usize {
    (2.0 * (len as f64).sqrt()) as usize
}

/// Cells that a query for `k` of `len` vectors looks at, of `cells`; all where nearly all
/// vectors are asked for, or hardly any are left.
pub(super) fn probes(k: usize, len: usize, cells: usize) -> usize {
    let vectors = k.saturating_mul(LOOKED_AT);
    let share = vectors.saturating_mul(cells).div_ceil(len.max(1));
    share.max(PROBES).min(cells)
}

/// The vectors (contiguous, `dim` values each) in `cells` cells, the position of each as its
/// id. k-means (25 rounds, FAISS's own seed) sees an even sample of them.
pub(super) fn partitioned(vectors: &[f32], dim: usize, cells: usize) -> Result<IVFFlatIndexImpl> {
    let (len, faiss_dim) = (vectors.len() / dim, dim as u32);
    let mut index =
        IVFFlatIndexImpl::new_ip(FlatIndexImpl::new_ip(faiss_dim)?, faiss_dim, cells as u32)?;
    let sample = (cells * SAMPLES_A_CELL).min(len);
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
    fn a_query_looks_at_enough_cells() {
        // k, vectors, cells, expected
        for (k, len, cells, expected) in [
            (10, 1_000_000, 2000, 16),
            (10, 60_000, 489, 16),
            (50, 60_000, 489, 41),
            (60_000, 60_000, 489, 489),
            (10, 300, 489, 489),
            (1, 0, 489, 100 * 489),
            (usize::MAX, 10, 5, 5),
        ] {
            assert_eq!(probes(k, len, cells), expected.min(cells), "{k} of {len} in {cells}");
        }
    }
}
