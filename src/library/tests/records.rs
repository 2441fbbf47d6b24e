use std::fs;

use crate::test_files::{hole, library, prod1, write_manual};
use crate::{InspectionFilter, LibraryError, Limits, Registered, RegisteredBank};
use fettle_domain::{
    Anomaly, BankRef, ContentHash, Contour, DefectType, HeatmapScale, Hit, ImageId, Inspection,
    InspectionId, LineSpan, ManualText, ManualWarning, ModelId, PartArea, Place, PointPx, Product,
    ProductCode, RectPt, RectPx, Region, Report, ReportLine, ReportPart, ReportSection, Section,
    Similarity, SkipReason, Stage, Statement, StatementKind, Suggestion, Support, ThresholdRule,
    Thresholds, Timing, Verdict,
};

fn bank(version: u32) -> BankRef {
    BankRef { product: prod1(), version, model: ModelId("efficientnet-lite0".into()) }
}

pub(super) fn inspection(created_at: &str, verdict: Verdict, score: f32) -> Inspection {
    let similarity = Similarity {
        hits: vec![Hit {
            region: None,
            image: ImageId(7),
            product: prod1(),
            defect: hole(),
            score: 0.875,
            path: "data/def_split/prod1_hole_1.jpeg".into(),
        }],
        suggestion: Some(Suggestion { product: prod1(), defect: Some(hole()), confidence: 0.75 }),
    };
    let anomaly = Anomaly {
        verdict,
        image_score: score,
        thresholds: Thresholds { image: 1.5, pixel: 1.25 },
        scale: HeatmapScale { low: 0.5, high: 3.1 },
        mask_threshold: Some(1.6),
        bank: bank(2),
        regions: vec![Region {
            rect_in_image: RectPx { x: 1, y: 2, width: 3, height: 4 },
            area_px: 11,
            share: 0.1,
            share_of: PartArea::Foreground,
            peak_score: 2.7,
            peak_at: Some(PointPx { x: 2, y: 3 }),
            contours: vec![Contour { points: vec![PointPx { x: 1, y: 2 }], hole: false }],
            place: Place::UpperLeft,
        }],
        area: Some(ContentHash("cd".repeat(32))),
        reference: None,
    };
    let report = Report {
        language: fettle_domain::Language::Ko,
        author: fettle_domain::Author::Evidence,
        sections: vec![ReportSection {
            part: ReportPart::Causes,
            lines: vec![ReportLine {
                text: "용탕 내 가스".into(),
                support: Support::Manual { statements: vec!["hole.c1".into()] },
            }],
        }],
    };
    Inspection {
        id: None,
        created_at: created_at.into(),
        source: "C:\\부품\\IMG 1.jpeg".into(),
        image_hash: ContentHash("ab".repeat(32)),
        image_path: Some("data/uploads/abababababababab.jpeg".into()),
        width_px: 300,
        height_px: 300,
        product: Some(prod1()),
        models: vec![ModelId("clip-vit-b32".into())],
        verdict,
        similarity: Stage::Done(similarity),
        anomaly: Stage::Done(anomaly),
        manual: Stage::Skipped(SkipReason::NoManual { product: prod1() }),
        report: Stage::Done(report),
        view: Stage::Skipped(SkipReason::NotAsked),
        notices: vec!["보고서는 매뉴얼의 문장 그대로입니다.".to_owned()],
        timings: vec![Timing { name: "similarity.embed".into(), ms: 12.5 }],
    }
}

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
    assert_eq!(library.counts().unwrap().inspections, 0);
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
fn one_bank_of_a_product_is_in_use() {
    let root = tempfile::tempdir().unwrap();
    let mut library = library(root.path());
    assert_eq!(library.next_bank_version(&prod1()).unwrap(), 1);
    assert_eq!(library.active_bank(&prod1()).unwrap(), None);
    let registered = |version, active| RegisteredBank {
        bank: bank(version),
        path: format!("data/patchCore/prod1/bank_{version}.safetensors"),
        thresholds: Thresholds { image: 1.1, pixel: 0.9 },
        scale: HeatmapScale { low: 0.3, high: 2.2 },
        area: (version == 2).then(|| ContentHash("ef".repeat(32))),
        created_at: "2026-11-22T10:00:00Z".into(),
        active,
    };
    library.add_bank(&registered(1, true)).unwrap();
    library.add_bank(&registered(2, false)).unwrap();
    assert_eq!(library.active_bank(&prod1()).unwrap(), Some(registered(1, true)));
    library.set_active(&bank(2)).unwrap();
    assert_eq!(library.active_bank(&prod1()).unwrap(), Some(registered(2, true)));
    let error = library.set_active(&bank(9)).unwrap_err();
    assert!(matches!(error, LibraryError::UnknownBank(_)), "{error}");
    let error = library.add_bank(&registered(2, true)).unwrap_err();
    assert!(matches!(error, LibraryError::BankExists(_)), "{error}");
    assert_eq!(library.active_bank(&prod1()).unwrap(), Some(registered(2, true)));
    library.add_bank(&registered(3, true)).unwrap();
    assert_eq!(library.banks(&prod1()).unwrap().len(), 3);
    assert_eq!(library.next_bank_version(&prod1()).unwrap(), 4);
}

