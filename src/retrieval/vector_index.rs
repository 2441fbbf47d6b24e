//! Which of the known vectors are most like this one: FAISS, exact inner product, with ids.
//!
//! The index is rebuildable from the library and carries the id of the model that made it.

use std::collections::BTreeSet;

use faiss::index::flat::FlatIndexImpl;
use faiss::selector::IdSelector;
use faiss::{ConcurrentIndex, IdMap, Idx, Index, MetricType};

use super::{Result, RetrievalError};
use crate::domain::ModelId;

mod file;

/// How far from 1 a vector's length may be: f32 rounding of long vectors, not another norm.
const UNIT_TOLERANCE: f32 = 1e-3;

/// Unit vectors with ids. Searching needs only `&self` and may run on several threads.
pub struct VectorIndex {
    model: ModelId,
    dim: usize,
    index: IdMap<FlatIndexImpl>,
    ids: BTreeSet<i64>,
}

impl std::fmt::Debug for VectorIndex {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("VectorIndex")
            .field("model", &self.model)
            .field("dim", &self.dim)
            .field("len", &self.ids.len())
            .finish_non_exhaustive()
    }
}

impl VectorIndex {
    /// An empty index of vectors of `dim` values made by `model`.
    ///
    /// # Errors
    /// [`RetrievalError::Size`] for a `dim` that is 0 or beyond what FAISS counts.
    pub fn new(dim: usize, model: ModelId) -> Result<Self> {
        let size = RetrievalError::Size { what: "values a vector", expected: 1, got: dim };
        let faiss_dim = match u32::try_from(dim) {
            Ok(d) if (1..=i32::MAX as u32).contains(&d) => d,
            _ => return Err(size),
        };
        let index = IdMap::new(FlatIndexImpl::new(faiss_dim, MetricType::InnerProduct)?)?;
        Ok(Self { model, dim, index, ids: BTreeSet::new() })
    }

    /// The model whose vectors these are.
    pub fn model(&self) -> &ModelId {
        &self.model
    }

    /// Values a vector.
    pub fn dim(&self) -> usize {
        self.dim
    }

    /// How many vectors there are.
    pub fn len(&self) -> usize {
        self.ids.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.ids.is_empty()
    }

