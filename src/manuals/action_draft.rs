//! A record of a corrective action while its parts are found one after the other.

use fettle_domain::{ActionDraft, Effectiveness};

use super::action_labels::ActionField;
use super::action_values::{day, effect};

/// Adds what stands under `field` in a file; what has another form than the field wants goes to the
/// note, with its label, so that nothing is lost.
pub(super) fn add_value(draft: &mut ActionDraft, field: ActionField, label: &str, value: &str) {
    let value = value.trim();
    if value.is_empty() {
        return;
    }
    let entry = &mut draft.entry;
    let is_left_out = match field {
        ActionField::Product => !set(&mut draft.product, value),
        ActionField::Defect => !set(&mut draft.defect, value),
        ActionField::Problem => append(&mut entry.problem, value),
        ActionField::Containment => append(&mut entry.containment, value),
        ActionField::RootCause => append(&mut entry.root_cause, value),
        ActionField::Action => append(&mut entry.action, value),
        ActionField::Prevention => append(&mut entry.prevention, value),
        ActionField::Owner => append(&mut entry.owner, value),
        ActionField::Note => append(&mut entry.note, value),
        ActionField::Opened => !set_day(&mut entry.opened, value),
        ActionField::Due => !set_day(&mut entry.due, value),
        ActionField::Done => !set_day(&mut entry.done, value),
        ActionField::Verified => !set_day(&mut entry.verified, value),
        ActionField::Effect => {
            let found = effect(value);
            // A column of verification has the finding, or the day, or both.
            let has_day = set_day(&mut entry.verified, value);
            if found != Effectiveness::Unknown {
                entry.effect = found;
            }
            !has_day && found == Effectiveness::Unknown
        }
    };
    if is_left_out {
        append(&mut draft.entry.note, &format!("{}: {value}", label.trim()));
    }
}

/// Sets a text that is empty so far. Returns whether it says `value` now.
fn set(text: &mut String, value: &str) -> bool {
    if text.is_empty() {
        value.clone_into(text);
    }
    text == value
}

/// Appends a line, unless the text has it. Always `false`: nothing is left out.
fn append(text: &mut String, value: &str) -> bool {
    if text.lines().any(|line| line == value) || text == value {
        return false;
    }
    if !text.is_empty() {
        text.push('\n');
    }
    text.push_str(value);
    false
}

/// Sets a day that is not known so far. Returns whether `value` is a day and it is that.
fn set_day(known: &mut Option<jiff::civil::Date>, value: &str) -> bool {
    let Some(found) = day(value) else { return false };
    *known.get_or_insert(found) == found
}
