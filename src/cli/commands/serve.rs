//! `fettle serve`.

use std::sync::Arc;
use std::time::Duration;

use sd_notify::NotifyState;

use crate::args;
use crate::terminal::Terminal;
use fettle_engine::{Engine, ListLibrary};
use fettle_server::{Encryption, Server, ServerConfig};

/// How often it is looked whether Ctrl-C or SIGTERM came.
const LOOK_EVERY: Duration = Duration::from_millis(100);

pub(crate) fn run(engine: Engine, terminal: &Terminal, args: &args::Serve) -> anyhow::Result<()> {
    let config = ServerConfig {
        bind: args.bind,
        read_only: args.read_only,
        language: terminal.language(),
        host_names: args.host_names.clone(),
        encryption: match args.tls.as_deref() {
            Some([certificate, key]) => {
                Encryption::Files { certificate: certificate.clone(), key: key.clone() }
            }
            _ if args.tls_self_signed => Encryption::SelfSigned,
            _ => Encryption::None,
        },
        insecure_http: args.insecure_http,
    };
    let server = Server::bind(config, &engine)?;
    // Twice as often as systemd asks for, as its manual recommends.
    let server = match sd_notify::watchdog_enabled() {
        Some(within) => server.with_heartbeat(within / 2, || tell(&[NotifyState::Watchdog])),
        None => server,
    };
    let (stopper, interrupted) = (server.stopper(), terminal.interruption());
    std::thread::Builder::new().name("fettle-stop".to_owned()).spawn(move || {
        while !interrupted.is_cancelled() {
            std::thread::sleep(LOOK_EVERY);
        }
        tell(&[NotifyState::Stopping]);
        stopper.stop();
    })?;
    // Opens the library, which migrates one of before and undoes what a crash left, before anybody asks.
    if let Err(error) = engine.submit(ListLibrary).and_then(|job| job.wait(|_| {})) {
        terminal.eprint_line(&error.explain(terminal.language()));
    }
    terminal.print_message("serve-listening", &[("address", server.url().into())]);
    if let Some(fingerprint) = server.fingerprint() {
        terminal.print_message("serve-certificate", &[("fingerprint", fingerprint.into())]);
    }
    tell(&[NotifyState::Ready, NotifyState::Status(&server.url())]);
    server.run(Arc::new(engine))?;
    terminal.print_message("serve-stopped", &[]);
    Ok(())
}

/// Tells systemd how the service is; without systemd nothing happens.
fn tell(state: &[NotifyState<'_>]) {
    if let Err(error) = sd_notify::notify(state) {
        tracing::warn!(%error, "systemd is not told");
    }
}
