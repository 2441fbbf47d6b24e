//! Which of the known vectors are most like this one: FAISS, inner product, with ids.
//!
//! A small index measures all vectors (flat, exact). A large one is partitioned into cells and
//! looks at the cells nearest to the query (inverted file; Jégou et al., "Product Quantization
//! for Nearest Neighbor Search", 2011, without the quantisation). Inverted file and not HNSW
//! because vectors come and go: FAISS's HNSW cannot remove.
//!
//! The index is rebuildable from the library and carries the id of the model that made it.

use std::collections::{BTreeMap, BTreeSet};

use faiss::index::SearchResult;
use faiss::index::flat::FlatIndexImpl;
use faiss::selector::IdSelector;

use super::spread::Spreads;
use super::{Result, RetrievalError};
use fettle_domain::ModelId;

mod cells;
mod file;
mod searcher;
mod slots;
#[cfg(test)]
mod tests;

use cells::{cell_count, partitioned};
use searcher::Searcher;
use slots::Slots;

/// Up to so many vectors all are measured; above, [`VectorIndex::partition`] makes cells.
///
/// Measured with `benches/search.rs` (512 values, top 10, clustered; two cores that some twenty
/// other threads shared, so the ratios count):
///
/// | vectors | kind | one query | 64 queries | recall |
/// | --- | --- | --- | --- | --- |
/// | 10,000 | flat | 19 ms | 1.2 s | 1 |
/// | 100,000 | flat | 180 ms | 13.6 s | 1 |
/// | 100,000 | cells | 12 ms | 0.42 s | 1.000 |
///
/// Cells answer sooner at any size, but cost half a minute of k-means at 50,000 (a minute at
/// 100,000) and are not exact. Up to 50,000 a flat query is no slower than embedding the
/// picture that is asked about, so there is nothing to gain.
pub const FLAT_UP_TO: usize = 50_000;

/// How far from 1 a vector's length may be: f32 rounding of long vectors, not another norm.
const UNIT_TOLERANCE: f32 = 1e-3;

/// Unit vectors with ids. Searching needs only `&self` and may run on several threads.
pub struct VectorIndex {
    model: ModelId,
    dim: usize,
    searcher: Searcher,
    slots: Slots,
    /// How near to one another the images of each product lie; empty until somebody measured.
    pub spreads: Spreads,
}

impl std::fmt::Debug for VectorIndex {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("VectorIndex")
            .field("model", &self.model)
            .field("dim", &self.dim)
            .field("len", &self.len())
            .field("cells", &self.cells())
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
        let searcher = Searcher::Flat(FlatIndexImpl::new_ip(faiss_dim)?);
        let (slots, spreads) = (Slots::default(), Spreads::default());
        Ok(Self { model, dim, searcher, slots, spreads })
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
        self.slots.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Into how many cells it is partitioned; `None`: all vectors are measured.
    pub fn cells(&self) -> Option<usize> {
        match &self.searcher {
            Searcher::Flat(_) => None,
            Searcher::Cells(cells) => Some(cells.nlist() as usize),
        }
    }

    /// The ids, rising.
    pub fn ids(&self) -> impl Iterator<Item = i64> + '_ {
        self.slots.ids()
    }

    /// Whether `id` has a vector.
    pub fn contains(&self, id: i64) -> bool {
        self.slots.of(id).is_some()
    }

    /// Adds one vector an id, contiguous, unit length. An id that is already there gets the new
    /// vector. Either all are added or, on an error of what was given, none.
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
        let known: Vec<i64> = ids.iter().copied().filter(|id| self.contains(*id)).collect();
        self.remove(&known)?;
        let slots = self.slots.take(ids);
        self.searcher.add(vectors, &slots)
    }

    /// Removes what is there of `ids` and returns how many that were. All other ids keep their
    /// vectors.
    ///
    /// # Errors
    /// [`RetrievalError::Faiss`].
    pub fn remove(&mut self, ids: &[i64]) -> Result<usize> {
        let known: BTreeMap<i64, usize> =
            ids.iter().filter_map(|id| Some((*id, self.slots.of(*id)?))).collect();
        if known.is_empty() {
            return Ok(0);
        }
        let slots: Vec<_> = known.values().map(|slot| searcher::label(*slot)).collect();
        let removed = self.searcher.remove(&IdSelector::batch(&slots)?)?;
        let ids: BTreeSet<i64> = known.into_keys().collect();
        match self.searcher {
            // FAISS moves what comes behind forward.
            Searcher::Flat(_) => self.slots.close_up(&ids),
            Searcher::Cells(_) => self.slots.free(&ids),
        }
        Ok(removed)
    }

    /// Partitions an index of more than [`FLAT_UP_TO`] vectors into cells, once: seconds to
    /// minutes. Returns whether it did. Later vectors go into the cells there are.
    ///
    /// # Errors
    /// [`RetrievalError::Faiss`].
    pub fn partition(&mut self) -> Result<bool> {
        match &self.searcher {
            Searcher::Flat(flat) if self.len() > FLAT_UP_TO => {
                let cells = partitioned(flat.xb(), self.dim, cell_count(self.len()))?;
                self.searcher = Searcher::Cells(cells);
                Ok(true)
            }
            _ => Ok(false),
        }
    }

    /// The vector of `id`; `None` where there is none, or where a partitioned index that
    /// shrank cannot give it.
    ///
    /// # Errors
    /// [`RetrievalError::Faiss`].
    pub fn vector(&self, id: i64) -> Result<Option<Vec<f32>>> {
        match self.slots.of(id) {
            Some(slot) => self.searcher.vector(slot, self.dim),
            None => Ok(None),
        }
    }

    /// The `k` ids most like `query` (unit length) with their cosine similarity, most like
    /// first, of equals the lower id; fewer where the index holds fewer. Exact, but for a
    /// partitioned index: there one in fifty at most is a less similar one.
    ///
    /// # Errors
    /// [`RetrievalError::Size`], [`RetrievalError::NotUnit`].
    pub fn search(&self, query: &[f32], k: usize) -> Result<Vec<(i64, f32)>> {
        self.check_query(query)?;
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
        Ok(self.with_ids(&self.searcher.search(queries, k, self.len())?, k))
    }

    /// [`Self::search`] among these ids alone.
    ///
    /// # Errors
    /// As [`Self::search`].
    pub fn search_among(&self, query: &[f32], k: usize, ids: &[i64]) -> Result<Vec<(i64, f32)>> {
        self.check_query(query)?;
        self.check_units(query)?;
        let slots: Vec<usize> = ids.iter().filter_map(|id| self.slots.of(*id)).collect();
        let k = k.min(slots.len());
        if k == 0 {
            return Ok(Vec::new());
        }
        let found = self.searcher.search_among(query, k, &slots, self.len())?;
        Ok(self.with_ids(&found, k).pop().unwrap_or_default())
    }

    /// FAISS's answer, a row a query, in ids and in order.
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

    fn check_query(&self, query: &[f32]) -> Result<()> {
        let (expected, got) = (self.dim, query.len());
        if got == expected {
            return Ok(());
        }
        Err(RetrievalError::Size { what: "values of the query", expected, got })
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
