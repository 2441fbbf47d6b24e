//! Learning a term of known defects, and whether it helps.

use super::logistic_regression::LogisticModel;
use super::outcome::{TermGain, TermOutcome};
use super::term::{DefectTerm, KnownExample};
use crate::Result;
use crate::error::same_size;
use crate::metrics::ranking::Ranking;
use crate::metrics::roc::auroc;
use crate::oddest_patches::{ODDEST, OddestPatches};
use crate::robust::{median, robust_deviation};
use crate::thresholds::{Folds, HeldOut, KnownDefect, ScoredImages, calibrate};
use fettle_domain::{ImageId, ThresholdRule, Thresholds, Verdict};

/// Fewest known defects to learn from: two halves of two.
const FEWEST_KNOWN: usize = 4;
/// Fewest held-out normal images: of fewer, what the term adds to further ones is a guess.
const FEWEST_NORMALS: usize = 30;
/// Folds of the known defects.
const FOLDS: usize = 5;
/// Least gain: the zone of unsure parts (share of the normal images plus share of the known
/// defects) must shrink by this much.
const LEAST_GAIN: f64 = 0.03;
/// Loss of image AUROC that is taken for chance.
const TOLERATED_LOSS: f64 = 0.005;
/// A known defect to learn from.
#[derive(Debug, Clone, PartialEq)]
pub struct Example {
    /// The image with its scores.
    pub defect: KnownDefect,
    /// Its oddest patches.
    pub oddest: OddestPatches,
}

/// Learns a term from held-out normal images with their `oddest` patches, and from `known` defects.
///
/// Normal images are cross-validated in the folds of the fit, known defects in [`FOLDS`] folds
/// over their order. The term is in force where it shrinks the zone of unsure parts and ranks no
/// worse. Without `oddest` patches, in banks from before they were kept, there is none.
///
/// # Errors
/// [`VisionError::Size`](crate::VisionError::Size) where images and patches do not fit, and as
/// [`calibrate`].
pub fn learn(
    held_out: &[HeldOut],
    oddest: &[OddestPatches],
    known: &[Example],
) -> Result<DefectTerm> {
    let before: Vec<KnownDefect> = known.iter().map(|example| example.defect.clone()).collect();
    let without = |outcome| {
        let dim = known.first().map_or(0, |example| example.oddest.dim());
        let scores = held_out.iter().map(|h| h.image_score).collect();
        DefectTerm::new(outcome, (vec![0.0; dim], 0.0), scores, examples(before.clone(), known))
    };
    if oddest.is_empty() {
        return Ok(without(TermOutcome::OldBank));
    }
    same_size("oddest patches of held-out images", held_out.len(), oddest.len())?;
    if known.len() < FEWEST_KNOWN || held_out.len() < FEWEST_NORMALS {
        let (known, normals) = (FEWEST_KNOWN, FEWEST_NORMALS);
        return Ok(without(TermOutcome::TooFew { known, normals }));
    }
    let images: Vec<ImageId> = held_out.iter().map(|h| h.image).collect();
    let folds = Folds::of(&images);
    let normals: Vec<(usize, &OddestPatches)> = images
        .iter()
        .zip(oddest)
        .map(|(image, oddest)| (folds.of_image(*image).unwrap_or(0), oddest))
        .collect();
    let defects: Vec<(usize, &OddestPatches)> =
        known.iter().enumerate().map(|(n, example)| (n % FOLDS, &example.oddest)).collect();
    let mut normal_logits = vec![0.0; normals.len()];
    let mut defect_logits = vec![0.0; defects.len()];
    for fold in 0..FOLDS {
        let model = fit(&normals, &defects, Some(fold))?;
        let sides = [(&normals, &mut normal_logits), (&defects, &mut defect_logits)];
        for (images, logits) in sides {
            for ((own, oddest), logit) in images.iter().zip(logits) {
                if *own == fold {
                    *logit = image_logit(&model, oddest);
                }
            }
        }
    }
    // Logits are brought to the centre and spread of the normal images' scores.
    let scores: Vec<f64> = held_out.iter().map(|h| f64::from(h.image_score)).collect();
    let centre = median(&scores);
    let spread = robust_deviation(&scores, centre);
    let logit_centre = median(&normal_logits);
    let unit = spread / deviation(&normal_logits).max(f64::MIN_POSITIVE);
    let with_term =
        |score: f32, logit: f64| (f64::from(score) + unit * (logit - logit_centre)).max(0.0) as f32;
    let normals_with: Vec<HeldOut> = held_out
        .iter()
        .zip(&normal_logits)
        .map(|(h, logit)| HeldOut { image_score: with_term(h.image_score, *logit), ..*h })
        .collect();
    let defects_with: Vec<KnownDefect> = before
        .iter()
        .zip(&defect_logits)
        .map(|(known, logit)| KnownDefect {
            image_score: with_term(known.image_score, *logit),
            ..known.clone()
        })
        .collect();
    let plain = ScoredImages { held_out, known: &before, with_term: false };
    let combined = ScoredImages { held_out: &normals_with, known: &defects_with, with_term: true };
    let (auroc_before, unsure_before) = quality(plain)?;
    let (auroc, unsure) = quality(combined)?;
    let gain = TermGain { auroc_before, auroc, unsure_before, unsure };
    if auroc < auroc_before - TOLERATED_LOSS || unsure > unsure_before - LEAST_GAIN {
        return Ok(without(TermOutcome::NoGain(gain)));
    }
    let model = fit(&normals, &defects, None)?;
    let weights = model.weights.iter().map(|w| (unit * w) as f32).collect();
    let offset = (unit * (model.bias - logit_centre)) as f32;
    let held_out = normals_with.iter().map(|h| h.image_score).collect();
    let outcome = TermOutcome::InForce(gain);
    Ok(DefectTerm::new(outcome, (weights, offset), held_out, examples(defects_with, known)))
}

