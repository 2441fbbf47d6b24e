//! The history of inspections: people's judgements, the state of corrective actions, lists and
//! counts.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::file_names::file_name_of;
use super::{DefectCode, Hours, InspectionId, ProductCode, Rate, Verdict};

/// A person's opinion of an inspected part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Opinion {
    /// The true verdict, which confirms or overrules the inspection's.
    pub verdict: Verdict,
    /// The part's defect, where the person named one.
    pub defect: Option<DefectCode>,
    /// A remark in the person's own words.
    pub note: String,
}

/// An opinion with its author and time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Judgement {
    /// The opinion.
    pub opinion: Opinion,
    /// The user's name on this machine.
    pub by: String,
    /// RFC 3339 in UTC.
    pub at: String,
}

/// State of the corrective action that an inspection calls for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ActionState {
    /// Not done yet.
    #[default]
    Open,
    /// Done.
    Done,
}

impl ActionState {
    /// Both states.
    pub const ALL: [Self; 2] = [Self::Open, Self::Done];

    /// The state's name in files and in the library's database.
    pub fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Done => "done",
        }
    }

    /// Id of the message that names the state.
    pub fn message_id(self) -> &'static str {
        match self {
            Self::Open => "action-open",
            Self::Done => "action-done",
        }
    }
}

/// A change of an action's state, with its author and time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActionChange {
    /// The new state.
    pub state: ActionState,
    /// The user's name on this machine.
    pub by: String,
    /// RFC 3339 in UTC.
    pub at: String,
}

/// An inspection as a row of a list: what is known without reading its whole record.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct InspectionRow {
    /// The inspection.
    pub id: InspectionId,
    /// Time of the inspection, RFC 3339 with offset.
    pub created_at: String,
    /// The product.
    pub product: Option<ProductCode>,
    /// The defect named by a person, else the one found by the inspection.
    pub defect: Option<DefectCode>,
    /// The inspection's verdict.
    pub verdict: Verdict,
    /// A person's verdict, where there is one.
    pub judged: Option<Verdict>,
    /// The image score, where the anomaly stage ran.
    pub image_score: Option<f32>,
    /// Path of the inspected file, as given.
    pub source: String,
    /// The workspace's copy of the file, relative to the workspace; `None` where it was deleted
    /// to save space.
    pub image_path: Option<String>,
    /// State of the corrective action.
    pub action: ActionState,
    /// The first inspection of the part, of which this one is a repetition; its own number where it
    /// is the first.
    pub first: InspectionId,
}

impl InspectionRow {
    /// Name of the inspected file, without its folders.
    pub fn file_name(&self) -> &str {
        file_name_of(&self.source)
    }

    /// State of the required corrective action; `None` where none is required because the part is
    /// good.
    pub fn required_action(&self) -> Option<ActionState> {
        let is_good = self.judged.unwrap_or(self.verdict) == Verdict::Ok;
        (self.action == ActionState::Done || !is_good).then_some(self.action)
    }
}

/// Conditions on the inspections of a list; the default selects all.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct HistoryFilter {
    /// Of this product.
    pub product: Option<ProductCode>,
    /// With this defect.
    pub defect: Option<DefectCode>,
    /// With this verdict: a person's where there is one, else the inspection's.
    pub verdict: Option<Verdict>,
    /// With this text in the file's name or folder, regardless of case for ASCII letters.
    pub text: String,
    /// At this time or later.
    pub since: Option<Timestamp>,
    /// Before this time.
    pub until: Option<Timestamp>,
    /// In these hours of the day, such as those of a shift.
    pub hours: Option<Hours>,
    /// With a required action in this state ([`InspectionRow::required_action`]).
    pub action: Option<ActionState>,
    /// With a person's judgement, or without one.
    pub review: Option<ReviewState>,
    /// Also inspections of parts that were inspected again later. Counts then count inspections.
    pub repeated: bool,
}

/// What people said of an inspection's verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ReviewState {
    /// Nobody has judged the part yet.
    Unjudged,
    /// A person confirmed the verdict.
    Confirmed,
    /// A person gave another verdict.
    Overruled,
}

impl ReviewState {
    /// All states.
    pub const ALL: [Self; 3] = [Self::Unjudged, Self::Confirmed, Self::Overruled];

    /// The state's name in the library's queries.
    pub fn name(self) -> &'static str {
        match self {
            Self::Unjudged => "unjudged",
            Self::Confirmed => "confirmed",
            Self::Overruled => "overruled",
        }
    }

    /// Locale id of the state's name.
    pub fn message_id(self) -> &'static str {
        match self {
            Self::Unjudged => "review-unjudged",
            Self::Confirmed => "review-confirmed",
            Self::Overruled => "review-overruled",
        }
    }
}

/// A column by which a list of inspections is sorted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum HistoryColumn {
    /// When the part was inspected.
    #[default]
    Time,
    /// The file's name, with its folders.
    Source,
    /// The product's code.
    Product,
    /// The defect's code, a person's where there is one.
    Defect,
    /// The inspection's verdict.
    Verdict,
    /// A person's verdict.
    Judged,
    /// The anomaly score.
    Score,
    /// The state of the corrective action.
    Action,
}

