//! The server's life: binding, serving, stopping.

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::Duration;

use axum_server::Handle;
use axum_server::tls_rustls::RustlsAcceptor;
use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use hyper_util::rt::TokioTimer;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use tokio_util::sync::CancellationToken;

use super::app_state::AppState;
use super::config::ServerConfig;
use super::encryption::{certificate, tls};
use super::error::{Result, ServerError};
use super::links::Links;
use super::router::router;
use fettle_domain::InspectionId;
use fettle_engine::{Certificate, Engine, ReadTokens};

/// How long running requests may take to end once the server is told to stop; then their jobs are
/// cancelled.
const GRACE: Duration = Duration::from_secs(5);
/// How long cancelled jobs may take to look up. With [`GRACE`] it is less than what the command line gives.
const LAST_GRACE: Duration = Duration::from_secs(3);
/// How long a connection may take until the head of its next request is there.
const HEADERS_WITHIN: Duration = Duration::from_secs(15);
/// How often it is looked whether jobs have ended, as the server stops.
const LOOK_EVERY: Duration = Duration::from_millis(50);
/// Threads that serve; they never compute and never wait.
const THREADS: usize = 2;
/// Threads that wait for jobs of the engine, at most.
const WAITING_THREADS: usize = 512;

/// What is told of inspections as they are recorded.
type OnRecorded = Box<dyn Fn(InspectionId) + Send + Sync>;
/// What is called now and then while the server lives.
type Heartbeat = (Duration, Box<dyn Fn() + Send + Sync>);

/// A server that listens and does not answer yet.
pub struct Server {
    listener: TcpListener,
    address: SocketAddr,
    config: ServerConfig,
    certificate: Option<Certificate>,
    links: Links,
    on_recorded: Option<OnRecorded>,
    heartbeat: Option<Heartbeat>,
    stopping: CancellationToken,
}

impl std::fmt::Debug for Server {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Server").field("address", &self.address).finish_non_exhaustive()
    }
}

/// Stops a server from any thread.
#[derive(Debug, Clone)]
pub struct StopServer(CancellationToken);

impl StopServer {
    /// Tells the server to stop: it takes no new requests, and running ones end.
    pub fn stop(&self) {
        self.0.cancel();
    }
}

impl Server {
    /// Opens the socket.
    ///
    /// # Errors
    /// An address that cannot be had, or that other machines reach where nothing is encrypted or nobody has a
    /// token; a certificate that cannot be used; a library that cannot be read.
    pub fn bind(config: ServerConfig, engine: &Engine) -> Result<Self> {
        config.check()?;
        if !config.is_local() {
            let tokens = engine.submit(ReadTokens).and_then(|job| job.wait(|_| {}));
            if tokens.map_err(ServerError::Engine)?.is_empty(jiff::Timestamp::now()) {
                return Err(ServerError::NoToken(config.bind));
            }
        }
        let certificate = certificate(&config, engine)?;
        let failed = |source| ServerError::Bind { address: config.bind, source };
        let listener = TcpListener::bind(config.bind).map_err(failed)?;
        listener.set_nonblocking(true).map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        Ok(Self {
            listener,
            address,
            config,
            certificate,
            links: Links::new()?,
            on_recorded: None,
            heartbeat: None,
            stopping: CancellationToken::new(),
        })
    }

    /// Has `told` called with each inspection that callers have recorded. It must not wait.
    #[must_use]
    pub fn on_recorded(self, told: impl Fn(InspectionId) + Send + Sync + 'static) -> Self {
        Self { on_recorded: Some(Box::new(told)), ..self }
    }

    /// Has `beat` called every so often by what also answers: it is not called where nothing is answered.
    #[must_use]
    pub fn with_heartbeat(self, every: Duration, beat: impl Fn() + Send + Sync + 'static) -> Self {
        Self { heartbeat: Some((every, Box::new(beat))), ..self }
    }

    /// What makes links to inspections that this server opens.
    pub fn links(&self) -> Links {
        self.links.clone()
    }