/// Known defects as a term keeps them, with these scores.
fn examples(scored: Vec<KnownDefect>, known: &[Example]) -> Vec<KnownExample> {
    let both = scored.into_iter().zip(known);
    both.map(|(defect, example)| KnownExample::new(defect, &example.oddest)).collect()
}

/// A model of the images outside `fold`; of all images for `None`.
fn fit(
    normals: &[(usize, &OddestPatches)],
    defects: &[(usize, &OddestPatches)],
    fold: Option<usize>,
) -> Result<LogisticModel> {
    let rows = |images: &[(usize, &OddestPatches)]| -> Vec<f32> {
        let others = images.iter().filter(|(own, _)| Some(*own) != fold);
        others.flat_map(|(_, oddest)| oddest.rows()).copied().collect()
    };
    let dim = normals.first().map_or(0, |(_, oddest)| oddest.dim());
    LogisticModel::fit(&rows(normals), &rows(defects), dim)
}

/// The mean logit of an image's oddest patches.
fn image_logit(model: &LogisticModel, oddest: &OddestPatches) -> f64 {
    let rows = oddest.rows().chunks_exact(oddest.dim().max(1));
    rows.map(|row| model.logit(row)).sum::<f64>() / ODDEST as f64
}

/// Image AUROC, and the share of normal images plus the share of known defects that are unsure.
fn quality(scores: ScoredImages<'_>) -> Result<(f64, f64)> {
    let normal = scores.held_out.iter().map(|h| (h.image_score, false));
    let ranking = Ranking::new(normal.chain(scores.known.iter().map(|k| (k.image_score, true))))?;
    let limits: Thresholds = calibrate(scores, &ThresholdRule::default())?.thresholds;
    let share = |scores: Vec<f32>| {
        let unsure = scores.iter().filter(|s| limits.verdict(**s) == Verdict::Unsure).count();
        unsure as f64 / scores.len() as f64
    };
    let unsure = share(scores.held_out.iter().map(|h| h.image_score).collect())
        + share(scores.known.iter().map(|k| k.image_score).collect());
    Ok((auroc(&ranking).unwrap_or(0.5), unsure))
}

