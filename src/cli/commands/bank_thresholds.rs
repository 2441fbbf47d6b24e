//! `fettle bank stats`, `threshold` and `check`.

use std::path::PathBuf;

use super::known_defects::print_known;
use crate::args::ThresholdOptions;
use crate::terminal::Terminal;
use fettle_domain::{Histogram, ProductCode, ThresholdRule, Thresholds};
use fettle_engine::{
    BankStatistics, BankStats, CompressedScores, Engine, LimitChange, LimitUncertainty, Rates,
    Rethreshold, Sensitivity,
};
use fettle_i18n::Value;

/// Longest bar of the histogram, in characters.
const LONGEST_BAR: usize = 40;

pub(crate) fn stats(
    engine: &Engine,
    terminal: &Terminal,
    product: &ProductCode,
    plot: Option<PathBuf>,
    json: bool,
) -> anyhow::Result<()> {
    let found = terminal.run(engine, BankStats { product: product.clone(), plot })?;
    if json {
        return terminal.print_json(&found);
    }
    let values = [
        ("product", product.to_string().into()),
        ("version", found.bank.version.into()),
        ("unsure", found.thresholds.unsure.into()),
        ("image", found.thresholds.image.into()),
        ("pixel", found.thresholds.pixel.into()),
        ("rule", describe_rule(terminal, &found.rule).into()),
    ];
    terminal.print_message("stats-limits", &values);
    if found.changes > 0 {
        let values = [("count", found.changes.into()), ("product", product.to_string().into())];
        terminal.print_message("stats-changed", &values);
    }
    let normal: Vec<f32> = found.normals.iter().map(|n| n.score).collect();
    let defective: Vec<f32> = found.defects.iter().map(|d| d.score).collect();
    print_score_range(terminal, "stats-normals", normal);
    if defective.is_empty() {
        terminal.print_message("stats-no-defects", &[]);
    } else {
        print_score_range(terminal, "stats-defects", defective);
    }
    print_rates(terminal, &found.rates);
    print_certainty(terminal, &found.rates, found.sensitivity);
    if let Some(known) = &found.known {
        print_known(terminal, known);
    }
    if let Some(histogram) = &found.histogram {
        terminal.print_line("");
        print_histogram(terminal, histogram, found.thresholds);
    }
    print_suspicious(terminal, &found);
    if let Some(path) = &found.written {
        terminal.print_field("label-written", &path.display().to_string());
    }
    Ok(())
}

pub(crate) fn threshold(
    engine: &Engine,
    terminal: &Terminal,
    product: &ProductCode,
    options: &ThresholdOptions,
) -> anyhow::Result<()> {
    let change = options.threshold_rule().map_or(LimitChange::Undo, LimitChange::By);
    let changed = terminal.run(engine, Rethreshold { product: product.clone(), change })?;
    let values = [
        ("product", product.to_string().into()),
        ("unsure", changed.thresholds.unsure.into()),
        ("image", changed.thresholds.image.into()),
        ("before", changed.before.image.into()),
        ("pixel", changed.thresholds.pixel.into()),
    ];
    terminal.print_message("threshold-changed", &values);
    print_rates(terminal, &changed.rates);
    Ok(())
}

pub(crate) fn check(
    engine: &Engine,
    terminal: &Terminal,
    product: &ProductCode,
    json: bool,
) -> anyhow::Result<()> {
    let found = terminal.run(engine, BankStats { product: product.clone(), plot: None })?;
    if json {
        return terminal.print_json(&found.suspicious);
    }
    if found.suspicious.is_empty() {
        terminal.print_message("check-clean", &[("count", found.normals.len().into())]);
    }
    print_suspicious(terminal, &found);
    Ok(())
}

/// A threshold rule in words.
fn describe_rule(terminal: &Terminal, rule: &ThresholdRule) -> String {
    let percent = |share: f64| Value::Number { value: share * 100.0, digits: 2 };
    let cost = |value: f64| Value::Number { value, digits: 2 };
    match *rule {
        ThresholdRule::MaxOverkill { rate } => {
            terminal.text("rule-overkill", &[("percent", percent(rate))])
        }
        ThresholdRule::MaxEscape { rate } => {
            terminal.text("rule-escape", &[("percent", percent(rate))])
        }
        ThresholdRule::Quantile { share } => {
            terminal.text("rule-quantile", &[("percent", percent(share))])
        }
        ThresholdRule::Cost { escape, overkill, prevalence } => {
            let values = [
                ("escape", cost(escape)),
                ("overkill", cost(overkill)),
                ("percent", percent(prevalence)),
            ];
            terminal.text("rule-cost", &values)
        }
        ThresholdRule::Manual { .. } => terminal.text("rule-manual", &[]),
    }
}

