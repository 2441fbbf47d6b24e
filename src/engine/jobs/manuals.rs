//! Reading manuals.

use std::path::PathBuf;

use serde::Serialize;

use super::take_back::TakeBack;
use crate::domain::{ManualText, ProductCode, RegisteredManual};
use crate::engine::error::Result;
use crate::engine::request::{JobContext, Request};
use crate::library::Registered;
use crate::manuals::PARSER_VERSION;

/// Registers a PDF as a product's manual and reads it.
///
/// It is read before it is registered, so that a file without text, or an encrypted one,
/// never becomes a manual.
#[derive(Debug, Clone)]
pub struct RegisterManual {
    /// The product.
    pub product: ProductCode,
    /// The PDF.
    pub path: PathBuf,
}

/// A manual and what it says.
#[derive(Debug, Clone, Serialize)]
pub struct ReadManual {
    /// The manual.
    pub manual: RegisteredManual,
    /// What was read.
    pub text: ManualText,
    /// How its registration is undone; `None` where it was registered before.
    #[serde(skip)]
    pub undo: Option<TakeBack>,
}

impl Request for RegisterManual {
    type Answer = ReadManual;

    fn name(&self) -> &'static str {
        "register-manual"
    }

    fn run(self, job: &JobContext) -> Result<ReadManual> {
        super::catalogue::require_product(job, &self.product)?;
        job.report("progress-manual", &self.path.display().to_string(), 0, 1);
        let product = self.product.clone();
        let defects = job.shared.library(move |library| library.defect_types(&product))?;
        let text = crate::manuals::read(&self.path, &defects)?;
        job.check()?;
        job.shared.library(move |library| {
            let before = library.manuals(&self.product)?;
            let registered = library.register_manual(&self.product, &self.path)?;
            let id = registered.id();
            library.save_manual_text(id, PARSER_VERSION, &text)?;
            let now = library.manuals(&self.product)?;
            let replaced = before.iter().filter(|manual| !now.contains(manual));
            let replaced = replaced.map(|manual| manual.id).collect();
            let undo = match registered {
                Registered::New(new) => Some(TakeBack::Manual { new, replaced }),
                Registered::Already(_) => None,
            };
            Ok(ReadManual { manual: library.manual(id)?, text, undo })
        })
    }
}

/// Reads the manuals of one product, or of all, anew.
#[derive(Debug, Clone)]
pub struct IngestManuals(pub Option<ProductCode>);

impl Request for IngestManuals {
    type Answer = Vec<ReadManual>;

    fn name(&self) -> &'static str {
        "ingest-manuals"
    }

    fn run(self, job: &JobContext) -> Result<Vec<ReadManual>> {
        if let Some(product) = &self.0 {
            super::catalogue::require_product(job, product)?;
        }
        let manuals = manuals_of(job, self.0)?;
        let total = manuals.len() as u64;
        let mut read = Vec::new();
        for (done, manual) in manuals.into_iter().enumerate() {
            job.check()?;
            job.report("progress-manual", &manual.path, done as u64, total);
            read.push(ReadManual { text: read_manual(job, &manual)?, manual, undo: None });
        }
        Ok(read)
    }
}

/// The manuals in force of `product`, or of all.
pub(super) fn manuals_of(
    job: &JobContext,
    product: Option<ProductCode>,
) -> Result<Vec<RegisteredManual>> {
    job.shared.library(move |library| {
        let products = match product {
            Some(product) => vec![product],
            None => library.products()?.into_iter().map(|product| product.code).collect(),
        };
        let mut manuals = Vec::new();
        for product in products {
            manuals.extend(library.manuals(&product)?);
        }
        Ok(manuals)
    })
}

/// What `manual` says: as stored, if this parser read this file, else read now.
pub(super) fn text_of(job: &JobContext, manual: &RegisteredManual) -> Result<ManualText> {
    let id = manual.id;
    let stored = job.shared.library(move |library| library.manual_text(id))?;
    match stored {
        Some(stored)
            if stored.parser_version == PARSER_VERSION
                && stored.content_hash == manual.content_hash =>
        {
            Ok(stored.text)
        }
        Some(_) | None => read_manual(job, manual),
    }
}

fn read_manual(job: &JobContext, manual: &RegisteredManual) -> Result<ManualText> {
    let product = manual.product.clone();
    let defects = job.shared.library(move |library| library.defect_types(&product))?;
    let text = crate::manuals::read(&job.shared.workspace.root().join(&manual.path), &defects)?;
    let (id, kept) = (manual.id, text.clone());
    job.shared.library(move |library| library.save_manual_text(id, PARSER_VERSION, &kept))?;
    Ok(text)
}
