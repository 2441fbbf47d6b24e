use std::collections::BTreeMap;

use proptest::prelude::*;
use rand::{RngExt, SeedableRng};

use super::faiss_index::FaissIndex;
use super::index::{MAX_FLAT, VectorIndex};
use super::ivf::{build_ivf, nlist};
use crate::RetrievalError;
use crate::synthetic::clustered;
use fettle_domain::ModelId;

/// Random unit vectors.
pub(super) fn units(count: usize, dim: usize, seed: u64) -> Vec<f32> {
    let mut rng = rand_chacha::ChaCha8Rng::seed_from_u64(seed);
    let mut values: Vec<f32> = (0..count * dim).map(|_| rng.random_range(-1.0f32..1.0)).collect();
    for vector in values.chunks_mut(dim) {
        let length = vector.iter().map(|v| v * v).sum::<f32>().sqrt();
        vector.iter_mut().for_each(|v| *v /= length);
    }
    values
}

/// A flat index of random vectors with these ids.
pub(super) fn index(ids: &[i64], dim: usize) -> VectorIndex {
    let mut index = VectorIndex::new(dim, ModelId("tiny".into())).unwrap();
    index.add(ids, &units(ids.len(), dim, 1)).unwrap();
    index
}

/// All ids with their similarity to `query` by exhaustive search, best first.
fn brute_force(ids: &[i64], vectors: &[f32], query: &[f32]) -> Vec<(i64, f32)> {
    let dot = |v: &[f32]| v.iter().zip(query).map(|(a, b)| a * b).sum::<f32>();
    let mut all: Vec<_> = ids.iter().copied().zip(vectors.chunks(query.len()).map(dot)).collect();
    all.sort_by(|a, b| b.1.total_cmp(&a.1));
    all
}

#[test]
fn hits_are_those_of_exhaustive_search() {
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
fn ids_stay_when_others_are_removed_and_added() {
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
fn bad_arguments_are_an_error_and_change_nothing() {
    let mut index = index(&[1, 2], 4);
    let unit = [0.5f32; 4];
    assert!(matches!(index.add(&[-1], &unit), Err(RetrievalError::BadId(-1))));
    assert!(matches!(index.add(&[3, 3], &[0.5; 8]), Err(RetrievalError::BadId(3))));
    assert!(matches!(index.add(&[3], &[1.0; 3]), Err(RetrievalError::Size { .. })));
    for bad in [[0.0; 4], [1.0; 4], [f32::NAN; 4]] {
        let both = [unit, bad].concat();
        let result = index.add(&[3, 4], &both);
        assert!(matches!(result, Err(RetrievalError::NotNormalised { position: 1, .. })));
        assert!(matches!(index.search(&bad, 1), Err(RetrievalError::NotNormalised { .. })));
    }
    assert!(matches!(index.search(&[1.0], 1), Err(RetrievalError::Size { .. })));
    assert!(matches!(index.search_all(&[1.0; 6], 1), Err(RetrievalError::Size { .. })));
    let empty = VectorIndex::new(0, ModelId("tiny".into()));
    assert!(matches!(empty, Err(RetrievalError::BadDimension(0))));
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
                    let ids = |hits: &[(i64, f32)]| hits.iter().map(|h| h.0).collect::<Vec<_>>();
                    assert_eq!(ids(&index.search(query, 5).unwrap()), ids(expected));
                }
            });
        }
    });
}

/// A partitioned index of `count` clustered vectors, smaller than partitioned ones usually are, ids
/// from 0; and the vectors.
pub(super) fn partitioned(count: usize, dim: usize) -> (VectorIndex, Vec<f32>) {
    let vectors = clustered(count, dim, 1);
    let mut index = VectorIndex::new(dim, ModelId("tiny".into())).unwrap();
    let ids: Vec<i64> = (0..count as i64).collect();
    index.add(&ids, &vectors).unwrap();
    let FaissIndex::Flat(flat) = &index.faiss else { panic!("not flat") };
    index.faiss = FaissIndex::Ivf(build_ivf(flat.xb(), dim, nlist(count)).unwrap());
    (index, vectors)
}

