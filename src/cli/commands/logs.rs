//! `fettle logs`.

use anyhow::Context as _;
use jiff::{SignedDuration, Timestamp};

use crate::args;
use crate::log_entries::entries_since;
use crate::terminal::Terminal;
use fettle_settings::Workspace;

pub(crate) fn run(
    workspace: &Workspace,
    terminal: &Terminal,
    args: &args::Logs,
) -> anyhow::Result<()> {
    let folder = workspace.logs_dir();
    let ago = SignedDuration::try_from(args.since).context("since")?;
    let entries = entries_since(&folder, Timestamp::now() - ago);
    let entries = entries.with_context(|| folder.display().to_string())?;
    for entry in &entries {
        match args.json {
            true => terminal.print_line(&entry.line),
            false => terminal.print_line(&entry.text()),
        }
    }
    if entries.is_empty() && !args.json {
        terminal.eprint_message("logs-none", &[("folder", folder.display().to_string().into())]);
    }
    Ok(())
}
