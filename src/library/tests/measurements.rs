//! Scales of products, and lines in the pictures of inspections.

use super::fixtures::{inspection, library, prod1};
use crate::LibraryError;
use fettle_domain::{
    Inspection, InspectionId, MeasuredLine, Measurements, PixelScale, PlacePx, ProductCode,
    ScaleSource, Stage, Verdict,
};

fn scale(mm_per_px: f64) -> PixelScale {
    PixelScale {
        mm_per_px,
        found: ScaleSource::KnownLength { length_mm: 10.0, length_px: 10.0 / mm_per_px },
        found_at: "2026-11-30T10:00:00Z".to_owned(),
        picture_px: Some((640, 480)),
    }
}

fn measured() -> Measurements {
    let line = MeasuredLine {
        from: PlacePx { x: 1.5, y: 2.0 },
        to: PlacePx { x: 4.5, y: 6.0 },
        note: "틈".to_owned(),
    };
    Measurements { scale: Some(scale(0.5)), lines: vec![line] }
}

#[test]
fn a_scale_is_set_changed_and_taken_away_and_the_trail_says_it() {
    let root = tempfile::tempdir().unwrap();
    let mut library = library(root.path());
    assert_eq!(library.product_scale(&prod1()).unwrap(), None);
    for wanted in [Some(scale(0.02)), Some(scale(0.04)), None, None] {
        library.set_product_scale(&prod1(), wanted.as_ref()).unwrap();
        assert_eq!(library.product_scale(&prod1()).unwrap(), wanted);
    }
    let none = ProductCode::new("none").unwrap();
    let error = library.set_product_scale(&none, Some(&scale(1.0))).unwrap_err();
    assert!(matches!(error, LibraryError::UnknownProduct(_)), "{error}");
    let sql = "SELECT action || ' ' || subject FROM audit WHERE kind = 'product_settings'
               ORDER BY id";
    let mut statement = library.conn.prepare(sql).unwrap();
    let trail: Vec<String> =
        statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    let of = |action: &str| format!("{action} prod1/pixel_scale");
    assert_eq!(trail, [of("added"), of("changed"), of("removed")]);
}

#[test]
fn lines_stay_with_their_inspection_also_while_a_model_rewrites_its_record() {
    let root = tempfile::tempdir().unwrap();
    let mut library = library(root.path());
    let made = inspection("2026-11-22T10:00:00+09:00", Verdict::Ng, 2.5);
    let id = library.record_inspection(&made).unwrap();
    assert_eq!(library.region_sizes(id).unwrap(), None);
    assert_eq!(library.set_measurements(id, measured()).unwrap(), measured());
    // The report of a model was begun before the line was drawn.
    let notices = vec!["worded".to_owned()];
    let reworded = Inspection { id: Some(id), notices: notices.clone(), ..made.clone() };
    library.rewrite_inspection(&reworded).unwrap();
    let found = library.inspection(id).unwrap();
    assert_eq!((&found.measurements, &found.notices), (&measured(), &notices));
    // They are the part's: another inspection of the photograph as the product has them.
    let again = library.record_inspection(&made).unwrap();
    assert_eq!(library.inspection(again).unwrap().measurements.lines, measured().lines);
    let other = Inspection { product: None, ..made.clone() };
    let other = library.record_inspection(&other).unwrap();
    assert_eq!(library.inspection(other).unwrap().measurements, Measurements::default());
    // An inspection without lines is as it was.
    library.set_measurements(id, Measurements::default()).unwrap();
    assert_eq!(library.inspection(id).unwrap(), reworded);
    let error = library.set_measurements(InspectionId(99), measured()).unwrap_err();
    assert!(matches!(error, LibraryError::UnknownInspection(_)), "{error}");
}

#[test]
fn the_sizes_of_regions_are_those_of_the_record() {
    let root = tempfile::tempdir().unwrap();
    let mut library = library(root.path());
    let mut made = inspection("2026-11-22T10:00:00+09:00", Verdict::Ng, 2.5);
    made.measurements.scale = Some(scale(0.5));
    let Stage::Done(anomaly) = &mut made.anomaly else { panic!("no anomaly") };
    let mut other = anomaly.regions[0].clone();
    (anomaly.regions[0].area_px, anomaly.regions[0].longest_px) = (100, Some(20.0));
    (other.area_px, other.longest_px) = (20, Some(6.0));
    anomaly.regions.push(other);
    let id = library.record_inspection(&made).unwrap();
    let sizes = library.region_sizes(id).unwrap().unwrap();
    assert_eq!((sizes.area_mm2, sizes.longest_mm), (30.0, Some(10.0)));
    // A region of a time that measured no extent.
    let Stage::Done(anomaly) = &mut made.anomaly else { panic!("no anomaly") };
    anomaly.regions.truncate(1);
    anomaly.regions[0].longest_px = None;
    let id = library.record_inspection(&made).unwrap();
    let sizes = library.region_sizes(id).unwrap().unwrap();
    assert_eq!((sizes.area_mm2, sizes.longest_mm), (25.0, None));
    // Without regions there is nothing to measure.
    let Stage::Done(anomaly) = &mut made.anomaly else { panic!("no anomaly") };
    anomaly.regions.clear();
    let id = library.record_inspection(&made).unwrap();
    let sizes = library.region_sizes(id).unwrap().unwrap();
    assert_eq!((sizes.area_mm2, sizes.longest_mm), (0.0, Some(0.0)));
    // And where nobody looked for any, nothing is known.
    made.anomaly = Stage::Skipped(fettle_domain::SkipReason::NoProduct);
    let id = library.record_inspection(&made).unwrap();
    assert!(library.region_sizes(id).unwrap().is_none());
}
