//! What people make of inspections: whether the verdict was right, and whether what was to be
//! done is done.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{DefectCode, InspectionId, ProductCode, Rate, Verdict};

/// What a person says of a part that was inspected.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Opinion {
    /// What the part really is: the inspection's verdict confirmed, or another.
    pub verdict: Verdict,
    /// The defect it has, where the person named one.
    pub defect: Option<DefectCode>,
    /// Anything else.
    pub note: String,
}

/// An opinion, by whom and when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Judgement {
    /// What was said.
    pub opinion: Opinion,
    /// The user's name on this machine.
    pub by: String,
    /// RFC 3339 in UTC.
    pub at: String,
}

/// Whether what an inspection asks for is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ActionState {
    /// Not yet.
    #[default]
    Open,
    /// It is.
    Done,
}

impl ActionState {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Open, Self::Done];

    /// Its name in files and in the catalogue.
    pub fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Done => "done",
        }
    }

    /// The id of its message.
    pub fn word(self) -> &'static str {
        match self {
            Self::Open => "action-open",
            Self::Done => "action-done",
        }
    }
}

/// The state that somebody set, and when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActionChange {
    /// The state since then.
    pub state: ActionState,
    /// The user's name on this machine.
    pub by: String,
    /// RFC 3339 in UTC.
    pub at: String,
}

/// An inspection in a list: what can be told without reading its whole record.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct InspectionRow {
    /// Which.
    pub id: InspectionId,
    /// When, RFC 3339 with offset.
    pub created_at: String,
    /// The product inspected as.
    pub product: Option<ProductCode>,
    /// The defect that a person named, else the one that was found.
    pub defect: Option<DefectCode>,
    /// The inspection's verdict.
    pub verdict: Verdict,
    /// A person's, where there is one.
    pub judged: Option<Verdict>,
    /// The image score, where the anomaly stage ran.
    pub image_score: Option<f32>,
    /// The file inspected, as given.
    pub source: String,
    /// The workspace's copy of it, relative to the workspace; `None` where it was let go.
    pub image_path: Option<String>,
    /// Whether what it asks for is done.
    pub action: ActionState,
}

impl InspectionRow {
    /// The name of the file inspected, without its folders.
    pub fn file_name(&self) -> &str {
        super::inspection::file_name(&self.source)
    }

    /// Whether what it asks for is done; `None` where it asks for nothing: the part is good.
    pub fn asks_for(&self) -> Option<ActionState> {
        let is_good = self.judged.unwrap_or(self.verdict) == Verdict::Ok;
        (self.action == ActionState::Done || !is_good).then_some(self.action)
    }
}

/// Which inspections a list shows; the default is all.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct HistoryFilter {
    /// Of this product.
    pub product: Option<ProductCode>,
    /// With this defect.
    pub defect: Option<DefectCode>,
    /// With this verdict: a person's where there is one, else the inspection's.
    pub verdict: Option<Verdict>,
    /// With this text in the file's name or folder; capital letters do not matter where they are
    /// ASCII.
    pub text: String,
    /// Then or later.
    pub since: Option<Timestamp>,
    /// Before then.
    pub until: Option<Timestamp>,
    /// In this state, of those that ask for something ([`InspectionRow::asks_for`]).
    pub action: Option<ActionState>,
}

/// Some of the inspections that a filter lets through, newest first.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct InspectionPage {
    /// How many newer ones were left out.
    pub skip: usize,
    /// The rows.
    pub rows: Vec<InspectionRow>,
    /// How many the filter lets through in all.
    pub total: usize,
}

/// How many parts were inspected of a product on a day, and how many of them are NG: by a person
/// where one said so, else by the inspection.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DayCount {
    /// `2026-11-22`, where the inspection was made.
    pub day: String,
    /// The product; `None`: nobody knew.
    pub product: Option<ProductCode>,
    /// Inspections.
    pub parts: usize,
    /// Those that are NG.
    pub ng: usize,
}

/// How many NG parts had a defect.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DefectCount {
    /// The product.
    pub product: Option<ProductCode>,
    /// The defect; `None`: none that is known.
    pub defect: Option<DefectCode>,
    /// Inspections.
    pub count: usize,
}

/// The inspection's verdict against a person's, how often.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct JudgedCount {
    /// The product.
    pub product: Option<ProductCode>,
    /// The inspection's verdict.
    pub verdict: Verdict,
    /// The person's.
    pub judged: Verdict,
    /// Inspections.
    pub count: usize,
}

/// Of parts that people judged good, the share that the inspection called NG; `None` where nobody
/// judged one good.
pub fn overkill<'a>(judged: impl IntoIterator<Item = &'a JudgedCount>) -> Option<Rate> {
    wrong(judged, Verdict::Ok, Verdict::Ng)
}

/// Of parts that people judged NG, the share that the inspection called OK; `None` where nobody
/// judged one NG.
pub fn escape<'a>(judged: impl IntoIterator<Item = &'a JudgedCount>) -> Option<Rate> {
    wrong(judged, Verdict::Ng, Verdict::Ok)
}

fn wrong<'a>(
    judged: impl IntoIterator<Item = &'a JudgedCount>,
    truth: Verdict,
    said: Verdict,
) -> Option<Rate> {
    let (mut events, mut trials) = (0, 0);
    for count in judged.into_iter().filter(|count| count.judged == truth) {
        trials += count.count;
        events += if count.verdict == said { count.count } else { 0 };
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
        // Said, judged, how often.
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
        }
    }

    #[test]
    fn a_file_name_has_no_folders() {
        for (source, name) in [
            ("C:\\부품\\IMG 1.jpeg", "IMG 1.jpeg"),
            ("/line/a/1.png", "1.png"),
            ("1.png", "1.png"),
            ("", ""),
        ] {
            assert_eq!(InspectionRow { source: source.to_owned(), ..row() }.file_name(), name);
        }
    }

    #[test]
    fn a_good_part_asks_for_nothing() {
        use ActionState::{Done, Open};
        use Verdict::{Ng, Ok, Unsure};
        // Said by the inspection, by a person, set, expected.
        let cases = [
            (Ok, None, Open, None),
            (Ng, Some(Ok), Open, None),
            (Ok, Some(Ng), Open, Some(Open)),
            (Unsure, None, Open, Some(Open)),
            (Ng, None, Done, Some(Done)),
            // Somebody did something all the same.
            (Ok, None, Done, Some(Done)),
        ];
        for (verdict, judged, action, expected) in cases {
            let row = InspectionRow { verdict, judged, action, ..row() };
            assert_eq!(row.asks_for(), expected, "{row:?}");
        }
    }
}
