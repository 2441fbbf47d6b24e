//! Records of corrective actions.

use super::fixtures::{as_of_version_8, from_outside, hole, inspection, library, prod1};
use crate::{Library, LibraryError, action_digest, content_hash};
use fettle_domain::{
    ActionEntry, ActionFilter, ActionState, ActionSubject, DefectCode, Effectiveness, InspectionId,
    Opinion, PeriodCount, Verdict,
};

fn entry(action: &str, done: &str) -> ActionEntry {
    let done = (!done.is_empty()).then(|| done.parse().unwrap());
    ActionEntry { action: action.to_owned(), done, ..ActionEntry::default() }
}

fn subject(inspection: Option<InspectionId>) -> ActionSubject {
    ActionSubject { product: prod1(), defect: Some(hole()), inspection }
}

fn listed(library: &Library, filter: &ActionFilter) -> Vec<String> {
    let found = library.corrective_actions(filter, 10).unwrap();
    found.into_iter().map(|action| action.entry.action).collect()
}

#[test]
fn records_are_listed_newest_first_and_keep_what_they_said() {
    let root = tempfile::tempdir().unwrap();
    let mut library = library(root.path());
    for (action, done) in
        [("b", "2026-10-01"), ("open", ""), ("c", "2026-11-01"), ("a", "2026-09-01")]
    {
        library.add_corrective_action(&subject(None), &entry(action, done), "kim").unwrap();
    }
    let all = ActionFilter::default();
    assert_eq!(listed(&library, &all), ["c", "b", "a", "open"]);
    let first = library.corrective_actions(&all, 1).unwrap().remove(0);
    let scratch = DefectCode::new("scratch").unwrap();
    let changed = ActionEntry { effect: Effectiveness::Effective, ..entry("c2", "2026-11-02") };
    let now = library.change_corrective_action(first.id, Some(&scratch), &changed, "lee").unwrap();
    assert_eq!(
        (&now.entry, now.by.as_str(), &now.defect),
        (&changed, "lee", &Some(scratch.clone()))
    );
    assert_eq!(library.action_revisions(first.id).unwrap(), [entry("c", "2026-11-01")]);
    let of_scratch = ActionFilter { defect: Some(scratch), ..ActionFilter::default() };
    assert_eq!(listed(&library, &of_scratch), ["c2"]);

    // A removal can be taken back; until then the record is unknown.
    library.set_action_removed(first.id, true, "lee").unwrap();
    assert_eq!(listed(&library, &all), ["b", "a", "open"]);
    let error = library.corrective_action(first.id).unwrap_err();
    assert!(matches!(error, LibraryError::UnknownAction(id) if id == first.id), "{error}");
    library.set_action_removed(first.id, false, "lee").unwrap();
    assert_eq!(listed(&library, &all), ["c2", "b", "a", "open"]);
    // The library opens again with them.
    drop(library);
    assert_eq!(listed(&Library::open(root.path()).unwrap(), &all).len(), 4);
}

#[test]
fn the_state_of_an_inspections_action_is_what_its_records_say() {
    let root = tempfile::tempdir().unwrap();
    let mut library = library(root.path());
    let made = inspection("2026-11-22T10:00:00Z", Verdict::Ng, 2.0);
    let id = library.record_inspection(&made).unwrap();
    let state = |library: &Library| library.history_row(id).unwrap().action;
    library.set_action(id, ActionState::Done, "kim").unwrap();

    let first = library.add_corrective_action(&subject(Some(id)), &entry("a", ""), "kim").unwrap();
    assert_eq!(state(&library), ActionState::Open);
    let error = library.set_action(id, ActionState::Done, "kim").unwrap_err();
    assert!(matches!(error, LibraryError::ActionHasRecords(of) if of == id), "{error}");
    let done = entry("a", "2026-11-23");
    library.change_corrective_action(first.id, Some(&hole()), &done, "lee").unwrap();
    assert_eq!(state(&library), ActionState::Done);
    assert_eq!(library.action(id).unwrap().unwrap().by, "lee");
    // Done where all are.
    let second = library.add_corrective_action(&subject(Some(id)), &entry("b", ""), "kim").unwrap();
    assert_eq!(state(&library), ActionState::Open);
    library.set_action_removed(second.id, true, "kim").unwrap();
    assert_eq!(state(&library), ActionState::Done);
    // Without records a person says it again.
    library.set_action_removed(first.id, true, "kim").unwrap();
    library.set_action(id, ActionState::Open, "kim").unwrap();
    assert_eq!(state(&library), ActionState::Open);

    let nowhere = subject(Some(InspectionId(99)));
    let error = library.add_corrective_action(&nowhere, &entry("a", ""), "kim").unwrap_err();
    assert!(matches!(error, LibraryError::UnknownInspection(InspectionId(99))), "{error}");
    assert_eq!(listed(&library, &ActionFilter::default()).len(), 0);
}

