//! Lines that a person measured in the picture of an inspection.

use crate::error::Result;
use crate::protocol::{JobContext, NoEvent, Request};
use fettle_domain::{InspectionId, Measurements, Role};

/// Replaces what is measured in the picture of an inspection. The answer is what was kept.
#[derive(Debug, Clone, PartialEq)]
pub struct SetMeasurements {
    /// The inspection.
    pub inspection: InspectionId,
    /// Its scale and lines.
    pub measurements: Measurements,
}

impl Request for SetMeasurements {
    type Answer = Measurements;
    type Event = NoEvent;

    fn name(&self) -> &'static str {
        "set-measurements"
    }

    fn role(&self) -> Role {
        Role::Operator
    }

    fn run(self, job: &JobContext) -> Result<Measurements> {
        let Self { inspection, measurements } = self;
        // The part may be left before the job begins: what was drawn is kept all the same.
        job.commit(move |library| library.set_measurements(inspection, measurements))
    }
}
