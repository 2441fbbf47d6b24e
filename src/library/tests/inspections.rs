//! Records of inspections.

use super::fixtures::{hole, inspection, library};
use crate::{InspectionFilter, LibraryError};
use fettle_domain::{
    ContentHash, Inspection, InspectionId, ProductCode, SkipReason, Stage, Verdict,
};

#[test]
fn an_inspection_comes_back_as_it_was() {
    let root = tempfile::tempdir().unwrap();
    let mut library = library(root.path());
    let made = inspection("2026-11-22T10:00:00+09:00", Verdict::Ng, 2.718_281_7);
    let id = library.record_inspection(&made).unwrap();
    let expected = Inspection { id: Some(id), ..made };
    assert_eq!(library.inspection(id).unwrap(), expected);
    // What was read back can be recorded again, as another one.
    assert_eq!(library.record_inspection(&expected).unwrap(), InspectionId(id.0 + 1));
    let none = library.inspection(InspectionId(99)).unwrap_err();
    assert!(matches!(none, LibraryError::UnknownInspection(_)), "{none}");
}

#[test]
fn a_record_that_could_not_be_read_back_is_refused() {
    let root = tempfile::tempdir().unwrap();
    let mut library = library(root.path());
    let nan = inspection("2026-11-22T10:00:00+09:00", Verdict::Ng, f32::NAN);
    assert!(matches!(library.record_inspection(&nan), Err(LibraryError::BadRecord { .. })));
    let when = inspection("yesterday", Verdict::Ng, 1.0);
    assert!(matches!(library.record_inspection(&when), Err(LibraryError::BadTime { .. })));
    assert_eq!(library.counts().unwrap().parts, 0);
}

#[test]
fn inspections_are_found_by_what_they_are_newest_first() {
    let root = tempfile::tempdir().unwrap();
    let mut library = library(root.path());
    // The second is the oldest, although its text sorts last.
    let times = ["2026-11-22T02:00:00+00:00", "2026-11-22T10:00:00+09:00", "2026-11-22T03:00:00Z"];
    let verdicts = [Verdict::Ok, Verdict::Ng, Verdict::Ng];
    let ids: Vec<InspectionId> = times
        .iter()
        .zip(verdicts)
        .map(|(time, verdict)| library.record_inspection(&inspection(time, verdict, 1.0)).unwrap())
        .collect();
    let found = |filter: InspectionFilter, limit| -> Vec<usize> {
        let found = library.inspections(&filter, limit).unwrap();
        found.iter().map(|i| ids.iter().position(|id| Some(*id) == i.id).unwrap()).collect()
    };
    let all = InspectionFilter::default();
    let other = ProductCode::new("other").unwrap();
    assert_eq!(found(all.clone(), 10), [2, 0, 1]);
    assert_eq!(found(all.clone(), 2), [2, 0]);
    assert_eq!(found(InspectionFilter { skip: 2, ..all.clone() }, 2), [1]);
    let ng = InspectionFilter { verdict: Some(Verdict::Ng), ..all.clone() };
    assert_eq!(found(ng, 10), [2, 1]);
    let since = "2026-11-22T02:00:00Z".parse().ok();
    assert_eq!(found(InspectionFilter { since, ..all.clone() }, 10), [2, 0]);
    assert_eq!(found(InspectionFilter { until: since, ..all.clone() }, 10), [1]);
    assert_eq!(found(InspectionFilter { product: Some(other), ..all.clone() }, 10), [0; 0]);
    assert_eq!(found(InspectionFilter { defect: Some(hole()), ..all.clone() }, 1), [2]);
    let hash = Some(ContentHash("none".into()));
    assert_eq!(found(InspectionFilter { image_hash: hash, ..all }, 10), [0; 0]);
}

#[test]
fn records_of_a_time_without_a_models_view_are_read() {
    let made = inspection("2026-11-22T10:00:00+09:00", Verdict::Ng, 3.5);
    let mut json = serde_json::to_value(&made).unwrap();
    json.as_object_mut().unwrap().remove("view").unwrap();
    let read: Inspection = serde_json::from_value(json).unwrap();
    assert_eq!(read.view, Stage::Skipped(SkipReason::NotAsked));
    assert_eq!(read, made);
}
