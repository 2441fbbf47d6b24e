//! Vote of the nearest neighbours of an image on its product and defect.

use std::collections::BTreeMap;

use super::neighbour_distances::NeighbourDistances;
use fettle_domain::{DefectCode, Hit, ProductCode, Suggestion};

/// Parameters of the vote: how near neighbours must be, and how far they must agree.
///
/// Distances (1 − cosine similarity) are measured in *spreads*: the median distance from a
/// known image of the product to the nearest other one ([`NeighbourDistances`]). The rule therefore
/// means the same with every encoder, and for products that vary much or little.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct VoteRule {
    /// Largest distance of a hit that votes, in spreads of its product.
    ///
    /// Measured with EfficientNet-Lite0 on four products (6 steel defects × 40, castings 120,
    /// leather 96, commutators 50). *Known*: share of held-out images whose product is named
    /// correctly. *False*: share of a product's images that are given another product while
    /// their own is not registered, mean of the four and worst.
    ///
    /// | rule | known | false | false, 20 images registered a product |
    /// | --- | --- | --- | --- |
    /// | similarity ≥ 0.6, the rule before | 1.000 | 0.34, 1.00 | 0.33, 0.97 |
    /// | 2 spreads | 0.947 | 0, 0 | 0.000, 0.00 |
    /// | **2.5 spreads** | 0.982 | 0, 0 | 0.004, 0.02 |
    /// | 3 spreads | 0.996 | 0, 0 | 0.038, 0.15 |
    /// | Tukey's far fence, Q3 + 3 IQR | 0.996 | 0, 0 | 0.23, 0.91 |
    ///
    /// With 8 images a product, too few for its six defects: known 0.90, false 0.04 and 0.15;
    /// with 4, false 0.37: a product wants 20 images of its defects before its name means much.
    /// The rule was chosen among some twenty on these same four products, before the floor was
    /// added, so a fifth one will do a little worse.
    pub reach: f32,
    /// Least similarity of a hit that votes. The only limit where no product has enough images for
    /// a spread.
    pub floor: f32,
    /// Least lead of the winner over the second, as a share of the vote: among products, then among
    /// the defects of the product.
    ///
    /// Each image held out: 0.2 names a defect for 95 % of the steels (99 % of them right) and
    /// 70 % of the leathers (87 % right; their defects cover a hundredth of the picture), 0.1
    /// for 95 % (99 %) and 84 % (74 %).
    pub margin: f32,
    /// Distance at which the weight falls to 1/e of that of the best hit, in spreads.
    pub softness: f32,
    /// Largest distance of a copy of the query (the same file, or resized, or saved again), in
    /// spreads. Where there are copies, only copies vote.
    pub copy: f32,
}

impl Default for VoteRule {
    fn default() -> Self {
        Self { reach: 2.5, floor: 0.6, margin: 0.2, softness: 0.5, copy: 0.1 }
    }
}

/// Spread of a product where none could be measured: that of the steels above.
const USUAL_SPREAD: f32 = 0.05;
/// Hits of one defect whose similarities differ by less are copies of one image.
const SAME_SCORE: f32 = 1e-6;

/// Product and defect suggested by `hits`, which may be in any order; `None` where no hit is near
/// enough or the products disagree.
///
/// Each hit votes for its product and defect with a weight that falls with its distance, so
/// that one near hit outweighs several far ones. An image registered several times (equal
/// scores, same defect) votes once. The product with the largest share is chosen first, then its
/// defect with the largest share, if that has the margin; the confidence is the winner's share of
/// the whole vote.
pub fn vote(hits: &[Hit], spreads: &NeighbourDistances, rule: &VoteRule) -> Option<Suggestion> {
    let near = |hit: &&Hit| {
        let reach = spreads.of(&hit.product).map_or(f32::INFINITY, |spread| rule.reach * spread);
        // Written so that a NaN has no vote, too.
        hit.score >= rule.floor && 1.0 - hit.score <= reach
    };
    let mut voters: Vec<&Hit> = hits.iter().filter(near).collect();
    let best = voters.iter().max_by(|a, b| a.score.total_cmp(&b.score))?;
    let (best, spread) = (best.score, spreads.of(&best.product).unwrap_or(USUAL_SPREAD));
    let copy = 1.0 - rule.copy * spread;
    if best >= copy {
        voters.retain(|hit| hit.score >= copy);
    }
    let label = |hit: &Hit| (hit.product.clone(), hit.defect.clone());
    voters.sort_by(|a, b| label(a).cmp(&label(b)).then(b.score.total_cmp(&a.score)));
    voters.dedup_by(|b, a| label(a) == label(b) && a.score - b.score < SAME_SCORE);

    let softness = f64::from(rule.softness * spread).max(1e-6);
    let mut products: BTreeMap<&ProductCode, f64> = BTreeMap::new();
    let mut defects: BTreeMap<(&ProductCode, &DefectCode), f64> = BTreeMap::new();
    for hit in voters {
        let weight = (f64::from(hit.score - best) / softness).exp();
        *products.entry(&hit.product).or_default() += weight;
        *defects.entry((&hit.product, &hit.defect)).or_default() += weight;
    }
    let total: f64 = products.values().sum();
    let margin = f64::from(rule.margin.max(0.0)) * total;
    let (product, whole) = winner(products.iter().map(|(p, w)| (*p, *w)), margin)?;
    let of_product = defects.iter().filter(|((p, _), _)| *p == product);
    let named = winner(of_product.map(|((_, defect), weight)| (*defect, *weight)), margin);
    Some(Suggestion {
        product: product.clone(),
        defect: named.map(|(defect, _)| defect.clone()),
        confidence: (named.map_or(whole, |(_, won)| won) / total) as f32,
    })
}

