//! `fettle bank learn`.

use super::bank_thresholds::print_rates;
use super::known_defects::print_known;
use crate::terminal::Terminal;
use fettle_domain::ProductCode;
use fettle_engine::{Engine, EngineError, LearnDefects, LearnedDefects};

pub(crate) fn run(
    engine: &Engine,
    terminal: &Terminal,
    product: &ProductCode,
    json: bool,
) -> anyhow::Result<()> {
    let learned = terminal.run(engine, LearnDefects { product: product.clone() })?;
    if json {
        return terminal.print_json(&learned);
    }
    print(terminal, product, &learned);
    Ok(())
}

/// Learns from the known defects of `product` after they changed, as far as it has a bank; says what
/// changed by it unless `quiet`.
pub(super) fn learn_changed(
    engine: &Engine,
    terminal: &Terminal,
    product: &ProductCode,
    quiet: bool,
) -> anyhow::Result<()> {
    let learned = match terminal.run(engine, LearnDefects { product: product.clone() }) {
        Ok(learned) => learned,
        Err(EngineError::NoBank(_)) => return Ok(()),
        Err(error) => return Err(error.into()),
    };
    if learned.is_change() && !quiet {
        print(terminal, product, &learned);
    }
    Ok(())
}

fn print(terminal: &Terminal, product: &ProductCode, learned: &LearnedDefects) {
    match &learned.known {
        Some(known) => print_known(terminal, known),
        None => terminal.print_message("known-none", &[("product", product.to_string().into())]),
    }
    let values = [
        ("product", product.to_string().into()),
        ("unsure", learned.thresholds.unsure.into()),
        ("image", learned.thresholds.image.into()),
        ("before", learned.before.image.into()),
        ("pixel", learned.thresholds.pixel.into()),
    ];
    terminal.print_message("threshold-changed", &values);
    print_rates(terminal, &learned.rates);
}
