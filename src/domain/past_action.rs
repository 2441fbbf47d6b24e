//! What was done last time about a defect, and whether it came back: a second source beside the
//! manual, and never mixed with it.

use jiff::civil::Date;
use jiff::{Span, Unit};
use serde::{Deserialize, Serialize};

use super::{ActionSource, ActionStage, CorrectiveAction, Effectiveness};

/// The most days before and after an action that are compared.
const MAX_DAYS: i64 = 30;
/// The fewest days after an action that say anything.
const MIN_DAYS: i64 = 7;

/// A message id and its values.
pub type ActionMessage = (&'static str, Vec<(&'static str, String)>);

/// Inspections of a product in a period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct PeriodCount {
    /// Number of inspections.
    pub parts: usize,
    /// Number of those that were NG with the defect.
    pub ng: usize,
}

/// Two periods of as many days, before and after an action. The day on which it was done belongs to
/// neither.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RecurrencePeriods {
    /// Number of days of each.
    pub days: u32,
    /// First day before and the day on which it ends (exclusive).
    pub before: (Date, Date),
    /// First day after and the day on which it ends (exclusive).
    pub after: (Date, Date),
}

impl RecurrencePeriods {
    /// The periods around the day `done`, as long as `today` allows and 30 days at most.
    ///
    /// # Errors
    /// [`Recurrence::TooSoon`] where too few days have passed.
    pub fn around(done: Date, today: Date) -> Result<Self, Recurrence> {
        let passed = done.until((Unit::Day, today)).map_or(0, |span| i64::from(span.get_days()));
        let days = passed.min(MAX_DAYS);
        let too_soon = || Recurrence::TooSoon {
            days: u32::try_from(days.max(0)).unwrap_or(0),
            needed: MIN_DAYS as u32,
        };
        if days < MIN_DAYS {
            return Err(too_soon());
        }
        let shifted = |by: i64| done.checked_add(Span::new().days(by)).map_err(|_| too_soon());
        Ok(Self {
            days: u32::try_from(days).unwrap_or(0),
            before: (shifted(-days)?, done),
            after: (shifted(1)?, shifted(1 + days)?),
        })
    }
}

/// Whether a defect came back after an action.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "is")]
pub enum Recurrence {
    /// Both periods have inspections.
    Counted {
        /// Number of days of each period.
        days: u32,
        /// Before the action.
        before: PeriodCount,
        /// After it.
        after: PeriodCount,
    },
    /// The action is not done, or on a day that nobody wrote down.
    NotDone,
    /// Too few days have passed since.
    TooSoon {
        /// Number of days since.
        days: u32,
        /// How many are needed.
        needed: u32,
    },
    /// One of the periods has no inspection.
    NotInspected {
        /// Number of days of each period.
        days: u32,
    },
}

impl Recurrence {
    /// The recurrence where both periods were counted.
    pub fn counted(days: u32, before: PeriodCount, after: PeriodCount) -> Self {
        if before.parts == 0 || after.parts == 0 {
            return Self::NotInspected { days };
        }
        Self::Counted { days, before, after }
    }

    /// The message that says it; `None` where there is nothing to say.
    pub fn message(&self) -> Option<ActionMessage> {
        Some(match self {
            Self::Counted { days, before, after } => (
                "past-action-recurrence",
                vec![
                    ("days", days.to_string()),
                    ("after", after.ng.to_string()),
                    ("inspected", after.parts.to_string()),
                    ("before", before.ng.to_string()),
                    ("earlier", before.parts.to_string()),
                ],
            ),
            Self::NotDone => return None,
            Self::TooSoon { days, needed } => (
                "past-action-too-soon",
                vec![("days", days.to_string()), ("needed", needed.to_string())],
            ),
            Self::NotInspected { days } => {
                ("past-action-not-inspected", vec![("days", days.to_string())])
            }
        })
    }
}

/// A record of a corrective action as a report shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PastAction {
    /// The record, as it was then.
    pub action: CorrectiveAction,
    /// Whether the defect came back, as counted then.
    pub recurrence: Recurrence,
}

