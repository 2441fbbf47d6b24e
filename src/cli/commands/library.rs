//! `fettle library`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use serde::Serialize;

use super::bank_learn::learn_changed;
use super::left_out::print_left_out;
use super::library_changes;
use super::rejected_files::{RejectedFileJson, eprint_rejected, explain_rejected};
use crate::args;
use crate::terminal::Terminal;
use fettle_domain::{CatalogueEntry, ImageId, ImageLabel, ManualFormat, Product};
use fettle_engine::{
    AddDefectType, AddProduct, Engine, ListLibrary, NearDuplicate, PictureNotices, RegisterImages,
    RegisterManual, RegisteredImages, RemoveImages, ScanLibrary, UnreadFolders,
};
use fettle_i18n::Value;

pub(crate) fn run(
    engine: &Engine,
    terminal: &Terminal,
    args: &args::Library,
) -> anyhow::Result<()> {
    match args {
        args::Library::List(json) => list(engine, terminal, json.json),
        args::Library::AddProduct { product, name_ko, name_en } => {
            let product = Product {
                code: product.clone(),
                name_ko: name_ko.clone(),
                name_en: name_en.clone(),
            };
            let product = terminal.run(engine, AddProduct(product))?;
            terminal.print_message(
                "registered-product",
                &[("product", product.code.to_string().into())],
            );
            Ok(())
        }
        args::Library::AddDefect {
            product,
            defect,
            images,
            recursive,
            region,
            name_ko,
            name_en,
            full_name,
            json,
        } => {
            let regions = match (region, images.as_slice()) {
                (None, _) => BTreeMap::new(),
                (Some(region), [image]) if image.is_file() => {
                    BTreeMap::from([(image.clone(), *region)])
                }
                (Some(_), _) => anyhow::bail!(terminal.text("region-one-image", &[])),
            };
            let request = AddDefectType {
                product: product.clone(),
                code: defect.clone(),
                name_ko: name_ko.clone(),
                name_en: name_en.clone(),
                full_name: full_name.clone(),
            };
            let known = terminal.run(engine, request)?;
            if !json {
                let values = [
                    ("product", known.product.to_string().into()),
                    ("defect", known.code.to_string().into()),
                ];
                terminal.print_message("registered-defect", &values);
            }
            if images.is_empty() && !json {
                return Ok(());
            }
            let request = RegisterImages {
                product: product.clone(),
                label: ImageLabel::Defect(defect.clone()),
                paths: images.clone(),
                recursive: *recursive,
                regions,
            };
            register(engine, terminal, request, *json, ("hint-index", &[]))
        }
        args::Library::AddNormal { product, images, recursive, json } => {
            let request = RegisterImages {
                product: product.clone(),
                label: ImageLabel::Normal,
                paths: images.clone(),
                recursive: *recursive,
                regions: BTreeMap::new(),
            };
            let hint = [("product", product.to_string().into())];
            register(engine, terminal, request, *json, ("hint-bank", &hint))
        }
        args::Library::Remove { images } => remove(engine, terminal, images),
        args::Library::Move { images, defect, .. } => {
            let label = defect.clone().map_or(ImageLabel::Normal, ImageLabel::Defect);
            library_changes::move_images(engine, terminal, images, label)
        }
        args::Library::Delete { product, defect, yes } => {
            let entry = match defect {
                None => CatalogueEntry::Product(product.clone()),
                Some(defect) => CatalogueEntry::DefectType(product.clone(), defect.clone()),
            };
            library_changes::delete(engine, terminal, entry, *yes)
        }
        args::Library::Undelete { deletion } => {
            library_changes::undelete(engine, terminal, *deletion)
        }
        args::Library::AddManual { product, file } => {
            let request = RegisterManual { product: product.clone(), path: file.clone() };
            let read = terminal.run(engine, request)?;
            terminal
                .print_message("registered-manual", &[("path", read.manual.path.clone().into())]);
            super::manual::print(terminal, &read);
            super::manual::embed(engine, terminal, Some(product.clone()))
        }
        args::Library::Scan => scan(engine, terminal),
    }
}

/// Registers images, prints the outcome, then a hint at the next step.
fn register(
    engine: &Engine,
    terminal: &Terminal,
    request: RegisterImages,
    json: bool,
    (hint, about): (&str, &[(&str, Value)]),
) -> anyhow::Result<()> {
    let product = request.product.clone();
    let is_defect = request.label != ImageLabel::Normal;
    let is_asked = !request.paths.is_empty();
    let outcome = terminal.run(engine, request)?;
    let is_failure = is_asked && outcome.is_nothing();
    let is_change = is_defect && outcome.undo().is_some();
    if json {
        if is_change {
            learn_changed(engine, terminal, &product, true)?;
        }
        terminal.print_json(&Outcome::of(&outcome, terminal))?;
        return match outcome.rejected.into_iter().next() {
            Some(first) if is_failure => Err(first.error.into()),
            _ => Ok(()),
        };
    }
    let values = [
        ("product", product.to_string().into()),
        ("new", outcome.new.len().into()),
        ("known", outcome.known.len().into()),
    ];
    terminal.print_message("registered-images", &values);
    if !outcome.rejected.is_empty() {
        let count = [("count", outcome.rejected.len().into())];
        terminal.print_message("registered-refused-count", &count);
    }
    if !outcome.redrawn.is_empty() {
        terminal.print_message("region-redrawn", &[]);
    }
    print_left_out(terminal, &outcome.passed_over, outcome.unread);
    for twin in &outcome.near_duplicates {
        let label = match &twin.of.label {
            ImageLabel::Normal => terminal.text("label-normal", &[]),
            ImageLabel::Defect(defect) => defect.to_string(),
        };
        let values = [
            ("path", twin.path.display().to_string().into()),
            ("twin", twin.of.path.clone().into()),
            ("product", twin.of.product.to_string().into()),
            ("label", label.into()),
        ];
        terminal.eprint_message("registered-twin", &values);
    }
    for notice in outcome.notices.iter().flat_map(|file| file.explain(terminal.language())) {
        terminal.eprint_line(&format!("! {notice}"));
    }
    eprint_rejected(terminal, "registered-refused", &outcome.rejected);
    match outcome.rejected.into_iter().next() {
        Some(first) if is_failure => return Err(first.error.into()),
        _ => terminal.print_message(hint, about),
    }
    if is_change { learn_changed(engine, terminal, &product, false) } else { Ok(()) }
}

