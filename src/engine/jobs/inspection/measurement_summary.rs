//! The measurements of an inspection as sentences, which open its report.

use fettle_domain::{Anomaly, Language, ManualFinding, Suggestion, Verdict};
use fettle_i18n::Value;

/// The measurements of an inspection as sentences in `language`.
pub(super) fn measurement_summary(
    language: Language,
    anomaly: Option<&Anomaly>,
    manual: Option<&ManualFinding>,
    suggestion: Option<&Suggestion>,
) -> Vec<String> {
    let percent = |share: f32| Value::Number { value: f64::from(share) * 100.0, digits: 0 };
    let mut lines = Vec::new();
    if let Some(found) = anomaly {
        let id = match found.verdict {
            Verdict::Ng => "situation-score-ng",
            Verdict::Unsure => "situation-score-unsure",
            Verdict::Ok => "situation-score-ok",
        };
        let values = [
            ("score", found.image_score.into()),
            ("calibrated", found.calibrated().into()),
            ("unsure", found.thresholds.unsure.into()),
            ("threshold", found.thresholds.image.into()),
        ];
        lines.push(fettle_i18n::text_with(language, id, &values));
        if found.verdict == Verdict::Unsure {
            let has_zone = found.thresholds.unsure < found.thresholds.image;
            let id = if has_zone { "situation-limits" } else { "situation-one-limit" };
            lines.push(fettle_i18n::text_with(language, id, &values));
        }
        for reason in found.unsure_reasons() {
            let values = [("amount", reason.amount().into())];
            lines.push(fettle_i18n::text_with(language, reason.message_id(), &values));
        }
        if let Some(known) = found.known_defects.as_ref().filter(|known| known.added != 0.0) {
            let values = [
                ("score", Value::Text(format!("{:.2}", found.image_score))),
                ("without", Value::Text(format!("{:.2}", found.image_score - known.added))),
                ("added", Value::Text(format!("{:+.2}", known.added))),
            ];
            lines.push(fettle_i18n::text_with(language, "known-added", &values));
        }
        if let Some(region) = found.regions.first() {
            let place = fettle_i18n::text(language, region.place.message_id());
            let whole = fettle_i18n::text(language, region.share_of.message_id());
            let share = Value::Number { value: f64::from(region.share) * 100.0, digits: 1 };
            let values = [("place", place.into()), ("whole", whole.into()), ("percent", share)];
            lines.push(fettle_i18n::text_with(language, "situation-region", &values));
        }
    }
    if let (Some(finding), Some(suggestion)) = (manual, suggestion) {
        let values = [
            ("defect", finding.section.heading.clone().into()),
            ("percent", percent(suggestion.confidence)),
        ];
        lines.push(fettle_i18n::text_with(language, "situation-defect", &values));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use fettle_domain::{
        BankRef, CaptureDeviation, HeatmapScale, KnownDefectsTerm, ModelId, ProductCode, Thresholds,
    };

    /// A part scored 1.5, with limits of 1 and 2.
    fn anomaly(verdict: Verdict) -> Anomaly {
        let product = ProductCode::new("casting").unwrap();
        Anomaly {
            verdict,
            image_score: 1.5,
            calibrated_score: None,
            known_defects: None,
            deviations: Vec::new(),
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
    fn every_verdict_has_sentences_of_its_own() {
        let unsure = anomaly(Verdict::Unsure);
        let soft = vec![CaptureDeviation::Blurred { ratio: 0.7 }];
        let known = KnownDefectsTerm { learned: None, added: -0.25, resembles: Vec::new() };
        let low = Anomaly { image_score: 0.5, ..anomaly(Verdict::Ok) };
        let high = Anomaly { image_score: 4.0, ..anomaly(Verdict::Ng) };
        // Result, the beginnings of its sentences.
        let cases: [(Anomaly, &[&str]); 5] = [
            (
                low,
                &["The anomaly score 0.50 (calibrated 0.25) is not above the first limit 1.00: OK"],
            ),
            (high, &["The anomaly score 4.00 (calibrated 2.00) is above the NG limit 2.00: NG"]),
            (
                unsure.clone(),
                &[
                    "The anomaly score is 1.50 (calibrated 0.75): unsure, a person has to look.",
                    "A part is unsure above 1.00 and NG above 2.00.",
                    "The score lies between the two limits",
                ],
            ),
            (
                Anomaly { deviations: soft, ..unsure.clone() },
                &[
                    "The anomaly score is 1.50",
                    "A part is unsure above",
                    "The focus is 30 % softer",
                ],
            ),
            (
                Anomaly { known_defects: Some(known), ..unsure },
                &[
                    "The anomaly score is 1.50",
                    "A part is unsure above",
                    "The score lies between",
                    "Score 1.50 = 1.75 by the picture itself, -0.25 from what known defects taught.",
                ],
            ),
        ];
        for (found, expected) in cases {
            let lines = measurement_summary(Language::En, Some(&found), None, None);
            assert_eq!(lines.len(), expected.len(), "{lines:?}");
            for (line, beginning) in lines.iter().zip(expected) {
                assert!(line.starts_with(beginning), "{line}");
            }
        }
    }
}
