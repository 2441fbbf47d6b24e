//! Writing and removing a record of a corrective action.

use jiff::Zoned;

use crate::error::{EngineError, Result};
use crate::protocol::{JobContext, NoEvent, Request};
use fettle_domain::{ActionEntry, ActionSubject, CorrectiveAction, CorrectiveActionId, Role};

/// Writes a record, a new one or in place of what it said, which stays on file. The state of the
/// inspection's action follows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WriteAction {
    /// The record to change; `None`: a new one.
    pub id: Option<CorrectiveActionId>,
    /// What it is about. Of a record to change only the defect counts.
    pub subject: ActionSubject,
    /// What it says.
    pub entry: ActionEntry,
}

impl Request for WriteAction {
    type Answer = CorrectiveAction;
    type Event = NoEvent;

    fn name(&self) -> &'static str {
        "write-action"
    }

    fn role(&self) -> Role {
        Role::Supervisor
    }

    fn run(self, job: &JobContext) -> Result<CorrectiveAction> {
        let Self { id, subject, entry } = self;
        entry.check(Zoned::now().date()).map_err(EngineError::ActionEntry)?;
        let by = job.actor.name.clone();
        job.library(move |library| match id {
            None => library.add_corrective_action(&subject, &entry, &by),
            Some(id) => library.change_corrective_action(id, subject.defect.as_ref(), &entry, &by),
        })
    }
}

/// Removes a record, or takes the removal back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RemoveAction {
    /// The record.
    pub id: CorrectiveActionId,
    /// Whether it is removed from now on.
    pub removed: bool,
}

impl Request for RemoveAction {
    type Answer = Self;
    type Event = NoEvent;

    fn name(&self) -> &'static str {
        "remove-action"
    }

    fn role(&self) -> Role {
        Role::Supervisor
    }

    fn run(self, job: &JobContext) -> Result<Self> {
        let by = job.actor.name.clone();
        job.library(move |library| library.set_action_removed(self.id, self.removed, &by))?;
        Ok(self)
    }
}
