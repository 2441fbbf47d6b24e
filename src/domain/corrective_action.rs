//! Records of corrective actions, as 8D reports and CAPA lists keep them: what was wrong, why, what
//! was done about it, by whom and when, and whether it helped.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{ActionState, CorrectiveActionId, DefectCode, InspectionId, ProductCode};

/// Whether a corrective action was found to help (8D: D6, D8).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Effectiveness {
    /// Nobody said so far.
    #[default]
    Unknown,
    /// The defect stayed away.
    Effective,
    /// The defect came back.
    Ineffective,
}

impl Effectiveness {
    /// All three.
    pub const ALL: [Self; 3] = [Self::Unknown, Self::Effective, Self::Ineffective];

    /// The name in files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Effective => "effective",
            Self::Ineffective => "ineffective",
        }
    }

    /// Id of the message that names it.
    pub fn message_id(self) -> &'static str {
        match self {
            Self::Unknown => "action-effect-unknown",
            Self::Effective => "action-effect-effective",
            Self::Ineffective => "action-effect-ineffective",
        }
    }
}

/// How far a corrective action has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ActionStage {
    /// Not done yet.
    Open,
    /// Done, its effect not yet verified.
    Done,
    /// Done and its effect verified, whatever was found.
    Verified,
}

impl ActionStage {
    /// All three, in order.
    pub const ALL: [Self; 3] = [Self::Open, Self::Done, Self::Verified];

    /// The name in files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Done => "done",
            Self::Verified => "verified",
        }
    }
}

/// What is written about a corrective action. Texts may be empty and have several lines.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ActionEntry {
    /// What was wrong (8D: D2).
    pub problem: String,
    /// Why (D4).
    pub root_cause: String,
    /// What was done at once to protect the customer (D3).
    pub containment: String,
    /// What was done about the cause (D5, D6).
    pub action: String,
    /// What keeps it from happening again (D7).
    pub prevention: String,
    /// Who answers for it.
    pub owner: String,
    /// Anything else.
    pub note: String,
    /// When the problem was found.
    pub opened: Option<Date>,
    /// Until when the action is to be done.
    pub due: Option<Date>,
    /// When it was done.
    pub done: Option<Date>,
    /// When its effect was verified.
    pub verified: Option<Date>,
    /// What was found then.
    pub effect: Effectiveness,
}

/// What is wrong with an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ActionEntryFault {
    /// No action is named.
    #[error("no action is named")]
    NoAction,
    /// The action was done before its problem was found.
    #[error("done before the problem was found")]
    DoneBeforeOpened,
    /// The effect was verified before the action was done, or of one that is not done.
    #[error("verified before it was done")]
    VerifiedBeforeDone,
    /// The action was done, or its effect verified, on a day that is still to come.
    #[error("done or verified in the future")]
    InFuture,
    /// An effect is named, but not when it was verified.
    #[error("an effect without the day on which it was verified")]
    EffectWithoutDay,
}

impl ActionEntryFault {
    /// Id of the message that says it.
    pub fn message_id(self) -> &'static str {
        match self {
            Self::NoAction => "action-fault-none",
            Self::DoneBeforeOpened => "action-fault-done",
            Self::VerifiedBeforeDone => "action-fault-verified",
            Self::InFuture => "action-fault-future",
            Self::EffectWithoutDay => "action-fault-effect",
        }
    }
}

impl ActionEntry {
    /// How far the action has come.
    pub fn stage(&self) -> ActionStage {
        match (self.done, self.verified) {
            (_, Some(_)) => ActionStage::Verified,
            (Some(_), None) => ActionStage::Done,
            (None, None) => ActionStage::Open,
        }
    }

    /// Whether the action is open past its day.
    pub fn is_overdue(&self, today: Date) -> bool {
        self.stage() == ActionStage::Open && self.due.is_some_and(|due| due < today)
    }

