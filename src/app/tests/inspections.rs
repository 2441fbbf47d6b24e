//! Inspections to record without running one.

use std::hash::{DefaultHasher, Hash, Hasher};

use fettle_domain::{
    Anomaly, BankRef, ContentHash, HeatmapScale, Inspection, ModelId, SkipReason, Stage,
    Thresholds, Verdict,
};

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
