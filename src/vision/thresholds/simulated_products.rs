//! Limits of simulated products: held-out scores of normal images drawn from real data sets, and
//! scores of further normal and defective ones (`tests/golden/scores`).

use serde::Deserialize;

use super::*;
use fettle_domain::{ImageId, RectPx, ThresholdRule, Verdict};
use fettle_testing::data::golden;

/// A draw of normal images of one data set.
#[derive(Deserialize)]
struct Product {
    data: String,
    /// Held-out scores, in the order of the fit.
    held_out: Vec<f32>,
    /// Scores of further normal parts.
    good: Vec<f32>,
    /// Scores of defective parts.
    defective: Vec<f32>,
}

fn products() -> Vec<Product> {
    let text = std::fs::read_to_string(golden("scores/draws.jsonl")).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn held_out(scores: &[f32]) -> Vec<HeldOut> {
    let place = RectPx { x: 0, y: 0, width: 8, height: 8 };
    let one = |(n, score): (usize, &f32)| HeldOut {
        image: ImageId(n as i64),
        image_score: *score,
        pixel_max: 0.7 * score,
        pixel_median: 0.3 * score,
        peak: place,
        nearest: ImageId(0),
        nearest_place: place,
    };
    scores.iter().enumerate().map(one).collect()
}

/// Share of `scores` with this verdict.
fn share(scores: &[f32], limits: fettle_domain::Thresholds, verdict: Verdict) -> f64 {
    let count = scores.iter().filter(|score| limits.verdict(**score) == verdict).count();
    count as f64 / scores.len() as f64
}

#[test]
fn the_stated_interval_of_overkill_holds_what_further_parts_show() {
    let products = products();
    assert!(products.len() >= 100);
    let mut held = 0;
    for product in &products {
        let held_out = held_out(&product.held_out);
        let scores = ScoredImages { held_out: &held_out, known: &[], with_term: false };
        let limits = calibrate(scores, &ThresholdRule::default()).unwrap().thresholds;
        let (low, high) = rates(scores, limits).unwrap().overkill_interval();
        held += usize::from((low..=high).contains(&share(&product.good, limits, Verdict::Ng)));
    }
    assert!(held * 100 >= products.len() * 90, "{held} of {}", products.len());
}

#[test]
fn few_defects_escape_and_few_good_parts_are_ng_with_any_number_of_normals() {
    // Data, mean escape and mean overkill over the draws of one size at most.
    let cases = [("casting", 0.05, 0.01), ("kolektorsdd", 0.05, 0.05), ("leather", 0.01, 0.05)];
    let products = products();
    for (data, most_escape, most_overkill) in cases {
        let mut sizes: Vec<usize> = Vec::new();
        for product in products.iter().filter(|product| product.data == data) {
            sizes.push(product.held_out.len());
        }
        sizes.dedup();
        assert!(sizes.len() >= 3, "{data}");
        for size in sizes {
            let draws: Vec<(f64, f64)> = products
                .iter()
                .filter(|product| product.data == data && product.held_out.len() == size)
                .map(|product| {
                    let held_out = held_out(&product.held_out);
                    let scores = ScoredImages { held_out: &held_out, known: &[], with_term: false };
                    let rule = ThresholdRule::default();
                    let limits = calibrate(scores, &rule).unwrap().thresholds;
                    (
                        share(&product.defective, limits, Verdict::Ok),
                        share(&product.good, limits, Verdict::Ng),
                    )
                })
                .collect();
            let count = draws.len() as f64;
            let escape = draws.iter().map(|draw| draw.0).sum::<f64>() / count;
            let overkill = draws.iter().map(|draw| draw.1).sum::<f64>() / count;
            assert!(escape <= most_escape, "{data}, {size} normals: escape {escape}");
            assert!(overkill <= most_overkill, "{data}, {size} normals: overkill {overkill}");
            assert!(draws.iter().all(|draw| draw.0 <= 0.1), "{data}, {size}: {draws:?}");
        }
    }
}