#[test]
fn changed_limits_are_undone_one_by_one_and_past_the_first_nothing_happens() {
    let root = tempfile::tempdir().unwrap();
    let mut library = library(root.path());
    let limits = |image: f32| Limits {
        thresholds: Thresholds { image, pixel: 0.8 * image },
        scale: HeatmapScale { low: 0.3, high: 2.0 * image },
    };
    let rule = |rate| ThresholdRule::MaxOverkill { rate };
    for version in [1, 2] {
        let Limits { thresholds, scale } = limits(1.0);
        let registered = RegisteredBank {
            bank: bank(version),
            path: format!("data/patchCore/prod1/{version}.bank"),
            thresholds,
            scale,
            area: None,
            created_at: "2026-11-22T10:00:00Z".into(),
            active: version == 2,
        };
        library.add_bank(&registered).unwrap();
    }
    let in_force = |library: &crate::Library| {
        let active = library.active_bank(&prod1()).unwrap().unwrap();
        Limits { thresholds: active.thresholds, scale: active.scale }
    };
    library.change_limits(&bank(2), &limits(2.0), &rule(0.02)).unwrap();
    library.change_limits(&bank(2), &limits(3.0), &rule(0.03)).unwrap();
    assert_eq!(in_force(&library), limits(3.0));
    assert_eq!(library.changed_limits(&bank(2)).unwrap(), [rule(0.02), rule(0.03)]);
    // The other version's limits are its own.
    assert_eq!(library.undo_limits(&bank(1)).unwrap(), None);
    for (undone, left) in [(2.0, 1), (1.0, 0)] {
        assert_eq!(library.undo_limits(&bank(2)).unwrap(), Some(limits(undone)));
        assert_eq!(in_force(&library), limits(undone));
        assert_eq!(library.changed_limits(&bank(2)).unwrap().len(), left);
    }
    assert_eq!(library.undo_limits(&bank(2)).unwrap(), None);
    let error = library.change_limits(&bank(9), &limits(2.0), &rule(0.02)).unwrap_err();
    assert!(matches!(error, LibraryError::UnknownBank(_)), "{error}");
}

pub(super) fn manual_text(cause: &str) -> ManualText {
    let rect = RectPt { x: 72.1, y: 90.5, width: 300.0, height: 12.0 };
    ManualText {
        page_count: 2,
        sections: vec![Section {
            heading: "hole (기공)".into(),
            defect: Some(hole()),
            page: 1,
            causes: vec![Statement {
                id: "hole.c1".into(),
                kind: StatementKind::Cause,
                text: cause.into(),
                spans: vec![LineSpan { page: 1, rect }],
            }],
            actions: vec![],
        }],
        summary: vec![],
        warnings: vec![ManualWarning::Incomplete { heading: "hole (기공)".into() }],
    }
}

