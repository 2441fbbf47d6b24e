//! Reading the record of a past inspection, without its pictures.

use crate::error::Result;
use crate::protocol::{JobContext, NoEvent, Request};
use fettle_domain::{ActionChange, Inspection, InspectionId, InspectionRow, Judgement, Role};

/// Reads an inspection as recorded. Unlike [`crate::OpenInspection`], no network runs.
#[derive(Debug, Clone, Copy)]
pub struct ReadInspection(pub InspectionId);

/// The record of an inspection, and what people made of it.
#[derive(Debug, Clone)]
pub struct RecordedInspection {
    /// The record.
    pub inspection: Inspection,
    /// Its row in the history.
    pub row: InspectionRow,
    /// A person's judgement.
    pub judgement: Option<Judgement>,
    /// The last change of the corrective action's state.
    pub action: Option<ActionChange>,
}

impl Request for ReadInspection {
    type Answer = RecordedInspection;
    type Event = NoEvent;

    fn name(&self) -> &'static str {
        "read-inspection"
    }

    fn role(&self) -> Role {
        Role::Operator
    }

    fn is_quick(&self) -> bool {
        true
    }

    fn run(self, job: &JobContext) -> Result<RecordedInspection> {
        let Self(id) = self;
        job.library(move |library| {
            Ok(RecordedInspection {
                inspection: library.inspection(id)?,
                row: library.history_row(id)?,
                judgement: library.judgement(id)?,
                action: library.action(id)?,
            })
        })
    }
}
