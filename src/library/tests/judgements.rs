//! Judgements, actions, and the history of inspections.

use super::fixtures::{
    AS_OF_VERSION_11, as_of_version_8, from_outside, hole, inspection, library, prod1,
};
use crate::{InspectionFilter, Library, LibraryError};
use fettle_domain::{
    ActionState, DefectCode, HistoryFilter, Hours, Inspection, InspectionId, Opinion, ProductCode,
    Verdict, escape, overkill,
};

fn opinion(verdict: Verdict) -> Opinion {
    Opinion { verdict, defect: None, note: String::new() }
}

/// Two days of three parts each, of which the last is OK.
fn six(library: &mut Library) -> Vec<InspectionId> {
    let made = (0..6).map(|n| {
        let time = format!("2026-11-2{}T0{}:00:00+09:00", 1 + n / 3, n % 3);
        let verdict = if n == 5 { Verdict::Ok } else { Verdict::Ng };
        let mut made = inspection(&time, verdict, n as f32);
        made.source = format!("C:\\line_{n}\\part 100%.png");
        library.record_inspection(&made).unwrap()
    });
    made.collect()
}

#[test]
fn the_newest_judgement_counts_and_can_be_taken_back() {
    let root = tempfile::tempdir().unwrap();
    let mut library = library(root.path());
    let id = library.record_inspection(&inspection("2026-11-22T10:00:00Z", Verdict::Ng, 2.0));
    let id = id.unwrap();
    let row = |library: &Library| {
        library.history(&HistoryFilter::default(), 0, 1).unwrap().rows.remove(0)
    };
    assert_eq!(library.judgement(id).unwrap(), None);
    let scratch = DefectCode::new("scratch").unwrap();
    let first =
        Opinion { verdict: Verdict::Ng, defect: Some(scratch.clone()), note: "옆면".to_owned() };
    let judged = library.judge(id, Some(&first), "kim").unwrap().unwrap();
    assert_eq!((&judged.opinion, judged.by.as_str()), (&first, "kim"));
    assert_eq!(library.judgement(id).unwrap(), Some(judged));
    assert_eq!((row(&library).judged, row(&library).defect), (Some(Verdict::Ng), Some(scratch)));

    library.judge(id, Some(&opinion(Verdict::Ok)), "lee").unwrap();
    assert_eq!(library.judgement(id).unwrap().unwrap().by, "lee");
    assert_eq!((row(&library).judged, row(&library).verdict), (Some(Verdict::Ok), Verdict::Ng));

    assert_eq!(library.judge(id, None, "lee").unwrap(), None);
    assert_eq!(library.judgement(id).unwrap(), None);
    assert_eq!((row(&library).judged, row(&library).defect), (None, Some(hole())));
    // The record itself is as it was.
    assert_eq!(library.inspection(id).unwrap().verdict, Verdict::Ng);

    let none = library.judge(InspectionId(99), None, "lee").unwrap_err();
    assert!(matches!(none, LibraryError::UnknownInspection(_)), "{none}");
}

#[test]
fn an_action_is_open_until_somebody_says_it_is_done() {
    let root = tempfile::tempdir().unwrap();
    let mut library = library(root.path());
    let ids = six(&mut library);
    assert_eq!(library.action(ids[0]).unwrap(), None);
    let done = library.set_action(ids[0], ActionState::Done, "kim").unwrap();
    assert_eq!(library.action(ids[0]).unwrap(), Some(done));
    let filter = |state| HistoryFilter { action: Some(state), ..HistoryFilter::default() };
    let count = |library: &Library, state| library.history(&filter(state), 0, 9).unwrap().total;
    assert_eq!(count(&library, ActionState::Done), 1);
    // The sixth is good: it asks for nothing.
    assert_eq!(count(&library, ActionState::Open), 4);
    library.set_action(ids[0], ActionState::Open, "lee").unwrap();
    assert_eq!(library.action(ids[0]).unwrap().unwrap().by, "lee");
    assert_eq!(count(&library, ActionState::Done), 0);
    assert!(library.set_action(InspectionId(99), ActionState::Done, "kim").is_err());
}

