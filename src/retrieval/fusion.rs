//! Fusion of several rankings into one.

use std::collections::BTreeMap;

/// Constant k of reciprocal rank fusion, the paper's value; the larger, the less the first ranks
/// differ.
const K: f32 = 60.0;

/// Reciprocal rank fusion (Cormack, Clarke and Büttcher, "Reciprocal Rank Fusion outperforms
/// Condorcet and individual Rank Learning Methods", 2009): an item
/// of rank r, counted from 1, gets 1 / (60 + r) from each ranking; best first. Items of several
/// rankings gain over items of one; scores, which mean something else in each ranking, are not
/// compared. Ties are in the order of the keys.
pub fn reciprocal_ranks<T: Ord + Copy>(rankings: &[&[T]]) -> Vec<(T, f32)> {
    let mut sums: BTreeMap<T, f32> = BTreeMap::new();
    for ranking in rankings {
        for (rank, item) in (1_u32..).zip(*ranking) {
            *sums.entry(*item).or_default() += 1.0 / (K + rank as f32);
        }
    }
    let mut fused: Vec<_> = sums.into_iter().collect();
    fused.sort_by(|a, b| b.1.total_cmp(&a.1));
    fused
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rankings_are_fused() {
        for (rankings, expected) in [
            (vec![], vec![]),
            (vec![vec![3, 1, 2]], vec![3, 1, 2]),
            // Second in both is better than first in one.
            (vec![vec![1, 2, 3], vec![4, 2, 5]], vec![2, 1, 4, 3, 5]),
            // An empty ranking: the order of the other.
            (vec![vec![], vec![9, 8]], vec![9, 8]),
            // A tie is in the order of the keys.
            (vec![vec![2, 1], vec![1, 2]], vec![1, 2]),
        ] {
            let slices: Vec<&[i32]> = rankings.iter().map(Vec::as_slice).collect();
            let fused: Vec<_> =
                reciprocal_ranks(&slices).into_iter().map(|(item, _)| item).collect();
            assert_eq!(fused, expected, "{rankings:?}");
        }
        let fused = reciprocal_ranks(&[&['a'][..], &['b', 'a'][..]]);
        assert_eq!(fused[0].0, 'a');
        assert!((fused[0].1 - (1.0 / 61.0 + 1.0 / 62.0)).abs() < 1e-7);
    }
}
