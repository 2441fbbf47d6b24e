//! What the neighbours of a picture suggest it shows.

use std::collections::BTreeMap;

use crate::domain::{DefectCode, Hit, ProductCode, Suggestion};

/// When neighbours are near enough, and agree enough, to name a defect.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct VoteRule {
    /// A hit below this similarity has no vote.
    pub floor: f32,
    /// The winner's share of the vote must exceed every other defect's by this.
    pub margin: f32,
    /// A hit this much less similar than the best has 1/e of its weight. Similarities of
    /// image embedders lie close together, so this is small.
    pub softness: f32,
    /// From this similarity on a hit is a copy of the picture asked about (the same file, or
    /// scaled, or saved again): then only copies vote.
    pub copy: f32,
}

impl Default for VoteRule {
    fn default() -> Self {
        Self { floor: 0.6, margin: 0.1, softness: 0.05, copy: 0.995 }
    }
}

/// Hits of one defect whose similarities differ by less are taken for copies of one image.
const SAME_SCORE: f32 = 1e-6;

/// What `hits` suggest, in any order; `None` where none is near enough or they disagree.
///
/// Each hit votes for its product and defect with weight exp((score − best) / softness), so
/// that one near hit outweighs several far ones. An image registered several times (equal
/// scores, same defect) votes once. The product with most of the vote is chosen first, then
/// its defect with most; the confidence is that defect's share of the whole vote.
pub fn vote(hits: &[Hit], rule: &VoteRule) -> Option<Suggestion> {
    // Not `<`: a score that is not a number has no vote either.
    let mut voters: Vec<&Hit> = hits.iter().filter(|hit| hit.score >= rule.floor).collect();
    let best = voters.iter().map(|hit| hit.score).fold(f32::NEG_INFINITY, f32::max);
    if best >= rule.copy {
        voters.retain(|hit| hit.score >= rule.copy);
    }
    let label = |hit: &Hit| (hit.product.clone(), hit.defect.clone());
    voters.sort_by(|a, b| label(a).cmp(&label(b)).then(b.score.total_cmp(&a.score)));
    voters.dedup_by(|b, a| label(a) == label(b) && a.score - b.score < SAME_SCORE);

    let softness = f64::from(rule.softness).max(1e-6);
    let mut weights: BTreeMap<(ProductCode, DefectCode), f64> = BTreeMap::new();
    let mut products: BTreeMap<ProductCode, f64> = BTreeMap::new();
    for hit in voters {
        let weight = (f64::from(hit.score - best) / softness).exp();
        *weights.entry(label(hit)).or_default() += weight;
        *products.entry(hit.product.clone()).or_default() += weight;
    }
    let total: f64 = weights.values().sum();
    let (product, _) = products.iter().max_by(|a, b| a.1.total_cmp(b.1))?;
    let ((_, defect), won) =
        weights.iter().filter(|((p, _), _)| p == product).max_by(|a, b| a.1.total_cmp(b.1))?;
    let others = weights.iter().filter(|((p, d), _)| (p, d) != (product, defect));
    let runner_up = others.map(|(_, weight)| *weight).fold(0.0, f64::max);
    // `>`: equal shares are no agreement, even with a margin of 0.
    let agreed = (won - runner_up) / total > f64::from(rule.margin.max(0.0));
    agreed.then(|| Suggestion {
        product: product.clone(),
        defect: defect.clone(),
        confidence: (won / total) as f32,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ImageId;

    fn hits(of: &[(&str, &str, f32)]) -> Vec<Hit> {
        of.iter()
            .enumerate()
            .map(|(i, (product, defect, score))| Hit {
                image: ImageId(i as i64),
                product: ProductCode::new(product).unwrap(),
                defect: DefectCode::new(defect).unwrap(),
                score: *score,
                path: String::new(),
            })
            .collect()
    }

    #[test]
    fn neighbours_name_a_defect_or_nothing() {
        type Case<'a> =
            (&'a str, &'a [(&'a str, &'a str, f32)], Option<(&'a str, &'a str, [f32; 2])>);
        // what, hits, expected product, defect and range of the confidence
        let cases: &[Case<'_>] = &[
            ("nobody", &[], None),
            ("nobody near", &[("p1", "hole", 0.59), ("p1", "hole", 0.2)], None),
            ("nobody sane", &[("p1", "hole", f32::NAN)], None),
            ("one", &[("p1", "hole", 0.9)], Some(("p1", "hole", [1.0, 1.0]))),
            (
                "all agree",
                &[("p1", "hole", 0.9), ("p1", "hole", 0.85), ("p1", "hole", 0.8)],
                Some(("p1", "hole", [1.0, 1.0])),
            ),
            (
                "the near outweigh the many",
                &[
                    ("p1", "hole", 0.95),
                    ("p1", "burr", 0.80),
                    ("p1", "burr", 0.79),
                    ("p1", "burr", 0.78),
                ],
                Some(("p1", "hole", [0.8, 0.95])),
            ),
            (
                "the many outweigh one as near",
                &[
                    ("p1", "hole", 0.90),
                    ("p1", "burr", 0.899),
                    ("p1", "burr", 0.897),
                    ("p1", "burr", 0.895),
                ],
                Some(("p1", "burr", [0.7, 0.8])),
            ),
            ("a draw", &[("p1", "hole", 0.9), ("p1", "burr", 0.9)], None),
            ("too close to say", &[("p1", "hole", 0.9), ("p1", "burr", 0.898)], None),
            (
                "the product is chosen first",
                &[
                    ("p1", "hole", 0.900),
                    ("p2", "burr", 0.8999),
                    ("p2", "burr", 0.8998),
                    ("p2", "hole", 0.8997),
                ],
                Some(("p2", "burr", [0.45, 0.55])),
            ),
            (
                "a copy decides against many near ones",
                &[
                    ("p1", "hole", 0.998),
                    ("p1", "burr", 0.99),
                    ("p1", "burr", 0.985),
                    ("p1", "burr", 0.98),
                ],
                Some(("p1", "hole", [1.0, 1.0])),
            ),
            ("copies that disagree", &[("p1", "hole", 0.999), ("p1", "burr", 0.999)], None),
            (
                "an image registered thrice votes once",
                &[
                    ("p1", "hole", 0.90),
                    ("p1", "hole", 0.90),
                    ("p1", "hole", 0.90),
                    ("p1", "burr", 0.92),
                ],
                Some(("p1", "burr", [0.55, 0.65])),
            ),
        ];
        for (what, given, expected) in cases {
            let mut given = hits(given);
            // Whatever the order of the hits.
            for _ in 0..given.len().max(1) {
                let found = vote(&given, &VoteRule::default());
                let told = found.as_ref().map(|s| (s.product.as_str(), s.defect.as_str()));
                assert_eq!(told, expected.map(|(p, d, _)| (p, d)), "{what}: {found:?}");
                if let (Some(found), Some((_, _, [least, most]))) = (&found, expected) {
                    let confidence = found.confidence;
                    assert!((*least..=*most).contains(&confidence), "{what}: {confidence}");
                }
                if !given.is_empty() {
                    given.rotate_left(1);
                }
            }
        }
    }

    #[test]
    fn the_rule_is_what_it_says() {
        let given = hits(&[("p1", "hole", 0.9), ("p1", "burr", 0.898)]);
        let lax = VoteRule { margin: 0.0, ..VoteRule::default() };
        assert_eq!(vote(&given, &lax).unwrap().defect.as_str(), "hole");
        let strict = VoteRule { floor: 0.95, ..lax };
        assert_eq!(vote(&given, &strict), None);
        let sharp = VoteRule { softness: 0.0, ..VoteRule::default() };
        assert!(vote(&given, &sharp).unwrap().confidence > 0.99);
    }
}
