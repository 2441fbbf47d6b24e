//! The vector index: adding, removing and searching vectors by id.

use std::collections::{BTreeMap, BTreeSet};

use faiss::index::SearchResult;
use faiss::index::flat::FlatIndexImpl;
use faiss::selector::IdSelector;

use super::faiss_index::{FaissIndex, label};
use super::ivf::{build_ivf, nlist};
use super::slots::Slots;
use crate::neighbour_distances::NeighbourDistances;
use crate::{Result, RetrievalError};
use fettle_domain::ModelId;

/// Largest number of vectors of a flat index; larger indexes are partitioned by
/// [`VectorIndex::partition`].
///
/// Measured with `benches/search.rs` (512 values, top 10, clustered; two cores shared with some
/// twenty other threads, so only the ratios count):
///
/// | vectors | kind | one query | 64 queries | recall |
/// | --- | --- | --- | --- | --- |
/// | 10,000 | flat | 19 ms | 1.2 s | 1 |
/// | 100,000 | flat | 180 ms | 13.6 s | 1 |
/// | 100,000 | cells | 12 ms | 0.42 s | 1.000 |
///
/// Cells answer faster at any size, but cost half a minute of k-means at 50,000 (a minute at
/// 100,000) and are not exact. Up to 50,000 a flat query is no slower than embedding the query
/// image, so there is nothing to gain.
pub(super) const MAX_FLAT: usize = 50_000;

/// Largest deviation of a vector's length from 1: allows the rounding of long vectors in f32.
const UNIT_TOLERANCE: f32 = 1e-3;

/// Index of unit vectors by id. Several threads may search at once.
pub struct VectorIndex {
    pub(super) model: ModelId,
    pub(super) dim: usize,
    pub(super) faiss: FaissIndex,
    pub(super) slots: Slots,
    /// Nearest-neighbour distances of the images of each product; empty until measured.
    pub neighbour_distances: NeighbourDistances,
}

impl std::fmt::Debug for VectorIndex {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("VectorIndex")
            .field("model", &self.model)
            .field("dim", &self.dim)
            .field("len", &self.len())
            .field("nlist", &self.nlist())
            .finish_non_exhaustive()
    }
}

impl VectorIndex {
    /// An empty index of vectors of `dim` values made by `model`.
    ///
    /// # Errors
    /// [`RetrievalError::BadDimension`] for a `dim` of 0 or above FAISS's limit.
    pub fn new(dim: usize, model: ModelId) -> Result<Self> {
        let faiss_dim = match u32::try_from(dim) {
            Ok(d) if (1..=i32::MAX as u32).contains(&d) => d,
            _ => return Err(RetrievalError::BadDimension(dim)),
        };
        let faiss = FaissIndex::Flat(FlatIndexImpl::new_ip(faiss_dim)?);
        let neighbour_distances = NeighbourDistances::default();
        Ok(Self { model, dim, faiss, slots: Slots::default(), neighbour_distances })
    }

    /// The model that made the vectors.
    pub fn model(&self) -> &ModelId {
        &self.model
    }

    /// Values a vector.
    pub fn dim(&self) -> usize {
        self.dim
    }

    /// Number of vectors.
    pub fn len(&self) -> usize {
        self.slots.len()
    }

    /// Whether the index has no vectors.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Number of cells (FAISS's `nlist`); `None` for a flat index.
    pub fn nlist(&self) -> Option<usize> {
        match &self.faiss {
            FaissIndex::Flat(_) => None,
            FaissIndex::Ivf(ivf) => Some(ivf.nlist() as usize),
        }
    }

