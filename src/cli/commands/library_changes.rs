//! `fettle library move`, `delete` and `undelete`.

use std::path::PathBuf;

use super::bank_learn::learn_changed;
use super::rejected_files::eprint_rejected;
use crate::terminal::Terminal;
use fettle_domain::{CatalogueEntry, DeletionId, Dependents, ImageLabel};
use fettle_engine::{
    CountDependents, DeleteEntry, Engine, FindImages, MoveImages, MovedImages, UndoDeletion,
};

pub(super) fn move_images(
    engine: &Engine,
    terminal: &Terminal,
    images: &[PathBuf],
    label: ImageLabel,
) -> anyhow::Result<()> {
    let found = terminal.run(engine, FindImages { paths: images.to_vec() })?;
    let ids = found.iter().map(|image| image.id).collect();
    let MovedImages { moved, rejected, known_defects_of } =
        terminal.run(engine, MoveImages { ids, label })?;
    terminal.print_message("images-moved", &[("count", moved.len().into())]);
    eprint_rejected(terminal, "registered-refused", &rejected);
    for product in known_defects_of {
        terminal.print_message("hint-bank", &[("product", product.to_string().into())]);
        learn_changed(engine, terminal, &product, false)?;
    }
    Ok(())
}

pub(super) fn delete(
    engine: &Engine,
    terminal: &Terminal,
    entry: CatalogueEntry,
    yes: bool,
) -> anyhow::Result<()> {
    if !yes {
        let dependents = terminal.run(engine, CountDependents(entry.clone()))?;
        terminal.print_message("delete-would", &[("name", name(&entry).into())]);
        print_dependents(terminal, &dependents);
        terminal.print_message("delete-yes", &[]);
        return Ok(());
    }
    let deleted = terminal.run(engine, DeleteEntry(entry.clone()))?;
    terminal.print_message("entry-deleted-with", &[("name", name(&entry).into())]);
    print_dependents(terminal, &deleted.dependents);
    terminal.print_message("delete-undo", &[("id", deleted.id.to_string().into())]);
    Ok(())
}

pub(super) fn undelete(
    engine: &Engine,
    terminal: &Terminal,
    deletion: DeletionId,
) -> anyhow::Result<()> {
    let entry = terminal.run(engine, UndoDeletion(deletion))?;
    terminal.print_message("entry-undeleted", &[("name", name(&entry).into())]);
    Ok(())
}

fn print_dependents(terminal: &Terminal, dependents: &Dependents) {
    for (message, count) in dependents.kinds() {
        if count > 0 {
            let line = terminal.text(message, &[("count", count.into())]);
            terminal.print_line(&format!("  {line}"));
        }
    }
}

fn name(entry: &CatalogueEntry) -> String {
    match entry {
        CatalogueEntry::Product(product) => product.to_string(),
        CatalogueEntry::DefectType(product, defect) => format!("{product} {defect}"),
    }
}
