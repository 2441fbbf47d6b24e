//! Asking the engine and waiting for its answer.

use super::app_state::AppState;
use super::failure::Failure;
use super::wait_for_job::{CancelOnDrop, wait};
use fettle_engine::Request;

/// Asks the engine and waits for its answer. A caller that goes away cancels the job.
pub(crate) async fn ask<R>(state: &AppState, request: R) -> Result<R::Answer, Failure>
where
    R: Request,
{
    let handle = state.engine().submit(request)?;
    let guard = CancelOnDrop::new(handle.cancel_token());
    let answer = wait(handle, |_| {}).await;
    guard.release();
    answer
}