    /// Id of the message that says how far the action has come and whether it helped.
    pub fn stage_message_id(&self) -> &'static str {
        match (self.stage(), self.effect) {
            (ActionStage::Open, _) => ActionState::Open.message_id(),
            (_, Effectiveness::Effective | Effectiveness::Ineffective) => self.effect.message_id(),
            (ActionStage::Done, _) => ActionState::Done.message_id(),
            (ActionStage::Verified, _) => "action-verified",
        }
    }

    /// Checks what a person writes on the day `today`.
    ///
    /// # Errors
    /// The first fault.
    pub fn check(&self, today: Date) -> Result<(), ActionEntryFault> {
        if self.action.trim().is_empty() {
            return Err(ActionEntryFault::NoAction);
        }
        if [self.done, self.verified].into_iter().flatten().any(|day| day > today) {
            return Err(ActionEntryFault::InFuture);
        }
        if self.opened.zip(self.done).is_some_and(|(opened, done)| done < opened) {
            return Err(ActionEntryFault::DoneBeforeOpened);
        }
        match (self.done, self.verified) {
            (None, Some(_)) => Err(ActionEntryFault::VerifiedBeforeDone),
            (Some(done), Some(verified)) if verified < done => {
                Err(ActionEntryFault::VerifiedBeforeDone)
            }
            (_, None) if self.effect != Effectiveness::Unknown => {
                Err(ActionEntryFault::EffectWithoutDay)
            }
            _ => Ok(()),
        }
    }

    /// The day by which records are ordered: the last that something happened on.
    pub fn newest_day(&self) -> Option<Date> {
        self.verified.or(self.done).or(self.opened)
    }
}

/// Where a record comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "from")]
pub enum ActionSource {
    /// Written in Fettle.
    Written,
    /// Read from a file.
    Imported {
        /// Number of the import.
        import: i64,
        /// Name of the file, without its folders.
        file: String,
        /// Row of the sheet or line of the file, from 1.
        place: u32,
    },
}

/// A record of a corrective action.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CorrectiveAction {
    /// The record.
    pub id: CorrectiveActionId,
    /// The product.
    pub product: ProductCode,
    /// The defect; `None` where none is named.
    pub defect: Option<DefectCode>,
    /// The inspection that called for it.
    pub inspection: Option<InspectionId>,
    /// What is written about it.
    pub entry: ActionEntry,
    /// Where it comes from.
    pub source: ActionSource,
    /// The last to write it: a user's name on this machine.
    pub by: String,
    /// When, RFC 3339 in UTC.
    pub at: String,
}

impl CorrectiveAction {
    /// What a report calls the record: never the id of a statement of a manual.
    pub fn mark(&self) -> String {
        self.id.mark()
    }
}

/// What precedes a record's number in its mark.
const MARK: &str = "capa.";

impl CorrectiveActionId {
    /// What reports and lists call the record.
    pub fn mark(self) -> String {
        format!("{MARK}{self}")
    }

    /// The record that `text` names by its number or its mark.
    pub fn from_mark(text: &str) -> Option<Self> {
        text.strip_prefix(MARK).unwrap_or(text).parse().map(Self).ok()
    }
}

/// What a record is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActionSubject {
    /// The product.
    pub product: ProductCode,
    /// The defect; `None` where none is named.
    pub defect: Option<DefectCode>,
    /// The inspection that called for it.
    pub inspection: Option<InspectionId>,
}

/// A record as it stands in a file: product and defect by whatever name it has there.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ActionDraft {
    /// Row, line, paragraph or page of the file, from 1.
    pub place: u32,
    /// The product; empty where the file names none.
    pub product: String,
    /// The defect; empty where the file names none.
    pub defect: String,
    /// What is written.
    pub entry: ActionEntry,
    /// What a person should look at, without repetition.
    #[serde(default)]
    pub warnings: Vec<ActionWarning>,
}

/// What of a record in a file was not taken as it stands. Its words are kept in the note.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ActionWarning {
    /// A day that cannot be read, or in more than one way.
    UnreadDay,
    /// It is said to be done, but not when: it counts as open.
    DoneWithoutDay,
    /// It is said to be done on a day to come: that is until when it is due.
    DoneInFuture,
    /// Its days do not follow one another, or one but the due day is still to come.
    WrongDays,
    /// Words that say neither that it helped nor that it did not.
    UnclearEffect,
    /// An effect, or a day of its verification, of an action that is not done.
    EffectBeforeDone,
}

impl ActionWarning {
    /// Id of the message that says it.
    pub fn message_id(self) -> &'static str {
        match self {
            Self::UnreadDay => "action-warning-day",
            Self::DoneWithoutDay => "action-warning-done-day",
            Self::DoneInFuture => "action-warning-future",
            Self::WrongDays => "action-warning-order",
            Self::UnclearEffect => "action-warning-effect",
            Self::EffectBeforeDone => "action-warning-not-done",
        }
    }
}

