//! Asking the engine and waiting for its answer.

use super::access::caller;
use super::app_state::AppState;
use super::failure::Failure;
use super::wait_for_job::{CancelOnDrop, wait};
use fettle_domain::{Actor, Role, Via};
use fettle_engine::Request;

/// Who has the engine do what the request at hand asks for: its caller; where the server does something of
/// its own, the user of this machine, whoever is signed in at the window.
pub(crate) fn actor(state: &AppState) -> Actor {
    let user = || {
        let name = state.engine().machine_user().to_owned();
        Actor { name, via: Via::Server, role: Role::Admin }
    };
    caller().map_or_else(user, |caller| caller.actor)
}

/// Asks the engine and waits for its answer. A caller that goes away cancels the job.
pub(crate) async fn ask<R>(state: &AppState, request: R) -> Result<R::Answer, Failure>
where
    R: Request,
{
    let handle = state.engine().submit_as(actor(state), request)?;
    let guard = CancelOnDrop::new(handle.cancel_token());
    let answer = wait(handle, |_| {}).await;
    guard.release();
    answer
}