/// Prints the number of scores, the lowest, the median and the highest.
fn print_score_range(terminal: &Terminal, id: &str, mut scores: Vec<f32>) {
    scores.sort_unstable_by(f32::total_cmp);
    let (Some(lowest), Some(highest)) = (scores.first(), scores.last()) else { return };
    let values = [
        ("count", scores.len().into()),
        ("lowest", (*lowest).into()),
        ("median", scores[scores.len() / 2].into()),
        ("highest", (*highest).into()),
    ];
    terminal.print_message(id, &values);
}

pub(super) fn print_rates(terminal: &Terminal, rates: &Rates) {
    let percent = |share: f64| Value::Number { value: share * 100.0, digits: 1 };
    let expected = percent(rates.expected_overkill);
    let values = [("rate", rates.overkill.to_string().into()), ("expected", expected)];
    terminal.print_message("stats-overkill", &values);
    if let Some(escape) = rates.escape {
        terminal.print_message("stats-escape", &[("rate", escape.to_string().into())]);
    }
    if let Some(expected) = rates.expected_escape {
        let id =
            if rates.escape.is_some() { "stats-escape-expected" } else { "stats-escape-prior" };
        terminal.print_message(id, &[("expected", percent(expected))]);
    }
    let normals = rates.unsure_normals.to_string();
    match rates.unsure_known {
        Some(known) => {
            let values = [("normals", normals.into()), ("known", known.to_string().into())];
            terminal.print_message("stats-unsure", &values);
        }
        None => terminal.print_message("stats-unsure-normals", &[("normals", normals.into())]),
    }
}

/// Prints how certain the limits are, and how scores depend on light, focus and position.
pub(super) fn print_certainty(
    terminal: &Terminal,
    rates: &Rates,
    sensitivity: Option<Sensitivity>,
) {
    let LimitUncertainty { normals, relative, to_halve } = rates.uncertainty;
    let values = [
        ("normals", normals.into()),
        ("percent", Value::Number { value: relative * 100.0, digits: 0 }),
        ("more", to_halve.into()),
    ];
    terminal.print_message("scores-uncertainty", &values);
    if let Some(Sensitivity { brighter, darker, blurred, shifted, compressed }) = sensitivity {
        let change =
            |ratio: f32| Value::Number { value: f64::from(ratio - 1.0) * 100.0, digits: 0 };
        let values = [
            ("brighter", change(brighter)),
            ("darker", change(darker)),
            ("blurred", change(blurred)),
            ("shifted", change(shifted)),
        ];
        terminal.print_message("bank-sensitivity", &values);
        if let Some(CompressedScores { fair, strong }) = compressed {
            let values = [("fair", change(fair)), ("strong", change(strong))];
            terminal.print_message("bank-compression", &values);
        }
    }
}

/// Prints a histogram, one line a bin: normal images as full blocks, defective ones as shaded
/// blocks, a mark at the bins of the two image thresholds.
fn print_histogram(terminal: &Terminal, histogram: &Histogram, limits: Thresholds) {
    let both: Vec<(usize, usize)> =
        histogram.normal.iter().copied().zip(histogram.defective.iter().copied()).collect();
    let most = both.iter().map(|(normal, defective)| normal + defective).max().unwrap_or(0).max(1);
    // Rounded up, so that a bin with any image has a bar.
    let length = |count: usize| (count * LONGEST_BAR).div_ceil(most.max(LONGEST_BAR));
    for (index, (normal, defective)) in both.into_iter().enumerate() {
        let from = histogram.low + histogram.step * index as f64;
        let holds = |limit: f32| (from..from + histogram.step).contains(&f64::from(limit));
        let mark = match (holds(limits.image), holds(limits.unsure)) {
            (true, _) => "◀",
            (false, true) => "◁",
            (false, false) => "",
        };
        let bar = format!("{}{}", "█".repeat(length(normal)), "░".repeat(length(defective)));
        let line = format!("{from:>9.2} {bar} {mark}");
        terminal.print_line(line.trim_end());
    }
    terminal.print_message("stats-legend", &[]);
}

fn print_suspicious(terminal: &Terminal, found: &BankStatistics) {
    for image in &found.suspicious {
        let values = [
            ("path", image.path.clone().into()),
            ("score", image.score.into()),
            ("place", terminal.text(image.place.message_id(), &[]).into()),
            ("x", image.rect_in_image.x.into()),
            ("y", image.rect_in_image.y.into()),
            ("nearest", image.nearest.clone().into()),
        ];
        terminal.print_message("check-odd", &values);
    }
}
