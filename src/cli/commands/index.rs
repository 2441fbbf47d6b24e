//! `fettle index`.

use super::say_refused;
use crate::args;
use crate::terminal::Terminal;
use fettle_engine::{BuildIndex, Engine, IndexInfo};

pub(crate) fn run(engine: &Engine, terminal: &Terminal, args: &args::Index) -> anyhow::Result<()> {
    match args {
        args::Index::Build { rebuild } => {
            let built = terminal.wait(engine, BuildIndex { rebuild: *rebuild })?;
            say_refused(terminal, &built.refused);
            let values = [
                ("total", built.total.into()),
                ("added", built.added.into()),
                ("removed", built.removed.into()),
                ("model", built.model.to_string().into()),
            ];
            terminal.say("index-built", &values);
        }
        args::Index::Info(json) => {
            let state = terminal.wait(engine, IndexInfo)?;
            if json.json {
                return terminal.json(&state);
            }
            match state {
                None => terminal.say("index-none", &[]),
                Some(state) => {
                    let values =
                        [("total", state.images.into()), ("model", state.model.to_string().into())];
                    terminal.say("index-holds", &values);
                    if state.behind > 0 {
                        terminal.say("index-behind", &[("count", state.behind.into())]);
                    }
                }
            }
        }
    }
    Ok(())
}