#[test]
fn an_import_is_taken_back_as_a_whole() {
    let root = tempfile::tempdir().unwrap();
    let mut library = library(root.path());
    library.add_corrective_action(&subject(None), &entry("mine", ""), "kim").unwrap();
    let rows = [(subject(None), entry("a", "2026-10-01"), 2), (subject(None), entry("b", ""), 3)];
    let import = library.import_actions("8d.xlsx", &rows, "kim").unwrap();
    let of_import = ActionFilter { import: Some(import), ..ActionFilter::default() };
    assert_eq!(listed(&library, &of_import), ["a", "b"]);
    let digests = library.action_digests().unwrap();
    assert!(digests.contains(&action_digest(&subject(None), &entry(" A. ", "2026-10-01"))));
    assert!(!digests.contains(&action_digest(&subject(None), &entry("A", "2026-10-02"))));
    assert_eq!(library.undo_action_import(import).unwrap(), 2);
    assert_eq!(library.undo_action_import(import).unwrap(), 0);
    assert_eq!(listed(&library, &ActionFilter::default()), ["mine"]);
    assert_eq!(library.action_digests().unwrap().len(), 1);
}

#[test]
fn ng_parts_are_counted_by_what_people_said() {
    let root = tempfile::tempdir().unwrap();
    let mut library = library(root.path());
    let times = ["01T00:00:00Z", "02T00:00:00Z", "03T00:00:00Z", "04T23:59:59Z", "05T00:00:00Z"];
    let ids: Vec<InspectionId> = times
        .iter()
        .map(|time| {
            let mut made = inspection(&format!("2026-11-{time}"), Verdict::Ng, 2.0);
            made.image_hash = content_hash(time.as_bytes());
            library.record_inspection(&made).unwrap()
        })
        .collect();
    let count = |library: &Library, since: &str, until: &str| {
        let time = |day: &str| format!("2026-11-{day}T00:00:00Z").parse().unwrap();
        library.count_of_defect(&prod1(), &hole(), (time(since), time(until))).unwrap()
    };
    assert_eq!(count(&library, "02", "05"), PeriodCount { parts: 3, ng: 3 });
    let said = |verdict, defect: Option<&str>| Opinion {
        verdict,
        defect: defect.map(|code| code.parse().unwrap()),
        note: String::new(),
    };
    library.judge(ids[1], Some(&said(Verdict::Ok, None)), "kim").unwrap();
    library.judge(ids[2], Some(&said(Verdict::Ng, Some("scratch"))), "kim").unwrap();
    assert_eq!(count(&library, "02", "05"), PeriodCount { parts: 3, ng: 1 });
    assert_eq!(count(&library, "20", "25"), PeriodCount::default());
    // Inspected again, a photograph is the same part, with what was said of it last.
    for (time, verdict) in [("10T00:00:00Z", Verdict::Ng), ("04T12:00:00Z", Verdict::Ok)] {
        let mut again = inspection(&format!("2026-11-{time}"), verdict, 2.0);
        again.image_hash = content_hash(times[1].as_bytes());
        library.record_inspection(&again).unwrap();
    }
    assert_eq!(count(&library, "02", "05"), PeriodCount { parts: 3, ng: 1 }, "a person said OK");
    assert_eq!(count(&library, "10", "11"), PeriodCount::default(), "no new part");
    let mut again = inspection("2026-11-12T00:00:00Z", Verdict::Ok, 2.0);
    again.image_hash = content_hash(times[3].as_bytes());
    library.record_inspection(&again).unwrap();
    assert_eq!(count(&library, "02", "05"), PeriodCount { parts: 3, ng: 0 });
}

#[test]
fn a_workspace_of_before_opens_with_its_states() {
    let root = tempfile::tempdir().unwrap();
    let mut library = library(root.path());
    let made = inspection("2026-11-22T10:00:00Z", Verdict::Ng, 2.0);
    let id = library.record_inspection(&made).unwrap();
    library.set_action(id, ActionState::Done, "kim").unwrap();
    let before = format!("{} PRAGMA user_version = 8;", as_of_version_8());
    from_outside(&library, &before);
    drop(library);
    let mut library = Library::open(root.path()).unwrap();
    assert_eq!(library.history_row(id).unwrap().action, ActionState::Done);
    assert_eq!(listed(&library, &ActionFilter::default()).len(), 0);
    library.add_corrective_action(&subject(Some(id)), &entry("a", ""), "kim").unwrap();
    assert_eq!(library.history_row(id).unwrap().action, ActionState::Open);
}

#[test]
fn what_has_records_is_not_deleted_until_they_are_removed() {
    let root = tempfile::tempdir().unwrap();
    let mut library = library(root.path());
    let kept = library.add_corrective_action(&subject(None), &entry("a", ""), "kim").unwrap();
    let error = library.remove_defect_type(&prod1(), &hole()).unwrap_err();
    assert!(matches!(error, LibraryError::DefectInUse { .. }), "{error}");
    library.set_action_removed(kept.id, true, "kim").unwrap();
    library.remove_defect_type(&prod1(), &hole()).unwrap();
    library.set_action_removed(kept.id, false, "kim").unwrap();
    let error = library.remove_product(&prod1()).unwrap_err();
    assert!(matches!(error, LibraryError::ProductInUse(_)), "{error}");
}
