//! A user's judgement of an inspection, and the state of its action.

use crate::error::Result;
use crate::protocol::{JobContext, NoEvent, Request};
use fettle_domain::{ActionChange, ActionState, InspectionId, Judgement, Opinion};

/// Records the user's judgement of an inspection. The inspection and earlier judgements stay.
#[derive(Debug, Clone, PartialEq)]
pub struct JudgeInspection {
    /// The inspection.
    pub inspection: InspectionId,
    /// The judgement; `None`: the current judgement is withdrawn.
    pub opinion: Option<Opinion>,
}

/// Result of [`JudgeInspection`].
#[derive(Debug, Clone, PartialEq)]
pub struct Judged {
    /// The inspection.
    pub inspection: InspectionId,
    /// The judgement before.
    pub before: Option<Judgement>,
    /// The judgement now.
    pub now: Option<Judgement>,
}

impl Request for JudgeInspection {
    type Answer = Judged;
    type Event = NoEvent;

    fn name(&self) -> &'static str {
        "judge-inspection"
    }

    fn run(self, job: &JobContext) -> Result<Judged> {
        let Self { inspection, opinion } = self;
        let by = user();
        job.library(move |library| {
            let before = library.judgement(inspection)?;
            let now = library.judge(inspection, opinion.as_ref(), &by)?;
            Ok(Judged { inspection, before, now })
        })
    }
}

/// Sets the state of the action that an inspection asks for.
#[derive(Debug, Clone, Copy)]
pub struct SetAction {
    /// The inspection.
    pub inspection: InspectionId,
    /// The new state.
    pub state: ActionState,
}

impl Request for SetAction {
    type Answer = ActionChange;
    type Event = NoEvent;

    fn name(&self) -> &'static str {
        "set-action"
    }

    fn run(self, job: &JobContext) -> Result<ActionChange> {
        let by = user();
        job.library(move |library| library.set_action(self.inspection, self.state, &by))
    }
}

/// Name of the user of this computer.
fn user() -> String {
    whoami::username().unwrap_or_else(|error| {
        tracing::warn!(%error, "the system does not say who the user is");
        "?".to_owned()
    })
}
