//! Plots of scores, in the language of results.

use image::RgbImage;

use crate::error::Result;
use fettle_domain::{Histogram, Language, Rate};
use fettle_i18n::Value;
use fettle_report::{PLOT_BINS, PlotWords, plot_roc, plot_scores};
use fettle_vision::metrics::ranking::Ranking;
use fettle_vision::metrics::roc::{auroc, roc};

/// Overkill and escape with their intervals.
pub(super) fn rates_line(language: Language, overkill: Rate, escape: Option<Rate>) -> String {
    let overkill = ("overkill", overkill.to_string().into());
    match escape {
        None => fettle_i18n::text_with(language, "rates-overkill", &[overkill]),
        Some(escape) => {
            let escape = ("escape", escape.to_string().into());
            fettle_i18n::text_with(language, "rates-both", &[overkill, escape])
        }
    }
}

/// Scores of normal and defective pictures, and where they are divided. `None` where there are
/// none. `lines` stand below the title.
pub(super) fn scores(
    language: Language,
    normal: &[f32],
    defective: &[f32],
    threshold: f32,
    lines: Vec<String>,
) -> Result<Option<RgbImage>> {
    let Some(histogram) = Histogram::of(normal, defective, PLOT_BINS) else { return Ok(None) };
    let say = |id: &str, values: &[(&str, Value)]| fettle_i18n::text_with(language, id, values);
    let words = PlotWords {
        title: say("plot-scores", &[]),
        lines,
        across: say("plot-score", &[]),
        up: say("plot-images", &[]),
    };
    let legend = [
        say("plot-normal", &[("count", normal.len().into())]),
        say("plot-defective", &[("count", defective.len().into())]),
        say("plot-threshold", &[("threshold", threshold.into())]),
    ];
    Ok(Some(plot_scores(&histogram, threshold, &words, legend.each_ref().map(String::as_str))?))
}

/// How well the scores part good from defective, and what comes of `threshold`. `None` where one
/// of the two kinds is absent.
pub(super) fn receiver(
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
    let words = PlotWords {
        title: say("plot-roc", &[]),
        lines: vec![say("plot-area", &[("area", Value::Number { value: area, digits: 4 })])],
        across: say("plot-overkill", &[]),
        up: say("plot-found", &[]),
    };
    let name = say("plot-threshold", &[("threshold", threshold.into())]);
    Ok(Some(plot_roc(&points, in_force, &words, &name)?))
}
