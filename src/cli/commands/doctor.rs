//! `fettle doctor`.

use anyhow::Context as _;

use crate::args;
use crate::support_bundle::write_bundle;
use crate::terminal::Terminal;
use fettle_engine::{Doctor, Engine, MissingRequirement};

pub(crate) fn run(engine: &Engine, terminal: &Terminal, args: &args::Doctor) -> anyhow::Result<()> {
    let report = terminal.run(engine, Doctor)?;
    if let Some(path) = &args.bundle {
        let workspace = engine.workspace();
        let (settings, _said_at_the_start) = fettle_settings::read(&workspace.settings_path());
        let written = write_bundle(path, (workspace, settings), &report);
        let path = path.display().to_string();
        written.with_context(|| path.clone())?;
        terminal.print_message("doctor-bundled", &[("path", path.into())]);
        return Ok(());
    }
    if args.json {
        return terminal.print_json(&report);
    }
    terminal.print_line(&format!("Fettle {}", report.version));
    let threads = format!("{} {}", report.threads, terminal.text("doctor-threads", &[]));
    terminal.print_field("doctor-cpu", &format!("{} ({threads})", report.cpu.join(" ")));
    if let Some(bytes) = report.memory_bytes {
        terminal.print_field("doctor-memory", &indicatif::HumanBytes(bytes).to_string());
    }
    let devices = [
        terminal.text("doctor-device-vision", &[("device", report.vision_device.into())]),
        terminal.text("doctor-device-language", &[("device", report.language_device.into())]),
    ];
    terminal.print_field("doctor-devices", &devices.join(", "));
    if let Some(font) = &report.korean_font {
        terminal.print_field("doctor-font-ok", font);
    }
    terminal.print_field("doctor-workspace", &report.workspace);
    let profile = terminal.text("doctor-profile", &[("profile", report.profile.into())]);
    terminal.print_field("doctor-models", &format!("{} ({profile})", report.models_dir));
    for (role, model, here) in &report.models {
        let state = terminal.text(if *here { "models-present" } else { "models-missing" }, &[]);
        terminal.print_line(&format!("  - {role}: {model}: {state}"));
    }
    for role in &report.unfilled {
        terminal.print_line(&format!("  - {role}: {}", terminal.text("doctor-optional", &[])));
    }
    for (role, remote) in &report.remote {
        let values =
            [("model", remote.model.clone().into()), ("address", remote.address.clone().into())];
        terminal.print_line(&format!("  - {role}: {}", terminal.text("remote-on", &values)));
    }
    if let Some(counts) = report.library {
        let count = |n: u64| (n as usize).into();
        let values = [
            ("products", count(counts.products)),
            ("normals", count(counts.normal_images)),
            ("defects", count(counts.defect_images)),
            ("manuals", count(counts.manuals)),
            ("parts", count(counts.parts)),
        ];
        terminal.print_field("label-library", &terminal.text("doctor-library", &values));
    }
    for renamed in report.renamed {
        let product = ("product", renamed.product.to_string().into());
        let looked = ("looked", renamed.looked.into());
        match renamed.defect {
            None => {
                let code = ("code", renamed.product.to_string().into());
                terminal.print_message("doctor-renamed-product", &[code, looked]);
            }
            Some(defect) => {
                let code = ("code", defect.to_string().into());
                terminal.print_message("doctor-renamed-defect", &[code, product, looked]);
            }
        }
    }
    terminal.print_line("");
    if report.missing.is_empty() {
        terminal.print_message("doctor-all-well", &[]);
        return Ok(());
    }
    terminal.print_field("doctor-missing", "");
    for missing in &report.missing {
        let text = match missing {
            MissingRequirement::Model { role, model } => {
                let values =
                    [("role", role.to_string().into()), ("model", model.to_string().into())];
                terminal.text("doctor-no-model", &values)
            }
            MissingRequirement::KoreanFont => terminal.text("doctor-no-font", &[]),
            MissingRequirement::Products => terminal.text("doctor-no-products", &[]),
            MissingRequirement::Refit { product } => {
                terminal.text("notice-area-changed", &[("product", product.to_string().into())])
            }
            MissingRequirement::Library { message } => message.clone(),
        };
        terminal.print_line(&format!("  - {text}"));
    }
    Ok(())
}
