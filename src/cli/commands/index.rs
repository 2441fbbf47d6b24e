//! `fettle index`.

use super::rejected_files::eprint_rejected;
use crate::args;
use crate::terminal::Terminal;
use fettle_engine::{BuildIndex, Engine, IndexInfo};

pub(crate) fn run(engine: &Engine, terminal: &Terminal, args: &args::Index) -> anyhow::Result<()> {
    match args {
        args::Index::Build { rebuild } => {
            let built = terminal.run(engine, BuildIndex { rebuild: *rebuild })?;
            eprint_rejected(terminal, "index-refused", &built.rejected);
            let values = [
                ("total", built.total.into()),
                ("added", built.added.into()),
                ("removed", built.removed.into()),
                ("model", built.model.to_string().into()),
            ];
            terminal.print_message("index-built", &values);
        }
        args::Index::Info(json) => {
            let state = terminal.run(engine, IndexInfo)?;
            if json.json {
                return terminal.print_json(&state);
            }
            match state {
                None => terminal.print_message("index-none", &[]),
                Some(state) => {
                    let values =
                        [("total", state.images.into()), ("model", state.model.to_string().into())];
                    terminal.print_message("index-holds", &values);
                    if state.behind > 0 {
                        terminal.print_message("index-behind", &[("count", state.behind.into())]);
                    }
                }
            }
        }
    }
    Ok(())
}
