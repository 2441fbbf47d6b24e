//! The versions of a product's memory bank, and going back to an earlier version.

use serde::Serialize;

use super::active_bank::ActiveBank;
use crate::error::{EngineError, Result};
use crate::jobs::registration::catalogue::require_product;
use crate::jobs::registration::rejected_file::RejectedFile;
use crate::protocol::{JobContext, NoEvent, Request};
use fettle_domain::{BankRef, ImageId, ProductCode, Role, Thresholds};
use fettle_library::LibraryError;
use fettle_vision::memory_bank::MemoryBank;

/// Lists all banks of a product, oldest first.
#[derive(Debug, Clone)]
pub struct ListBanks(pub ProductCode);

/// A version of a product's memory bank.
#[derive(Debug, Clone, Serialize)]
pub struct BankVersion {
    /// The bank.
    pub bank: BankRef,
    /// Whether the bank is active.
    pub active: bool,
    /// Creation time, RFC 3339.
    pub created_at: String,
    /// Thresholds of the bank.
    pub thresholds: Thresholds,
    /// Number of images that the bank was fitted on; `None` where the file cannot be read.
    pub images: Option<usize>,
    /// Version that this one extends; `None`: fitted from scratch.
    pub extends: Option<u32>,
}

impl Request for ListBanks {
    type Answer = Vec<BankVersion>;
    type Event = NoEvent;

    fn name(&self) -> &'static str {
        "list-banks"
    }

    fn role(&self) -> Role {
        Role::Operator
    }

    fn run(self, job: &JobContext) -> Result<Vec<BankVersion>> {
        require_product(job, &self.0)?;
        let banks = job.library(move |library| library.banks(&self.0))?;
        Ok(banks
            .into_iter()
            .map(|bank| {
                let fit = MemoryBank::load_info(&job.shared.workspace.file(&bank.path))
                    .ok()
                    .map(|info| info.fit);
                BankVersion {
                    bank: bank.bank,
                    active: bank.active,
                    created_at: bank.created_at,
                    thresholds: bank.thresholds,
                    images: fit.as_ref().map(|fit| fit.images.len()),
                    extends: fit.and_then(|fit| fit.extends).map(|extended| extended.version),
                }
            })
            .collect())
    }
}

/// Goes back to the previous bank: the bank that was extended, with the images registered by the
/// extension removed again; or the previous fit.
#[derive(Debug, Clone)]
pub struct UndoBank(pub ProductCode);

/// Result of [`UndoBank`].
#[derive(Debug)]
pub struct UndoneBank {
    /// The bank that was active before. The file stays.
    pub undone: BankRef,
    /// The active bank.
    pub bank: BankRef,
    /// Removed images, relative to the workspace.
    pub removed: Vec<String>,
    /// Images that were registered for the bank undone, and stay so.
    pub kept: Vec<RejectedFile>,
}

impl Request for UndoBank {
    type Answer = UndoneBank;
    type Event = NoEvent;

    fn name(&self) -> &'static str {
        "undo-bank"
    }

    fn role(&self) -> Role {
        Role::Engineer
    }

    fn run(self, job: &JobContext) -> Result<UndoneBank> {
        let current = ActiveBank::of(job, &self.0)?;
        let extended = current.info()?.fit.extends;
        let record = current.record;
        let product = self.0.clone();
        let banks = job.library(move |library| library.banks(&product))?;
        let is_earlier = |version: u32| match &extended {
            Some(extended) => version == extended.version,
            None => version < record.bank.version,
        };
        let found = banks.into_iter().rfind(|bank| is_earlier(bank.bank.version));
        let bank = found.ok_or_else(|| EngineError::NoEarlierBank(self.0.clone()))?.bank;
        let earlier = bank.clone();
        job.library(move |library| library.set_active_bank(&earlier))?;
        let mut answer =
            UndoneBank { undone: record.bank, bank, removed: Vec::new(), kept: Vec::new() };
        for id in extended.map(|extended| extended.registered).unwrap_or_default() {
            remove_image(job, id, &mut answer)?;
        }
        Ok(answer)
    }
}

fn remove_image(job: &JobContext, id: ImageId, answer: &mut UndoneBank) -> Result<()> {
    let path = job.commit(move |library| Ok(library.image(id)?.path))?;
    match job.commit(move |library| library.remove_image(id)) {
        // Removed by another process meanwhile.
        Ok(()) | Err(EngineError::Library(LibraryError::UnknownImage(_))) => {
            answer.removed.push(path);
        }
        Err(error) => answer.kept.push(RejectedFile { path: path.into(), error }),
    }
    Ok(())
}
