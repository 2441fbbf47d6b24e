//! Measurements of the vector index by size.

use std::time::Instant;

use super::measurement::{Measurement, milliseconds};
use crate::error::Result;
use crate::protocol::JobContext;
use fettle_domain::ModelId;
use fettle_retrieval::synthetic;
use fettle_retrieval::vector_index::VectorIndex;

/// Dimensions of a CLIP embedding.
const DIM: usize = 512;
const NEIGHBOURS: usize = 10;
const SIZES: [usize; 3] = [10_000, 100_000, 1_000_000];
/// Number of queries in rotation, so that no vector stays in a cache between runs.
const QUERIES: usize = 64;

/// Measures searches of one query and of [`QUERIES`] queries at once.
pub(super) fn search(
    job: &JobContext,
    largest_index: usize,
    repeats: usize,
) -> Result<Vec<Measurement>> {
    let mut measured = Vec::new();
    for len in SIZES.into_iter().filter(|len| *len <= largest_index) {
        job.check()?;
        job.report("progress-bench", "index", 0, 1);
        let vectors = synthetic::clustered(len + QUERIES, DIM, 0);
        let (queries, rows) = vectors.split_at(QUERIES * DIM);
        let ids: Vec<i64> = (0..).take(len).collect();
        let mut index = VectorIndex::new(DIM, ModelId("bench".to_owned()))?;
        index.add(&ids, rows)?;
        let mut next = 0;
        let of = format!("{len} × {DIM}, top {NEIGHBOURS}");
        measured.push(Measurement::of(job, "search", of.clone(), repeats, || {
            let query = &queries[next * DIM..][..DIM];
            next = (next + 1) % QUERIES;
            let start = Instant::now();
            index.search(query, NEIGHBOURS)?;
            Ok(milliseconds(start))
        })?);
        let of = format!("{of}, {QUERIES} queries");
        measured.push(Measurement::of(job, "search", of, repeats, || {
            let start = Instant::now();
            index.search_all(queries, NEIGHBOURS)?;
            Ok(milliseconds(start))
        })?);
    }
    Ok(measured)
}