#[test]
fn inspections_of_one_photograph_are_one_part_with_one_judgement() {
    let root = tempfile::tempdir().unwrap();
    let mut library = library(root.path());
    let first = inspection("2026-11-22T10:00:00+09:00", Verdict::Ng, 3.5);
    let first_id = library.record_inspection(&first).unwrap();
    let other = inspection("2026-11-22T10:01:00+09:00", Verdict::Ok, 0.5);
    library.record_inspection(&other).unwrap();
    library.judge(first_id, Some(&opinion(Verdict::Ng)), "kim").unwrap();
    library.set_action(first_id, ActionState::Done, "kim").unwrap();
    // Inspected again, by another bank.
    let again = Inspection {
        created_at: "2026-11-23T10:00:00+09:00".to_owned(),
        verdict: Verdict::Ok,
        ..first.clone()
    };
    let again_id = library.record_inspection(&again).unwrap();

    let all = HistoryFilter::default();
    let ids = |library: &Library, filter: &HistoryFilter| -> Vec<(i64, i64)> {
        let page = library.history(filter, 0, 9).unwrap();
        assert_eq!(page.rows.len(), page.total);
        page.rows.iter().map(|row| (row.id.0, row.first.0)).collect()
    };
    assert_eq!(ids(&library, &all), [(3, 1), (2, 2)]);
    let every = HistoryFilter { repeated: true, ..all.clone() };
    assert_eq!(ids(&library, &every), [(3, 1), (2, 2), (1, 1)]);
    assert_eq!(library.counts().unwrap().parts, 2);
    let newest = InspectionFilter { newest: true, ..InspectionFilter::default() };
    assert_eq!(library.inspections(&newest, 9).unwrap().len(), 2);

    // What was said of the part before stands for the new inspection, and the other way round.
    let said = |library: &Library, id| library.judgement(id).unwrap().map(|said| said.opinion);
    assert_eq!(said(&library, again_id), Some(opinion(Verdict::Ng)));
    assert_eq!(library.action(again_id).unwrap().unwrap().state, ActionState::Done);
    let row = library.history_row(again_id).unwrap();
    assert_eq!((row.judged, row.action), (Some(Verdict::Ng), ActionState::Done));
    library.judge(again_id, Some(&opinion(Verdict::Unsure)), "lee").unwrap();
    assert_eq!(said(&library, first_id), Some(opinion(Verdict::Unsure)));
    assert_eq!(library.history_row(first_id).unwrap().judged, Some(Verdict::Unsure));
    let judged = library.history_counts(&all).unwrap().judged;
    assert_eq!(judged.iter().map(|one| one.count).sum::<usize>(), 1);
    let days = library.history_counts(&all).unwrap().days;
    let days: Vec<_> = days.iter().map(|day| (day.day.as_str(), day.parts)).collect();
    assert_eq!(days, [("2026-11-22", 1), ("2026-11-23", 1)]);
    library.judge(first_id, None, "lee").unwrap();
    assert_eq!(said(&library, again_id), None);
}

#[test]
fn a_workspace_of_before_has_its_repeated_inspections_linked() {
    let root = tempfile::tempdir().unwrap();
    let mut library = library(root.path());
    let part = inspection("2026-11-22T10:00:00+09:00", Verdict::Ng, 3.5);
    let ids: Vec<InspectionId> =
        (0..3).map(|_| library.record_inspection(&part).unwrap()).collect();
    let other = inspection("2026-11-22T10:01:00+09:00", Verdict::Ok, 0.5);
    library.record_inspection(&other).unwrap();
    library.judge(ids[1], Some(&opinion(Verdict::Ok)), "kim").unwrap();
    drop(library);
    let database = root.path().join("data/fettle.db");
    let conn = rusqlite::Connection::open(database).unwrap();
    // As it was: the judgement stands in the row of its inspection alone.
    conn.execute_batch(&format!(
        "{AS_OF_VERSION_11}
         UPDATE history SET judged = NULL WHERE inspection <> 2;
         PRAGMA user_version = 11;"
    ))
    .unwrap();
    drop(conn);
    let library = Library::open(root.path()).unwrap();
    let page = library.history(&HistoryFilter::default(), 0, 9).unwrap();
    let rows: Vec<_> = page.rows.iter().map(|row| (row.id.0, row.first.0, row.judged)).collect();
    assert_eq!(rows, [(4, 4, None), (3, 1, Some(Verdict::Ok))]);
}