impl PastAction {
    /// Who, when and with what effect: short messages that stand side by side.
    pub fn facts(&self) -> Vec<ActionMessage> {
        let entry = &self.action.entry;
        let mut facts = Vec::new();
        if !entry.owner.trim().is_empty() {
            facts.push(("past-action-owner", vec![("owner", entry.owner.clone())]));
        }
        match (entry.stage(), entry.done, entry.due) {
            (_, Some(day), _) => facts.push(("past-action-done", vec![("day", day.to_string())])),
            (ActionStage::Open, None, Some(day)) => {
                facts.push(("past-action-due", vec![("day", day.to_string())]));
            }
            (ActionStage::Open, None, None) => {
                facts.push((entry.stage_message_id(), Vec::new()));
            }
            (_, None, _) => {}
        }
        match entry.verified {
            Some(day) if entry.effect != Effectiveness::Unknown => {
                let id = match entry.effect {
                    Effectiveness::Effective => "past-action-effective",
                    _ => "past-action-ineffective",
                };
                facts.push((id, vec![("day", day.to_string())]));
            }
            Some(day) => facts.push(("past-action-verified", vec![("day", day.to_string())])),
            None if entry.effect != Effectiveness::Unknown => {
                facts.push((entry.effect.message_id(), Vec::new()));
            }
            None => {}
        }
        facts.push(match (&self.action.source, self.action.inspection) {
            (ActionSource::Imported { file, place, .. }, _) => {
                ("past-action-imported", vec![("file", file.clone()), ("place", place.to_string())])
            }
            (ActionSource::Written, Some(id)) => {
                ("past-action-of-inspection", vec![("id", id.to_string())])
            }
            (ActionSource::Written, None) => {
                ("past-action-written", vec![("by", self.action.by.clone())])
            }
        });
        facts
    }

    /// Cause, containment, prevention and recurrence: messages of a line each.
    pub fn details(&self) -> Vec<ActionMessage> {
        let entry = &self.action.entry;
        let texts = [
            ("past-action-cause", &entry.root_cause),
            ("past-action-containment", &entry.containment),
            ("past-action-prevention", &entry.prevention),
        ];
        let filled = texts.into_iter().filter(|(_, text)| !text.trim().is_empty());
        let mut details: Vec<ActionMessage> =
            filled.map(|(id, text)| (id, vec![("text", one_line(text))])).collect();
        details.extend(self.recurrence.message());
        details
    }

    /// What was done, on one line.
    pub fn action_line(&self) -> String {
        one_line(&self.action.entry.action)
    }
}

/// A text of several lines as one.
fn one_line(text: &str) -> String {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    lines.collect::<Vec<_>>().join(" / ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn periods_are_as_long_on_both_sides_of_the_day() {
        let day = |text: &str| text.parse::<Date>().unwrap();
        let today = day("2026-11-30");
        // Done; days, first day before, first day after, its end. None: too soon, days passed.
        let cases = [
            ("2026-11-20", Ok((10, "2026-11-10", "2026-11-21", "2026-12-01"))),
            ("2026-11-23", Ok((7, "2026-11-16", "2026-11-24", "2026-12-01"))),
            ("2026-09-01", Ok((30, "2026-08-02", "2026-09-02", "2026-10-02"))),
            ("2026-11-24", Err(6)),
            ("2026-11-30", Err(0)),
            ("2026-12-24", Err(0)),
        ];
        for (done, expected) in cases {
            let found = RecurrencePeriods::around(day(done), today);
            match expected {
                Ok((days, before, after, end)) => {
                    let expected = RecurrencePeriods {
                        days,
                        before: (day(before), day(done)),
                        after: (day(after), day(end)),
                    };
                    assert_eq!(found, Ok(expected), "{done}");
                }
                Err(days) => {
                    assert_eq!(found, Err(Recurrence::TooSoon { days, needed: 7 }), "{done}");
                }
            }
        }
    }

    #[test]
    fn nothing_is_counted_where_nothing_was_inspected() {
        let count = |parts, ng| PeriodCount { parts, ng };
        let counted = Recurrence::counted(30, count(90, 9), count(120, 2));
        assert!(matches!(counted, Recurrence::Counted { .. }));
        for (before, after) in [(0, 120), (90, 0), (0, 0)] {
            let counted = Recurrence::counted(30, count(before, 0), count(after, 0));
            assert_eq!(counted, Recurrence::NotInspected { days: 30 });
        }
    }
}