#[test]
fn a_changed_manual_is_a_new_version_and_the_old_one_stays() {
    let root = tempfile::tempdir().unwrap();
    let outside = tempfile::tempdir().unwrap();
    let mut library = library(root.path());
    let path = write_manual(outside.path(), "casting.pdf", "one");
    let first = library.register_manual(&prod1(), &path).unwrap().id();
    assert_eq!(library.manual_text(first).unwrap(), None);
    library.save_manual_text(first, 1, &manual_text("가스")).unwrap();
    library.save_manual_text(first, 1, &manual_text("가스")).unwrap();
    library.save_manual_text(first, 2, &manual_text("수축")).unwrap();
    let stored = library.manual_text(first).unwrap().unwrap();
    assert_eq!((&stored.text, stored.parser_version), (&manual_text("수축"), 2));
    assert_eq!(stored.content_hash, library.manual(first).unwrap().content_hash);
    assert_eq!(library.manual_texts(first).unwrap().len(), 2);

    write_manual(outside.path(), "casting.pdf", "two");
    let second = library.register_manual(&prod1(), &path).unwrap();
    assert!(matches!(second, Registered::New(id) if id != first));
    let other = write_manual(outside.path(), "other.pdf", "three");
    let third = library.register_manual(&prod1(), &other).unwrap().id();
    let in_force: Vec<_> =
        library.manuals(&prod1()).unwrap().into_iter().map(|manual| manual.id).collect();
    assert_eq!(in_force, [second.id(), third]);
    let versions = library.manual_versions(&prod1()).unwrap();
    let replaced: Vec<bool> = versions.iter().map(|v| v.replaced_at.is_some()).collect();
    assert_eq!(replaced, [true, false, false]);
    // The old version can still be cited and read.
    let old = library.manual(first).unwrap();
    assert!(fs::read_to_string(library.absolute(&old.path)).unwrap().contains("one"));
    assert!(library.manual_text(first).unwrap().is_some());

    library.remove_manual(third).unwrap();
    assert!(matches!(library.remove_manual(third), Err(LibraryError::UnknownManual(_))));
    assert_eq!(library.manuals(&prod1()).unwrap().len(), 1);
}

#[test]
fn a_manual_changed_in_the_folder_is_a_new_version_there() {
    let root = tempfile::tempdir().unwrap();
    let mut library = library(root.path());
    let folder = root.path().join("manual_store");
    let path = write_manual(&folder, "prod1_menual.pdf", "one");
    let first = library.register_manual(&prod1(), &path).unwrap().id();
    assert_eq!(library.manual(first).unwrap().path, "manual_store/prod1_menual.pdf");
    write_manual(&folder, "prod1_menual.pdf", "two");
    let second = library.register_manual(&prod1(), &path).unwrap().id();
    assert_ne!(first, second);
    assert_eq!(library.manuals(&prod1()).unwrap().len(), 1);
    assert_eq!(crate::test_files::files(root.path(), "manual_store").len(), 1);
}

#[test]
fn products_and_defect_types_are_added_once_and_renamed() {
    let root = tempfile::tempdir().unwrap();
    let mut library = library(root.path());
    let named = |name: &str| Product {
        code: prod1(),
        name_ko: name.to_owned(),
        name_en: "Casting".to_owned(),
    };
    assert!(!library.add_product(&named("다른 이름")).unwrap());
    assert_eq!(library.product(&prod1()).unwrap().name_ko, "주조제품 A형");
    library.rename_product(&named("다른 이름")).unwrap();
    assert_eq!(library.products().unwrap(), [named("다른 이름")]);
    let defect = library.defect_type(&prod1(), &hole()).unwrap();
    let renamed = DefectType { name_ko: "구멍".into(), ..defect.clone() };
    assert!(!library.add_defect_type(&renamed).unwrap());
    assert_eq!(library.defect_types(&prod1()).unwrap(), [defect]);
    library.rename_defect_type(&renamed).unwrap();
    assert_eq!(library.defect_types(&prod1()).unwrap(), std::slice::from_ref(&renamed));
    let orphan = DefectType { product: ProductCode::new("none").unwrap(), ..renamed };
    let error = library.add_defect_type(&orphan).unwrap_err();
    assert!(matches!(error, LibraryError::UnknownProduct(_)), "{error}");
}

#[test]
fn a_products_settings_keep_their_type() {
    let root = tempfile::tempdir().unwrap();
    let mut library = library(root.path());
    assert_eq!(library.product_setting::<u32>(&prod1(), "size").unwrap(), None);
    library.set_product_setting(&prod1(), "size", &224_u32).unwrap();
    library.set_product_setting(&prod1(), "size", &320_u32).unwrap();
    library.set_product_setting(&prod1(), "layers", &vec!["2", "3"]).unwrap();
    assert_eq!(library.product_setting::<u32>(&prod1(), "size").unwrap(), Some(320));
    let error = library.product_setting::<u32>(&prod1(), "layers").unwrap_err();
    assert!(matches!(error, LibraryError::BadRecord { .. }), "{error}");
    let other = ProductCode::new("other").unwrap();
    assert!(library.set_product_setting(&other, "size", &1).is_err());
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
