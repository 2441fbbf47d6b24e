//! `fettle bench`.

use anyhow::Context as _;

use crate::args;
use crate::terminal::Terminal;
use fettle_engine::{Bench, Engine, EngineOptions};
use fettle_settings::Workspace;

/// Measures in a temporary workspace with the models and settings of the given one, which stays
/// untouched.
pub(crate) fn run(
    workspace: &Workspace,
    options: EngineOptions,
    terminal: &Terminal,
    args: &args::Bench,
) -> anyhow::Result<()> {
    let (settings, _) = fettle_settings::read(&workspace.settings_path());
    let scratch = tempfile::tempdir().context("a folder for the measurements")?;
    let own = Workspace::at(scratch.path()).with_models(workspace.models_dir());
    let engine = Engine::start(own, settings, options)?;
    let bench = Bench {
        images: args.images.clone(),
        count: args.count.into(),
        ratio: args.ratio,
        repeats: args.repeats.into(),
        largest_index: args.largest_index,
    };
    let benchmark = terminal.run(&engine, bench)?;
    if args.json {
        return terminal.print_json(&benchmark);
    }
    let processor = benchmark.processor.unwrap_or_default();
    let (threads, device) = (benchmark.threads, benchmark.device);
    terminal.print_line(&format!("fettle {}  {processor}  {threads}  {device}", benchmark.version));
    for measured in &benchmark.measurements {
        terminal.print_line(&format!(
            "{:<19} {:>10.2} ms  {}",
            measured.name, measured.median_ms, measured.of
        ));
    }
    for skipped in &benchmark.skipped {
        let values = [("name", skipped.name.into()), ("reason", skipped.reason.clone().into())];
        terminal.eprint_message("bench-skipped", &values);
    }
    Ok(())
}
