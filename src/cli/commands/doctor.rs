//! `fettle doctor`.

use crate::args;
use crate::terminal::Terminal;
use fettle_engine::{Doctor, Engine, Lack};

pub(crate) fn run(engine: &Engine, terminal: &Terminal, args: &args::Json) -> anyhow::Result<()> {
    let report = terminal.wait(engine, Doctor)?;
    if args.json {
        return terminal.json(&report);
    }
    terminal.print(&format!("Fettle {}", report.version));
    let threads = format!("{} {}", report.threads, terminal.word("doctor-threads", &[]));
    terminal.field("doctor-cpu", &format!("{} ({threads})", report.cpu.join(" ")));
    if let Some(bytes) = report.memory_bytes {
        terminal.field("doctor-memory", &indicatif::HumanBytes(bytes).to_string());
    }
    let devices = [
        terminal.word("doctor-device-vision", &[("device", report.vision_device.into())]),
        terminal.word("doctor-device-language", &[("device", report.language_device.into())]),
    ];
    terminal.field("doctor-devices", &devices.join(", "));
    if let Some(font) = &report.korean_font {
        terminal.field("doctor-font-ok", font);
    }
    terminal.field("doctor-workspace", &report.workspace);
    let profile = terminal.word("doctor-profile", &[("profile", report.profile.into())]);
    terminal.field("doctor-models", &format!("{} ({profile})", report.models_dir));
    for (role, model, here) in &report.models {
        let state = terminal.word(if *here { "models-present" } else { "models-missing" }, &[]);
        terminal.print(&format!("  - {role}: {model}: {state}"));
    }
    for role in &report.unfilled {
        terminal.print(&format!("  - {role}: {}", terminal.word("doctor-optional", &[])));
    }
    for (role, remote) in &report.remote {
        let values =
            [("model", remote.model.clone().into()), ("address", remote.address.clone().into())];
        terminal.print(&format!("  - {role}: {}", terminal.word("remote-on", &values)));
    }
    if let Some(counts) = report.library {
        let count = |n: u64| (n as usize).into();
        let values = [
            ("products", count(counts.products)),
            ("normals", count(counts.normal_images)),
            ("defects", count(counts.defect_images)),
            ("manuals", count(counts.manuals)),
            ("inspections", count(counts.inspections)),
        ];
        terminal.field("label-library", &terminal.word("doctor-library", &values));
    }
    terminal.print("");
    if report.lacks.is_empty() {
        terminal.say("doctor-all-well", &[]);
        return Ok(());
    }
    terminal.field("doctor-missing", "");
    for lack in &report.lacks {
        let text = match lack {
            Lack::Model { role, model } => {
                let values =
                    [("role", role.to_string().into()), ("model", model.to_string().into())];
                terminal.word("doctor-no-model", &values)
            }
            Lack::KoreanFont => terminal.word("doctor-no-font", &[]),
            Lack::Products => terminal.word("doctor-no-products", &[]),
            Lack::Refit { product } => {
                terminal.word("notice-area-changed", &[("product", product.to_string().into())])
            }
            Lack::Library { message } => message.clone(),
        };
        terminal.print(&format!("  - {text}"));
    }
    Ok(())
}