/// The JSON of a registration.
#[derive(Serialize)]
struct Outcome<'a> {
    new: &'a [ImageId],
    known: &'a [ImageId],
    /// The known images whose marked region has changed.
    redrawn: Vec<ImageId>,
    #[serde(rename = "twins")]
    near_duplicates: &'a [NearDuplicate],
    notices: &'a [PictureNotices],
    refused: Vec<RejectedFileJson>,
    /// Files in directories and archives that are no images.
    passed_over: &'a [PathBuf],
    /// Sub-folders that were not looked into.
    subfolders: UnreadFolders,
}

impl<'a> Outcome<'a> {
    fn of(outcome: &'a RegisteredImages, terminal: &Terminal) -> Self {
        let RegisteredImages { new, known, near_duplicates, notices, .. } = outcome;
        let redrawn = outcome.redrawn.iter().map(|(id, _)| *id).collect();
        Self {
            new,
            known,
            redrawn,
            near_duplicates,
            notices,
            refused: explain_rejected(terminal, &outcome.rejected),
            passed_over: &outcome.passed_over,
            subfolders: outcome.unread,
        }
    }
}

fn remove(engine: &Engine, terminal: &Terminal, images: &[PathBuf]) -> anyhow::Result<()> {
    let removed = terminal.run(engine, RemoveImages { paths: images.to_vec() })?;
    for image in &removed {
        terminal.print_message("removed-image", &[("path", image.path.clone().into())]);
    }
    if removed.iter().any(|image| image.label != ImageLabel::Normal) {
        terminal.print_message("hint-index", &[]);
    }
    let with_defects: BTreeSet<_> = removed
        .iter()
        .filter(|image| image.label != ImageLabel::Normal)
        .map(|image| &image.product)
        .collect();
    for product in with_defects {
        learn_changed(engine, terminal, product, false)?;
    }
    let products: BTreeSet<_> = removed
        .iter()
        .filter(|image| image.label == ImageLabel::Normal)
        .map(|image| image.product.to_string())
        .collect();
    for product in products {
        terminal.print_message("hint-bank-removed", &[("product", product.into())]);
    }
    Ok(())
}

fn list(engine: &Engine, terminal: &Terminal, json: bool) -> anyhow::Result<()> {
    let summaries = terminal.run(engine, ListLibrary)?;
    if json {
        return terminal.print_json(&summaries);
    }
    if summaries.is_empty() {
        terminal.print_message("doctor-no-products", &[]);
    }
    for summary in summaries {
        let product = &summary.product;
        terminal.print_line(&format!("{}  {}  {}", product.code, product.name_ko, product.name_en));
        terminal.print_line(&format!(
            "  {}",
            terminal.text("list-normal", &[("count", summary.normal_images.into())])
        ));
        for (defect, count) in &summary.defects {
            let values = [("name", defect.full_name.clone().into()), ("count", (*count).into())];
            terminal.print_line(&format!(
                "  {}  {}",
                defect.code,
                terminal.text("list-defect", &values)
            ));
        }
        for manual in &summary.manuals {
            terminal.print_line(&format!("  {manual}"));
        }
        match summary.bank_version {
            Some(version) => {
                terminal.print_line(&format!("  {} v{version}", terminal.text("label-bank", &[])));
            }
            None => {
                let values = [("product", product.code.to_string().into())];
                terminal.print_line(&format!("  {}", terminal.text("skip-no-bank", &values)));
            }
        }
    }
    Ok(())
}

fn scan(engine: &Engine, terminal: &Terminal) -> anyhow::Result<()> {
    let report = terminal.run(engine, ScanLibrary)?;
    for imported in &report.imported {
        terminal.print_line(&imported.path);
    }
    for refused in &report.refused {
        let values =
            [("path", refused.path.clone().into()), ("reason", refused.why.to_string().into())];
        terminal.eprint_message("scan-refused", &values);
    }
    for path in &report.missing {
        let message = match ManualFormat::from_name(path) {
            Some(_) => "error-manual-gone",
            None => "error-picture-gone",
        };
        terminal.eprint_message(message, &[("path", path.clone().into())]);
    }
    let values =
        [("count", report.imported.len().into()), ("known", report.already_there.len().into())];
    terminal.print_message("scan-imported", &values);
    Ok(())
}
