//! The server inside the window: the same engine, a thread of its own, turned on and off by the settings.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::thread::JoinHandle;

use fettle_app::{PartLink, ServerAddresses, ServerFault, ServerState, ServerSwitch};
use fettle_domain::{InspectionId, Language};
use fettle_engine::Engine;
use fettle_server::{
    Encryption, Links, Server, ServerConfig, ServerError, StopServer, own_addresses,
};
use fettle_settings::ServerPlan;

/// The server inside the window.
pub(crate) struct WindowServer {
    engine: Arc<Engine>,
    /// The language of callers that name none.
    language: Language,
    shared: Arc<Shared>,
}

/// What the window and the threads of servers share.
struct Shared {
    now: Mutex<Now>,
    recorded: AtomicU64,
    wake: OnceLock<Box<dyn Fn() + Send + Sync>>,
}

/// The server now.
struct Now {
    state: ServerState,
    /// Links of the server that answers.
    links: Option<Links>,
    /// The thread of the last server that was started, until the next has waited for it.
    thread: Option<ServerThread>,
    /// Counts what was asked for: a server that was told to stop says nothing of its end any more.
    number: u64,
}

struct ServerThread {
    stop: Arc<Stop>,
    handle: JoinHandle<()>,
}

/// Stops a server, also one that does not listen yet.
#[derive(Default)]
struct Stop {
    is_told: AtomicBool,
    server: OnceLock<StopServer>,
}

impl Stop {
    fn stop(&self) {
        self.is_told.store(true, Ordering::SeqCst);
        if let Some(server) = self.server.get() {
            server.stop();
        }
    }

    /// Takes what stops the server, which is stopped at once where it was told before.
    fn take(&self, server: StopServer) {
        let server = self.server.get_or_init(|| server);
        if self.is_told.load(Ordering::SeqCst) {
            server.stop();
        }
    }
}

impl Shared {
    fn now(&self) -> MutexGuard<'_, Now> {
        self.now.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wake(&self) {
        if let Some(wake) = self.wake.get() {
            wake();
        }
    }

    /// Sets the state and the links of what was asked for as `number`, unless something else was since.
    fn enter(&self, number: u64, state: ServerState, links: Option<Links>) {
        let mut now = self.now();
        if now.number == number {
            (now.state, now.links) = (state, links);
        }
        drop(now);
        self.wake();
    }
}

impl WindowServer {
    /// A server that is off.
    pub(crate) fn new(engine: Arc<Engine>, language: Language) -> Self {
        let now = Now { state: ServerState::Off, links: None, thread: None, number: 0 };
        let shared =
            Shared { now: Mutex::new(now), recorded: AtomicU64::new(0), wake: OnceLock::new() };
        Self { engine, language, shared: Arc::new(shared) }
    }

    /// Stops the server and waits for its end, as the program's end comes near.
    pub(crate) fn end(&self) {
        self.set(ServerPlan { on: false, ..ServerPlan::default() });
        let thread = self.shared.now().thread.take();
        if let Some(thread) = thread
            && thread.handle.join().is_err()
        {
            tracing::error!("the server's thread panicked");
        }
    }

    /// What runs on the thread of a server: waits for the one before, then serves until it is told to
    /// stop.
    fn run(&self, number: u64, plan: ServerPlan, before: Option<ServerThread>, stop: &Stop) {
        if let Some(before) = before
            && before.handle.join().is_err()
        {
            tracing::error!("the server's thread panicked");
        }
        let ended = match plan.on {
            true => self.serve(number, plan, stop),
            false => Ok(()),
        };
        let state = match ended {
            Ok(()) => ServerState::Off,
            Err(error) => {
                tracing::error!(%error, "the server in the window");
                ServerState::Failed(fault(&error))
            }
        };
        self.shared.enter(number, state, None);
    }

