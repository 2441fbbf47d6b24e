//! Waiting for a job of the engine without keeping a thread of the server.

use super::failure::Failure;
use fettle_domain::CancelToken;
use fettle_engine::{EngineError, JobHandle, JobUpdate};

/// Cancels a job where its caller goes away before the answer.
pub(crate) struct CancelOnDrop(Option<CancelToken>);

impl CancelOnDrop {
    pub(crate) fn new(token: CancelToken) -> Self {
        Self(Some(token))
    }

    /// The job has ended, or goes on without its caller.
    pub(crate) fn release(mut self) {
        self.0 = None;
    }
}

impl Drop for CancelOnDrop {
    fn drop(&mut self) {
        if let Some(token) = &self.0 {
            token.cancel();
        }
    }
}

/// Waits for a job on a thread that may wait, and passes its updates on.
pub(crate) async fn wait<A, E>(
    handle: JobHandle<A, E>,
    on_update: impl FnMut(JobUpdate<E>) + Send + 'static,
) -> Result<A, Failure>
where
    A: Send + 'static,
    E: Send + 'static,
{
    let waited = tokio::task::spawn_blocking(move || handle.wait(on_update)).await;
    // A panic of the closure above, or the runtime's end.
    let answer = waited.map_err(|_ended| Failure::Engine(EngineError::Ended))?;
    Ok(answer?)
}
