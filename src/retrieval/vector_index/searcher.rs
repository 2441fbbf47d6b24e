//! The two kinds of FAISS index behind a [`super::VectorIndex`], by slot.

use faiss::index::flat::FlatIndexImpl;
use faiss::index::ivf_flat::IVFFlatIndexImpl;
use faiss::index::{SearchResult, SearchWithParams};
use faiss::search_params::{SearchParameters, SearchParametersIVF};
use faiss::selector::IdSelector;
use faiss::{ConcurrentIndex, Idx, Index};

use super::cells::probes;
use crate::Result;

pub(super) enum Searcher {
    /// Measures all.
    Flat(FlatIndexImpl),
    /// Measures what is in the nearest cells.
    Cells(IVFFlatIndexImpl),
}

/// FAISS's name for a slot.
pub(super) fn label(slot: usize) -> Idx {
    Idx::new(slot as u64)
}

impl Searcher {
    pub(super) fn add(&mut self, vectors: &[f32], slots: &[usize]) -> Result<()> {
        match self {
            // A flat index counts for itself, and has no holes: these are the next slots.
            Self::Flat(flat) => Ok(flat.add(vectors)?),
            Self::Cells(cells) => {
                let labels: Vec<Idx> = slots.iter().map(|slot| label(*slot)).collect();
                Ok(cells.add_with_ids(vectors, &labels)?)
            }
        }
    }

    pub(super) fn remove(&mut self, slots: &IdSelector) -> Result<usize> {
        Ok(match self {
            Self::Flat(flat) => flat.remove_ids(slots)?,
            Self::Cells(cells) => cells.remove_ids(slots)?,
        })
    }

    pub(super) fn vector(&self, slot: usize, dim: usize) -> Result<Option<Vec<f32>>> {
        match self {
            Self::Flat(flat) => {
                Ok(flat.xb().get(slot * dim..(slot + 1) * dim).map(<[f32]>::to_vec))
            }
            // It looks through all cells, and only for slots below their number.
            Self::Cells(cells) if (slot as u64) < cells.ntotal() => {
                let mut vector = vec![0f32; dim];
                cells.reconstruct_n(label(slot), 1, &mut vector)?;
                Ok(Some(vector))
            }
            Self::Cells(_) => Ok(None),
        }
    }

    /// The `k` nearest of each query, `k` at most `len`.
    pub(super) fn search(&self, queries: &[f32], k: usize, len: usize) -> Result<SearchResult> {
        match self {
            Self::Flat(flat) => Ok(ConcurrentIndex::search(flat, queries, k)?),
            Self::Cells(cells) => {
                let all = cells.nlist() as usize;
                let probe = |count: usize| -> Result<SearchResult> {
                    let mut asked = SearchParametersIVF::new()?;
                    asked.set_nprobe(count);
                    let asked = asked.upcast();
                    Ok(SearchWithParams::search_with_params(cells, queries, k, &asked)?)
                };
                let found = probe(probes(k, len, all))?;
                // The cells looked at held fewer than asked for: then look at all.
                if found.labels.iter().any(|label| label.is_none()) {
                    probe(all)
                } else {
                    Ok(found)
                }
            }
        }
    }

    /// The `k` nearest of one query among `slots`, `k` at most their number.
    pub(super) fn search_among(
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
        // FAISS keeps a pointer to `bits`, which outlive the searches below. The crate never
        // frees a selector given to parameters: some twenty bytes a search.
        match self {
            Self::Flat(flat) => {
                let asked = SearchParameters::new(IdSelector::bitmap(&bits)?)?;
                Ok(SearchWithParams::search_with_params(flat, query, k, &asked)?)
            }
            Self::Cells(cells) => {
                let all = cells.nlist() as usize;
                // So many of `len` vectors hold as many of `slots` as `k` of all would need.
                let share = k.saturating_mul(len) / slots.len().max(1);
                let probe = |count: usize| -> Result<SearchResult> {
                    let selector = IdSelector::bitmap(&bits)?;
                    let asked = SearchParametersIVF::new_with(selector, count, 0)?.upcast();
                    Ok(SearchWithParams::search_with_params(cells, query, k, &asked)?)
                };
                let found = probe(probes(share, len, all))?;
                if found.labels.iter().any(|label| label.is_none()) {
                    probe(all)
                } else {
                    Ok(found)
                }
            }
        }
    }
}
