use proptest::prelude::*;

use super::calibration::scale;
use super::*;
use crate::VisionError;
use fettle_domain::{
    DefectCode, HeatmapScale, ImageId, KnownImage, RectPx, ThresholdRule, Thresholds,
};

/// Limits by `rule`, without a term of known defects.
fn calibrated(
    held_out: &[HeldOut],
    known: &[KnownDefect],
    rule: &ThresholdRule,
) -> Result<Calibration, VisionError> {
    calibrate(ScoredImages { held_out, known, with_term: false }, rule)
}

fn held_out(scores: &[f32]) -> Vec<HeldOut> {
    let place = RectPx { x: 0, y: 0, width: 8, height: 8 };
    let one = |(i, score): (usize, &f32)| HeldOut {
        image: ImageId(i as i64),
        image_score: *score,
        pixel_max: 0.8 * score,
        pixel_median: 0.3 * score,
        peak: place,
        nearest: ImageId(0),
        nearest_place: place,
    };
    scores.iter().enumerate().map(one).collect()
}

fn defects(scores: &[f32]) -> Vec<KnownDefect> {
    let one = |(i, score): (usize, &f32)| KnownDefect {
        image: KnownImage::Registered(ImageId(1000 + i as i64)),
        defect: Some(DefectCode::new("hole").unwrap()),
        image_score: *score,
        pixel_max: 0.8 * score,
    };
    scores.iter().enumerate().map(one).collect()
}

/// Gumbel-distributed scores around 10, spread 1, at fixed quantiles, so that nothing is random.
fn gumbel(count: usize) -> Vec<f32> {
    (0..count)
        .map(|i| {
            let p = (i as f64 + 0.5) / count as f64;
            (10.0 - (-p.ln()).ln()) as f32
        })
        .collect()
}

#[test]
fn each_rule_sets_its_limit() {
    let normal = held_out(&gumbel(100));
    let known = defects(&[11.0, 13.0, 16.0, 20.0, 30.0]);
    let cost = |escape, overkill| ThresholdRule::Cost { escape, overkill, prevalence: 0.1 };
    // Rule, the second limit's range, known defects of 5 that are not NG.
    let cases = [
        // The true 1 % quantile is 14.6; the prior raises the limit a little.
        (ThresholdRule::MaxOverkill { rate: 0.01 }, 14.3..15.9, 2),
        (ThresholdRule::MaxOverkill { rate: 0.1 }, 12.1..12.7, 1),
        (ThresholdRule::Quantile { share: 0.5 }, 10.35..10.39, 0),
        (ThresholdRule::Quantile { share: 1.0 }, 15.2..15.4, 2),
        // An escape a hundred times as dear: none is worth it.
        (cost(100.0, 1.0), 10.9..11.0, 0),
        // As dear as an overkill, and ten times as rare: two in five may escape.
        (cost(1.0, 1.0), 15.9..16.0, 2),
        // Overkill is worse than almost any escape.
        (cost(1.0, 1e4), 29.9..30.0, 4),
        (ThresholdRule::Manual { unsure: None, image: 12.0, pixel: Some(3.0) }, 12.0..12.1, 1),
    ];
    for (rule, range, escapes) in cases {
        let found = calibrated(&normal, &known, &rule).unwrap();
        assert!(range.contains(&found.thresholds.image), "{rule:?}: {found:?}");
        let rates = rates(
            ScoredImages { held_out: &normal, known: &known, with_term: false },
            found.thresholds,
        )
        .unwrap();
        let (ok, unsure) = (rates.escape.unwrap(), rates.unsure_known.unwrap());
        assert_eq!(ok.events + unsure.events, escapes, "{rule:?}: {rates:?}");
        // The zone begins near the median normal image: one known defect lies below 1.1 of it.
        let Thresholds { unsure, image, .. } = found.thresholds;
        assert!((9.5..11.0).contains(&unsure) && unsure <= image || image < 11.0, "{found:?}");
        if let ThresholdRule::MaxOverkill { rate } = rule {
            assert!((rates.expected_overkill - rate).abs() < 1e-4, "{rates:?}");
            assert!(rates.overkill.low <= rate && rate <= rates.overkill.high, "{rates:?}");
        }
        match rule {
            ThresholdRule::Manual { .. } => assert_eq!(found.thresholds.pixel, 3.0),
            // Maps reach 0.8 of the score here, whose limit for a tenth is 12.1 to 12.6.
            _ => assert!((9.68..10.08).contains(&found.thresholds.pixel), "{rule:?}: {found:?}"),
        }
    }
}

#[test]
fn a_rule_of_escapes_sets_the_first_limit_and_keeps_its_promise() {
    let normal = held_out(&gumbel(100));
    // Scores of known defects; some among the normal ones, and all far above them.
    let near = defects(&[11.0, 13.0, 16.0, 20.0, 30.0]);
    let far = |count: i32| defects(&(0..count).map(|n| 60.0 + (n % 30) as f32).collect::<Vec<_>>());
    let mut firsts = Vec::new();
    for (known, rate) in
        [(&near, 0.01), (&near, 0.05), (&near, 0.3), (&far(30), 0.01), (&far(300), 0.01)]
    {
        let found = calibrated(&normal, known, &ThresholdRule::MaxEscape { rate }).unwrap();
        let Thresholds { unsure, image, .. } = found.thresholds;
        let scores = ScoredImages { held_out: &normal, known, with_term: false };
        let rates = rates(scores, found.thresholds).unwrap();
        let expected = rates.expected_escape.unwrap();
        assert!((expected - rate).abs() < 1e-4, "{rate}: {rates:?}");
        // The second limit calls few good parts NG, and is the first where that is beyond it.
        assert!(rates.expected_overkill < ThresholdRule::USUAL_OVERKILL + 1e-4, "{rates:?}");
        assert!(unsure <= image, "{found:?}");
        firsts.push((unsure, image));
    }
    assert!(firsts[0].0 < firsts[1].0 && firsts[1].0 < firsts[2].0, "{firsts:?}");
    // Thirty far above do not say that in a hundred there is no faint one; three hundred do.
    assert!(firsts[3].0 < firsts[3].1, "a zone: {firsts:?}");
    assert!(firsts[4].0 > 20.0 && firsts[4].0 == firsts[4].1, "no zone: {firsts:?}");
    let none = calibrated(&normal, &[], &ThresholdRule::MaxEscape { rate: 0.01 });
    assert!(matches!(none, Err(VisionError::NoKnownDefects)));
}

