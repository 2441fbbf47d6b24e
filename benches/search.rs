//! Vector search among 10,000, 100,000 and (with `FETTLE_BENCH_LARGE`) 1,000,000 vectors of 512
//! values: one query and 64 queries at once, top 10, with the flat and the partitioned index.
//!
//! `benches/peers/search.py` runs the same with FAISS; run one after the other on a quiet machine.
#![allow(clippy::unwrap_used, clippy::print_stderr, missing_docs)]

use std::collections::HashSet;
use std::hint::black_box;
use std::time::Instant;

use criterion::{Criterion, criterion_group, criterion_main};
use fettle_domain::ModelId;
use fettle_retrieval::synthetic::clustered;
use fettle_retrieval::vector_index::VectorIndex;

const DIM: usize = 512;
const TOP: usize = 10;
const QUERIES: usize = 200;

fn search(criterion: &mut Criterion) {
    let mut sizes = vec![10_000, 100_000];
    if std::env::var_os("FETTLE_BENCH_LARGE").is_some() {
        sizes.push(1_000_000);
    }
    for size in sizes {
        // One call for both, so that queries and vectors share their cluster centres.
        let vectors = clustered(size + QUERIES, DIM, 1);
        let (vectors, queries) = vectors.split_at(size * DIM);
        let mut index = VectorIndex::new(DIM, ModelId("bench".into())).unwrap();
        index.add(&(0..size as i64).collect::<Vec<_>>(), vectors).unwrap();
        measure(criterion, &index, queries, size, "flat");
        let exact = index.search_all(queries, TOP).unwrap();
        let begun = Instant::now();
        if !index.partition().unwrap() {
            continue;
        }
        eprintln!("{size}: partitioned in {:.1} s", begun.elapsed().as_secs_f64());
        measure(criterion, &index, queries, size, "cells");
        let found = index.search_all(queries, TOP).unwrap();
        let correct: usize = exact
            .iter()
            .zip(&found)
            .map(|(exact, found)| {
                let exact: HashSet<i64> = exact.iter().map(|hit| hit.0).collect();
                found.iter().filter(|hit| exact.contains(&hit.0)).count()
            })
            .sum();
        eprintln!("{size}: recall@{TOP} {:.4}", correct as f64 / (QUERIES * TOP) as f64);
    }
}

/// Times one query and 64 queries.
fn measure(
    criterion: &mut Criterion,
    index: &VectorIndex,
    queries: &[f32],
    size: usize,
    kind: &str,
) {
    let mut group = criterion.benchmark_group(format!("search/{size}/{kind}"));
    group.sample_size(10);
    let mut query = queries.chunks(DIM).cycle();
    group.bench_function("1 query", |bencher| {
        bencher.iter(|| black_box(index.search(query.next().unwrap(), TOP).unwrap()));
    });
    group.bench_function("64 queries", |bencher| {
        bencher.iter(|| black_box(index.search_all(&queries[..64 * DIM], TOP).unwrap()));
    });
    group.finish();
}

criterion_group!(benches, search);
criterion_main!(benches);
