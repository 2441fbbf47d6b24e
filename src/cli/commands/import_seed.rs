//! `fettle import-seed`.

use crate::cli::args;
use crate::cli::terminal::Terminal;
use crate::engine::{Engine, ImportSeed};

pub(crate) fn run(
    engine: &Engine,
    terminal: &Terminal,
    args: &args::ImportSeed,
) -> anyhow::Result<()> {
    let imported = terminal.wait(engine, ImportSeed { dir: args.dir.clone() })?;
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
    }
    super::say_refused(terminal, &imported.refused);
    if imported.images + imported.manuals > 0 {
        terminal.say("seed-next", &[]);
    }
    Ok(())
}
