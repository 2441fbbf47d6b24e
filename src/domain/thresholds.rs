//! The limits that turn scores into a verdict and a mask, and scores on a scale that people can read.

use serde::{Deserialize, Serialize};

use super::Verdict;

/// The limits of a bank: two of the image score, which part OK, unsure and NG, and one of pixels.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(from = "StoredThresholds")]
pub struct Thresholds {
    /// The first limit: up to this image score a part is OK, above it unsure. It bounds escapes.
    pub unsure: f32,
    /// The second limit, at least the first: above this image score a part is NG. It bounds
    /// overkill.
    pub image: f32,
    /// Up to this score a pixel is normal: the mask of an anomalous part begins here or higher.
    pub pixel: f32,
}

/// Thresholds as records hold them; those from before the first limit have none.
#[derive(Deserialize)]
struct StoredThresholds {
    unsure: Option<f32>,
    image: f32,
    pixel: f32,
}

impl From<StoredThresholds> for Thresholds {
    fn from(StoredThresholds { unsure, image, pixel }: StoredThresholds) -> Self {
        Self { unsure: unsure.map_or(image, |unsure| unsure.min(image)), image, pixel }
    }
}

impl Thresholds {
    /// Thresholds without a zone between OK and NG.
    pub fn without_zone(image: f32, pixel: f32) -> Self {
        Self { unsure: image, image, pixel }
    }

    /// The verdict on a part with this image score.
    pub fn verdict(&self, image_score: f32) -> Verdict {
        if image_score > self.image {
            Verdict::Ng
        } else if image_score > self.unsure {
            Verdict::Unsure
        } else {
            Verdict::Ok
        }
    }

    /// The image score on a scale with 0.5 at the first limit and 1 at the second, linear between
    /// and on both sides: OK up to 0.5, NG above 1, 0 for a score of 0, without an upper end.
    /// Where both limits are one, it is 0.5 up to the limit and at least 1 above.
    pub fn calibrated(&self, image_score: f32) -> f32 {
        let below = self.unsure.abs().max(f32::MIN_POSITIVE);
        match self.verdict(image_score) {
            Verdict::Ok => (0.5 + 0.5 * (image_score - self.unsure) / below).clamp(0.0, 0.5),
            Verdict::Unsure => 0.5 + 0.5 * (image_score - self.unsure) / (self.image - self.unsure),
            Verdict::Ng => 1.0 + 0.5 * (image_score - self.image) / below,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_limits_part_three_verdicts() {
        let limits = Thresholds { unsure: 10.0, image: 20.0, pixel: 5.0 };
        // Image score, verdict, calibrated score. At a limit itself the better verdict holds.
        let cases = [
            (0.0, Verdict::Ok, 0.0),
            (5.0, Verdict::Ok, 0.25),
            (10.0, Verdict::Ok, 0.5),
            (15.0, Verdict::Unsure, 0.75),
            (20.0, Verdict::Unsure, 1.0),
            (30.0, Verdict::Ng, 1.5),
        ];
        for (score, verdict, calibrated) in cases {
            assert_eq!((limits.verdict(score), limits.calibrated(score)), (verdict, calibrated));
        }
        let one = Thresholds::without_zone(10.0, 5.0);
        let at = |score: f32| (one.verdict(score), one.calibrated(score));
        assert_eq!(at(10.0), (Verdict::Ok, 0.5));
        assert_eq!(at(10.0_f32.next_up()).0, Verdict::Ng);
        assert!(at(10.0_f32.next_up()).1 >= 1.0);
    }

    #[test]
    fn thresholds_of_old_records_have_no_zone() {
        // Record, first limit.
        let cases = [
            (r#"{"image":2.0,"pixel":1.0}"#, 2.0),
            (r#"{"unsure":1.5,"image":2.0,"pixel":1.0}"#, 1.5),
            (r#"{"unsure":3.0,"image":2.0,"pixel":1.0}"#, 2.0),
        ];
        for (record, unsure) in cases {
            let read: Thresholds = serde_json::from_str(record).unwrap();
            assert_eq!(read, Thresholds { unsure, image: 2.0, pixel: 1.0 });
        }
        let written = serde_json::to_string(&Thresholds { unsure: 1.5, image: 2.0, pixel: 1.0 });
        assert_eq!(written.unwrap(), cases[1].0);
    }
}
