//! Inspections to record without running one.

use std::hash::{DefaultHasher, Hash, Hasher};

use egui::Role;
use egui_kittest::kittest::{NodeT as _, Queryable as _};

use super::test_app::AppHarness;
use fettle_domain::{
    Anomaly, BankRef, ContentHash, HeatmapScale, Inspection, ModelId, Product, SkipReason, Stage,
    Thresholds, Verdict,
};
use fettle_engine::Engine;
use fettle_library::Library;

/// An inspection whose stages were all skipped.
pub(crate) fn skipped_inspection(source: &str, verdict: Verdict) -> Inspection {
    Inspection {
        id: None,
        created_at: "2026-11-22T10:00:00+09:00".into(),
        source: source.into(),
        image_hash: hash_of(source),
        image_path: None,
        width_px: 8,
        height_px: 8,
        product: Some("casting".parse().unwrap()),
        product_given: false,
        models: Vec::new(),
        verdict,
        similarity: Stage::Skipped(SkipReason::NoIndex),
        anomaly: Stage::Skipped(SkipReason::NoProduct),
        manual: Stage::Skipped(SkipReason::NoDefect),
        report: Stage::Skipped(SkipReason::NoDefect),
        view: Stage::Skipped(SkipReason::NotAsked),
        past_actions: Vec::new(),
        notices: Vec::new(),
        timings: Vec::new(),
        measurements: Default::default(),
    }
}

/// A hash of its own for the photograph `source`: inspections of one photograph are one part.
fn hash_of(source: &str) -> ContentHash {
    let mut hasher = DefaultHasher::new();
    source.hash(&mut hasher);
    ContentHash(format!("{:016x}", hasher.finish()).repeat(4))
}

/// The result of an anomaly stage: `verdict`, with `image_score` against limits of 0.8 and 1.
pub(crate) fn scored_anomaly(verdict: Verdict, image_score: f32) -> Anomaly {
    Anomaly {
        verdict,
        image_score,
        calibrated_score: None,
        known_defects: None,
        deviations: Vec::new(),
        sample_bits: None,
        thresholds: Thresholds { unsure: 0.8, image: 1.0, pixel: 1.0 },
        scale: HeatmapScale { low: 0.5, high: 3.0 },
        mask_threshold: None,
        bank: BankRef {
            product: "casting".parse().unwrap(),
            version: 7,
            model: ModelId("m".into()),
        },
        area: None,
        regions: Vec::new(),
        reference: None,
    }
}

/// An inspection of the file `name` on the line, which is NG with a score of 2 and else has one of 0.5.
pub(crate) fn inspection_of_line(
    name: &str,
    verdict: Verdict,
    image_path: Option<String>,
) -> Inspection {
    let score = if verdict == Verdict::Ng { 2.0 } else { 0.5 };
    let anomaly = Stage::Done(scored_anomaly(verdict, score));
    Inspection { image_path, anomaly, ..skipped_inspection(&format!("/line/{name}"), verdict) }
}

/// Inspections 1 to 3: `a.png`, which is NG, `b.png` and `c.png`, which are OK.
pub(crate) fn three_inspections(engine: &Engine) {
    let mut library = Library::open(engine.workspace().root()).unwrap();
    let names = ("주조품".to_owned(), "Casting".to_owned());
    let product = Product { code: "casting".parse().unwrap(), name_ko: names.0, name_en: names.1 };
    library.add_product(&product).unwrap();
    let mut png = std::io::Cursor::new(Vec::new());
    image::RgbImage::new(8, 8).write_to(&mut png, image::ImageFormat::Png).unwrap();
    let stored = library.store_upload(&png.into_inner()).unwrap().path;
    for (name, verdict) in [("a.png", Verdict::Ng), ("b.png", Verdict::Ok), ("c.png", Verdict::Ok)]
    {
        library
            .record_inspection(&inspection_of_line(name, verdict, Some(stored.clone())))
            .unwrap();
    }
}

/// Files of the rows that are drawn, from top to bottom.
pub(crate) fn drawn_files(harness: &AppHarness) -> Vec<String> {
    let buttons = harness.query_all_by_role(Role::Button);
    let names = buttons.filter_map(|button| button.accesskit_node().label());
    names.filter(|name| name.ends_with(".png")).collect()
}
