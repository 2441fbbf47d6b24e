//! The server's life: binding, serving, stopping.

use std::future::IntoFuture as _;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::app_state::AppState;
use super::config::ServerConfig;
use super::error::{Result, ServerError};
use super::router::router;
use fettle_engine::Engine;

/// How long running requests may take to end once the server is told to stop; then their jobs are
/// cancelled.
const GRACE: Duration = Duration::from_secs(5);
/// How long cancelled jobs may take to look up. With [`GRACE`] it is less than what the command line gives.
const LAST_GRACE: Duration = Duration::from_secs(3);
/// How often it is looked whether jobs have ended, as the server stops.
const LOOK_EVERY: Duration = Duration::from_millis(50);
/// Threads that serve; they never compute and never wait.
const THREADS: usize = 2;
/// Threads that wait for jobs of the engine, at most.
const WAITING_THREADS: usize = 512;

/// A server that listens and does not answer yet.
#[derive(Debug)]
pub struct Server {
    listener: TcpListener,
    address: SocketAddr,
    config: ServerConfig,
    stopping: CancellationToken,
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
    /// An address that other machines reach, or one that cannot be had.
    pub fn bind(config: ServerConfig) -> Result<Self> {
        config.check()?;
        let failed = |source| ServerError::Bind { address: config.bind, source };
        let listener = TcpListener::bind(config.bind).map_err(failed)?;
        listener.set_nonblocking(true).map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        Ok(Self { listener, address, config, stopping: CancellationToken::new() })
    }

    /// Where the server listens.
    pub fn address(&self) -> SocketAddr {
        self.address
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
        let Self { listener, config, stopping, .. } = self;
        let state = AppState::new(engine, config, stopping.clone());
        let listener = tokio::net::TcpListener::from_std(listener).map_err(ServerError::Serve)?;
        let until = stopping.clone();
        let serving = axum::serve(listener, router(state.clone()))
            .with_graceful_shutdown(async move { until.cancelled().await });
        let ends = async {
            stopping.cancelled().await;
            tokio::time::sleep(GRACE).await;
            state.jobs.cancel_all();
            // Callers are told; connections that never end are cut.
            tokio::time::sleep(Duration::from_secs(1)).await;
        };
        // Jobs that were answered with 202 have no connection; they may end, too.
        let drained = async {
            serving.into_future().await.map_err(ServerError::Serve)?;
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
