//! Showing the inspection of a photograph that stands, and inspecting where none does.

use jiff::Timestamp;

use super::inspect::{Inspect, Inspected, InspectionEvent};
use super::open_inspection::OpenInspection;
use crate::error::Result;
use crate::protocol::{JobContext, Request};
use fettle_domain::{Inspection, ModelId, ModelRole, Role, SkipReason, Stage};
use fettle_library::{InspectionFilter, Library, LibraryError, content_hash, read_source};
use fettle_settings::Settings;

/// Records of one photograph that are looked through, the newest first.
const RECORDS: usize = 8;

/// Shows the inspection of the same bytes that stands: of the same product, by the memory bank, what it
/// learned, the limits and the inspection area in force, and with the language model's part where that
/// is asked. Where there is none, or where files are to be written, inspects.
#[derive(Debug, Clone)]
pub struct InspectOnce(pub Inspect);

impl Request for InspectOnce {
    type Answer = Inspected;
    type Event = InspectionEvent;

    fn name(&self) -> &'static str {
        self.0.name()
    }

    fn role(&self) -> Role {
        Role::Operator
    }

    fn may_wait_for_server(&self, settings: &Settings) -> bool {
        self.0.may_wait_for_server(settings)
    }

    fn run(self, job: &JobContext<InspectionEvent>) -> Result<Inspected> {
        match standing_inspection(&job.with_unheard_events(), &self.0, None)? {
            Some(found) => Ok(found),
            None => self.0.run(job),
        }
    }
}

/// [`InspectOnce`] for a request that comes again, since whoever sent it was not answered: only an inspection that
/// was made since it came first is shown.
#[derive(Debug, Clone)]
pub struct InspectAgain {
    /// What is inspected.
    pub inspect: Inspect,
    /// When it was asked for first.
    pub since: Timestamp,
}

impl Request for InspectAgain {
    type Answer = Inspected;
    type Event = InspectionEvent;

    fn name(&self) -> &'static str {
        self.inspect.name()
    }

    fn role(&self) -> Role {
        Role::Operator
    }

    fn may_wait_for_server(&self, settings: &Settings) -> bool {
        self.inspect.may_wait_for_server(settings)
    }

    fn run(self, job: &JobContext<InspectionEvent>) -> Result<Inspected> {
        // Inspections are recorded with the second at which they were made.
        let since = Timestamp::from_second(self.since.as_second()).unwrap_or(self.since);
        match standing_inspection(&job.with_unheard_events(), &self.inspect, Some(since))? {
            Some(found) => Ok(found),
            None => self.inspect.run(job),
        }
    }
}

/// The inspection that stands for what `asked` would inspect, with its pictures; where `since` is given, one that
/// was made since.
fn standing_inspection(
    job: &JobContext,
    asked: &Inspect,
    since: Option<Timestamp>,
) -> Result<Option<Inspected>> {
    if asked.out.is_some() {
        return Ok(None);
    }
    let model = asked_model(job, asked)?;
    let filter = InspectionFilter {
        image_hash: Some(content_hash(&read_source(&asked.image)?)),
        product: asked.product.clone(),
        since,
        ..InspectionFilter::default()
    };
    let by_neighbours = asked.product.is_none();
    let found = job.library(move |library| {
        for record in library.inspections(&filter, RECORDS)? {
            // A product that a person gave says nothing about what the neighbours would vote.
            let is_asked = !(by_neighbours && record.product_given)
                && model.as_ref().is_none_or(|model| has_answer(&record, model));
            // What was made for this very request is its answer, whatever changed meanwhile.
            if is_asked && (since.is_some() || stands(library, &record)?) {
                return Ok(record.id);
            }
        }
        Ok(None)
    })?;
    let Some(id) = found else { return Ok(None) };
    let opened = OpenInspection(id).run(job)?;
    // Without its picture, or where its map cannot be computed again, the record does not stand.
    let notice = opened.notice.filter(|_| since.is_none());
    let (Some(picture), None) = (opened.picture, notice) else { return Ok(None) };
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

/// The language model that a new inspection would ask; `None` where none is asked for, or it is missing.
fn asked_model(job: &JobContext, asked: &Inspect) -> Result<Option<ModelId>> {
    if !asked.with_llm {
        return Ok(None);
    }
    let is_remote = job.shared.settings().remote.contains_key(&ModelRole::Chat);
    let chosen = job.shared.chosen_for(ModelRole::Chat)?;
    Ok(chosen.filter(|model| is_remote || job.shared.store.find(model).is_ok()))
}

/// Whether `model` was asked for the report of `record`, or would have no section of a manual to order.
/// A report whose making was stopped names no model.
fn has_answer(record: &Inspection, model: &ModelId) -> bool {
    record.manual.done().is_none() || record.models.contains(model)
}

/// Whether a new inspection would be made with what `record` was made with.
fn stands(library: &Library, record: &Inspection) -> Result<bool, LibraryError> {
    match &record.anomaly {
        Stage::Done(anomaly) => {
            let product = &anomaly.bank.product;
            let learned = anomaly.known_defects.as_ref().map(|known| known.learned.as_ref());
            let has_its_bank = library.active_bank(product)?.is_some_and(|bank| {
                bank.bank == anomaly.bank
                    && bank.thresholds == anomaly.thresholds
                    && bank.term.as_ref().map(Some) == learned
            });
            Ok(has_its_bank && library.inspection_area(product)?.hash == anomaly.area)
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
