//! Photographs gone through again and again, on a real engine.

use std::path::{Path, PathBuf};

use super::*;
use crate::{
    AddDefectType, AddProduct, AreaUnit, DrawArea, DrawnShape, Engine, EngineOptions, FitBank,
    GetStatistics, JudgeInspection, LearnDefects, LimitChange, ListInspections, RegisterImages,
    Rethreshold,
};
use fettle_domain::{
    AreaEffect, DefectCode, HistoryFilter, ImageLabel, InspectionId, Language, Opinion, Product,
    ProductCode, ThresholdRule, Thresholds, Verdict,
};
use fettle_settings::Workspace;
use fettle_testing::data::{has_models, models};

fn submit<R: Request>(engine: &Engine, request: R) -> R::Answer {
    engine.submit(request).unwrap().wait(|_| {}).unwrap()
}

fn code() -> ProductCode {
    ProductCode::new("p").unwrap()
}

fn start(dir: &Path, models: &Path) -> Engine {
    let workspace = Workspace::at(dir.join("workspace")).with_models(models);
    workspace.create().unwrap();
    let options = EngineOptions { allow_gpu: false, language: Language::En };
    let engine = Engine::start(workspace, Settings::default(), options).unwrap();
    let product = Product { code: code(), name_ko: String::new(), name_en: String::new() };
    submit(&engine, AddProduct(product));
    engine
}

fn picture(dir: &Path, seed: u32) -> PathBuf {
    let path = dir.join(format!("{seed}.png"));
    let image = image::RgbImage::from_fn(64, 64, |x, y| {
        let noise = (x * 31 + y * 17 + seed).wrapping_mul(2_654_435_761) >> 28;
        image::Rgb([90 + noise as u8, 100 + seed as u8, (x + y) as u8])
    });
    image.save(&path).unwrap();
    path
}

fn asked(image: PathBuf) -> Inspect {
    Inspect { image, product: Some(code()), with_llm: false, out: None }
}

/// Parts by the list, by the counts of days and of products, and by the counts of the library.
fn counts(engine: &Engine) -> [usize; 4] {
    let list = submit(engine, ListInspections { limit: 1_000, ..ListInspections::default() });
    assert_eq!(list.total, list.rows.len());
    let statistics = submit(engine, GetStatistics::default());
    let library = Library::open(engine.workspace().root()).unwrap();
    [
        list.total,
        statistics.days.iter().map(|day| day.parts).sum(),
        statistics.products.iter().map(|product| product.parts).sum(),
        library.counts().unwrap().parts as usize,
    ]
}

#[test]
fn thirty_photographs_gone_through_back_and_forth_are_thirty_parts() {
    let dir = tempfile::tempdir().unwrap();
    // Without models: a record without a bank stands as long as there is none.
    let engine = start(dir.path(), dir.path());
    let images: Vec<PathBuf> = (0..30).map(|seed| picture(dir.path(), seed)).collect();
    for round in 0..3 {
        for image in images.iter().chain(images.iter().rev()) {
            submit(&engine, InspectOnce(asked(image.clone())));
        }
        assert_eq!(counts(&engine), [30; 4], "round {round}");
    }
    // A new inspection, as asked for, is another inspection of the same part.
    let again = submit(&engine, asked(images[4].clone()));
    assert!(!again.recorded_before);
    assert_eq!(counts(&engine), [30; 4]);
    let every = HistoryFilter { repeated: true, ..HistoryFilter::default() };
    let list = submit(
        &engine,
        ListInspections { filter: every, limit: 1_000, ..ListInspections::default() },
    );
    let ids: Vec<InspectionId> = list.rows.iter().map(|row| row.id).collect();
    let first = list.rows.iter().find(|row| Some(row.id) == again.inspection.id).unwrap().first;
    assert!(ids.contains(&first) && Some(first) != again.inspection.id);
}

