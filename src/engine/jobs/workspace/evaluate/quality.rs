//! Metrics from the scores of a class.

use serde::Serialize;

use super::scored_image::ScoredImage;
use crate::error::Result;
use fettle_domain::{Rate, Verdict};
use fettle_vision::metrics::overlap::Overlap;
use fettle_vision::metrics::pixels::PixelScores;
use fettle_vision::metrics::precision_recall::{average_precision, f1_max};
use fettle_vision::metrics::pro::pro;
use fettle_vision::metrics::ranking::Ranking;
use fettle_vision::metrics::roc::auroc;
use fettle_vision::thresholds::Rates;

/// Metrics of a class, each 0 to 1; `None` where the data set lacks the pictures or masks.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Quality {
    /// Area under the ROC curve of the image scores.
    pub image_auroc: Option<f64>,
    /// Average precision of the image scores.
    pub image_ap: Option<f64>,
    /// Maximum F1 over all thresholds.
    pub image_f1_max: Option<f64>,
    /// Area under the ROC curve of all pixels of pictures with ground truth.
    pub pixel_auroc: Option<f64>,
    /// Per-region overlap up to 30 % false positives.
    pub pro: Option<f64>,
    /// Intersection over union of an inspection's mask and the ground truth: mean over the defective
    /// pictures with a mask that are called NG. Those called OK count as escape.
    pub mask_iou: Option<f64>,
    /// Share of the mask that is anomalous, mean over the same pictures.
    pub mask_precision: Option<f64>,
    /// Share of the anomalous pixels inside the mask, mean over the same pictures.
    pub mask_recall: Option<f64>,
    /// Share of the good pictures called NG.
    pub overkill: Option<f64>,
    /// Share of the defective pictures called OK.
    pub escape: Option<f64>,
    /// Share of all pictures that are unsure.
    pub unsure: Option<f64>,
    /// Share of the good pictures that are unsure.
    pub unsure_good: Option<f64>,
    /// Share of the defective pictures that are unsure.
    pub unsure_defective: Option<f64>,
}

/// Metrics of a defect against all good pictures.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DefectQuality {
    /// Name of the defect folder.
    pub defect: String,
    /// Number of pictures.
    pub images: usize,
    /// Area under the ROC curve of the image scores.
    pub image_auroc: Option<f64>,
    /// Share of the pictures called OK.
    pub escape: Option<f64>,
    /// Share of the pictures that are unsure.
    pub unsure: Option<f64>,
}

/// Error rates of the fitted limits on the test pictures.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct TestRates {
    /// Rate of good pictures called NG.
    pub overkill: Option<Rate>,
    /// Rate of defective pictures called OK.
    pub escape: Option<Rate>,
    /// Rate of pictures that are unsure.
    pub unsure: Option<Rate>,
    /// What the training pictures and known defects lead to expect.
    pub expected: Rates,
}

pub(super) fn test_rates(images: &[ScoredImage], expected: Rates) -> TestRates {
    let (good, defective): (Vec<_>, Vec<_>) = images.iter().partition(|i| i.defect.is_none());
    TestRates {
        overkill: Rate::count(good, |i| i.verdict == Verdict::Ng),
        escape: Rate::count(defective, |i| i.verdict == Verdict::Ok),
        unsure: Rate::count(images, |i| i.verdict == Verdict::Unsure),
        expected,
    }
}

impl Quality {
    pub(super) fn of(
        images: &[ScoredImage],
        pixels: &PixelScores,
        masks: &[Overlap],
    ) -> Result<Self> {
        let ranking = Ranking::new(images.iter().map(|i| (i.score, i.defect.is_some())))?;
        let good = images.iter().filter(|i| i.defect.is_none());
        let defective = images.iter().filter(|i| i.defect.is_some());
        let unsure = |i: &ScoredImage| i.verdict == Verdict::Unsure;
        Ok(Self {
            image_auroc: auroc(&ranking),
            image_ap: average_precision(&ranking),
            image_f1_max: f1_max(&ranking).map(|best| best.f1),
            // Without a mask, all pixels are of good pictures.
            pixel_auroc: auroc(&pixels.ranking()),
            pro: pro(pixels),
            mask_iou: mean(masks.iter().map(|mask| mask.iou)),
            mask_precision: mean(masks.iter().map(|mask| mask.precision)),
            mask_recall: mean(masks.iter().map(|mask| mask.recall)),
            overkill: share(good.clone(), |i| i.verdict == Verdict::Ng),
            escape: share(defective.clone(), |i| i.verdict == Verdict::Ok),
            unsure: share(images.iter(), unsure),
            unsure_good: share(good, unsure),
            unsure_defective: share(defective, unsure),
        })
    }

    /// Mean of each metric over the classes that have it.
    pub(super) fn mean<'a>(all: impl Iterator<Item = &'a Self> + Clone) -> Self {
        let mean = |metric: fn(&Self) -> Option<f64>| mean(all.clone().filter_map(metric));
        Self {
            image_auroc: mean(|q| q.image_auroc),
            image_ap: mean(|q| q.image_ap),
            image_f1_max: mean(|q| q.image_f1_max),
            pixel_auroc: mean(|q| q.pixel_auroc),
            pro: mean(|q| q.pro),
            mask_iou: mean(|q| q.mask_iou),
            mask_precision: mean(|q| q.mask_precision),
            mask_recall: mean(|q| q.mask_recall),
            overkill: mean(|q| q.overkill),
            escape: mean(|q| q.escape),
            unsure: mean(|q| q.unsure),
            unsure_good: mean(|q| q.unsure_good),
            unsure_defective: mean(|q| q.unsure_defective),
        }
    }
}

