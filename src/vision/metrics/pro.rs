//! Per-region overlap (PRO): small defects count as much as large ones.

use super::pixels::PixelScores;

/// False positive rate up to which the curve is integrated.
const LARGEST_FALSE_POSITIVE_RATE: f64 = 0.3;

/// PRO as in MVTec's evaluation (Bergmann et al., IJCV 2021): the curve of the mean share of each
/// region's pixels found over the false positive rate (the share of normal pixels, of good images
/// too, called anomalous), for all thresholds; the area under the curve up to a false positive rate
/// of 0.3 by trapezoids, divided by 0.3. 0 to 1, higher is better, 0.15 where all scores are equal.
/// `None` without a region or without a normal pixel.
pub fn pro(pixels: &PixelScores) -> Option<f64> {
    let normal: u64 = pixels.falling().map(|bin| bin.normal).sum();
    if normal == 0 || pixels.regions() == 0 {
        return None;
    }
    let limit = LARGEST_FALSE_POSITIVE_RATE;
    let (mut false_positives, mut found) = (0u64, 0.0);
    let (mut rate, mut overlap, mut area) = (0.0, 0.0, 0.0);
    for bin in pixels.falling() {
        false_positives += bin.normal;
        found += bin.overlap;
        let next_rate = false_positives as f64 / normal as f64;
        let next_overlap = found / pixels.regions() as f64;
        if next_rate > limit {
            // The curve is cut where it crosses the limit.
            let at_limit = overlap + (next_overlap - overlap) * (limit - rate) / (next_rate - rate);
            area += (limit - rate) * (overlap + at_limit) / 2.0;
            break;
        }
        area += (next_rate - rate) * (overlap + next_overlap) / 2.0;
        (rate, overlap) = (next_rate, next_overlap);
    }
    Some(area / limit)
}

#[cfg(test)]
mod tests {
    use super::*;
    use fettle_domain::{AnomalyMap, Mask};

    /// `#` is anomalous; rows are separated by `/`.
    fn counted(truth: &str, scores: &[f32]) -> PixelScores {
        let set: Vec<bool> = truth.chars().filter(|c| *c != '/').map(|c| c == '#').collect();
        let height = truth.matches('/').count() as u32 + 1;
        let width = set.len() as u32 / height;
        let mut pixels = PixelScores::default();
        let map = AnomalyMap { width, height, scores: scores.to_vec() };
        pixels.add(&map, &Mask { width, height, set }).unwrap();
        pixels
    }

    #[test]
    fn values_computed_by_hand() {
        // Truth, scores, regions, PRO.
        let cases: [(&str, &[f32], u64, Option<f64>); 7] = [
            // Regions of 1 and 2 pixels: at no false positive 1 and ½ of them are found, at 1 of 7
            // (score 3) still, then all: (¾ · 1/7 + 1 · (0.3 − 1/7)) / 0.3.
            (
                "#.##......",
                &[5.0, 3.0, 4.0, 1.0, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5],
                2,
                Some((0.75 / 7.0 + 0.3 - 1.0 / 7.0) / 0.3),
            ),
            ("##..#.", &[9.0, 8.0, 1.0, 1.0, 7.0, 1.0], 2, Some(1.0)),
            ("##..#.", &[1.0, 1.0, 9.0, 8.0, 1.0, 7.0], 2, Some(0.0)),
            // One line from (0, 0) to (1, 1).
            ("#...", &[2.0; 4], 1, Some(0.15)),
            // Pixels that touch at a corner are one region.
            ("#../.#./..#", &[3.0, 1.0, 1.0, 1.0, 3.0, 1.0, 1.0, 1.0, 3.0], 1, Some(1.0)),
            ("....", &[2.0; 4], 0, None),
            ("####", &[2.0; 4], 1, None),
        ];
        for (truth, scores, regions, expected) in cases {
            let pixels = counted(truth, scores);
            assert_eq!(pixels.regions(), regions, "{truth}");
            match (pro(&pixels), expected) {
                (Some(found), Some(expected)) => {
                    assert!((found - expected).abs() < 1e-12, "{truth}: {found} {expected}");
                }
                (found, expected) => assert_eq!(found, expected, "{truth}"),
            }
        }
    }

    #[test]
    fn pixels_of_good_images_are_false_positives_too() {
        let mut pixels = counted("#...", &[2.0, 1.0, 1.0, 1.0]);
        assert_eq!(pro(&pixels), Some(1.0));
        let glowing = AnomalyMap { width: 3, height: 1, scores: vec![9.0; 3] };
        pixels.add_normal(&glowing).unwrap();
        assert_eq!(pro(&pixels), Some(0.0));
    }
}