#[test]
fn a_record_stands_while_its_bank_and_limits_are_in_force() {
    if !has_models(&["efficientnet-lite0"]) {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let engine = start(dir.path(), &models());
    let paths = (0..6).map(|seed| picture(dir.path(), seed)).collect();
    let (label, regions) = (ImageLabel::Normal, Default::default());
    let normals = RegisterImages { product: code(), label, paths, recursive: false, regions };
    submit(&engine, normals);
    let part = picture(dir.path(), 99);
    let shown = |engine: &Engine| submit(engine, InspectOnce(asked(part.clone())));

    let without = shown(&engine);
    assert!(!without.recorded_before);
    submit(&engine, FitBank { ratio: 0.2, ..FitBank::new(code()) });
    let first = shown(&engine);
    assert!(!first.recorded_before, "a bank was fitted since");
    let opinion = Opinion { verdict: Verdict::Ok, defect: None, note: "seen".to_owned() };
    let id = first.inspection.id.unwrap();
    submit(&engine, JudgeInspection { inspection: id, opinion: Some(opinion.clone()) });

    let second = shown(&engine);
    assert!(second.recorded_before);
    assert_eq!(second.inspection.id, Some(id));
    assert_eq!((&second.map, &second.picture), (&first.map, &first.picture));
    assert_eq!(second.judgement.unwrap().opinion, opinion);

    // Other limits: what the record says is no longer what an inspection would.
    let Stage::Done(anomaly) = &first.inspection.anomaly else { panic!("no score") };
    let Thresholds { unsure, image, pixel } = anomaly.thresholds;
    let change = LimitChange::By(ThresholdRule::Manual {
        unsure: Some(unsure * 2.0),
        image: image * 2.0,
        pixel: Some(pixel),
    });
    submit(&engine, Rethreshold { product: code(), change });
    let third = shown(&engine);
    assert!(!third.recorded_before);
    // What a person said of the part stays.
    assert_eq!(third.judgement.unwrap().opinion, opinion);
    assert_eq!(counts(&engine), [1; 4]);
    // Another inspection area, then the same.
    let corners = vec![(10.0, 10.0), (90.0, 10.0), (90.0, 90.0)];
    submit(
        &engine,
        DrawArea {
            product: code(),
            clear: false,
            shapes: vec![(AreaEffect::Inspect, DrawnShape::Polygon(corners, AreaUnit::Percent))],
        },
    );
    assert!(!shown(&engine).recorded_before);
    assert!(shown(&engine).recorded_before);
    // Files are written by an inspection.
    let written = Inspect { out: Some(dir.path().join("out")), ..asked(part.clone()) };
    let written = submit(&engine, InspectOnce(written));
    assert!(!written.recorded_before && !written.written.is_empty());
    // A product given by a person says nothing about what the neighbours would vote.
    let voted = Inspect { product: None, ..asked(part.clone()) };
    assert!(!submit(&engine, InspectOnce(voted)).recorded_before);
}

#[test]
fn a_record_stands_while_what_was_learned_is_in_force() {
    if !has_models(&["efficientnet-lite0"]) {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let engine = start(dir.path(), &models());
    let hole = DefectCode::new("hole").unwrap();
    let added = AddDefectType {
        product: code(),
        code: hole.clone(),
        name_ko: None,
        name_en: None,
        full_name: None,
    };
    submit(&engine, added);
    let register = |label: ImageLabel, paths: Vec<PathBuf>| {
        let (product, regions) = (code(), Default::default());
        let images = RegisterImages { product, label, paths, recursive: false, regions };
        submit(&engine, images).new.len()
    };
    let with_hole = |seed: u32| {
        let path = dir.path().join(format!("hole {seed}.png"));
        let mut image = image::open(picture(dir.path(), seed)).unwrap().into_rgb8();
        for (x, y) in (20..40).flat_map(|x| (20 + seed % 9..40).map(move |y| (x, y))) {
            image.put_pixel(x, y, image::Rgb([0, 0, 0]));
        }
        image.save(&path).unwrap();
        path
    };
    let normals = (0..6).map(|seed| picture(dir.path(), seed)).collect();
    assert_eq!(register(ImageLabel::Normal, normals), 6);
    let known = vec![with_hole(11), with_hole(12)];
    assert_eq!(register(ImageLabel::Defect(hole.clone()), known), 2);
    submit(&engine, FitBank { ratio: 0.2, ..FitBank::new(code()) });
    let part = with_hole(13);
    let shown = || submit(&engine, InspectOnce(asked(part.clone())));
    let learned = |shown: &Inspected| {
        let known = shown.inspection.anomaly.done().unwrap().known_defects.clone();
        known.unwrap().learned.unwrap()
    };
    let first = shown();
    assert!(!first.recorded_before && shown().recorded_before);

    assert_eq!(register(ImageLabel::Defect(hole), vec![with_hole(14)]), 1);
    assert!(shown().recorded_before, "it was not learned from yet");
    submit(&engine, LearnDefects { product: code() });
    let second = shown();
    assert!(!second.recorded_before);
    assert_ne!(learned(&second), learned(&first));
    assert!(shown().recorded_before);

    // Without a model there is nothing more to ask for.
    let with_llm = Inspect { with_llm: true, ..asked(part.clone()) };
    assert!(submit(&engine, InspectOnce(with_llm)).recorded_before);
}
