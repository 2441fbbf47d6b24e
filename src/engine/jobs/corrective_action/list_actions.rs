//! Listing records of corrective actions.

use crate::error::Result;
use crate::protocol::{JobContext, NoEvent, Request};
use fettle_domain::{ActionFilter, CorrectiveAction, Role};

/// Lists records, newest first.
#[derive(Debug, Clone, Default)]
pub struct ListActions(pub ActionFilter);

impl Request for ListActions {
    type Answer = Vec<CorrectiveAction>;
    type Event = NoEvent;

    fn name(&self) -> &'static str {
        "list-actions"
    }

    fn role(&self) -> Role {
        Role::Operator
    }

    fn run(self, job: &JobContext) -> Result<Vec<CorrectiveAction>> {
        job.library(move |library| library.corrective_actions(&self.0, usize::MAX))
    }
}