    /// Where the server listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Where callers reach the server, as an address of the web.
    pub fn url(&self) -> String {
        let scheme = if self.certificate.is_some() { "https" } else { "http" };
        format!("{scheme}://{}", self.address)
    }

    /// SHA-256 of the certificate with which the server encrypts.
    pub fn fingerprint(&self) -> Option<&str> {
        self.certificate.as_ref().map(|certificate| certificate.fingerprint.as_str())
    }

    /// What stops the server.
    pub fn stopper(&self) -> StopServer {
        StopServer(self.stopping.clone())
    }

    /// Answers until the server is told to stop; waits on this thread.
    ///
    /// # Errors
    /// Where there are no threads, or the socket breaks.
    pub fn run(self, engine: Arc<Engine>) -> Result<()> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(THREADS)
            .max_blocking_threads(WAITING_THREADS)
            .thread_name("fettle-http")
            .enable_all()
            .build()
            .map_err(ServerError::Threads)?;
        let served = runtime.block_on(self.serve(engine));
        // Jobs that were cancelled look up soon.
        runtime.shutdown_timeout(LAST_GRACE);
        served
    }

    async fn serve(self, engine: Arc<Engine>) -> Result<()> {
        let Self { listener, config, certificate, links, on_recorded, heartbeat, stopping, .. } =
            self;
        let state = AppState::new(engine, config, links, stopping.clone());
        if let Some(told) = on_recorded {
            tokio::spawn(tell_recorded(state.recorded.subscribe(), told));
        }
        if let Some(heartbeat) = heartbeat {
            tokio::spawn(beat(heartbeat));
        }
        let callers = router(state.clone()).into_make_service_with_connect_info::<SocketAddr>();
        let handle = Handle::new();
        tokio::spawn(take_no_more(stopping.clone(), handle.clone()));
        let server = axum_server::from_tcp(listener).map_err(ServerError::Serve)?;
        let server = with_timeouts(server).handle(handle);
        let serving: BoxFuture<'_, io::Result<()>> = match &certificate {
            None => server.serve(callers).boxed(),
            Some(certificate) => {
                let tls = RustlsAcceptor::new(tls(certificate).await?);
                server.acceptor(tls.handshake_timeout(HEADERS_WITHIN)).serve(callers).boxed()
            }
        };
        let ends = async {
            stopping.cancelled().await;
            tokio::time::sleep(GRACE).await;
            state.jobs.cancel_all();
            // Callers are told; connections that never end are cut.
            tokio::time::sleep(Duration::from_secs(1)).await;
        };
        // Jobs that were answered with 202 have no connection; they may end, too.
        let drained = async {
            serving.await.map_err(ServerError::Serve)?;
            while state.jobs.under_way() > 0 {
                tokio::time::sleep(LOOK_EVERY).await;
            }
            Ok(())
        };
        tokio::select! {
            served = drained => served,
            () = ends => Ok(()),
        }
    }
}

/// Tells of inspections as they are recorded.
async fn tell_recorded(mut recorded: Receiver<InspectionId>, told: OnRecorded) {
    loop {
        match recorded.recv().await {
            Ok(id) => told(id),
            Err(RecvError::Lagged(_)) => {}
            Err(RecvError::Closed) => return,
        }
    }
}

async fn beat((every, beat): Heartbeat) {
    let mut interval = tokio::time::interval(every);
    loop {
        interval.tick().await;
        beat();
    }
}

/// Has the server take no new connections once it stops. It is told again until it has heard: between two
/// connections nobody listens.
async fn take_no_more(stopping: CancellationToken, handle: Handle<SocketAddr>) {
    stopping.cancelled().await;
    loop {
        handle.graceful_shutdown(None);
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

/// Cuts connections that say nothing, or that send a request's head letter by letter.
fn with_timeouts(server: axum_server::Server<SocketAddr>) -> axum_server::Server<SocketAddr> {
    let mut server = server.http1_only().first_request_timeout(HEADERS_WITHIN);
    server.http_builder().http1().timer(TokioTimer::new()).header_read_timeout(HEADERS_WITHIN);
    server
}
