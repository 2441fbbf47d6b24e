//! The only door to networks, library, manuals and index.
//!
//! [`Engine::submit`] takes any [`Request`]; the files of `jobs/` are all there are. What
//! only one thread may touch lives in lanes (`lanes.rs`); which device they compute
//! on is decided in `devices.rs`.

mod devices;
mod error;
mod explain;
mod handle;
mod jobs;
mod lanes;
mod language_lane;
mod request;
mod residency;
mod shared;
mod unfinished;
mod vision_lane;
mod worker;

use std::sync::Arc;

pub use error::{EngineError, Result};
pub use fettle_library::{Counts, ScanReport};
pub use fettle_models::manifest::ModelEntry;
pub use fettle_models::store::{ModelState, PullReport, Verdict as FileVerdict};
pub use fettle_report::{GOTHIC, Pictures};
pub use fettle_vision::thresholds::Rates;
pub use handle::JobHandle;
pub use jobs::*;
pub use request::{JobContext, JobEvent, Request};
pub use unfinished::{Repeatable, UnfinishedJob};
pub use worker::JOB_THREADS;

use fettle_domain::Language;
use fettle_settings::{Settings, Workspace};
use shared::Shared;
use worker::Workers;

/// What the asker decides for the whole engine.
#[derive(Debug, Clone, Copy)]
pub struct EngineOptions {
    /// Use GPUs where there are any.
    pub allow_gpu: bool,
    /// Language of reports and of messages kept in results.
    pub language: Language,
}

/// A running engine on one workspace. Dropping it waits for the jobs under way.
pub struct Engine {
    // Before `shared`: jobs end before the lanes that they call.
    workers: Workers,
    shared: Arc<Shared>,
}

impl Engine {
    /// Starts the threads. Nothing is loaded or opened yet.
    ///
    /// # Errors
    /// When the system gives no threads, or the built-in model manifest does not parse.
    pub fn start(workspace: Workspace, settings: Settings, options: EngineOptions) -> Result<Self> {
        Ok(Self {
            shared: Arc::new(Shared::start(workspace, settings, options)?),
            workers: Workers::start().map_err(shared::no_thread)?,
        })
    }

    /// Queues `request` and returns at once.
    ///
    /// # Errors
    /// [`EngineError::Busy`] when too many jobs wait.
    pub fn submit<R: Request>(&self, request: R) -> Result<JobHandle<R::Answer>> {
        self.workers.submit(Arc::clone(&self.shared), request)
    }

    /// The workspace it works on.
    pub fn workspace(&self) -> &Workspace {
        &self.shared.workspace
    }
}
