//! A record of a corrective action while its parts are found one after the other.

use fettle_domain::{ActionDraft, ActionEntry, ActionWarning, Effectiveness};
use jiff::civil::Date;

use super::action_days::{DayStyle, day, day_within};
use super::action_effect::{Finding, finding};
use super::action_labels::{ActionField, is_closing};
use super::ditto::is_ditto;
use super::headings::compact;
use super::no_statement::is_blank;

/// Words that say that an action is done, without its day.
const DONE: [&str; 12] = [
    "완료",
    "완료됨",
    "완료함",
    "조치완료",
    "종결",
    "종결됨",
    "done",
    "closed",
    "complete",
    "completed",
    "yes",
    "y",
];
/// Words beside a day until which something is to be done.
const PLANNED: [&str; 6] = ["예정", "완료예정", "까지", "계획", "planned", "by"];

/// A value under its label.
#[derive(Debug, Clone, PartialEq)]
struct LabelledValue {
    field: ActionField,
    label: String,
    value: String,
}

/// A record so far. Its texts are in place; days and findings, which bear on each other, are settled
/// at the end.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct DraftReader {
    /// Row, line, paragraph or page of the file, from 1.
    pub(super) place: u32,
    product: String,
    defect: String,
    entry: ActionEntry,
    open: Vec<LabelledValue>,
    warnings: Vec<ActionWarning>,
}

impl DraftReader {
    /// A record that begins at a row, line, paragraph or page.
    pub(super) fn at(place: u32) -> Self {
        Self { place, ..Self::default() }
    }

    /// Adds what stands under `field` in a file.
    pub(super) fn add(&mut self, field: ActionField, label: &str, value: &str) {
        let value = value.trim();
        if value.is_empty() {
            return;
        }
        let entry = &mut self.entry;
        match field {
            ActionField::Product if set(&mut self.product, value) => {}
            ActionField::Defect if set(&mut self.defect, value) => {}
            ActionField::Problem => append(&mut entry.problem, value),
            ActionField::Containment => append(&mut entry.containment, value),
            ActionField::RootCause => append(&mut entry.root_cause, value),
            ActionField::Action => append(&mut entry.action, value),
            ActionField::Prevention => append(&mut entry.prevention, value),
            ActionField::Owner => append(&mut entry.owner, value),
            ActionField::Note => append(&mut entry.note, value),
            ActionField::Product | ActionField::Defect | ActionField::Remark => {
                self.keep(label, value);
            }
            ActionField::Opened
            | ActionField::Due
            | ActionField::Done
            | ActionField::Verified
            | ActionField::Status
            | ActionField::Effect => {
                let (label, value) = (label.trim().to_owned(), value.to_owned());
                self.open.push(LabelledValue { field, label, value });
            }
        }
    }

    /// Whether something stands under `field`, which is a product, a defect or the day of a problem.
    pub(super) fn is_set(&self, field: ActionField) -> bool {
        match field {
            ActionField::Product => !self.product.is_empty(),
            ActionField::Defect => !self.defect.is_empty(),
            _ => self.open.iter().any(|one| one.field == field),
        }
    }

    /// Takes the product and defect of `above` where this record says that they are the same.
    pub(super) fn take_same(&mut self, above: &Self) {
        for (own, other) in [(&mut self.product, &above.product), (&mut self.defect, &above.defect)]
        {
            if is_ditto(own) {
                own.clone_from(other);
            }
        }
    }

    /// The record, on the day `today`; `None` where nothing was found.
    pub(super) fn finish(mut self, today: Date) -> Option<ActionDraft> {
        if self == Self::at(self.place) {
            return None;
        }
        let mut open = std::mem::take(&mut self.open);
        // The day on which all was completed stands before the one on which something was done.
        open.sort_by_key(|one| one.field == ActionField::Done && !is_closing(&one.label));
        let of = |field: ActionField| open.iter().filter(move |one| one.field == field);
        for one in of(ActionField::Opened) {
            match day(&one.value, DayStyle::of(&one.label, today)) {
                Some(found) if found > today => self.warn(ActionWarning::WrongDays, one),
                found => {
                    if let Some(is_unread) = set_day(&mut self.entry.opened, found) {
                        self.leave(one, is_unread);
                    }
                }
            }
        }
        for one in of(ActionField::Due) {
            let style = DayStyle::of(&one.label, today);
            let planned = || {
                day_within(&one.value, style)
                    .filter(|(_, words)| PLANNED.contains(&compact(words).as_str()))
            };
            let found = day(&one.value, style).or_else(|| planned().map(|(day, _)| day));
            if let Some(is_unread) = set_day(&mut self.entry.due, found) {
                self.leave(one, is_unread);
            }
        }
        for one in of(ActionField::Done) {
            self.add_done(one, today);
        }
        for one in of(ActionField::Status) {
            let word = compact(&one.value);
            match DONE.contains(&word.as_str()) {
                true if self.entry.done.is_some() => {}
                true => self.warn(ActionWarning::DoneWithoutDay, one),
                false if is_blank(&one.value) => {}
                false => self.keep(&one.label, &one.value),
            }
        }
        let checks: Vec<&LabelledValue> = open
            .iter()
            .filter(|one| matches!(one.field, ActionField::Verified | ActionField::Effect))
            .collect();
        self.add_checks(&checks, today);
        let follow = [self.entry.opened, self.entry.done, self.entry.verified];
        if !follow.iter().flatten().is_sorted() {
            self.say(ActionWarning::WrongDays);
        }
        let Self { place, product, defect, entry, warnings, .. } = self;
        Some(ActionDraft { place, product, defect, entry, warnings })
    }

