//! A user's judgement of an inspection, and the state of its action.

use crate::error::Result;
use crate::protocol::{JobContext, NoEvent, Request};
use fettle_domain::{
    ActionChange, ActionState, InspectionId, Judgement, Opinion, ProductCode, Role, Verdict,
};

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
    /// The product of the part.
    pub product: Option<ProductCode>,
    /// The judgement before.
    pub before: Option<Judgement>,
    /// The judgement now.
    pub now: Option<Judgement>,
}

impl Judged {
    /// Whether the judgement made a known defect of the part, or no longer one, or another.
    pub fn changes_known_defects(&self) -> bool {
        let known = |judgement: &Option<Judgement>| {
            let opinion = judgement.as_ref().map(|judgement| &judgement.opinion);
            let ng = opinion.filter(|opinion| opinion.verdict == Verdict::Ng);
            ng.map(|opinion| opinion.defect.clone())
        };
        known(&self.before) != known(&self.now)
    }
}

impl Request for JudgeInspection {
    type Answer = Judged;
    type Event = NoEvent;

    fn name(&self) -> &'static str {
        "judge-inspection"
    }

    fn role(&self) -> Role {
        Role::Operator
    }

    fn run(self, job: &JobContext) -> Result<Judged> {
        let Self { inspection, opinion } = self;
        let by = job.actor.name.clone();
        job.library(move |library| {
            let before = library.judgement(inspection)?;
            let now = library.judge(inspection, opinion.as_ref(), &by)?;
            let product = library.history_row(inspection)?.product;
            Ok(Judged { inspection, product, before, now })
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

    fn role(&self) -> Role {
        Role::Supervisor
    }

    fn run(self, job: &JobContext) -> Result<ActionChange> {
        let by = job.actor.name.clone();
        job.library(move |library| library.set_action(self.inspection, self.state, &by))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_judgement_may_make_a_known_defect() {
        let said = |said: Option<(Verdict, Option<&str>)>| {
            said.map(|(verdict, defect)| Judgement {
                opinion: Opinion {
                    verdict,
                    defect: defect.map(|code| code.parse().unwrap()),
                    note: String::new(),
                },
                by: "kim".into(),
                at: "2026-11-22T10:00:00Z".into(),
            })
        };
        let (ok, ng) = (Some((Verdict::Ok, None)), Some((Verdict::Ng, None)));
        let (hole, dent) = (Some((Verdict::Ng, Some("hole"))), Some((Verdict::Ng, Some("dent"))));
        // Judgement before, judgement now, expected.
        let cases = [
            (None, ng, true),
            (None, ok, false),
            (ok, None, false),
            (ok, hole, true),
            (ng, None, true),
            (hole, ok, true),
            (hole, dent, true),
            (hole, hole, false),
        ];
        for (before, now, expected) in cases {
            let (before, now) = (said(before), said(now));
            let judged = Judged { inspection: InspectionId(1), product: None, before, now };
            assert_eq!(judged.changes_known_defects(), expected, "{judged:?}");
        }
    }
}
