//! The bank that inspections of a product use.

use std::path::PathBuf;
use std::sync::Arc;

use crate::error::{EngineError, Result};
use crate::request::{JobContext, Stopwatch};
use fettle_domain::{ProductCode, ThresholdRule};
use fettle_library::RegisteredBank;
use fettle_vision::memory_bank::{BankInfo, MemoryBank};

/// A product's bank, as the library knows it.
pub(super) struct BankInUse {
    pub(super) active: RegisteredBank,
    /// The rules by which its limits were changed since it was fitted, newest last.
    pub(super) changes: Vec<ThresholdRule>,
    path: PathBuf,
}

impl BankInUse {
    /// [`EngineError::NoBank`] where the product has none.
    pub(super) fn of(job: &JobContext, product: &ProductCode) -> Result<Self> {
        super::catalogue::require_product(job, product)?;
        let code = product.clone();
        let found = job.shared.library(move |library| {
            let Some(active) = library.active_bank(&code)? else { return Ok(None) };
            let changes = library.changed_limits(&active.bank)?;
            Ok(Some((active, changes)))
        })?;
        let (active, changes) = found.ok_or_else(|| EngineError::NoBank(product.clone()))?;
        let path = job.shared.workspace.root().join(&active.path);
        Ok(Self { active, changes, path })
    }

    /// What it says of itself; its rows are not read.
    pub(super) fn info(&self) -> Result<BankInfo> {
        let product = &self.active.bank.product;
        MemoryBank::load_info(&self.path)
            .map_err(|source| EngineError::Bank { product: product.clone(), source })
    }

    /// All of it.
    pub(super) fn load(&self, job: &JobContext) -> Result<Arc<MemoryBank>> {
        let (bank, path) = (self.active.bank.clone(), self.path.clone());
        job.shared.vision(move |lane| {
            lane.bank(&bank.product, &path, &bank.model, &mut Stopwatch::default())
        })
    }
}