/// The mean of `values`; `None` without values.
fn mean(values: impl Iterator<Item = f64>) -> Option<f64> {
    let values: Vec<f64> = values.collect();
    (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
}

/// The image threshold with the highest F1 on the test pictures.
pub(super) fn best_threshold(images: &[ScoredImage]) -> Result<Option<f32>> {
    let ranking = Ranking::new(images.iter().map(|i| (i.score, i.defect.is_some())))?;
    Ok(f1_max(&ranking).map(|best| best.threshold))
}

/// Metrics by defect.
pub(super) fn by_defect(images: &[ScoredImage]) -> Result<Vec<DefectQuality>> {
    let mut names: Vec<&String> = images.iter().filter_map(|i| i.defect.as_ref()).collect();
    names.sort();
    names.dedup();
    names
        .into_iter()
        .map(|name| {
            let defective = images.iter().filter(|i| i.defect.as_ref() == Some(name));
            let good = images.iter().filter(|i| i.defect.is_none());
            let scores = defective.clone().chain(good).map(|i| (i.score, i.defect.is_some()));
            Ok(DefectQuality {
                defect: name.clone(),
                images: defective.clone().count(),
                image_auroc: auroc(&Ranking::new(scores)?),
                escape: share(defective.clone(), |i| i.verdict == Verdict::Ok),
                unsure: share(defective, |i| i.verdict == Verdict::Unsure),
            })
        })
        .collect()
}

/// The share of `images` that satisfy `is_counted`; `None` without images.
fn share<'a>(
    images: impl Iterator<Item = &'a ScoredImage> + Clone,
    is_counted: impl Fn(&ScoredImage) -> bool,
) -> Option<f64> {
    let all = images.clone().count();
    (all > 0).then(|| images.filter(|image| is_counted(image)).count() as f64 / all as f64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use fettle_domain::Thresholds;

    /// With limits at 1.5 and 2.
    fn image(defect: Option<&str>, score: f32) -> ScoredImage {
        let limits = Thresholds { unsure: 1.5, image: 2.0, pixel: 1.0 };
        ScoredImage {
            path: "x.png".into(),
            defect: defect.map(str::to_owned),
            score,
            calibrated_score: limits.calibrated(score),
            verdict: limits.verdict(score),
        }
    }

    #[test]
    fn verdicts_are_counted() {
        let images = [
            image(None, 1.0),
            image(None, 3.0),
            image(Some("cut"), 2.0),
            image(Some("cut"), 4.0),
            image(Some("hole"), 5.0),
            image(Some("hole"), 0.5),
        ];
        // At 2.0 itself a part is unsure, as in `inspect`.
        let masks = [0.5, 1.0].map(|iou| Overlap { iou, precision: iou, recall: 1.0 });
        let quality = Quality::of(&images, &PixelScores::default(), &masks).unwrap();
        assert_eq!((quality.overkill, quality.escape), (Some(0.5), Some(0.25)));
        assert_eq!(quality.unsure, Some(1.0 / 6.0));
        assert_eq!((quality.unsure_good, quality.unsure_defective), (Some(0.0), Some(0.25)));
        // Pairs in order: 1 and 2 of cut, 2 and 0 of hole, of 8.
        assert_eq!(quality.image_auroc, Some(5.0 / 8.0));
        assert_eq!((quality.pixel_auroc, quality.pro), (None, None));
        assert_eq!((quality.mask_iou, quality.mask_recall), (Some(0.75), Some(1.0)));
        // Called NG from 0.5 on: 4 of 6 right, all 4 found. From 2.0 on it is only 6 / (4 + 4).
        let best = best_threshold(&images).unwrap();
        assert_eq!((quality.image_f1_max, best), (Some(0.8), Some(0.5)));
        let defects = by_defect(&images).unwrap();
        let found: Vec<_> = defects
            .iter()
            .map(|d| (d.defect.as_str(), d.images, d.image_auroc, d.escape))
            .collect();
        let expected = [("cut", 2, Some(0.75), Some(0.0)), ("hole", 2, Some(0.5), Some(0.5))];
        assert_eq!(found, expected);
    }

    #[test]
    fn a_mean_is_over_those_that_have_the_metric() {
        let of =
            |images: &[ScoredImage]| Quality::of(images, &PixelScores::default(), &[]).unwrap();
        let only_good = of(&[image(None, 3.0)]);
        assert_eq!((only_good.image_auroc, only_good.escape), (None, None));
        assert_eq!(only_good.mask_iou, None);
        let perfect = of(&[image(None, 1.0), image(Some("a"), 3.0)]);
        let mean = Quality::mean([only_good, perfect].iter());
        assert_eq!((mean.image_auroc, mean.overkill, mean.pro), (Some(1.0), Some(0.5), None));
    }
}