/// Conditions on records of corrective actions; the default selects all.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ActionFilter {
    /// Of this product.
    pub product: Option<ProductCode>,
    /// Of this defect.
    pub defect: Option<DefectCode>,
    /// Of this inspection.
    pub inspection: Option<InspectionId>,
    /// Of this import.
    pub import: Option<i64>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Option<Date> {
        (!text.is_empty()).then(|| text.parse().unwrap())
    }

    #[test]
    fn the_days_of_an_entry_say_how_far_it_is_and_must_follow_one_another() {
        use ActionEntryFault as Fault;
        use ActionStage::{Done, Open, Verified};
        use Effectiveness::{Effective, Unknown};
        let today = day("2026-11-30").unwrap();
        // Action, opened, done, verified, effect; stage, fault.
        let cases = [
            ("탈기", "", "", "", Unknown, Open, None),
            (" ", "", "", "", Unknown, Open, Some(Fault::NoAction)),
            ("탈기", "2026-10-01", "2026-10-01", "", Unknown, Done, None),
            ("탈기", "2026-10-02", "2026-10-01", "", Unknown, Done, Some(Fault::DoneBeforeOpened)),
            ("탈기", "", "2026-10-01", "2026-11-01", Effective, Verified, None),
            (
                "탈기",
                "",
                "2026-10-01",
                "2026-09-01",
                Unknown,
                Verified,
                Some(Fault::VerifiedBeforeDone),
            ),
            ("탈기", "", "", "2026-11-01", Effective, Verified, Some(Fault::VerifiedBeforeDone)),
            ("탈기", "", "2026-10-01", "", Effective, Done, Some(Fault::EffectWithoutDay)),
            ("탈기", "", "2026-11-30", "2026-11-30", Effective, Verified, None),
            ("탈기", "", "2026-12-01", "", Unknown, Done, Some(Fault::InFuture)),
            ("탈기", "", "2026-11-30", "2026-12-01", Effective, Verified, Some(Fault::InFuture)),
        ];
        for (action, opened, done, verified, effect, stage, fault) in cases {
            let entry = ActionEntry {
                action: action.into(),
                opened: day(opened),
                done: day(done),
                verified: day(verified),
                effect,
                ..ActionEntry::default()
            };
            assert_eq!((entry.stage(), entry.check(today).err()), (stage, fault), "{entry:?}");
        }
    }

    #[test]
    fn a_stage_is_named_by_what_was_found() {
        use Effectiveness::{Effective, Ineffective, Unknown};
        // Done, verified, effect; message.
        for (done, verified, effect, expected) in [
            ("", "", Unknown, "action-open"),
            ("2026-10-01", "", Unknown, "action-done"),
            ("2026-10-01", "", Ineffective, "action-effect-ineffective"),
            ("2026-10-01", "2026-11-01", Ineffective, "action-effect-ineffective"),
            ("2026-10-01", "2026-11-01", Effective, "action-effect-effective"),
            ("2026-10-01", "2026-11-01", Unknown, "action-verified"),
        ] {
            let (done, verified) = (day(done), day(verified));
            let entry = ActionEntry { done, verified, effect, ..ActionEntry::default() };
            assert_eq!(entry.stage_message_id(), expected, "{entry:?}");
        }
    }

    #[test]
    fn only_what_is_open_is_overdue_and_from_the_day_after() {
        let today = day("2026-11-30").unwrap();
        // Due, done, expected.
        for (due, done, expected) in [
            ("2026-11-29", "", true),
            ("2026-11-30", "", false),
            ("2026-11-01", "2026-11-20", false),
            ("", "", false),
        ] {
            let entry = ActionEntry { due: day(due), done: day(done), ..ActionEntry::default() };
            assert_eq!(entry.is_overdue(today), expected, "{entry:?}");
        }
    }

    #[test]
    fn records_of_fewer_fields_still_open() {
        let entry: ActionEntry = serde_json::from_str(r#"{"action": "탈기"}"#).unwrap();
        assert_eq!(entry.action, "탈기");
        let written = serde_json::to_string(&ActionEntry { done: day("2026-10-01"), ..entry });
        assert!(written.unwrap().contains(r#""done":"2026-10-01""#));
    }
}
