//! The engine: shared state, lanes and job threads of one workspace.

use std::sync::Arc;

use super::asker::Asker;
use super::error::{EngineError, Result};
use super::options::EngineOptions;
use super::protocol::{JobHandle, Request};
use super::shared::Shared;
use super::worker::Workers;
use fettle_domain::{Actor, ModelId, Via};
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

    /// Says the way that requests come which [`Self::submit`] takes: the window's, or the command line's
    /// where nobody says another.
    #[must_use]
    pub fn called_via(self, via: Via) -> Self {
        self.shared.set_via(via);
        self
    }

    /// Queues `request` and returns at once. The user of this machine has it done.
    ///
    /// # Errors
    /// [`EngineError::Busy`] when too many jobs wait.
    pub fn submit<R: Request>(&self, request: R) -> Result<JobHandle<R::Answer, R::Event>> {
        self.workers.submit(Arc::clone(&self.shared), self.shared.asker(), request)
    }

    /// Queues `request` and returns at once. `actor` has it done.
    ///
    /// # Errors
    /// [`EngineError::Busy`] when too many jobs wait. Where `actor` may not have it done, the job fails with
    /// [`EngineError::RoleTooLow`].
    pub fn submit_as<R: Request>(
        &self,
        actor: Actor,
        request: R,
    ) -> Result<JobHandle<R::Answer, R::Event>> {
        self.workers.submit(Arc::clone(&self.shared), Asker::named(actor), request)
    }

    /// Whose the jobs are that [`Self::submit`] takes: a person who signed in, or the user of this machine.
    pub fn user(&self) -> Actor {
        self.shared.asker().actor
    }

    /// The person who signed in. Who was removed since then is signed out by the next job, which also
    /// takes up another role.
    pub fn signed_in(&self) -> Option<Actor> {
        self.shared.signed_in()
    }

    /// The name of this machine's user, whoever is signed in.
    pub fn machine_user(&self) -> &str {
        self.shared.machine_user()
    }

    /// The networks that are loaded, each with its role (`backbone`, `chat`, …), as they are now.
    pub fn loaded_models(&self) -> Vec<(&'static str, ModelId)> {
        self.shared.loaded.list()
    }

    /// The workspace that the engine works on.
    pub fn workspace(&self) -> &Workspace {
        self.shared.workspace.workspace()
    }
}
