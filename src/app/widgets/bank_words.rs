//! What the scores of a bank say, in words.

use crate::tab_context::TabContext;
use fettle_engine::{KnownDefectsSummary, LimitUncertainty, Sensitivity, TermOutcome};
use fettle_i18n::Value;

/// How uncertain the limit is, and what would halve that.
pub(crate) fn uncertainty_text(cx: &TabContext<'_>, found: &LimitUncertainty) -> String {
    let values = [
        ("normals", Value::from(found.normals)),
        ("percent", Value::Number { value: 100.0 * found.relative, digits: 0 }),
        ("more", found.to_halve.into()),
    ];
    cx.localizer.with("scores-uncertainty", &values)
}

/// How scores of normal pictures change with the way they are taken, a line for each disturbance.
pub(crate) fn sensitivity_texts(cx: &TabContext<'_>, found: &Sensitivity) -> Vec<String> {
    let light = Value::Number { value: f64::from(100.0 * Sensitivity::LIGHT), digits: 0 };
    let compressed = found.compressed.map(|found| {
        [("sensitivity-jpeg-fair", found.fair), ("sensitivity-jpeg-strong", found.strong)]
    });
    [
        ("sensitivity-brighter", found.brighter),
        ("sensitivity-darker", found.darker),
        ("sensitivity-blurred", found.blurred),
        ("sensitivity-shifted", found.shifted),
    ]
    .into_iter()
    .chain(compressed.into_iter().flatten())
    .map(|(id, ratio)| {
        let change = Value::Text(format!("{:+.0}", 100.0 * (ratio - 1.0)));
        cx.localizer.with(id, &[("light", light.clone()), ("change", change)])
    })
    .collect()
}

/// What known defects taught a bank.
pub(crate) fn known_defects_text(cx: &TabContext<'_>, found: &KnownDefectsSummary) -> String {
    // The term's measure is a sum of two shares.
    let mean = |sum: f64| Value::Number { value: 50.0 * sum, digits: 0 };
    let mut values = vec![("count", Value::from(found.count))];
    match found.outcome {
        TermOutcome::TooFew { known, normals } => {
            values.extend([("known", known.into()), ("normals", normals.into())]);
        }
        TermOutcome::InForce(gain) | TermOutcome::NoGain(gain) => {
            values.extend([("before", mean(gain.unsure_before)), ("after", mean(gain.unsure))]);
        }
        TermOutcome::OldBank => {}
    }
    let mut text = cx.localizer.with(found.message_id(), &values);
    if found.unread > 0 {
        text.push(' ');
        text.push_str(&cx.localizer.with("known-unread", &[("count", found.unread.into())]));
    }
    text
}
