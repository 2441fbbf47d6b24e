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
            Verdict::Ok | Verdict::Unsure => "situation-score-ok",
        };
        let values =
            [("score", found.image_score.into()), ("threshold", found.thresholds.image.into())];
        lines.push(fettle_i18n::text_with(language, id, &values));
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
