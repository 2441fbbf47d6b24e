//! A product's banks, and the way back to an earlier one.

use serde::Serialize;

use super::bank_in_use::BankInUse;
use crate::error::{EngineError, Result};
use crate::jobs::register::Refusal;
use crate::request::{JobContext, Request};
use fettle_domain::{BankRef, ImageId, ProductCode, Thresholds};
use fettle_library::LibraryError;
use fettle_vision::memory_bank::MemoryBank;

/// Asks for all banks of a product, oldest first.
#[derive(Debug, Clone)]
pub struct ListBanks(pub ProductCode);

/// One version of a product's bank.
#[derive(Debug, Clone, Serialize)]
pub struct BankVersion {
    /// Which.
    pub bank: BankRef,
    /// Whether inspections use it.
    pub active: bool,
    /// When it was made, RFC 3339.
    pub created_at: String,
    /// Its limits.
    pub thresholds: Thresholds,
    /// How many images it knows; `None` where its file cannot be read any more.
    pub images: Option<usize>,
    /// The version that it extends, where it was not fitted anew.
    pub extends: Option<u32>,
}

impl Request for ListBanks {
    type Answer = Vec<BankVersion>;

    fn name(&self) -> &'static str {
        "list-banks"
    }

    fn run(self, job: &JobContext) -> Result<Vec<BankVersion>> {
        super::catalogue::require_product(job, &self.0)?;
        let banks = job.shared.library(move |library| library.banks(&self.0))?;
        let root = job.shared.workspace.root();
        Ok(banks
            .into_iter()
            .map(|bank| {
                let fit = MemoryBank::load_info(&root.join(&bank.path)).ok().map(|info| info.fit);
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

/// Goes back to the bank that was in use before: the one that was extended, with the images
/// registered for that no longer registered; or the fit before.
#[derive(Debug, Clone)]
pub struct UndoBank(pub ProductCode);

/// What was gone back to.
#[derive(Debug)]
pub struct UndoneBank {
    /// The bank that was in use. Its file stays.
    pub undone: BankRef,
    /// The bank in use now.
    pub bank: BankRef,
    /// Images no longer registered, relative to the workspace.
    pub removed: Vec<String>,
    /// Images that were registered for the bank undone, and stay so.
    pub kept: Vec<Refusal>,
}

impl Request for UndoBank {
    type Answer = UndoneBank;

    fn name(&self) -> &'static str {
        "undo-bank"
    }

    fn run(self, job: &JobContext) -> Result<UndoneBank> {
        let in_use = BankInUse::of(job, &self.0)?;
        let extended = in_use.info()?.fit.extends;
        let active = in_use.active;
        let product = self.0.clone();
        let banks = job.shared.library(move |library| library.banks(&product))?;
        let is_earlier = |version: u32| match &extended {
            Some(extended) => version == extended.version,
            None => version < active.bank.version,
        };
        let earlier = banks.into_iter().rfind(|bank| is_earlier(bank.bank.version));
        let bank = earlier.ok_or_else(|| EngineError::NoEarlierBank(self.0.clone()))?.bank;
        let again = bank.clone();
        job.shared.library(move |library| library.set_active(&again))?;
        let mut answer =
            UndoneBank { undone: active.bank, bank, removed: Vec::new(), kept: Vec::new() };
        for id in extended.map(|extended| extended.registered).unwrap_or_default() {
            take_back(job, id, &mut answer)?;
        }
        Ok(answer)
    }
}

fn take_back(job: &JobContext, id: ImageId, answer: &mut UndoneBank) -> Result<()> {
    let path = job.shared.library(move |library| Ok(library.image(id)?.path))?;
    match job.shared.library(move |library| library.remove_image(id)) {
        // Somebody was faster.
        Ok(()) | Err(EngineError::Library(LibraryError::UnknownImage(_))) => {
            answer.removed.push(path);
        }
        Err(error) => answer.kept.push(Refusal { path: path.into(), error }),
    }
    Ok(())
}
