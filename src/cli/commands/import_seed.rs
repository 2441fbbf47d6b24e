//! `fettle import-seed`.

use serde::Serialize;

use super::{Refused, done_or_why, refused, say_refused};
use crate::terminal::Terminal;
use crate::{args, table};
use fettle_domain::{ProductCode, Rate, Stage};
use fettle_engine::{BankQuality, Engine, ImportSeed, ImportedSeed, SeedComparison};
use fettle_i18n::Value;

/// Ids of the column heads.
const HEADS: [&str; 5] = [
    "seed-column-bank",
    "eval-image-auroc",
    "seed-column-threshold",
    "eval-overkill",
    "eval-escape",
];

/// What `--json` prints.
#[derive(Serialize)]
struct Outcome<'a> {
    #[serde(flatten)]
    imported: &'a ImportedSeed,
    refused: Vec<Refused>,
}

pub(crate) fn run(
    engine: &Engine,
    terminal: &Terminal,
    args: &args::ImportSeed,
) -> anyhow::Result<()> {
    let imported = terminal.wait(engine, ImportSeed { dir: args.dir.clone() })?;
    if args.json {
        let refused = refused(terminal, &imported.refused);
        return terminal.json(&Outcome { imported: &imported, refused });
    }
    let values = [
        ("products", imported.products.len().into()),
        ("defects", imported.defect_types.into()),
        ("images", imported.images.into()),
        ("manuals", imported.manuals.into()),
        ("known", imported.known.into()),
    ];
    terminal.say("seed-imported", &values);
    for bank in &imported.banks {
        let values = [
            ("product", bank.product.to_string().into()),
            ("rows", bank.rows.into()),
            ("dim", bank.dim.into()),
            ("layers", bank.config.layers.join(", ").into()),
            ("image", bank.thresholds.image.into()),
            ("pixel", bank.thresholds.pixel.into()),
        ];
        terminal.say("seed-bank", &values);
        say_comparison(terminal, &bank.product, &bank.comparison);
    }
    say_refused(terminal, &imported.refused);
    if imported.images + imported.manuals > 0 {
        terminal.say("seed-next", &[]);
    }
    Ok(())
}

fn say_comparison(terminal: &Terminal, product: &ProductCode, stage: &Stage<SeedComparison>) {
    let about: (&str, Value) = ("product", product.to_string().into());
    match done_or_why(terminal, stage) {
        Ok(found) => {
            let values =
                [about, ("normals", found.normals.into()), ("defects", found.defects.into())];
            terminal.say("seed-compared", &values);
            let version = [("version", found.bank.version.into())];
            let ours = terminal.word("seed-row-ours", &version);
            let old = terminal.word("seed-row-old", &[]);
            let heads = HEADS.map(|id| terminal.word(id, &[]));
            table::print(terminal, &[heads, row(old, &found.seed), row(ours, &found.fettle)]);
        }
        Err(reason) => {
            terminal.complain("seed-not-compared", &[about, ("reason", reason.into())]);
        }
    }
}

fn row(name: String, bank: &BankQuality) -> [String; 5] {
    let rate = |rate: Option<Rate>| rate.map_or("–".to_owned(), |rate| rate.to_string());
    let auroc = bank.image_auroc.map_or("–".to_owned(), |value| format!("{value:.4}"));
    let threshold = format!("{:.3}", bank.threshold);
    [name, auroc, threshold, rate(bank.overkill), rate(bank.escape)]
}