#[test]
fn a_photograph_inspected_as_another_product_is_another_part() {
    let root = tempfile::tempdir().unwrap();
    let mut library = library(root.path());
    let as_first = inspection("2026-11-22T10:00:00+09:00", Verdict::Ng, 3.5);
    let lid = ProductCode::new("lid").unwrap();
    let as_lid = Inspection { product: Some(lid), ..as_first.clone() };
    let as_none = Inspection { product: None, ..as_first.clone() };
    let ids = [&as_first, &as_lid, &as_none, &as_lid, &as_none]
        .map(|one| library.record_inspection(one).unwrap());
    library.judge(ids[0], Some(&opinion(Verdict::Ok)), "kim").unwrap();
    library.set_action(ids[1], ActionState::Done, "kim").unwrap();
    let row = |library: &Library, id| library.history_row(id).unwrap();
    let of_all = |library: &Library| ids.map(|id| row(library, id).first.0);
    assert_eq!(of_all(&library), [1, 2, 3, 2, 3]);
    let said = ids.map(|id| library.judgement(id).unwrap().is_some());
    assert_eq!(said, [true, false, false, false, false]);
    let done = ids.map(|id| row(&library, id).action == ActionState::Done);
    assert_eq!(done, [false, true, false, true, false]);
    assert_eq!(library.counts().unwrap().parts, 3);

    // The same in a workspace of before, whose inspections are linked as it is opened.
    drop(library);
    let conn = rusqlite::Connection::open(root.path().join("data/fettle.db")).unwrap();
    conn.execute_batch(&format!("{AS_OF_VERSION_11} PRAGMA user_version = 11;")).unwrap();
    drop(conn);
    let library = Library::open(root.path()).unwrap();
    assert_eq!(of_all(&library), [1, 2, 3, 2, 3]);
    let judged = ids.map(|id| row(&library, id).judged);
    assert_eq!(judged, [Some(Verdict::Ok), None, None, None, None]);
    let done = ids.map(|id| row(&library, id).action == ActionState::Done);
    assert_eq!(done, [false, true, false, true, false]);

    // And in one whose inspections were linked by their photograph alone.
    from_outside(
        &library,
        "DROP TABLE people; DROP TABLE tokens; DROP TABLE audit;
         UPDATE history SET first = 1, newest = inspection = 5, judged = 'ok', action = 'done';
         PRAGMA user_version = 13;",
    );
    drop(library);
    let mut library = Library::open(root.path()).unwrap();
    assert_eq!(of_all(&library), [1, 2, 3, 2, 3]);
    let judged = ids.map(|id| row(&library, id).judged);
    assert_eq!(judged, [Some(Verdict::Ok), None, None, None, None]);
    let done = ids.map(|id| row(&library, id).action == ActionState::Done);
    assert_eq!(done, [false, true, false, true, false]);
    assert_eq!(library.counts().unwrap().parts, 3);
    let again = library.record_inspection(&as_lid).unwrap();
    assert_eq!(row(&library, again).first.0, 2);
    assert_eq!(row(&library, again).action, ActionState::Done);
}

#[test]
fn a_list_is_filtered_by_columns_newest_first() {
    let root = tempfile::tempdir().unwrap();
    let mut library = library(root.path());
    let ids = six(&mut library);
    library.judge(ids[4], Some(&opinion(Verdict::Ok)), "kim").unwrap();
    let found = |filter: &HistoryFilter, skip, limit| -> (Vec<usize>, usize) {
        let page = library.history(filter, skip, limit).unwrap();
        let place = |id| ids.iter().position(|one| *one == id).unwrap();
        (page.rows.iter().map(|row| place(row.id)).collect(), page.total)
    };
    let all = HistoryFilter::default();
    let text = |text: &str| HistoryFilter { text: text.to_owned(), ..all.clone() };
    let other = ProductCode::new("other").unwrap();
    let since = "2026-11-21T15:00:00Z".parse().ok();
    // Given, expected.
    let cases = [
        (all.clone(), vec![5, 4, 3, 2, 1, 0]),
        (HistoryFilter { product: Some(prod1()), ..all.clone() }, vec![5, 4, 3, 2, 1, 0]),
        (HistoryFilter { product: Some(other), ..all.clone() }, vec![]),
        (HistoryFilter { verdict: Some(Verdict::Ok), ..all.clone() }, vec![5, 4]),
        (HistoryFilter { defect: Some(hole()), ..all.clone() }, vec![5, 4, 3, 2, 1, 0]),
        (HistoryFilter { since, ..all.clone() }, vec![5, 4, 3]),
        (HistoryFilter { until: since, ..all.clone() }, vec![2, 1, 0]),
        // What `LIKE` takes for a wildcard is a letter here.
        (text(" LINE_3 "), vec![3]),
        (text("100%"), vec![5, 4, 3, 2, 1, 0]),
        (text("line%3"), vec![]),
        (text("!"), vec![]),
    ];
    for (filter, expected) in cases {
        let total = expected.len();
        assert_eq!(found(&filter, 0, 99), (expected, total), "{filter:?}");
    }
    assert_eq!(found(&all, 2, 2), (vec![3, 2], 6));
    assert_eq!(found(&all, 6, 2), (vec![], 6));
}

