//! `fettle library`.

use super::say_refused;
use crate::cli::args;
use crate::cli::terminal::Terminal;
use crate::domain::{ImageLabel, Product};
use crate::engine::{
    AddDefectType, AddProduct, Engine, ListLibrary, RegisterImages, RegisterManual, ScanLibrary,
};

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
            let product = terminal.wait(engine, AddProduct(product))?;
            terminal.say("registered-product", &[("product", product.code.to_string().into())]);
            Ok(())
        }
        args::Library::AddDefect { product, defect, images, name_ko, name_en, full_name } => {
            let request = AddDefectType {
                product: product.clone(),
                code: defect.clone(),
                name_ko: name_ko.clone(),
                name_en: name_en.clone(),
                full_name: full_name.clone(),
            };
            let known = terminal.wait(engine, request)?;
            let values = [
                ("product", known.product.to_string().into()),
                ("defect", known.code.to_string().into()),
            ];
            terminal.say("registered-defect", &values);
            if images.is_empty() {
                return Ok(());
            }
            let request = RegisterImages {
                product: product.clone(),
                label: ImageLabel::Defect(defect.clone()),
                paths: images.clone(),
            };
            register(engine, terminal, request)?;
            terminal.say("hint-index", &[]);
            Ok(())
        }
        args::Library::AddNormal { product, images } => {
            let request = RegisterImages {
                product: product.clone(),
                label: ImageLabel::Normal,
                paths: images.clone(),
            };
            register(engine, terminal, request)?;
            terminal.say("hint-bank", &[("product", product.to_string().into())]);
            Ok(())
        }
        args::Library::AddManual { product, file } => {
            let request = RegisterManual { product: product.clone(), path: file.clone() };
            let read = terminal.wait(engine, request)?;
            terminal.say("registered-manual", &[("path", read.manual.path.clone().into())]);
            super::manual::print(terminal, &read);
            Ok(())
        }
        args::Library::Scan => scan(engine, terminal),
    }
}

fn register(engine: &Engine, terminal: &Terminal, request: RegisterImages) -> anyhow::Result<()> {
    let product = request.product.to_string();
    let outcome = terminal.wait(engine, request)?;
    let values = [
        ("product", product.into()),
        ("new", outcome.new.len().into()),
        ("known", outcome.known.len().into()),
    ];
    terminal.say("registered-images", &values);
    if let Some(first) = say_refused(terminal, &outcome.refused)
        .then(|| outcome.refused.into_iter().next())
        .flatten()
        && outcome.new.is_empty()
        && outcome.known.is_empty()
    {
        return Err(first.error.into());
    }
    Ok(())
}

fn list(engine: &Engine, terminal: &Terminal, json: bool) -> anyhow::Result<()> {
    let summaries = terminal.wait(engine, ListLibrary)?;
    if json {
        return terminal.json(&summaries);
    }
    if summaries.is_empty() {
        terminal.say("doctor-no-products", &[]);
    }
    for summary in summaries {
        let product = &summary.product;
        terminal.print(&format!("{}  {}  {}", product.code, product.name_ko, product.name_en));
        terminal.print(&format!(
            "  {}",
            terminal.word("list-normal", &[("count", summary.normal_images.into())])
        ));
        for (defect, count) in &summary.defects {
            let values = [("name", defect.full_name.clone().into()), ("count", (*count).into())];
            terminal.print(&format!(
                "  {}  {}",
                defect.code,
                terminal.word("list-defect", &values)
            ));
        }
        for manual in &summary.manuals {
            terminal.print(&format!("  {manual}"));
        }
        match summary.bank_version {
            Some(version) => {
                terminal.print(&format!("  {} v{version}", terminal.word("label-bank", &[])));
            }
            None => {
                let values = [("product", product.code.to_string().into())];
                terminal.print(&format!("  {}", terminal.word("skip-no-bank", &values)));
            }
        }
    }
    Ok(())
}

fn scan(engine: &Engine, terminal: &Terminal) -> anyhow::Result<()> {
    let report = terminal.wait(engine, ScanLibrary)?;
    for imported in &report.imported {
        terminal.print(&imported.path);
    }
    for refused in &report.refused {
        let values =
            [("path", refused.path.clone().into()), ("reason", refused.why.to_string().into())];
        terminal.complain("scan-refused", &values);
    }
    let values =
        [("count", report.imported.len().into()), ("known", report.already_there.len().into())];
    terminal.say("scan-imported", &values);
    Ok(())
}