#[test]
fn a_partitioned_index_finds_nearly_all() {
    let (dim, count) = (64, 20_000);
    let (index, vectors) = partitioned(count, dim);
    assert_eq!(index.nlist(), Some(282));
    let ids: Vec<i64> = (0..count as i64).collect();
    let queries = clustered(100, dim, 2);
    let found = index.search_all(&queries, 10).unwrap();
    let mut right = 0;
    for (query, found) in queries.chunks(dim).zip(&found) {
        let expected = brute_force(&ids, &vectors, query);
        right += found.iter().filter(|hit| expected[..10].iter().any(|e| e.0 == hit.0)).count();
    }
    assert!(right >= 980, "{right} of 1000");
    // A search for all vectors searches all cells.
    assert_eq!(index.search(&queries[..dim], count).unwrap().len(), count);
}

#[test]
fn a_large_index_is_partitioned_once_and_a_small_one_never() {
    let mut small = index(&[1, 2, 3], 4);
    assert!(!small.partition().unwrap());
    assert_eq!(small.nlist(), None);
    let (dim, count) = (4, MAX_FLAT + 1);
    let vectors = clustered(count, dim, 3);
    let mut large = VectorIndex::new(dim, ModelId("tiny".into())).unwrap();
    large.add(&(0..count as i64).collect::<Vec<_>>(), &vectors).unwrap();
    assert!(large.partition().unwrap());
    assert!(!large.partition().unwrap());
    assert_eq!(large.nlist(), Some(447));
    let last = &vectors[(count - 1) * dim..];
    assert!(large.search(last, 5).unwrap()[0].1 > 0.9999);
    assert_eq!(large.vector(count as i64 - 1).unwrap().as_deref(), Some(last));
}

/// A change of an index, or a search.
#[derive(Debug, Clone)]
enum Step {
    Add(Vec<i64>),
    Remove(Vec<i64>),
    Search { k: usize, filter: Option<Vec<i64>> },
}

fn step() -> impl Strategy<Value = Step> {
    let ids = || prop::collection::btree_set(0i64..60, 0..12);
    let list = move || ids().prop_map(|ids| ids.into_iter().collect::<Vec<_>>());
    prop_oneof![
        list().prop_map(Step::Add),
        list().prop_map(Step::Remove),
        (0usize..20, prop::option::of(list())).prop_map(|(k, filter)| Step::Search { k, filter }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(200) })]

    #[test]
    fn after_any_changes_hits_are_those_of_exhaustive_search(
        steps in prop::collection::vec(step(), 1..25), in_cells in any::<bool>(), seed in 0u64..1000,
    ) {
        let dim = 8;
        let mut known: BTreeMap<i64, Vec<f32>> = BTreeMap::new();
        let mut index = if in_cells {
            let (index, vectors) = partitioned(50, dim);
            known.extend((0..).zip(vectors.chunks(dim).map(<[f32]>::to_vec)));
            index
        } else {
            VectorIndex::new(dim, ModelId("tiny".into())).unwrap()
        };
        for (turn, step) in steps.into_iter().enumerate() {
            let fresh = |count: usize| units(count, dim, seed * 100 + turn as u64);
            match step {
                Step::Add(ids) => {
                    let vectors = fresh(ids.len());
                    index.add(&ids, &vectors).unwrap();
                    known.extend(ids.into_iter().zip(vectors.chunks(dim).map(<[f32]>::to_vec)));
                }
                Step::Remove(ids) => {
                    let removed = index.remove(&ids).unwrap();
                    let expected = ids.iter().filter(|id| known.remove(id).is_some()).count();
                    prop_assert_eq!(removed, expected);
                }
                Step::Search { k, filter } => {
                    let query = fresh(1);
                    let found = match &filter {
                        None => index.search(&query, k).unwrap(),
                        Some(ids) => index.search_filtered(&query, k, ids).unwrap(),
                    };
                    let wanted = known.iter().filter(|(id, _)| {
                        filter.as_ref().is_none_or(|filter| filter.contains(id))
                    });
                    let (ids, vectors): (Vec<i64>, Vec<&[f32]>) =
                        wanted.map(|(id, vector)| (*id, vector.as_slice())).unzip();
                    let expected = brute_force(&ids, &vectors.concat(), &query);
                    let expected = &expected[..k.min(expected.len())];
                    prop_assert_eq!(found.len(), expected.len());
                    for ((id, score), (expected_id, expected_score)) in found.iter().zip(expected) {
                        prop_assert_eq!(id, expected_id);
                        prop_assert!((score - expected_score).abs() < 1e-5);
                    }
                }
            }
            prop_assert_eq!(index.ids().collect::<Vec<_>>(), known.keys().copied().collect::<Vec<_>>());
        }
        for (id, vector) in &known {
            let kept = index.vector(*id).unwrap();
            prop_assert!(kept.is_none_or(|kept| kept == *vector));
        }
    }
}
