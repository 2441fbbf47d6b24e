//! Reading manuals.

use std::path::{Path, PathBuf};

use serde::Serialize;

use super::manual_page::file_of;
use super::manual_versions::{Change, in_force};
use super::take_back::TakeBack;
use crate::error::{EngineError, Result};
use crate::request::{JobContext, Request};
use fettle_domain::{DefectType, ManualText, ProductCode, RegisteredManual};
use fettle_library::Registered;
use fettle_manuals::{PARSER_VERSION, read_file};

/// Registers a PDF, a Word document or a text as a product's manual and reads it.
///
/// It is read before it is registered, so that a file without text, or an encrypted one,
/// never becomes a manual.
#[derive(Debug, Clone)]
pub struct RegisterManual {
    /// The product.
    pub product: ProductCode,
    /// The file.
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
        let bytes = read_file(&self.path)?;
        let text = understood(job, &self.path, &bytes, &defects)?;
        job.check()?;
        job.shared.library(move |library| {
            let before = library.manuals(&self.product)?;
            let read = (PARSER_VERSION, &text);
            let registered =
                library.register_read_manual(&self.product, &self.path, &bytes, read)?;
            let id = registered.id();
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
        let (manuals, changes) = in_force(job, self.0)?;
        for change in changes {
            // Reading it is what was asked for.
            if let Change::Kept { error, .. } = change {
                return Err(error);
            }
        }
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

/// The manuals in force of `product`, or of all. Whose file somebody has changed is read anew
/// first.
pub(super) fn manuals_of(
    job: &JobContext,
    product: Option<ProductCode>,
) -> Result<Vec<RegisteredManual>> {
    let (manuals, changes) = in_force(job, product)?;
    for change in changes {
        tracing::info!("{}", change.explain(job.shared.language_of_text()));
    }
    Ok(manuals)
}

/// What `manual` says: as stored, if this parser read it, else read now. Where its file is gone
/// or is another one by now, as an earlier parser read it.
pub(super) fn text_of(job: &JobContext, manual: &RegisteredManual) -> Result<ManualText> {
    let id = manual.id;
    let stored = job.shared.library(move |library| library.manual_text(id))?;
    let stored = stored.filter(|stored| stored.content_hash == manual.content_hash);
    match stored {
        Some(stored) if stored.parser_version == PARSER_VERSION => Ok(stored.text),
        Some(stored) => match read_manual(job, manual) {
            Err(EngineError::ManualGone(_) | EngineError::ManualChanged(_)) => Ok(stored.text),
            read => read,
        },
        None => read_manual(job, manual),
    }
}

/// What a manual's file says; with the feature `ocr` also on pages that are pictures.
pub(super) fn understood(
    job: &JobContext,
    path: &Path,
    bytes: &[u8],
    defects: &[DefectType],
) -> Result<ManualText> {
    job.check()?;
    #[cfg(feature = "ocr")]
    let text = fettle_manuals::parse_scanned(
        path,
        bytes,
        defects,
        fettle_report::GOTHIC,
        job.sink.as_ref(),
    )?;
    #[cfg(not(feature = "ocr"))]
    let text = fettle_manuals::parse(path, bytes, defects)?;
    Ok(text)
}

/// Reads the file of `manual`, where it is still the one that was registered.
fn read_manual(job: &JobContext, manual: &RegisteredManual) -> Result<ManualText> {
    let product = manual.product.clone();
    let defects = job.shared.library(move |library| library.defect_types(&product))?;
    let (path, bytes) = file_of(job, manual)?;
    let text = understood(job, &path, &bytes, &defects)?;
    let (id, kept) = (manual.id, text.clone());
    job.shared.library(move |library| library.save_manual_text(id, PARSER_VERSION, &kept))?;
    Ok(text)
}