#[test]
fn a_rule_out_of_range_or_without_its_defects_is_refused() {
    let normal = held_out(&gumbel(20));
    let cost = |escape, overkill, prevalence| ThresholdRule::Cost { escape, overkill, prevalence };
    for rule in [
        ThresholdRule::MaxOverkill { rate: 0.0 },
        ThresholdRule::MaxOverkill { rate: 1.0 },
        ThresholdRule::MaxOverkill { rate: f64::NAN },
        // Above 0, and its limit is infinite.
        ThresholdRule::MaxOverkill { rate: 5e-324 },
        ThresholdRule::Quantile { share: 1.1 },
        ThresholdRule::MaxEscape { rate: 0.0 },
        ThresholdRule::MaxEscape { rate: 1.0 },
        ThresholdRule::Manual { unsure: None, image: f32::NAN, pixel: None },
        ThresholdRule::Manual { unsure: None, image: 1.0, pixel: Some(f32::INFINITY) },
        cost(0.0, 1.0, 0.1),
        cost(1.0, f64::INFINITY, 0.1),
        cost(1.0, 1.0, 1.0),
    ] {
        let result = calibrated(&normal, &defects(&[20.0]), &rule);
        assert!(matches!(result, Err(VisionError::BadRule(_))), "{rule:?}: {result:?}");
    }
    let without = calibrated(&normal, &[], &cost(1.0, 1.0, 0.1));
    assert!(matches!(without, Err(VisionError::NoKnownDefects)));
    let rule = ThresholdRule::default();
    for count in 0..FEWEST_NORMALS {
        let result = calibrated(&held_out(&vec![1.0; count]), &[], &rule);
        assert!(matches!(result, Err(VisionError::TooFewNormals { got, .. }) if got == count));
    }
    assert!(calibrated(&held_out(&[1.0, 2.0, f32::NAN]), &[], &rule).is_err());
}

#[test]
fn one_bad_normal_is_named_and_moves_nothing() {
    for count in [5, 9, 30, 200] {
        let rule = ThresholdRule::default();
        let clean = held_out(&gumbel(count));
        let mut scores = gumbel(count);
        scores.push(60.0);
        let soiled = held_out(&scores);
        let mut named = suspects(&clean);
        // Of 200, the largest lies where 0.3 % are expected.
        assert!(named.len() <= count / 150, "{count}: {named:?}");
        named.insert(0, ImageId(count as i64));
        assert_eq!(suspects(&soiled), named, "{count}");
        assert_eq!(
            calibrated(&soiled, &[], &rule).unwrap(),
            calibrated(&clean, &[], &rule).unwrap(),
            "{count}"
        );
    }
}

#[test]
fn the_scale_is_tied_to_the_threshold() {
    let found = calibrated(&held_out(&gumbel(20)), &[], &ThresholdRule::default()).unwrap();
    let (HeatmapScale { low, high }, pixel) = (found.scale, found.thresholds.pixel);
    assert!(low < pixel && pixel < high);
    assert!(((pixel - low) / (high - low) - 0.4).abs() < 1e-4);
    let odd = scale(5.0, 2.0);
    assert!(odd.low < odd.high);
}

#[test]
fn copies_give_a_limit_above_themselves() {
    let copies = held_out(&[5.0; 12]);
    let found = calibrated(&copies, &[], &ThresholdRule::default()).unwrap();
    assert!(found.thresholds.image > 5.1);
    assert!(suspects(&copies).is_empty());
}

proptest! {
    #[test]
    fn limits_are_finite_and_stricter_promises_are_higher(
        scores in prop::collection::vec(0f32..1e4, 3..60),
        known in prop::collection::vec(0f32..1e4, 1..20),
        rate in 0.001f64..0.5,
        escape in 0.01f64..1e4,
    ) {
        let (normal, known) = (held_out(&scores), defects(&known));
        let limit = |rule| calibrated(&normal, &known, &rule).unwrap().thresholds;
        let loose = limit(ThresholdRule::MaxOverkill { rate });
        let strict = limit(ThresholdRule::MaxOverkill { rate: rate / 2.0 });
        prop_assert!(strict.image >= loose.image);
        let cost = |escape| ThresholdRule::Cost { escape, overkill: 1.0, prevalence: 0.5 };
        let (cheap, dear) = (limit(cost(escape)), limit(cost(escape * 10.0)));
        let escapes = |t| rates(ScoredImages { held_out: &normal, known: &known, with_term: false }, t).unwrap().escape.unwrap().events;
        prop_assert!(escapes(dear) <= escapes(cheap));
        for found in [loose, strict, cheap, dear] {
            prop_assert!(found.image.is_finite() && found.pixel.is_finite());
        }
    }
}
