//! `fettle import-seed`.

use serde::Serialize;

use super::rejected_files::{RejectedFileJson, eprint_rejected, explain_rejected};
use super::stage_result::done_or_reason;
use crate::terminal::Terminal;
use crate::{args, table};
use fettle_domain::{ProductCode, Rate, Stage};
use fettle_engine::{BankQuality, Engine, ImportLegacyData, ImportedLegacyData, LegacyComparison};
use fettle_i18n::Value;

/// Message ids of the column heads.
const HEADS: [&str; 5] = [
    "seed-column-bank",
    "eval-image-auroc",
    "seed-column-threshold",
    "eval-overkill",
    "eval-escape",
];

/// The JSON of `--json`.
#[derive(Serialize)]
struct Outcome<'a> {
    #[serde(flatten)]
    imported: &'a ImportedLegacyData,
    refused: Vec<RejectedFileJson>,
}

pub(crate) fn run(
    engine: &Engine,
    terminal: &Terminal,
    args: &args::ImportSeed,
) -> anyhow::Result<()> {
    let imported = terminal.run(engine, ImportLegacyData { dir: args.dir.clone() })?;
    if args.json {
        let refused = explain_rejected(terminal, &imported.rejected);
        return terminal.print_json(&Outcome { imported: &imported, refused });
    }
    let values = [
        ("products", imported.products.len().into()),
        ("defects", imported.defect_types.into()),
        ("images", imported.images.into()),
        ("manuals", imported.manuals.into()),
        ("known", imported.known.into()),
    ];
    terminal.print_message("seed-imported", &values);
    for bank in &imported.banks {
        let values = [
            ("product", bank.product.to_string().into()),
            ("rows", bank.rows.into()),
            ("dim", bank.dim.into()),
            ("layers", bank.config.layers.join(", ").into()),
            ("image", bank.thresholds.image.into()),
            ("pixel", bank.thresholds.pixel.into()),
        ];
        terminal.print_message("seed-bank", &values);
        print_comparison(terminal, &bank.product, &bank.comparison);
    }
    eprint_rejected(terminal, "registered-refused", &imported.rejected);
    if imported.images + imported.manuals > 0 {
        terminal.print_message("seed-next", &[]);
    }
    Ok(())
}

fn print_comparison(terminal: &Terminal, product: &ProductCode, stage: &Stage<LegacyComparison>) {
    let about: (&str, Value) = ("product", product.to_string().into());
    match done_or_reason(terminal, stage) {
        Ok(found) => {
            let values =
                [about, ("normals", found.normals.into()), ("defects", found.defects.into())];
            terminal.print_message("seed-compared", &values);
            let version = [("version", found.bank.version.into())];
            let ours = terminal.text("seed-row-ours", &version);
            let old = terminal.text("seed-row-old", &[]);
            let heads = HEADS.map(|id| terminal.text(id, &[]));
            table::print(terminal, &[heads, row(old, &found.legacy), row(ours, &found.fettle)]);
        }
        Err(reason) => {
            terminal.eprint_message("seed-not-compared", &[about, ("reason", reason.into())]);
        }
    }
}

fn row(name: String, bank: &BankQuality) -> [String; 5] {
    let rate = |rate: Option<Rate>| rate.map_or("–".to_owned(), |rate| rate.to_string());
    let auroc = bank.image_auroc.map_or("–".to_owned(), |value| format!("{value:.4}"));
    let threshold = format!("{:.3}", bank.threshold);
    [name, auroc, threshold, rate(bank.overkill), rate(bank.escape)]
}
