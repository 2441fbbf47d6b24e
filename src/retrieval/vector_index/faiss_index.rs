//! The FAISS index behind a vector index: flat, or an inverted file. Vectors are addressed by slot.

use faiss::index::flat::FlatIndexImpl;
use faiss::index::ivf_flat::IVFFlatIndexImpl;
use faiss::index::{SearchResult, SearchWithParams};
use faiss::search_params::{SearchParameters, SearchParametersIVF};
use faiss::selector::IdSelector;
use faiss::{ConcurrentIndex, Idx, Index};

use super::ivf::nprobe;
use crate::Result;

/// A FAISS index of one of two kinds.
pub(super) enum FaissIndex {
    /// Compares a query with all vectors.
    Flat(FlatIndexImpl),
    /// Compares a query with the vectors of the nearest ivf.
    Ivf(IVFFlatIndexImpl),
}

/// The FAISS id of a slot.
pub(super) fn label(slot: usize) -> Idx {
    Idx::new(slot as u64)
}

impl FaissIndex {
    /// Adds vectors at these slots, which must be the next ones for a flat index.
    pub(super) fn add(&mut self, vectors: &[f32], slots: &[usize]) -> Result<()> {
        match self {
            // A flat index numbers its vectors itself and has no free slots.
            Self::Flat(flat) => Ok(flat.add(vectors)?),
            Self::Ivf(ivf) => {
                let labels: Vec<Idx> = slots.iter().map(|slot| label(*slot)).collect();
                Ok(ivf.add_with_ids(vectors, &labels)?)
            }
        }
    }

    /// Removes vectors and returns their number.
    pub(super) fn remove(&mut self, slots: &IdSelector) -> Result<usize> {
        Ok(match self {
            Self::Flat(flat) => flat.remove_ids(slots)?,
            Self::Ivf(ivf) => ivf.remove_ids(slots)?,
        })
    }

    /// The vector of a slot; `None` where an inverted file cannot reconstruct it.
    pub(super) fn vector(&self, slot: usize, dim: usize) -> Result<Option<Vec<f32>>> {
        match self {
            Self::Flat(flat) => {
                Ok(flat.xb().get(slot * dim..(slot + 1) * dim).map(<[f32]>::to_vec))
            }
            // FAISS searches all cells for the id, and only for ids below the number of vectors.
            Self::Ivf(ivf) if (slot as u64) < ivf.ntotal() => {
                let mut vector = vec![0f32; dim];
                ivf.reconstruct_n(label(slot), 1, &mut vector)?;
                Ok(Some(vector))
            }
            Self::Ivf(_) => Ok(None),
        }
    }

    /// The `k` nearest vectors of each query among `len` vectors; `k` is at most `len`.
    pub(super) fn search(&self, queries: &[f32], k: usize, len: usize) -> Result<SearchResult> {
        match self {
            Self::Flat(flat) => Ok(ConcurrentIndex::search(flat, queries, k)?),
            Self::Ivf(ivf) => {
                let nlist = ivf.nlist() as usize;
                let search = |nprobe: usize| -> Result<SearchResult> {
                    let mut parameters = SearchParametersIVF::new()?;
                    parameters.set_nprobe(nprobe);
                    let parameters = parameters.upcast();
                    Ok(SearchWithParams::search_with_params(ivf, queries, k, &parameters)?)
                };
                let found = search(nprobe(k, len, nlist))?;
                // These cells held fewer vectors than requested: search all cells.
                if found.labels.iter().any(|label| label.is_none()) {
                    search(nlist)
                } else {
                    Ok(found)
                }
            }
        }
    }

    /// The `k` nearest vectors of one query among those at `slots`; `k` is at most their number.
    pub(super) fn search_filtered(
        &self,
        query: &[f32],
        k: usize,
        slots: &[usize],
        len: usize,
    ) -> Result<SearchResult> {
        let highest = slots.iter().max().copied().unwrap_or(0);
        let mut bits = vec![0u8; highest / 8 + 1];
        for slot in slots {
            if let Some(byte) = bits.get_mut(slot / 8) {
                *byte |= 1 << (slot % 8);
            }
        }
        // FAISS keeps a pointer to `bits`, which outlives the searches below. The crate never
        // frees a selector given to parameters: some twenty bytes a search leak.
        match self {
            Self::Flat(flat) => {
                let parameters = SearchParameters::new(IdSelector::bitmap(&bits)?)?;
                Ok(SearchWithParams::search_with_params(flat, query, k, &parameters)?)
            }
            Self::Ivf(ivf) => {
                let nlist = ivf.nlist() as usize;
                // This many of all vectors contain `k` of `slots`, on average.
                let share = k.saturating_mul(len) / slots.len().max(1);
                let search = |nprobe: usize| -> Result<SearchResult> {
                    let selector = IdSelector::bitmap(&bits)?;
                    let parameters = SearchParametersIVF::new_with(selector, nprobe, 0)?.upcast();
                    Ok(SearchWithParams::search_with_params(ivf, query, k, &parameters)?)
                };
                let found = search(nprobe(share, len, nlist))?;
                if found.labels.iter().any(|label| label.is_none()) {
                    search(nlist)
                } else {
                    Ok(found)
                }
            }
        }
    }
}
