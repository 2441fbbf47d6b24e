//! What a person says of an inspection.

use crate::error::Result;
use crate::request::{JobContext, Request};
use fettle_domain::{ActionChange, ActionState, InspectionId, Judgement, Opinion};

/// Records what the user says of an inspection, beside its record and what was said before.
#[derive(Debug, Clone, PartialEq)]
pub struct JudgeInspection {
    /// Which.
    pub inspection: InspectionId,
    /// `None`: what was said is taken back.
    pub opinion: Option<Opinion>,
}

/// What an inspection is judged as.
#[derive(Debug, Clone, PartialEq)]
pub struct Judged {
    /// Which.
    pub inspection: InspectionId,
    /// What was said before.
    pub before: Option<Judgement>,
    /// What counts now.
    pub now: Option<Judgement>,
}

impl Request for JudgeInspection {
    type Answer = Judged;

    fn name(&self) -> &'static str {
        "judge-inspection"
    }

    fn run(self, job: &JobContext) -> Result<Judged> {
        let Self { inspection, opinion } = self;
        let by = user();
        job.shared.library(move |library| {
            let before = library.judgement(inspection)?;
            let now = library.judge(inspection, opinion.as_ref(), &by)?;
            Ok(Judged { inspection, before, now })
        })
    }
}

/// Records that what an inspection asks for is done, or is not after all.
#[derive(Debug, Clone, Copy)]
pub struct SetAction {
    /// Which.
    pub inspection: InspectionId,
    /// Its state from now on.
    pub state: ActionState,
}

impl Request for SetAction {
    type Answer = ActionChange;

    fn name(&self) -> &'static str {
        "set-action"
    }

    fn run(self, job: &JobContext) -> Result<ActionChange> {
        let by = user();
        job.shared.library(move |library| library.set_action(self.inspection, self.state, &by))
    }
}

/// Who works on this machine.
fn user() -> String {
    whoami::username().unwrap_or_else(|error| {
        tracing::warn!(%error, "the system does not say who the user is");
        "?".to_owned()
    })
}
