//! The engine: shared state, lanes and job threads of one workspace.

use std::sync::Arc;

use super::error::{EngineError, Result};
use super::options::EngineOptions;
use super::protocol::{JobHandle, Request};
use super::shared::Shared;
use super::worker::Workers;
use fettle_settings::{Settings, Workspace};

/// A running engine on one workspace. Dropping the engine waits for the jobs under way.
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
            workers: Workers::start().map_err(EngineError::NoThread)?,
        })
    }

    /// Queues `request` and returns at once.
    ///
    /// # Errors
    /// [`EngineError::Busy`] when too many jobs wait.
    pub fn submit<R: Request>(&self, request: R) -> Result<JobHandle<R::Answer, R::Event>> {
        self.workers.submit(Arc::clone(&self.shared), request)
    }

    /// The workspace that the engine works on.
    pub fn workspace(&self) -> &Workspace {
        self.shared.workspace.workspace()
    }
}
