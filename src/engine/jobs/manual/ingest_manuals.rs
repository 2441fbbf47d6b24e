//! Parsing registered manuals again.

use super::in_force::{ManualChange, refresh_manuals};
use super::manual_text::reparse_manual;
use super::register_manual::ParsedManual;
use crate::error::Result;
use crate::jobs::registration::catalogue::require_product;
use crate::protocol::{JobContext, NoEvent, Request};
use fettle_domain::{ProductCode, Role};

/// Parses the manuals of a product, or of all products, again.
#[derive(Debug, Clone)]
pub struct IngestManuals(pub Option<ProductCode>);

impl Request for IngestManuals {
    type Answer = Vec<ParsedManual>;
    type Event = NoEvent;

    fn name(&self) -> &'static str {
        "ingest-manuals"
    }

    fn role(&self) -> Role {
        Role::Operator
    }

    fn run(self, job: &JobContext) -> Result<Vec<ParsedManual>> {
        if let Some(product) = &self.0 {
            require_product(job, product)?;
        }
        let (manuals, changes) = refresh_manuals(job, self.0)?;
        for change in changes {
            // Unlike in an inspection, a manual that cannot be parsed is an error here.
            if let ManualChange::Kept { error, .. } = change {
                return Err(error);
            }
        }
        let total = manuals.len() as u64;
        let mut parsed = Vec::new();
        for (done, manual) in manuals.into_iter().enumerate() {
            job.check()?;
            job.report("progress-manual", &manual.path, done as u64, total);
            parsed.push(ParsedManual { text: reparse_manual(job, &manual)?, manual, undo: None });
        }
        Ok(parsed)
    }
}
