//! `fettle bank stats`, `threshold` and `check`.

use std::path::PathBuf;

use crate::args::Rule;
use crate::terminal::Terminal;
use fettle_domain::{Histogram, ProductCode, ThresholdRule};
use fettle_engine::{BankStatistics, BankStats, Engine, LimitChange, Rates, Rethreshold};
use fettle_i18n::Value;

/// The longest bar of the histogram, in letters.
const LONGEST_BAR: usize = 40;

pub(crate) fn stats(
    engine: &Engine,
    terminal: &Terminal,
    product: &ProductCode,
    plot: Option<PathBuf>,
    json: bool,
) -> anyhow::Result<()> {
    let found = terminal.wait(engine, BankStats { product: product.clone(), plot })?;
    if json {
        return terminal.json(&found);
    }
    let values = [
        ("product", product.to_string().into()),
        ("version", found.bank.version.into()),
        ("image", found.thresholds.image.into()),
        ("pixel", found.thresholds.pixel.into()),
        ("rule", rule_words(terminal, &found.rule).into()),
    ];
    terminal.say("stats-limits", &values);
    if found.changes > 0 {
        let values = [("count", found.changes.into()), ("product", product.to_string().into())];
        terminal.say("stats-changed", &values);
    }
    let normal: Vec<f32> = found.normals.iter().map(|n| n.score).collect();
    let defective: Vec<f32> = found.defects.iter().map(|d| d.score).collect();
    say_spread(terminal, "stats-normals", normal);
    if defective.is_empty() {
        terminal.say("stats-no-defects", &[]);
    } else {
        say_spread(terminal, "stats-defects", defective);
    }
    say_rates(terminal, &found.rates);
    if let Some(histogram) = &found.histogram {
        terminal.print("");
        draw(terminal, histogram, found.thresholds.image);
    }
    say_suspicious(terminal, &found);
    if let Some(path) = &found.written {
        terminal.field("label-written", &path.display().to_string());
    }
    Ok(())
}

pub(crate) fn threshold(
    engine: &Engine,
    terminal: &Terminal,
    product: &ProductCode,
    rule: &Rule,
) -> anyhow::Result<()> {
    let change = rule.given().map_or(LimitChange::Undo, LimitChange::By);
    let changed = terminal.wait(engine, Rethreshold { product: product.clone(), change })?;
    let values = [
        ("product", product.to_string().into()),
        ("image", changed.thresholds.image.into()),
        ("before", changed.before.image.into()),
        ("pixel", changed.thresholds.pixel.into()),
    ];
    terminal.say("threshold-changed", &values);
    say_rates(terminal, &changed.rates);
    Ok(())
}

pub(crate) fn check(
    engine: &Engine,
    terminal: &Terminal,
    product: &ProductCode,
    json: bool,
) -> anyhow::Result<()> {
    let found = terminal.wait(engine, BankStats { product: product.clone(), plot: None })?;
    if json {
        return terminal.json(&found.suspicious);
    }
    if found.suspicious.is_empty() {
        terminal.say("check-clean", &[("count", found.normals.len().into())]);
    }
    say_suspicious(terminal, &found);
    Ok(())
}

fn rule_words(terminal: &Terminal, rule: &ThresholdRule) -> String {
    let percent = |share: f64| Value::Number { value: share * 100.0, digits: 2 };
    let cost = |value: f64| Value::Number { value, digits: 2 };
    match *rule {
        ThresholdRule::MaxOverkill { rate } => {
            terminal.word("rule-overkill", &[("percent", percent(rate))])
        }
        ThresholdRule::Quantile { share } => {
            terminal.word("rule-quantile", &[("percent", percent(share))])
        }
        ThresholdRule::Cost { escape, overkill, prevalence } => {
            let values = [
                ("escape", cost(escape)),
                ("overkill", cost(overkill)),
                ("percent", percent(prevalence)),
            ];
            terminal.word("rule-cost", &values)
        }
        ThresholdRule::Manual { .. } => terminal.word("rule-manual", &[]),
    }
}

/// How many scores there are and how they are spread.
fn say_spread(terminal: &Terminal, id: &str, mut scores: Vec<f32>) {
    scores.sort_unstable_by(f32::total_cmp);
    let (Some(lowest), Some(highest)) = (scores.first(), scores.last()) else { return };
    let values = [
        ("count", scores.len().into()),
        ("lowest", (*lowest).into()),
        ("median", scores[scores.len() / 2].into()),
        ("highest", (*highest).into()),
    ];
    terminal.say(id, &values);
}

fn say_rates(terminal: &Terminal, rates: &Rates) {
    let expected = Value::Number { value: rates.expected_overkill * 100.0, digits: 1 };
    let values = [("rate", rates.overkill.to_string().into()), ("expected", expected)];
    terminal.say("stats-overkill", &values);
    if let Some(escape) = rates.escape {
        terminal.say("stats-escape", &[("rate", escape.to_string().into())]);
    }
}

/// One line a bin: normal pictures as full blocks, defective ones as shaded ones, and a mark
/// at the bin that the threshold lies in.
fn draw(terminal: &Terminal, histogram: &Histogram, threshold: f32) {
    let both: Vec<(usize, usize)> =
        histogram.normal.iter().copied().zip(histogram.defective.iter().copied()).collect();
    let most = both.iter().map(|(normal, defective)| normal + defective).max().unwrap_or(0).max(1);
    // Rounded up: what there is, is seen.
    let length = |count: usize| (count * LONGEST_BAR).div_ceil(most.max(LONGEST_BAR));
    for (index, (normal, defective)) in both.into_iter().enumerate() {
        let from = histogram.low + histogram.step * index as f64;
        let inside = (from..from + histogram.step).contains(&f64::from(threshold));
        let mark = if inside { "◀" } else { "" };
        let bar = format!("{}{}", "█".repeat(length(normal)), "░".repeat(length(defective)));
        let line = format!("{from:>9.2} {bar} {mark}");
        terminal.print(line.trim_end());
    }
    terminal.say("stats-legend", &[]);
}

fn say_suspicious(terminal: &Terminal, found: &BankStatistics) {
    for image in &found.suspicious {
        let values = [
            ("path", image.path.clone().into()),
            ("score", image.score.into()),
            ("place", terminal.word(image.place.word(), &[]).into()),
            ("x", image.rect_in_image.x.into()),
            ("y", image.rect_in_image.y.into()),
            ("nearest", image.nearest.clone().into()),
        ];
        terminal.say("check-odd", &values);
    }
}
