//! What known defects taught a bank, in words.

use crate::terminal::Terminal;
use fettle_engine::{KnownDefectsSummary, TermOutcome};
use fettle_i18n::Value;

/// Prints what known defects taught a bank.
pub(super) fn print_known(terminal: &Terminal, known: &KnownDefectsSummary) {
    terminal.print_message(known.message_id(), &known_values(known));
    if known.unread > 0 {
        terminal.print_message("known-unread", &[("count", known.unread.into())]);
    }
    if let TermOutcome::NoGain(gain) | TermOutcome::InForce(gain) = known.outcome {
        let auroc = |value: f64| Value::Number { value, digits: 3 };
        let values = [("before", auroc(gain.auroc_before)), ("after", auroc(gain.auroc))];
        terminal.print_message("known-gain", &values);
    }
}

/// The values of the message about what known defects taught.
pub(super) fn known_values(known: &KnownDefectsSummary) -> Vec<(&'static str, Value)> {
    let percent = |share: f64| Value::Number { value: share * 100.0, digits: 0 };
    let mut values = vec![("count", known.count.into())];
    match known.outcome {
        TermOutcome::TooFew { known, normals } => {
            values.extend([("known", known.into()), ("normals", normals.into())]);
        }
        TermOutcome::OldBank => {}
        TermOutcome::NoGain(gain) | TermOutcome::InForce(gain) => values.extend([
            ("before", percent(0.5 * gain.unsure_before)),
            ("after", percent(0.5 * gain.unsure)),
        ]),
    }
    values
}