/// The largest share and its owner, if the second is smaller by more than `margin`.
fn winner<T>(shares: impl Iterator<Item = (T, f64)>, margin: f64) -> Option<(T, f64)> {
    let mut shares: Vec<(T, f64)> = shares.collect();
    shares.sort_by(|a, b| b.1.total_cmp(&a.1));
    let next = shares.get(1).map_or(0.0, |(_, weight)| *weight);
    // `>`: equal shares are no agreement, even for a margin of 0.
    shares.into_iter().next().filter(|(_, won)| won - next > margin)
}

#[cfg(test)]
mod tests {
    use super::*;
    use fettle_domain::ImageId;

    fn hits(of: &[(&str, &str, f32)]) -> Vec<Hit> {
        of.iter()
            .enumerate()
            .map(|(i, (product, defect, score))| Hit {
                region: None,
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
        type Told<'a> = Option<(&'a str, &'a str, [f32; 2])>;
        type Case<'a> = (&'a str, &'a [(&'a str, &'a str, f32)], Told<'a>);
        // what, hits, expected product, defect ("": unknown) and range of the confidence
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
                Some(("p1", "hole", [0.95, 1.0])),
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
            ("a draw of products", &[("p1", "hole", 0.9), ("p2", "hole", 0.9)], None),
            (
                "a draw of defects",
                &[("p1", "hole", 0.9), ("p1", "burr", 0.9)],
                Some(("p1", "", [1.0, 1.0])),
            ),
            (
                "too close to say which defect",
                &[("p1", "hole", 0.9), ("p1", "burr", 0.898), ("p2", "hole", 0.8)],
                Some(("p1", "", [0.9, 1.0])),
            ),
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
            ("copies that disagree", &[("p1", "hole", 0.999), ("p2", "burr", 0.999)], None),
            (
                "an image registered thrice votes once",
                &[
                    ("p1", "hole", 0.90),
                    ("p1", "hole", 0.90),
                    ("p1", "hole", 0.90),
                    ("p1", "burr", 0.92),
                ],
                Some(("p1", "burr", [0.65, 0.75])),
            ),
        ];
        for (what, given, expected) in cases {
            let mut given = hits(given);
            // In every rotation of the hits.
            for _ in 0..given.len().max(1) {
                let found = vote(&given, &NeighbourDistances::default(), &VoteRule::default());
                let defect = |s: &Suggestion| s.defect.clone().map(String::from);
                let told = found.as_ref().map(|s| (s.product.as_str(), defect(s)));
                let expected = expected.map(|(product, defect, range)| {
                    (product, (!defect.is_empty()).then(|| defect.to_owned()), range)
                });
                assert_eq!(told, expected.clone().map(|(p, d, _)| (p, d)), "{what}: {found:?}");
                if let (Some(found), Some((_, _, [least, most]))) = (&found, expected) {
                    let confidence = found.confidence;
                    assert!((least..=most).contains(&confidence), "{what}: {confidence}");
                }
                if !given.is_empty() {
                    given.rotate_left(1);
                }
            }
        }
    }

    #[test]
    fn the_reach_is_in_spreads_of_the_product() {
        let spreads: NeighbourDistances = [("narrow", 0.01), ("wide", 0.1)]
            .map(|(code, spread)| (ProductCode::new(code).unwrap(), spread))
            .into_iter()
            .collect();
        for (product, score, expected) in [
            ("narrow", 0.98, true),
            ("narrow", 0.97, false),
            ("wide", 0.80, true),
            ("wide", 0.74, false),
            // Too few images for a spread of its own: the largest of the others.
            ("new", 0.80, true),
            ("new", 0.74, false),
        ] {
            let told = vote(&hits(&[(product, "hole", score)]), &spreads, &VoteRule::default());
            assert_eq!(told.is_some(), expected, "{product} {score}");
        }
        let told = |score: f32, product: &str| {
            let given = hits(&[(product, "hole", score), (product, "burr", score - 0.008)]);
            vote(&given, &spreads, &VoteRule::default()).and_then(|s| s.defect).is_some()
        };
        assert!(told(0.98, "narrow") && !told(0.98, "wide"));
    }

    #[test]
    fn the_parameters_of_the_rule_are_followed() {
        let spreads = NeighbourDistances::default();
        let given = hits(&[("p1", "hole", 0.9), ("p1", "burr", 0.898)]);
        let lax = VoteRule { margin: 0.0, ..VoteRule::default() };
        let defect = |rule: &VoteRule| vote(&given, &spreads, rule).unwrap().defect;
        assert_eq!(defect(&lax).unwrap().as_str(), "hole");
        let strict = VoteRule { floor: 0.95, ..lax };
        assert_eq!(vote(&given, &spreads, &strict), None);
        let sharp = VoteRule { softness: 0.0, ..VoteRule::default() };
        assert!(vote(&given, &spreads, &sharp).unwrap().confidence > 0.99);
    }
}
