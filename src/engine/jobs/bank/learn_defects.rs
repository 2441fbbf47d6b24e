//! Learning from a product's known defects, without a new bank.

use serde::{Deserialize, Serialize};

use super::active_bank::ActiveBank;
use super::bank_files::save_term;
use super::calibration::{examples, known_pictures, learned, limits};
use super::inspection_area::load_inspection_area;
use super::known_defects_summary::KnownDefectsSummary;
use super::product_lock::ProductLock;
use super::scored_bank::ScoredBank;
use crate::error::Result;
use crate::protocol::{JobContext, JobRecord, JobSummary, NoEvent, Repeatable, Request};
use fettle_domain::{BankRef, ProductCode, Role, Thresholds};
use fettle_library::BankThresholds;
use fettle_vision::defect_term::DefectTerm;
use fettle_vision::thresholds::{Rates, rates};

/// Learns from the known defects of a product: scores them, fits their term, and sets the limits of
/// the active bank anew. Undone like any change of thresholds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LearnDefects {
    /// The product.
    pub product: ProductCode,
}

impl Repeatable for LearnDefects {
    const KIND: &'static str = "learn_defects";

    fn summary(&self) -> JobSummary {
        JobSummary { message: "unfinished-learn", product: Some(self.product.clone()), count: 0 }
    }
}

/// Result of [`LearnDefects`].
#[derive(Debug, Clone, Serialize)]
pub struct LearnedDefects {
    /// The bank.
    pub bank: BankRef,
    /// What was learned; `None` without known defects.
    pub known: Option<KnownDefectsSummary>,
    /// Whether scores contain what was learned otherwise than before.
    pub scores_changed: bool,
    /// Thresholds before.
    pub before: Thresholds,
    /// Thresholds now.
    pub thresholds: Thresholds,
    /// Error rates at the thresholds now.
    pub rates: Rates,
}

impl LearnedDefects {
    /// Whether inspections may come out otherwise than before.
    pub fn is_change(&self) -> bool {
        self.scores_changed || self.before != self.thresholds
    }
}

impl Request for LearnDefects {
    type Answer = LearnedDefects;
    type Event = NoEvent;

    fn name(&self) -> &'static str {
        "learn-defects"
    }

    fn role(&self) -> Role {
        Role::Operator
    }

    fn journal_record(&self) -> Option<JobRecord> {
        self.record()
    }

    fn run(self, job: &JobContext) -> Result<LearnedDefects> {
        let _lock = ProductLock::acquire(job, &self.product)?;
        let active = ActiveBank::of(job, &self.product)?;
        let bank = active.load(job)?;
        let rule = active.rules.last().copied().unwrap_or(bank.info().rule);
        let area = load_inspection_area(job, &self.product)?
            .filter(|loaded| loaded.hash == active.record.area)
            .map(|loaded| loaded.area);
        let known = known_pictures(job, &self.product)?;
        let examples = examples(job, &bank, area.as_ref(), &known)?;
        job.check()?;
        let term = learned(&bank, &examples)?;
        let found = limits(&bank, term.as_ref(), &rule)?;
        let scored = ScoredBank::new(bank.info(), term.as_ref())?;
        let dim = bank.info().recipe.layers.iter().map(|layer| layer.channels).sum();
        let stored = active.term(dim)?;
        let in_force = |term: &Option<DefectTerm>| term.clone().filter(DefectTerm::in_force);
        let scores_changed = in_force(&stored) != in_force(&term);
        let answer = LearnedDefects {
            known: term
                .as_ref()
                .map(|term| KnownDefectsSummary::of_term(term, known.len() - examples.len())),
            scores_changed,
            before: active.record.thresholds,
            thresholds: found.thresholds,
            rates: rates(scored.images(), found.thresholds)?,
            bank: active.record.bank,
        };
        // A change that changes nothing would stand in the way of undoing the one before.
        if answer.is_change() || stored != term {
            let bank = answer.bank.clone();
            let file = term.as_ref().map(|term| save_term(job, &bank, term)).transpose()?;
            let changed =
                BankThresholds { thresholds: found.thresholds, scale: found.scale, term: file };
            job.commit(move |library| library.change_thresholds(&bank, &changed, &rule))?;
        }
        Ok(answer)
    }
}