#[test]
fn counts_are_of_what_people_judged_where_they_did() {
    let root = tempfile::tempdir().unwrap();
    let mut library = library(root.path());
    let ids = six(&mut library);
    library.judge(ids[0], Some(&opinion(Verdict::Ok)), "kim").unwrap();
    library.judge(ids[1], Some(&opinion(Verdict::Ng)), "kim").unwrap();
    library.judge(ids[5], Some(&opinion(Verdict::Ng)), "kim").unwrap();
    let counts = library.history_counts(&HistoryFilter::default()).unwrap();
    let days: Vec<_> =
        counts.days.iter().map(|day| (day.day.as_str(), day.parts, day.ng, day.unsure)).collect();
    assert_eq!(days, [("2026-11-21", 3, 2, 0), ("2026-11-22", 3, 3, 0)]);
    assert_eq!(counts.defects.len(), 1);
    assert_eq!((counts.defects[0].defect.as_ref(), counts.defects[0].count), (Some(&hole()), 5));
    let rate = |rate: Option<fettle_domain::Rate>| rate.map(|rate| (rate.events, rate.trials));
    assert_eq!(rate(overkill(&counts.judged)), Some((1, 1)));
    assert_eq!(rate(escape(&counts.judged)), Some((1, 2)));
    let hours: Vec<_> = counts.hours.iter().map(|one| one.parts).collect();
    assert_eq!(hours.iter().sum::<usize>(), 6);
    let lots = counts.lots.iter().map(|lot| lot.parts).sum::<usize>();
    assert_eq!(lots, 6);
    // Each hour's parts are those of the filter of this hour.
    for one in &counts.hours {
        let hours = Some(Hours { begin: one.hour, end: (one.hour + 1) % 24 });
        let filter = HistoryFilter { hours, ..HistoryFilter::default() };
        assert_eq!(library.history(&filter, 0, 9).unwrap().total, one.parts, "{one:?}");
    }
    for lot in &counts.lots {
        let filter = HistoryFilter { text: lot.folder.clone(), ..HistoryFilter::default() };
        assert_eq!(library.history(&filter, 0, 9).unwrap().total, lot.parts, "{lot:?}");
    }
    // A person may be unsure, too.
    library.judge(ids[1], Some(&opinion(Verdict::Unsure)), "kim").unwrap();
    let days = library.history_counts(&HistoryFilter::default()).unwrap().days;
    assert_eq!((days[0].parts, days[0].ng, days[0].unsure), (3, 1, 1));
}

#[test]
fn inspections_of_before_are_listed_after_the_migration() {
    let root = tempfile::tempdir().unwrap();
    let mut library = library(root.path());
    six(&mut library);
    let filter = HistoryFilter::default();
    let before = library.history(&filter, 0, 9).unwrap();
    // As the program of before left it.
    from_outside(
        &library,
        &format!(
            "{} DROP TABLE history; DROP TABLE judgements; DROP TABLE action_changes;
             ALTER TABLE images DROP COLUMN region; ALTER TABLE images DROP COLUMN region_changes;
             DROP TABLE tidied; DROP TABLE renamed_codes;
             ALTER TABLE banks DROP COLUMN unsure_threshold; ALTER TABLE banks DROP COLUMN term_path;
             ALTER TABLE threshold_changes DROP COLUMN unsure_threshold;
             ALTER TABLE threshold_changes DROP COLUMN term_path; PRAGMA user_version = 3;",
            as_of_version_8(),
        ),
    );
    drop(library);
    let library = Library::open(root.path()).unwrap();
    assert_eq!(library.history(&filter, 0, 9).unwrap(), before);
    assert_eq!(before.rows[0].source, "C:\\line_5\\part 100%.png");
}
