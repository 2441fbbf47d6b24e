//! `fettle serve`.

use std::sync::Arc;
use std::time::Duration;

use crate::args;
use crate::terminal::Terminal;
use fettle_engine::{Engine, ListLibrary};
use fettle_server::{Server, ServerConfig};

/// How often it is looked whether Ctrl-C or SIGTERM came.
const LOOK_EVERY: Duration = Duration::from_millis(100);

pub(crate) fn run(engine: Engine, terminal: &Terminal, args: &args::Serve) -> anyhow::Result<()> {
    let config = ServerConfig {
        bind: args.bind,
        read_only: args.read_only,
        language: terminal.language(),
        host_names: args.host_names.clone(),
    };
    let server = Server::bind(config)?;
    let (stopper, interrupted) = (server.stopper(), terminal.interruption());
    std::thread::Builder::new().name("fettle-stop".to_owned()).spawn(move || {
        while !interrupted.is_cancelled() {
            std::thread::sleep(LOOK_EVERY);
        }
        stopper.stop();
    })?;
    // Opens the library, which migrates one of before and undoes what a crash left, before anybody asks.
    if let Err(error) = engine.submit(ListLibrary).and_then(|job| job.wait(|_| {})) {
        terminal.eprint_line(&error.explain(terminal.language()));
    }
    let address = format!("http://{}", server.address());
    terminal.print_message("serve-listening", &[("address", address.into())]);
    server.run(Arc::new(engine))?;
    terminal.print_message("serve-stopped", &[]);
    Ok(())
}