    /// The ids, rising.
    pub fn ids(&self) -> impl Iterator<Item = i64> + '_ {
        self.slots.ids()
    }

    /// Whether the index has a vector of `id`.
    pub fn contains(&self, id: i64) -> bool {
        self.slots.of(id).is_some()
    }

    /// Adds one vector an id; `vectors` are contiguous and of unit length. The vector of a known id
    /// is replaced. Where an argument is in error, nothing is added.
    ///
    /// # Errors
    /// [`RetrievalError::BadId`] for an id that is negative or given twice,
    /// [`RetrievalError::Size`], [`RetrievalError::NotNormalised`].
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
        self.check_normalised(vectors)?;
        if ids.is_empty() {
            return Ok(());
        }
        let known: Vec<i64> = ids.iter().copied().filter(|id| self.contains(*id)).collect();
        self.remove(&known)?;
        let slots = self.slots.take(ids);
        self.faiss.add(vectors, &slots)
    }

    /// Removes `ids`, as far as the index has them, and returns the number removed. All other ids
    /// keep their vectors.
    ///
    /// # Errors
    /// [`RetrievalError::Faiss`].
    pub fn remove(&mut self, ids: &[i64]) -> Result<usize> {
        let known: BTreeMap<i64, usize> =
            ids.iter().filter_map(|id| Some((*id, self.slots.of(*id)?))).collect();
        if known.is_empty() {
            return Ok(0);
        }
        let slots: Vec<_> = known.values().map(|slot| label(*slot)).collect();
        let removed = self.faiss.remove(&IdSelector::batch(&slots)?)?;
        let ids: BTreeSet<i64> = known.into_keys().collect();
        match self.faiss {
            // A flat FAISS index moves the vectors behind forward.
            FaissIndex::Flat(_) => self.slots.compact(&ids),
            FaissIndex::Ivf(_) => self.slots.free(&ids),
        }
        Ok(removed)
    }

    /// Partitions a flat index of more than 50,000 vectors into cells, which takes seconds to
    /// minutes. Returns whether the index was partitioned now. Vectors added later go into the
    /// existing cells.
    ///
    /// # Errors
    /// [`RetrievalError::Faiss`].
    pub fn partition(&mut self) -> Result<bool> {
        match &self.faiss {
            FaissIndex::Flat(flat) if self.len() > MAX_FLAT => {
                let ivf = build_ivf(flat.xb(), self.dim, nlist(self.len()))?;
                self.faiss = FaissIndex::Ivf(ivf);
                Ok(true)
            }
            _ => Ok(false),
        }
    }

    /// The vector of `id`; `None` for an unknown id, or where a partitioned index that shrank
    /// cannot reconstruct the vector.
    ///
    /// # Errors
    /// [`RetrievalError::Faiss`].
    pub fn vector(&self, id: i64) -> Result<Option<Vec<f32>>> {
        match self.slots.of(id) {
            Some(slot) => self.faiss.vector(slot, self.dim),
            None => Ok(None),
        }
    }

    /// The `k` ids most similar to `query` (unit length) and their cosine similarity, best first,
    /// ties by rising id; fewer than `k` where the index is smaller. Exact for a flat index; the
    /// recall of a partitioned index is at least 0.98.
    ///
    /// # Errors
    /// [`RetrievalError::Size`], [`RetrievalError::NotNormalised`].
    pub fn search(&self, query: &[f32], k: usize) -> Result<Vec<(i64, f32)>> {
        self.check_query(query)?;
        Ok(self.search_all(query, k)?.pop().unwrap_or_default())
    }

    /// [`Self::search`] for several contiguous queries, which is faster than one by one.
    ///
    /// # Errors
    /// As [`Self::search`].
    pub fn search_all(&self, queries: &[f32], k: usize) -> Result<Vec<Vec<(i64, f32)>>> {
        let rest = queries.len() % self.dim;
        if rest != 0 {
            let what = "values of the last query";
            return Err(RetrievalError::Size { what, expected: self.dim, got: rest });
        }
        self.check_normalised(queries)?;
        let k = k.min(self.len());
        if k == 0 || queries.is_empty() {
            return Ok(vec![Vec::new(); queries.len() / self.dim]);
        }
        Ok(self.with_ids(&self.faiss.search(queries, k, self.len())?, k))
    }

    /// [`Self::search`] restricted to `ids`.
    ///
    /// # Errors
    /// As [`Self::search`].
    pub fn search_filtered(&self, query: &[f32], k: usize, ids: &[i64]) -> Result<Vec<(i64, f32)>> {
        self.check_query(query)?;
        self.check_normalised(query)?;
        let slots: Vec<usize> = ids.iter().filter_map(|id| self.slots.of(*id)).collect();
        let k = k.min(slots.len());
        if k == 0 {
            return Ok(Vec::new());
        }
        let found = self.faiss.search_filtered(query, k, &slots, self.len())?;
        Ok(self.with_ids(&found, k).pop().unwrap_or_default())
    }

    /// Converts a result of FAISS to ids, one list a query, sorted.
    fn with_ids(&self, found: &SearchResult, k: usize) -> Vec<Vec<(i64, f32)>> {
        let rows = found.labels.chunks(k).zip(found.distances.chunks(k)).map(|(slots, scores)| {
            let mut hits: Vec<(i64, f32)> = slots
                .iter()
                .zip(scores)
                .filter_map(|(slot, score)| Some((self.slots.id(slot.get()?)?, *score)))
                .collect();
            hits.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
            hits
        });
        rows.collect()
    }

    /// `Ok` for a query of the index' dimension.
    fn check_query(&self, query: &[f32]) -> Result<()> {
        let (expected, got) = (self.dim, query.len());
        if got == expected {
            return Ok(());
        }
        Err(RetrievalError::Size { what: "values of the query", expected, got })
    }

    /// `Ok` for vectors of unit length.
    fn check_normalised(&self, vectors: &[f32]) -> Result<()> {
        for (position, vector) in vectors.chunks_exact(self.dim).enumerate() {
            let length = vector.iter().map(|v| v * v).sum::<f32>().sqrt();
            // Written so that a NaN is an error, too.
            let is_unit = (length - 1.0).abs() <= UNIT_TOLERANCE;
            if !is_unit {
                return Err(RetrievalError::NotNormalised { position, length });
            }
        }
        Ok(())
    }
}