    fn serve(&self, number: u64, plan: ServerPlan, stop: &Stop) -> Result<(), ServerError> {
        let config = config(plan, self.language);
        let shared = Arc::clone(&self.shared);
        let server = Server::bind(config, &self.engine)?.on_recorded(move |_id| {
            shared.recorded.fetch_add(1, Ordering::SeqCst);
            shared.wake();
        });
        stop.take(server.stopper());
        let at = ServerAddresses {
            urls: urls(server.address(), plan.encrypted),
            is_local: plan.is_local(),
            fingerprint: server.fingerprint().map(str::to_owned),
        };
        tracing::info!(address = %server.address(), "the window answers other systems");
        self.shared.enter(number, ServerState::On(at), Some(server.links()));
        server.run(Arc::clone(&self.engine))
    }
}

impl ServerSwitch for WindowServer {
    fn set(&self, plan: ServerPlan) {
        let mut now = self.shared.now();
        let before = now.thread.take();
        if let Some(before) = &before {
            before.stop.stop();
        }
        now.number += 1;
        now.links = None;
        now.state = match (plan.on, &before) {
            (true, _) => ServerState::Starting,
            (false, Some(_)) => ServerState::Stopping,
            (false, None) => ServerState::Off,
        };
        if plan.on || before.is_some() {
            let (number, stop) = (now.number, Arc::new(Stop::default()));
            let (own, told) = (self.another(), Arc::clone(&stop));
            let thread = std::thread::Builder::new().name("fettle-server".to_owned());
            match thread.spawn(move || own.run(number, plan, before, &told)) {
                Ok(handle) => now.thread = Some(ServerThread { stop, handle }),
                Err(error) => {
                    now.state = ServerState::Failed(fault(&ServerError::Threads(error)));
                }
            }
        }
        drop(now);
        self.shared.wake();
    }

    fn state(&self) -> ServerState {
        self.shared.now().state.clone()
    }

    fn recorded(&self) -> u64 {
        self.shared.recorded.load(Ordering::SeqCst)
    }

    fn link(&self, inspection: InspectionId) -> Option<PartLink> {
        let now = self.shared.now();
        let link = now.links.as_ref()?.to(inspection, Links::USUAL_MINUTES);
        Some(PartLink { path: link.path, expires_at: link.expires_at.to_string() })
    }

    fn on_change(&self, wake: Box<dyn Fn() + Send + Sync>) {
        // The first window stays.
        let _is_set = self.shared.wake.set(wake);
    }
}

impl WindowServer {
    /// The same server, for another thread.
    fn another(&self) -> Self {
        Self {
            engine: Arc::clone(&self.engine),
            language: self.language,
            shared: Arc::clone(&self.shared),
        }
    }
}

/// What the server is told for `plan`.
fn config(plan: ServerPlan, language: Language) -> ServerConfig {
    ServerConfig {
        bind: plan.bind(),
        read_only: plan.read_only,
        language,
        encryption: if plan.encrypted { Encryption::SelfSigned } else { Encryption::None },
        insecure_http: false,
        host_names: Vec::new(),
    }
}

/// The addresses of the web at which a server that listens on `bound` is reached.
fn urls(bound: SocketAddr, is_encrypted: bool) -> Vec<String> {
    let scheme = if is_encrypted { "https" } else { "http" };
    let mut addresses = match bound.ip().is_unspecified() {
        true => own_addresses(bound.ip()),
        false => Vec::new(),
    };
    if addresses.is_empty() {
        addresses.push(bound.ip());
    }
    let at = addresses.into_iter().map(|address| SocketAddr::new(address, bound.port()));
    at.map(|address| format!("{scheme}://{address}")).collect()
}

/// The error in words of the window, which has settings where the command line has options.
fn fault(error: &ServerError) -> ServerFault {
    let said = |language| match error {
        ServerError::NotEncrypted(_) => {
            fettle_i18n::text(language, "settings-server-needs-encryption")
        }
        ServerError::NoToken(_) => fettle_i18n::text(language, "settings-server-needs-token"),
        ServerError::Bind { address, source } => {
            let values =
                [("address", address.to_string().into()), ("reason", source.to_string().into())];
            fettle_i18n::text_with(language, "server-cannot-listen", &values)
        }
        other => other.explain(language),
    };
    ServerFault { ko: said(Language::Ko), en: said(Language::En) }
}

#[cfg(test)]
mod tests;
