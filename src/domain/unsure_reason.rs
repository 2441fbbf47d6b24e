//! Why a part is unsure.

use super::{Anomaly, CaptureDeviation, Inspection, Verdict};

/// A reason why a part is neither OK nor NG.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum UnsureReason {
    /// The picture was taken otherwise than all normal pictures: its score means little.
    Taken(CaptureDeviation),
    /// The image score lies between the two limits.
    BetweenLimits,
    /// No image score was measured.
    NoScore,
}

impl UnsureReason {
    /// Id of the message that says so. Its value `amount` is [`Self::amount`].
    pub fn message_id(self) -> &'static str {
        match self {
            Self::Taken(deviation) => deviation.message_id(),
            Self::BetweenLimits => "unsure-between-limits",
            Self::NoScore => "unsure-no-score",
        }
    }

    /// How far the picture deviates ([`CaptureDeviation::amount`], rounded); 0 for other reasons.
    pub fn amount(self) -> u32 {
        match self {
            // `as` saturates.
            Self::Taken(deviation) => deviation.amount().round() as u32,
            Self::BetweenLimits | Self::NoScore => 0,
        }
    }
}

impl Anomaly {
    /// Why the part is unsure; empty where it is OK or NG.
    pub fn unsure_reasons(&self) -> Vec<UnsureReason> {
        match self.verdict {
            Verdict::Ok | Verdict::Ng => Vec::new(),
            Verdict::Unsure if self.deviations.is_empty() => vec![UnsureReason::BetweenLimits],
            Verdict::Unsure => self.deviations.iter().copied().map(UnsureReason::Taken).collect(),
        }
    }
}

impl Inspection {
    /// Why the part is unsure; empty where it is OK or NG.
    pub fn unsure_reasons(&self) -> Vec<UnsureReason> {
        match self.anomaly.done() {
            Some(anomaly) => anomaly.unsure_reasons(),
            None if self.verdict == Verdict::Unsure => vec![UnsureReason::NoScore],
            None => Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{BankRef, HeatmapScale, ModelId, ProductCode, Thresholds};

    fn anomaly(verdict: Verdict, deviations: &[CaptureDeviation]) -> Anomaly {
        let product = ProductCode::new("casting").unwrap();
        Anomaly {
            verdict,
            image_score: 1.5,
            calibrated_score: None,
            known_defects: None,
            deviations: deviations.to_vec(),
            sample_bits: None,
            thresholds: Thresholds { unsure: 1.0, image: 2.0, pixel: 1.0 },
            scale: HeatmapScale { low: 0.0, high: 1.0 },
            mask_threshold: None,
            bank: BankRef { product, version: 1, model: ModelId("m".into()) },
            area: None,
            regions: Vec::new(),
            reference: None,
        }
    }

    #[test]
    fn an_unsure_part_has_its_reasons() {
        let bright = CaptureDeviation::Brighter { ratio: 1.304 };
        let soft = CaptureDeviation::Blurred { ratio: 0.6 };
        // Verdict, deviations of the picture, messages with their amounts.
        type Case<'a> = (Verdict, &'a [CaptureDeviation], &'a [(&'a str, u32)]);
        let cases: [Case<'_>; 5] = [
            (Verdict::Ok, &[], &[]),
            (Verdict::Ng, &[bright], &[]),
            (Verdict::Unsure, &[], &[("unsure-between-limits", 0)]),
            (Verdict::Unsure, &[bright], &[("deviation-brighter", 30)]),
            (
                Verdict::Unsure,
                &[CaptureDeviation::Darker { ratio: 0.75 }, soft],
                &[("deviation-darker", 25), ("deviation-blurred", 40)],
            ),
        ];
        for (verdict, deviations, expected) in cases {
            let reasons = anomaly(verdict, deviations).unsure_reasons();
            let found: Vec<_> =
                reasons.iter().map(|one| (one.message_id(), one.amount())).collect();
            assert_eq!(found, expected);
        }
        assert_eq!(anomaly(Verdict::Unsure, &[]).calibrated(), 0.75);
    }
}
