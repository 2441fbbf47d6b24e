//! What Fettle measured, put into the sentences that open a report.

use crate::domain::{Anomaly, Language, ManualFinding, Place, Suggestion, Verdict};
use crate::i18n::{self, Value};

/// What Fettle measured, in sentences.
pub(super) fn situation(
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
        lines.push(i18n::text_with(language, id, &values));
        if let Some(region) = found.regions.first() {
            let place = i18n::text(language, place_id(region.place));
            let share = Value::Number { value: f64::from(region.share) * 100.0, digits: 1 };
            let values = [("place", place.into()), ("percent", share)];
            lines.push(i18n::text_with(language, "situation-region", &values));
        }
    }
    if let (Some(finding), Some(suggestion)) = (manual, suggestion) {
        let values = [
            ("defect", finding.section.heading.clone().into()),
            ("percent", percent(suggestion.confidence)),
        ];
        lines.push(i18n::text_with(language, "situation-defect", &values));
    }
    lines
}

/// The message id of a place.
pub fn place_id(place: Place) -> &'static str {
    match place {
        Place::UpperLeft => "place-upper-left",
        Place::Upper => "place-upper",
        Place::UpperRight => "place-upper-right",
        Place::Left => "place-left",
        Place::Centre => "place-centre",
        Place::Right => "place-right",
        Place::LowerLeft => "place-lower-left",
        Place::Lower => "place-lower",
        Place::LowerRight => "place-lower-right",
    }
}