    fn add_done(&mut self, one: &LabelledValue, today: Date) {
        match day(&one.value, DayStyle::of(&one.label, today)) {
            Some(found) if found > today => {
                self.entry.due.get_or_insert(found);
                self.warn(ActionWarning::DoneInFuture, one);
            }
            None if self.entry.done.is_none() && DONE.contains(&compact(&one.value).as_str()) => {
                self.warn(ActionWarning::DoneWithoutDay, one);
            }
            found => {
                if let Some(is_unread) = set_day(&mut self.entry.done, found) {
                    self.leave(one, is_unread);
                }
            }
        }
    }

    /// Settles days of verification and findings: a column has the one, or the other, or both.
    fn add_checks(&mut self, checks: &[&LabelledValue], today: Date) {
        let mut found: Option<Effectiveness> = None;
        let mut is_unclear = false;
        let mut verified = None;
        let mut said: Vec<&LabelledValue> = Vec::new();
        for one in checks {
            let style = DayStyle::of(&one.label, today);
            let (day, words) = match day(&one.value, style) {
                Some(day) => (Some(day), String::new()),
                None => match day_within(&one.value, style) {
                    Some((day, words)) if matches!(finding(&words), Finding::Said(_)) => {
                        (Some(day), words)
                    }
                    _ => (None, one.value.clone()),
                },
            };
            if day.is_some_and(|day| day > today) {
                self.warn(ActionWarning::WrongDays, one);
                continue;
            }
            if day.is_some()
                && let Some(is_unread) = set_day(&mut verified, day)
            {
                self.leave(one, is_unread);
            }
            match finding(&words) {
                Finding::Nothing => {
                    if day.is_some() {
                        said.push(one);
                    }
                }
                Finding::Unclear if one.field == ActionField::Verified => {
                    self.warn(ActionWarning::UnreadDay, one);
                }
                Finding::Unclear => {
                    is_unclear = true;
                    said.push(one);
                }
                Finding::Said(effect) => {
                    is_unclear |= found.is_some_and(|before| before != effect);
                    found = Some(effect);
                    said.push(one);
                }
            }
        }
        if said.is_empty() {
            return;
        }
        if self.entry.done.is_none() {
            for one in said {
                self.warn(ActionWarning::EffectBeforeDone, one);
            }
            return;
        }
        self.entry.verified = verified;
        if is_unclear {
            for one in said.into_iter().filter(|one| one.field == ActionField::Effect) {
                self.warn(ActionWarning::UnclearEffect, one);
            }
        } else {
            self.entry.effect = found.unwrap_or_default();
        }
    }

    /// Keeps what was not taken, with a warning where it should have been.
    fn leave(&mut self, one: &LabelledValue, is_unread: bool) {
        if is_unread && !is_blank(&one.value) {
            self.say(ActionWarning::UnreadDay);
        }
        self.keep(&one.label, &one.value);
    }

    fn warn(&mut self, warning: ActionWarning, one: &LabelledValue) {
        self.say(warning);
        self.keep(&one.label, &one.value);
    }

    fn say(&mut self, warning: ActionWarning) {
        if !self.warnings.contains(&warning) {
            self.warnings.push(warning);
        }
    }

    /// Writes a value that has no other place into the note, so that nothing is lost.
    fn keep(&mut self, label: &str, value: &str) {
        append(&mut self.entry.note, &format!("{}: {value}", label.trim()));
    }
}

/// Sets a text that is empty so far. Returns whether it says `value` now.
fn set(text: &mut String, value: &str) -> bool {
    if text.is_empty() {
        value.clone_into(text);
    }
    text == value
}

/// Appends a line, unless the text has it.
fn append(text: &mut String, value: &str) {
    if text.lines().any(|line| line == value) || text == value {
        return;
    }
    if !text.is_empty() {
        text.push('\n');
    }
    text.push_str(value);
}

/// Sets a day that is not known so far. `Some` where the value is left over: whether it is no day.
fn set_day(known: &mut Option<Date>, found: Option<Date>) -> Option<bool> {
    let Some(found) = found else { return Some(true) };
    (*known.get_or_insert(found) != found).then_some(false)
}