/// The standard deviation.
fn deviation(values: &[f64]) -> f64 {
    let count = values.len().max(1) as f64;
    let mean = values.iter().sum::<f64>() / count;
    (values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / count).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_data::noise;
    use fettle_domain::{DefectCode, KnownImage, RectPx};

    const DIM: usize = 16;

    /// Oddest patches around a mean that is `offset` along value `along`.
    fn oddest(seed: u64, along: usize, offset: f32) -> OddestPatches {
        let mut rows = noise(ODDEST * DIM, seed);
        rows.chunks_exact_mut(DIM).for_each(|row| row[along] += offset);
        OddestPatches::from_rows(rows, DIM).unwrap()
    }

    /// Scores that rise and fall around `middle` by 4.
    fn score(middle: f32, n: usize) -> f32 {
        middle + 4.0 * ((n * 7 % 20) as f32 / 10.0 - 1.0)
    }

    fn held_out(count: usize) -> (Vec<HeldOut>, Vec<OddestPatches>) {
        let place = RectPx { x: 0, y: 0, width: 8, height: 8 };
        let one = |n: usize| HeldOut {
            image: ImageId(n as i64),
            image_score: score(20.0, n),
            pixel_max: 10.0,
            pixel_median: 5.0,
            peak: place,
            nearest: ImageId(0),
            nearest_place: place,
        };
        let patches = (0..count).map(|n| oddest(n as u64, 0, 0.0)).collect();
        ((0..count).map(one).collect(), patches)
    }

    fn known(count: usize, along: usize, offset: f32) -> Vec<Example> {
        let one = |n: usize| Example {
            defect: KnownDefect {
                image: KnownImage::Registered(ImageId(1000 + n as i64)),
                defect: DefectCode::new(if n.is_multiple_of(2) { "hole" } else { "cut" }).ok(),
                image_score: score(23.0, n),
                pixel_max: 12.0,
            },
            oddest: oddest(500 + n as u64, along, offset),
        };
        (0..count).map(one).collect()
    }

    #[test]
    fn defects_that_look_alike_are_told_from_what_is_odd_about_normals() {
        let (normals, patches) = held_out(60);
        let term = learn(&normals, &patches, &known(12, 3, 2.0)).unwrap();
        let TermOutcome::InForce(gain) = term.outcome() else { panic!("{:?}", term.outcome()) };
        assert!(gain.auroc > 0.95 && gain.auroc > gain.auroc_before + 0.1, "{gain:?}");
        assert!(gain.unsure < gain.unsure_before - 0.1, "{gain:?}");
        assert_eq!((term.with_term(&normals).unwrap().len(), term.known().count()), (60, 12));
        // Of two new parts with one score, that with a known defect's patches scores higher.
        let (like, unlike) = (oddest(901, 3, 2.0), oddest(902, 0, 0.0));
        let (high, low) = (term.score(22.0, &like).unwrap(), term.score(22.0, &unlike).unwrap());
        assert!(high > low + 5.0, "{high} {low}");
        assert!((term.score(22.0, &like).unwrap() - 22.0 - term.term(&like).unwrap()).abs() < 1e-4);
        let resembles = term.resembles(&like, 3).unwrap();
        assert_eq!(resembles.len(), 3);
        assert!(
            resembles[0].similarity >= resembles[2].similarity && resembles[2].similarity > 0.3
        );
        assert!(term.score(22.0, &OddestPatches::from_rows(vec![0.0; 10], 2).unwrap()).is_err());
    }

    #[test]
    fn a_term_that_does_not_help_is_not_used() {
        let (normals, patches) = held_out(60);
        // Patches like those of the normal images.
        let term = learn(&normals, &patches, &known(12, 0, 0.0)).unwrap();
        assert!(matches!(term.outcome(), TermOutcome::NoGain(_)), "{:?}", term.outcome());
        assert_eq!(term.score(22.0, &oddest(901, 0, 0.0)).unwrap(), 22.0);
        assert_eq!(term.with_term(&normals).unwrap(), normals);
        // The known defects are kept all the same, for their limits and for comparison.
        assert_eq!(term.known().count(), 12);
        let old = learn(&normals, &[], &known(12, 3, 2.0)).unwrap();
        assert_eq!(old.outcome(), TermOutcome::OldBank);
        for (normal_count, known_count) in [(60, 3), (29, 12)] {
            let (normals, patches) = held_out(normal_count);
            let term = learn(&normals, &patches, &known(known_count, 3, 2.0)).unwrap();
            assert!(matches!(term.outcome(), TermOutcome::TooFew { .. }), "{:?}", term.outcome());
        }
        assert!(learn(&normals, &patches[1..], &known(12, 3, 2.0)).is_err());
    }

    #[test]
    fn what_is_saved_is_loaded_and_another_banks_term_is_refused() {
        let (normals, patches) = held_out(60);
        let term = learn(&normals, &patches, &known(12, 3, 2.0)).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("v1.defects");
        term.save(&path).unwrap();
        assert_eq!(DefectTerm::load(&path, DIM).unwrap(), term);
        assert!(DefectTerm::load(&path, DIM + 1).is_err());
        let whole = std::fs::read(&path).unwrap();
        for broken in [&whole[..whole.len() / 2], b"", b"{}"] {
            std::fs::write(&path, broken).unwrap();
            assert!(DefectTerm::load(&path, DIM).is_err(), "{} bytes", broken.len());
        }
    }
}