    /// The ids, rising.
    pub fn ids(&self) -> impl Iterator<Item = i64> + '_ {
        self.ids.iter().copied()
    }

    /// Whether `id` has a vector.
    pub fn contains(&self, id: i64) -> bool {
        self.ids.contains(&id)
    }

    /// Adds one vector an id, contiguous, unit length. An id that is already there gets the new
    /// vector. Either all are added or, on an error, none.
    ///
    /// # Errors
    /// [`RetrievalError::BadId`] for a negative id or one given twice, [`RetrievalError::Size`],
    /// [`RetrievalError::NotUnit`].
    pub fn add(&mut self, ids: &[i64], vectors: &[f32]) -> Result<()> {
        let mut unique = BTreeSet::new();
        if let Some(bad) = ids.iter().find(|id| **id < 0 || !unique.insert(**id)) {
            return Err(RetrievalError::BadId(*bad));
        }
        let expected = ids.len() * self.dim;
        if vectors.len() != expected {
            let got = vectors.len();
            return Err(RetrievalError::Size { what: "values of the vectors", expected, got });
        }
        self.check_units(vectors)?;
        if ids.is_empty() {
            return Ok(());
        }
        let known: Vec<i64> = unique.intersection(&self.ids).copied().collect();
        self.remove(&known)?;
        let faiss_ids: Vec<Idx> = ids.iter().map(|id| Idx::from(*id)).collect();
        self.index.add_with_ids(vectors, &faiss_ids)?;
        self.ids.append(&mut unique);
        Ok(())
    }

    /// Removes what is there of `ids` and returns how many that were. All other ids keep their
    /// vectors.
    ///
    /// # Errors
    /// [`RetrievalError::Faiss`].
    pub fn remove(&mut self, ids: &[i64]) -> Result<usize> {
        let known: BTreeSet<i64> = ids.iter().copied().filter(|id| self.contains(*id)).collect();
        if known.is_empty() {
            return Ok(0);
        }
        let faiss_ids: Vec<Idx> = known.iter().map(|id| Idx::from(*id)).collect();
        let removed = self.index.remove_ids(&IdSelector::batch(&faiss_ids)?)?;
        self.ids.retain(|id| !known.contains(id));
        Ok(removed)
    }

    /// The `k` ids most like `query` (unit length) with their cosine similarity, most like
    /// first, of equals the lower id; fewer where the index holds fewer.
    ///
    /// # Errors
    /// [`RetrievalError::Size`], [`RetrievalError::NotUnit`].
    pub fn search(&self, query: &[f32], k: usize) -> Result<Vec<(i64, f32)>> {
        if query.len() != self.dim {
            let (expected, got) = (self.dim, query.len());
            return Err(RetrievalError::Size { what: "values of the query", expected, got });
        }
        Ok(self.search_all(query, k)?.pop().unwrap_or_default())
    }

    /// [`Self::search`] for several contiguous queries at once, which FAISS does faster than
    /// one by one.
    ///
    /// # Errors
    /// As [`Self::search`].
    pub fn search_all(&self, queries: &[f32], k: usize) -> Result<Vec<Vec<(i64, f32)>>> {
        let odd = queries.len() % self.dim;
        if odd != 0 {
            let what = "values of the last query";
            return Err(RetrievalError::Size { what, expected: self.dim, got: odd });
        }
        self.check_units(queries)?;
        let k = k.min(self.len());
        if k == 0 || queries.is_empty() {
            return Ok(vec![Vec::new(); queries.len() / self.dim]);
        }
        let found = ConcurrentIndex::search(&self.index, queries, k)?;
        let hits = found.labels.chunks(k).zip(found.distances.chunks(k)).map(|(ids, scores)| {
            let mut hits: Vec<(i64, f32)> = ids
                .iter()
                .zip(scores)
                .filter_map(|(id, score)| Some((i64::try_from(id.get()?).ok()?, *score)))
                .collect();
            hits.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
            hits
        });
        Ok(hits.collect())
    }

    fn check_units(&self, vectors: &[f32]) -> Result<()> {
        for (position, vector) in vectors.chunks_exact(self.dim).enumerate() {
            let length = vector.iter().map(|v| v * v).sum::<f32>().sqrt();
            // The other way round a NaN would pass.
            let unit = (length - 1.0).abs() <= UNIT_TOLERANCE;
            if !unit {
                return Err(RetrievalError::NotUnit { position, length });
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use rand::{RngExt, SeedableRng};

    use super::*;

    pub(super) fn units(count: usize, dim: usize, seed: u64) -> Vec<f32> {
        let mut rng = rand_chacha::ChaCha8Rng::seed_from_u64(seed);
        let mut values: Vec<f32> =
            (0..count * dim).map(|_| rng.random_range(-1.0f32..1.0)).collect();
        for vector in values.chunks_mut(dim) {
            let length = vector.iter().map(|v| v * v).sum::<f32>().sqrt();
            vector.iter_mut().for_each(|v| *v /= length);
        }
        values
    }

    pub(super) fn index(ids: &[i64], dim: usize) -> VectorIndex {
        let mut index = VectorIndex::new(dim, ModelId("tiny".into())).unwrap();
        index.add(ids, &units(ids.len(), dim, 1)).unwrap();
        index
    }

    /// The ids by measuring all, best first.
    fn brute_force(ids: &[i64], vectors: &[f32], query: &[f32]) -> Vec<(i64, f32)> {
        let dot = |v: &[f32]| v.iter().zip(query).map(|(a, b)| a * b).sum::<f32>();
        let mut all: Vec<_> =
            ids.iter().copied().zip(vectors.chunks(query.len()).map(dot)).collect();
        all.sort_by(|a, b| b.1.total_cmp(&a.1));
        all
    }

    #[test]
    fn hits_are_those_of_measuring_all() {
        let dim = 32;
        let ids: Vec<i64> = (0..500).map(|i| i * 7 + 3).collect();
        let vectors = units(500, dim, 1);
        let index = index(&ids, dim);
        let queries = units(40, dim, 2);
        let at_once = index.search_all(&queries, 10).unwrap();
        for (query, at_once) in queries.chunks(dim).zip(&at_once) {
            let expected = brute_force(&ids, &vectors, query);
            for found in [&index.search(query, 10).unwrap(), at_once] {
                assert_eq!(found.len(), 10);
                for ((id, score), (expected_id, expected_score)) in found.iter().zip(&expected) {
                    assert_eq!(id, expected_id);
                    assert!((score - expected_score).abs() < 1e-5);
                }
            }
        }
    }

    #[test]
    fn ids_stay_when_others_go_and_come() {
        let dim = 8;
        let vectors = units(6, dim, 1);
        let of = |i: usize| &vectors[i * dim..][..dim];
        let mut index = index(&[10, 20, 30, 40], dim);
        assert_eq!(index.remove(&[20, 99, 20]).unwrap(), 1);
        index.add(&[5, 50], &vectors[4 * dim..]).unwrap();
        assert_eq!(index.ids().collect::<Vec<_>>(), [5, 10, 30, 40, 50]);
        for (i, id) in [(0, 10), (2, 30), (3, 40), (4, 5), (5, 50)] {
            let (found, score) = index.search(of(i), 1).unwrap()[0];
            assert!(found == id && (score - 1.0).abs() < 1e-5, "vector {i} is {found}");
        }
        assert!(index.search(of(1), 10).unwrap().iter().all(|(id, _)| *id != 20));
        // A known id gets the new vector.
        index.add(&[10], of(1)).unwrap();
        assert_eq!((index.len(), index.search(of(1), 1).unwrap()[0].0), (5, 10));
        assert_eq!(index.remove(&[5, 10, 30, 40, 50]).unwrap(), 5);
        assert!(index.is_empty() && index.search(of(0), 3).unwrap().is_empty());
    }

    #[test]
    fn what_does_not_fit_is_refused_and_changes_nothing() {
        let mut index = index(&[1, 2], 4);
        let unit = [0.5f32; 4];
        assert!(matches!(index.add(&[-1], &unit), Err(RetrievalError::BadId(-1))));
        assert!(matches!(index.add(&[3, 3], &[0.5; 8]), Err(RetrievalError::BadId(3))));
        assert!(matches!(index.add(&[3], &[1.0; 3]), Err(RetrievalError::Size { .. })));
        for bad in [[0.0; 4], [1.0; 4], [f32::NAN; 4]] {
            let both = [unit, bad].concat();
            let result = index.add(&[3, 4], &both);
            assert!(matches!(result, Err(RetrievalError::NotUnit { position: 1, .. })));
            assert!(matches!(index.search(&bad, 1), Err(RetrievalError::NotUnit { .. })));
        }
        assert!(matches!(index.search(&[1.0], 1), Err(RetrievalError::Size { .. })));
        assert!(matches!(index.search_all(&[1.0; 6], 1), Err(RetrievalError::Size { .. })));
        assert!(VectorIndex::new(0, ModelId("tiny".into())).is_err());
        assert_eq!(index.ids().collect::<Vec<_>>(), [1, 2]);
        assert!(index.search(&unit, 0).unwrap().is_empty());
        assert_eq!(index.search(&unit, usize::MAX).unwrap().len(), 2);
    }

    #[test]
    fn several_threads_search_at_once() {
        let index = index(&(0..200).collect::<Vec<_>>(), 16);
        let queries = units(8, 16, 3);
        let expected = index.search_all(&queries, 5).unwrap();
        std::thread::scope(|scope| {
            for (query, expected) in queries.chunks(16).zip(&expected) {
                let index = &index;
                scope.spawn(move || {
                    for _ in 0..50 {
                        let ids =
                            |hits: &[(i64, f32)]| hits.iter().map(|h| h.0).collect::<Vec<_>>();
                        assert_eq!(ids(&index.search(query, 5).unwrap()), ids(expected));
                    }
                });
            }
        });
    }
}
