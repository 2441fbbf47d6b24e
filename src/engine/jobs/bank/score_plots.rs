//! Plots of scores, in the language of results.

use image::RgbImage;

use crate::error::Result;
use fettle_domain::{Histogram, Language, Rate};
use fettle_i18n::Value;
use fettle_report::{PLOT_BINS, PlotLabels, plot_roc, plot_scores};
use fettle_vision::metrics::ranking::Ranking;
use fettle_vision::metrics::roc::{auroc, roc};

/// Overkill and escape with their confidence intervals, in one line of text.
pub(crate) fn rates_line(language: Language, overkill: Rate, escape: Option<Rate>) -> String {
    let overkill = ("overkill", overkill.to_string().into());
    match escape {
        None => fettle_i18n::text_with(language, "rates-overkill", &[overkill]),
        Some(escape) => {
            let escape = ("escape", escape.to_string().into());
            fettle_i18n::text_with(language, "rates-both", &[overkill, escape])
        }
    }
}

/// Histogram of the scores of normal and defective pictures, with the threshold; `None` without
/// scores. `lines` are drawn below the title.
pub(crate) fn score_histogram(
    language: Language,
    normal: &[f32],
    defective: &[f32],
    threshold: f32,
    lines: Vec<String>,
) -> Result<Option<RgbImage>> {
    let Some(histogram) = Histogram::of(normal, defective, PLOT_BINS) else { return Ok(None) };
    let say = |id: &str, values: &[(&str, Value)]| fettle_i18n::text_with(language, id, values);
    let labels = PlotLabels {
        title: say("plot-scores", &[]),
        subtitle: lines,
        x: say("plot-score", &[]),
        y: say("plot-images", &[]),
    };
    let legend = [
        say("plot-normal", &[("count", normal.len().into())]),
        say("plot-defective", &[("count", defective.len().into())]),
        say("plot-threshold", &[("threshold", threshold.into())]),
    ];
    Ok(Some(plot_scores(&histogram, threshold, &labels, legend.each_ref().map(String::as_str))?))
}

/// ROC curve of the scores, with the operating point at `threshold`; `None` where normal or
/// defective pictures are absent.
pub(crate) fn roc_curve(
    language: Language,
    ranking: &Ranking,
    threshold: f32,
) -> Result<Option<RgbImage>> {
    let (Some(curve), Some(area)) = (roc(ranking), auroc(ranking)) else { return Ok(None) };
    let points: Vec<(f64, f64)> =
        curve.iter().map(|p| (p.false_positive_rate, p.true_positive_rate)).collect();
    // Scores above the threshold are NG: the last point before it.
    let above = curve.partition_point(|point| point.threshold > threshold);
    let in_force = above.checked_sub(1).and_then(|index| points.get(index)).copied();
    let say = |id: &str, values: &[(&str, Value)]| fettle_i18n::text_with(language, id, values);
    let labels = PlotLabels {
        title: say("plot-roc", &[]),
        subtitle: vec![say("plot-area", &[("area", Value::Number { value: area, digits: 4 })])],
        x: say("plot-overkill", &[]),
        y: say("plot-found", &[]),
    };
    let name = say("plot-threshold", &[("threshold", threshold.into())]);
    Ok(Some(plot_roc(&points, in_force, &labels, &name)?))
}
