//! The report of a past inspection as Markdown.

use super::export_result::report_text;
use crate::error::Result;
use crate::protocol::{JobContext, NoEvent, Request};
use fettle_domain::{InspectionId, Role};
use fettle_report::markdown;

/// Writes the report of an inspection as Markdown, without its pictures.
#[derive(Debug, Clone, Copy)]
pub struct ReportMarkdown(pub InspectionId);

impl Request for ReportMarkdown {
    type Answer = String;
    type Event = NoEvent;

    fn name(&self) -> &'static str {
        "report-markdown"
    }

    fn role(&self) -> Role {
        Role::Operator
    }

    fn run(self, job: &JobContext) -> Result<String> {
        let Self(id) = self;
        let inspection = job.library(move |library| library.inspection(id))?;
        Ok(markdown(&inspection, false, &report_text(job.shared.report_language())))
    }
}
