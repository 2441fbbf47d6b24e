//! What all handlers share.

use std::ops::Deref;
use std::sync::Arc;

use tokio::sync::broadcast;
use tokio_util::sync::CancellationToken;

use super::access::{Attempts, TokenCache};
use super::config::ServerConfig;
use super::inspection_queue::InspectionQueue;
use super::job_board::JobBoard;
use super::kept_answers::KeptAnswers;
use super::links::Links;
use super::machine_paths::MachinePaths;
use super::metrics::Metrics;
use fettle_domain::InspectionId;
use fettle_engine::Engine;

/// Inspections that a slow listener of the board may be behind.
const ANNOUNCEMENTS: usize = 64;

/// What all handlers share; cheap to clone.
#[derive(Clone)]
pub(crate) struct AppState(Arc<Shared>);

pub(crate) struct Shared {
    engine: Arc<Engine>,
    config: ServerConfig,
    paths: MachinePaths,
    links: Links,
    /// The tokens in force.
    pub(crate) tokens: TokenCache,
    /// Wrong tokens that came.
    pub(crate) attempts: Attempts,
    /// Answers to requests that may be sent again.
    pub(crate) answers: KeptAnswers,
    /// Jobs that callers may ask about.
    pub(crate) jobs: JobBoard,
    /// Places of inspections in the engine.
    pub(crate) queue: InspectionQueue,
    /// Counts and durations.
    pub(crate) metrics: Metrics,
    /// Ids of inspections as they are recorded.
    pub(crate) recorded: broadcast::Sender<InspectionId>,
    /// Cancelled as the server stops.
    pub(crate) stopping: CancellationToken,
}

impl AppState {
    pub(crate) fn new(
        engine: Arc<Engine>,
        config: ServerConfig,
        links: Links,
        stopping: CancellationToken,
    ) -> Self {
        Self(Arc::new(Shared {
            paths: MachinePaths::of(engine.workspace()),
            answers: KeptAnswers::of(&engine.workspace().answers_dir()),
            engine,
            config,
            links,
            tokens: TokenCache::default(),
            attempts: Attempts::default(),
            jobs: JobBoard::default(),
            queue: InspectionQueue::default(),
            metrics: Metrics::default(),
            recorded: broadcast::channel(ANNOUNCEMENTS).0,
            stopping,
        }))
    }

    /// The engine.
    pub(crate) fn engine(&self) -> &Engine {
        &self.0.engine
    }

    /// What the server was told when it started.
    pub(crate) fn config(&self) -> &ServerConfig {
        &self.0.config
    }

    /// The links of this server.
    pub(crate) fn links(&self) -> &Links {
        &self.0.links
    }

    /// What hides the paths of this machine from callers.
    pub(crate) fn paths(&self) -> &MachinePaths {
        &self.0.paths
    }
}

impl Deref for AppState {
    type Target = Shared;

    fn deref(&self) -> &Shared {
        &self.0
    }
}
