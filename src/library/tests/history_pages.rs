//! Pages of the history while inspections are added between them.

use super::fixtures::{hole, inspection, library, prod1};
use crate::{Library, content_hash};
use fettle_domain::{
    ActionState, DefectCode, HistoryFilter, Inspection, InspectionId, Opinion, ProductCode,
    ReviewState, Verdict,
};

/// What is inspected and said of a part.
#[derive(Clone, Copy)]
struct Part {
    time: &'static str,
    verdict: Verdict,
    judged: Option<(Verdict, &'static str)>,
    is_done: bool,
    source: &'static str,
}

/// Parts of which each filter below selects three at least. Two have the same time.
const PARTS: [Part; 8] = {
    const NG: Part = Part {
        time: "2026-11-21T09:00:00Z",
        verdict: Verdict::Ng,
        judged: None,
        is_done: false,
        source: "line 1/part.png",
    };
    const DONE: Part = Part { is_done: true, ..NG };
    [
        NG,
        Part { judged: Some((Verdict::Ng, "hole")), ..DONE },
        Part { time: "2026-11-22T09:00:00Z", judged: Some((Verdict::Ok, "hole")), ..NG },
        Part { time: "2026-11-22T10:00:00Z", source: "line 2/PART.png", ..DONE },
        Part { time: "2026-11-22T11:00:00Z", judged: Some((Verdict::Ng, "hole")), ..DONE },
        Part { time: "2026-11-23T09:00:00Z", judged: Some((Verdict::Ok, "hole")), ..NG },
        Part { time: "2026-11-23T10:00:00Z", judged: Some((Verdict::Ok, "hole")), ..NG },
        Part { time: "2026-11-24T09:00:00Z", judged: Some((Verdict::Ng, "hole")), ..DONE },
    ]
};

/// Records a part as photographed the `copy`-th time.
fn record(library: &mut Library, part: &Part, (number, copy): (usize, usize)) -> InspectionId {
    let made = inspection(part.time, part.verdict, number as f32);
    let image_hash = content_hash(format!("{number} {copy}").as_bytes());
    let made = Inspection { source: part.source.to_owned(), image_hash, ..made };
    let id = library.record_inspection(&made).unwrap();
    if let Some((verdict, defect)) = part.judged {
        let defect = Some(DefectCode::new(defect).unwrap());
        let opinion = Opinion { verdict, defect, note: String::new() };
        library.judge(id, Some(&opinion), "kim").unwrap();
    }
    if part.is_done {
        library.set_action(id, ActionState::Done, "kim").unwrap();
    }
    id
}

/// Between two pages all parts are inspected again (photographed anew, which is another part of the same time,
/// above or below where the caller is), and the oldest part's own photograph once more.
fn more_come(library: &mut Library, copy: usize) {
    for (number, part) in PARTS.iter().enumerate() {
        record(library, part, (number, copy));
    }
    let again = Part { time: "2026-11-30T09:00:00Z", ..PARTS[0] };
    record(library, &again, (0, 0));
}

#[test]
fn pages_are_those_of_the_list_as_it_was_with_each_filter() {
    let all = HistoryFilter::default;
    let time = |text: &str| Some(text.parse().unwrap());
    let filters = [
        all(),
        HistoryFilter { repeated: true, ..all() },
        HistoryFilter { product: Some(prod1()), ..all() },
        HistoryFilter { defect: Some(hole()), ..all() },
        HistoryFilter { verdict: Some(Verdict::Ng), ..all() },
        HistoryFilter { verdict: Some(Verdict::Ok), ..all() },
        HistoryFilter { text: "part".to_owned(), ..all() },
        HistoryFilter { since: time("2026-11-22T10:00:00Z"), ..all() },
        HistoryFilter { until: time("2026-11-22T11:00:00Z"), ..all() },
        HistoryFilter { action: Some(ActionState::Done), ..all() },
        HistoryFilter { review: Some(ReviewState::Confirmed), ..all() },
        HistoryFilter { review: Some(ReviewState::Overruled), ..all() },
        HistoryFilter {
            product: Some(prod1()),
            verdict: Some(Verdict::Ng),
            since: time("2026-11-21T00:00:00Z"),
            action: Some(ActionState::Done),
            review: Some(ReviewState::Confirmed),
            ..all()
        },
    ];
    for filter in filters {
        for limit in [1, 2] {
            let root = tempfile::tempdir().unwrap();
            let mut library = library(root.path());
            for (number, part) in PARTS.iter().enumerate() {
                record(&mut library, part, (number, 0));
            }
            let whole = library.history_page(&filter, None, 100).unwrap();
            let expected: Vec<_> = whole.rows.iter().map(|row| row.id).collect();
            assert!(expected.len() >= 3 && whole.next.is_none(), "{filter:?}: {expected:?}");
            let old = library.history(&filter, 0, 100).unwrap();
            assert_eq!((old.rows, old.total), (whole.rows, whole.total), "{filter:?}");

            let (mut found, mut cursor, mut copy) = (Vec::new(), None, 0);
            loop {
                let page = library.history_page(&filter, cursor, limit).unwrap();
                assert!(page.rows.len() <= limit);
                assert_eq!(page.total, expected.len(), "{filter:?} after {found:?}");
                found.extend(page.rows.iter().map(|row| row.id));
                cursor = page.next;
                if cursor.is_none() {
                    break;
                }
                copy += 1;
                more_come(&mut library, copy);
            }
            assert_eq!(found, expected, "{filter:?}, {limit} on a page");
            let now = library.history(&filter, 0, 1).unwrap().total;
            assert!(now > expected.len(), "{filter:?}: nothing came that it selects");
        }
    }
}

#[test]
fn a_cursor_that_nobody_gave_is_a_place_in_time() {
    let root = tempfile::tempdir().unwrap();
    let mut library = library(root.path());
    let all = HistoryFilter::default();
    let none = library.history_page(&all, None, 5).unwrap();
    assert_eq!((none.rows.len(), none.total, none.next), (0, 0, None));
    for (number, part) in PARTS.iter().enumerate() {
        record(&mut library, part, (number, 0));
    }
    let mut cursor = library.history_page(&all, None, 1).unwrap().next.unwrap();
    (cursor.after_ms, cursor.after) = (i64::MIN, InspectionId(i64::MIN));
    assert_eq!(library.history_page(&all, Some(cursor), 5).unwrap().rows, []);
    cursor.as_of = InspectionId(-1);
    assert_eq!(library.history_page(&all, Some(cursor), usize::MAX).unwrap().total, 0);
    let other = HistoryFilter { product: Some(ProductCode::new("none").unwrap()), ..all };
    assert_eq!(library.history_page(&other, None, 5).unwrap().total, 0);
}
