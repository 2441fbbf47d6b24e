//! Showing the inspection of a photograph that stands, and inspecting where none does.

use super::inspect::{Inspect, Inspected, InspectionEvent};
use super::open_inspection::OpenInspection;
use crate::error::Result;
use crate::protocol::{JobContext, Request};
use fettle_domain::{Inspection, SkipReason, Stage};
use fettle_library::{InspectionFilter, Library, LibraryError, content_hash, read_source};
use fettle_settings::Settings;

/// Records of one photograph that are looked through, the newest first.
const RECORDS: usize = 8;

/// Shows the inspection of the same bytes that stands: of the same product, by the memory bank and
/// the limits in force. Where there is none, inspects.
#[derive(Debug, Clone)]
pub struct InspectOnce(pub Inspect);

impl Request for InspectOnce {
    type Answer = Inspected;
    type Event = InspectionEvent;

    fn name(&self) -> &'static str {
        self.0.name()
    }

    fn may_wait_for_server(&self, settings: &Settings) -> bool {
        self.0.may_wait_for_server(settings)
    }

    fn run(self, job: &JobContext<InspectionEvent>) -> Result<Inspected> {
        match standing_inspection(&job.with_unheard_events(), &self.0)? {
            Some(found) => Ok(found),
            None => self.0.run(job),
        }
    }
}

/// The inspection that stands for what `asked` would inspect, with its pictures.
fn standing_inspection(job: &JobContext, asked: &Inspect) -> Result<Option<Inspected>> {
    let filter = InspectionFilter {
        image_hash: Some(content_hash(&read_source(&asked.image)?)),
        product: asked.product.clone(),
        ..InspectionFilter::default()
    };
    let by_neighbours = asked.product.is_none();
    let found = job.library(move |library| {
        for record in library.inspections(&filter, RECORDS)? {
            // A product that a person gave says nothing about what the neighbours would vote.
            if !(by_neighbours && record.product_given) && stands(library, &record)? {
                return Ok(record.id);
            }
        }
        Ok(None)
    })?;
    let Some(id) = found else { return Ok(None) };
    let opened = OpenInspection(id).run(job)?;
    // Without its picture, or where its map cannot be computed again, the record does not stand.
    let (Some(picture), None) = (opened.picture, opened.notice) else { return Ok(None) };
    Ok(Some(Inspected {
        inspection: opened.inspection,
        picture,
        map: opened.map,
        pictures: opened.pictures,
        written: Vec::new(),
        not_kept: Vec::new(),
        judgement: opened.judgement,
        recorded_before: true,
    }))
}

/// Whether a new inspection would be made with what `record` was made with.
fn stands(library: &Library, record: &Inspection) -> Result<bool, LibraryError> {
    match &record.anomaly {
        Stage::Done(anomaly) => {
            let bank = library.active_bank(&anomaly.bank.product)?;
            Ok(bank.is_some_and(|bank| {
                bank.bank == anomaly.bank
                    && bank.thresholds == anomaly.thresholds
                    && bank.term.is_some() == anomaly.known_defects.is_some()
            }))
        }
        Stage::Skipped(SkipReason::NoBank { product }) => {
            Ok(library.active_bank(product)?.is_none())
        }
        // A model was missing, or an error may have passed.
        Stage::Skipped(_) | Stage::Failed { .. } => Ok(false),
    }
}

#[cfg(test)]
mod tests;