/// The order of a list of inspections; the default is the newest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct HistoryOrder {
    /// The column. What is equal in it stands newest first.
    pub column: HistoryColumn,
    /// Whether the smallest, or oldest, comes first.
    pub ascending: bool,
}

/// A page of the inspections that a filter selects, newest first: one of each part, unless the
/// filter takes repeated ones.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct InspectionPage {
    /// Number of newer rows before this page.
    pub skip: usize,
    /// The rows.
    pub rows: Vec<InspectionRow>,
    /// Number of inspections that the filter selects.
    pub total: usize,
}

/// Parts of one product on one day (that of their newest inspection), and the NG and unsure ones among them: by a person's
/// verdict where there is one, else by the inspection's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DayCount {
    /// Local date of the inspections, e.g. `2026-11-22`.
    pub day: String,
    /// The product; `None` where it is unknown.
    pub product: Option<ProductCode>,
    /// Number of parts.
    pub parts: usize,
    /// Number of NG ones.
    pub ng: usize,
    /// Number of unsure ones.
    pub unsure: usize,
}

/// Number of NG parts with one defect.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DefectCount {
    /// The product.
    pub product: Option<ProductCode>,
    /// The defect; `None` where it is unknown.
    pub defect: Option<DefectCode>,
    /// Number of inspections.
    pub count: usize,
}

/// A cell of the confusion matrix of the inspection's verdict and a person's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct JudgedCount {
    /// The product.
    pub product: Option<ProductCode>,
    /// The inspection's verdict.
    pub verdict: Verdict,
    /// The person's verdict.
    pub judged: Verdict,
    /// Number of inspections.
    pub count: usize,
}

/// Overkill: the share of parts judged good by people that the inspection called NG. `None` where
/// no part was judged good.
pub fn overkill<'a>(judged: impl IntoIterator<Item = &'a JudgedCount>) -> Option<Rate> {
    error_rate(judged, Verdict::Ok, Verdict::Ng)
}

/// Escape: the share of parts judged NG by people that the inspection called OK. `None` where no
/// part was judged NG.
pub fn escape<'a>(judged: impl IntoIterator<Item = &'a JudgedCount>) -> Option<Rate> {
    error_rate(judged, Verdict::Ng, Verdict::Ok)
}

/// Looked at again: the number of parts that the inspection called unsure and a person judged.
pub fn looked_at_again<'a>(judged: impl IntoIterator<Item = &'a JudgedCount>) -> usize {
    judged.into_iter().filter(|one| one.verdict == Verdict::Unsure).map(|one| one.count).sum()
}

fn error_rate<'a>(
    judged: impl IntoIterator<Item = &'a JudgedCount>,
    truth: Verdict,
    predicted: Verdict,
) -> Option<Rate> {
    let (mut events, mut trials) = (0, 0);
    for count in judged.into_iter().filter(|count| count.judged == truth) {
        trials += count.count;
        events += if count.verdict == predicted { count.count } else { 0 };
    }
    Rate::of(events, trials)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn overkill_and_escape_count_what_people_judged() {
        use Verdict::{Ng, Ok, Unsure};
        let count = |verdict, judged, count| JudgedCount { product: None, verdict, judged, count };
        // The inspection's verdict, a person's, count.
        let all = [
            count(Ok, Ok, 90),
            count(Ng, Ok, 8),
            count(Unsure, Ok, 2),
            count(Ng, Ng, 19),
            count(Ok, Ng, 1),
            count(Ng, Unsure, 5),
        ];
        assert_eq!(overkill(&all), Rate::of(8, 100));
        assert_eq!(escape(&all), Rate::of(1, 20));
        assert_eq!(looked_at_again(&all), 2);
        assert_eq!((overkill(&all[3..]), escape(&all[..3])), (None, None));
    }

    fn row() -> InspectionRow {
        InspectionRow {
            id: InspectionId(1),
            created_at: String::new(),
            product: None,
            defect: None,
            verdict: Verdict::Ok,
            judged: None,
            image_score: None,
            source: String::new(),
            image_path: None,
            action: ActionState::Open,
            first: InspectionId(1),
        }
    }

    #[test]
    fn a_good_part_requires_no_action() {
        use ActionState::{Done, Open};
        use Verdict::{Ng, Ok, Unsure};
        // The inspection's verdict, a person's, state of the action, expected.
        let cases = [
            (Ok, None, Open, None),
            (Ng, Some(Ok), Open, None),
            (Ok, Some(Ng), Open, Some(Open)),
            (Unsure, None, Open, Some(Open)),
            (Ng, None, Done, Some(Done)),
            // An action was taken all the same.
            (Ok, None, Done, Some(Done)),
        ];
        for (verdict, judged, action, expected) in cases {
            let row = InspectionRow { verdict, judged, action, ..row() };
            assert_eq!(row.required_action(), expected, "{row:?}");
        }
    }
}
