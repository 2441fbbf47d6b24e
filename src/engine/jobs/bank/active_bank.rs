//! The active memory bank of a product.

use std::path::PathBuf;
use std::sync::Arc;

use super::scored_bank::ScoredBank;
use crate::error::{EngineError, Result};
use crate::jobs::registration::catalogue::require_product;
use crate::protocol::{JobContext, Stopwatch};
use fettle_domain::{ProductCode, ThresholdRule};
use fettle_library::RegisteredBank;
use fettle_vision::defect_term::DefectTerm;
use fettle_vision::memory_bank::{BankInfo, MemoryBank};

/// The memory bank that inspections of a product use, with its library record.
pub(super) struct ActiveBank {
    pub(super) record: RegisteredBank,
    /// Threshold rules applied since the fit, newest last.
    pub(super) rules: Vec<ThresholdRule>,
    path: PathBuf,
    term_path: Option<PathBuf>,
}

impl ActiveBank {
    /// The active bank of `product`; [`EngineError::NoBank`] without one.
    pub(super) fn of(job: &JobContext, product: &ProductCode) -> Result<Self> {
        require_product(job, product)?;
        let code = product.clone();
        let found = job.library(move |library| {
            let Some(active) = library.active_bank(&code)? else { return Ok(None) };
            let rules = library.threshold_changes(&active.bank)?;
            Ok(Some((active, rules)))
        })?;
        let (record, rules) = found.ok_or_else(|| EngineError::NoBank(product.clone()))?;
        let workspace = &job.shared.workspace;
        let path = workspace.file(&record.path);
        let term_path = record.term.as_ref().map(|term| workspace.file(term));
        Ok(Self { record, rules, path, term_path })
    }

    /// The header of the bank file; the rows are not read.
    pub(super) fn info(&self) -> Result<BankInfo> {
        let product = &self.record.bank.product;
        MemoryBank::load_info(&self.path)
            .map_err(|source| EngineError::Bank { product: product.clone(), source })
    }

    /// What known defects teach the bank; `None` where nothing was learned.
    pub(super) fn term(&self, dim: usize) -> Result<Option<DefectTerm>> {
        let Some(term) = &self.term_path else { return Ok(None) };
        let product = &self.record.bank.product;
        DefectTerm::load(term, dim)
            .map(Some)
            .map_err(|source| EngineError::Bank { product: product.clone(), source })
    }

    /// The scores behind the limits in force.
    pub(super) fn scored(&self, info: &BankInfo) -> Result<ScoredBank> {
        let dim = info.recipe.layers.iter().map(|layer| layer.channels).sum();
        ScoredBank::new(info, self.term(dim)?.as_ref())
    }

    /// The whole bank, from the cache of the vision lane or from the file.
    pub(super) fn load(&self, job: &JobContext) -> Result<Arc<MemoryBank>> {
        let (bank, path) = (self.record.bank.clone(), self.path.clone());
        job.vision(move |lane| {
            lane.bank(&bank.product, &path, &bank.model, &mut Stopwatch::default())
        })
    }
}
