//! A server that only says what a test has it say.

use std::sync::{Mutex, PoisonError};

use crate::server_switch::{PartLink, ServerState, ServerSwitch};
use fettle_domain::InspectionId;
use fettle_settings::ServerPlan;

/// A server that only says what a test has it say.
pub(crate) struct StandInServer(Mutex<Said>);

struct Said {
    /// The plans that it was given.
    plans: Vec<ServerPlan>,
    state: ServerState,
    recorded: u64,
}

impl Default for StandInServer {
    fn default() -> Self {
        Self(Mutex::new(Said { plans: Vec::new(), state: ServerState::Off, recorded: 0 }))
    }
}

impl StandInServer {
    fn said(&self) -> std::sync::MutexGuard<'_, Said> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The plans that it was given, the oldest first.
    pub(crate) fn plans(&self) -> Vec<ServerPlan> {
        self.said().plans.clone()
    }

    /// Has it be in this state.
    pub(crate) fn be(&self, state: ServerState) {
        self.said().state = state;
    }

    /// Has it say that a caller had one more inspection recorded.
    pub(crate) fn record(&self) {
        self.said().recorded += 1;
    }
}

impl ServerSwitch for StandInServer {
    fn set(&self, plan: ServerPlan) {
        self.said().plans.push(plan);
    }

    fn state(&self) -> ServerState {
        self.said().state.clone()
    }

    fn recorded(&self) -> u64 {
        self.said().recorded
    }

    fn link(&self, inspection: InspectionId) -> Option<PartLink> {
        matches!(self.state(), ServerState::On(_)).then(|| PartLink {
            path: format!("/parts/{inspection}?link=1798761600.{}", "0f".repeat(32)),
            expires_at: "2027-01-01T00:00:00Z".to_owned(),
        })
    }

    fn on_change(&self, _wake: Box<dyn Fn() + Send + Sync>) {}
}
