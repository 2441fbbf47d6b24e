//! Registering manuals.

use std::path::PathBuf;

use serde::Serialize;

use super::manual_text::parse_corrected;
use crate::error::Result;
use crate::jobs::registration::catalogue::require_product;
use crate::jobs::registration::undo_registration::UndoRegistration;
use crate::protocol::{JobContext, NoEvent, Request};
use fettle_domain::{ManualText, ProductCode, RegisteredManual, Role};
use fettle_library::Registered;
use fettle_manuals::read_file;

/// Registers a PDF, Word document or text file as a manual of a product.
///
/// The file is parsed before the registration, so that a file without text or an encrypted file
/// never becomes a manual.
#[derive(Debug, Clone)]
pub struct RegisterManual {
    /// The product.
    pub product: ProductCode,
    /// The manual file.
    pub path: PathBuf,
}

/// A manual with its parsed text.
#[derive(Debug, Clone, Serialize)]
pub struct ParsedManual {
    /// The manual.
    pub manual: RegisteredManual,
    /// The parsed text.
    pub text: ManualText,
    /// The request that undoes the registration; `None` where the manual was registered before.
    #[serde(skip)]
    pub undo: Option<UndoRegistration>,
}

impl Request for RegisterManual {
    type Answer = ParsedManual;
    type Event = NoEvent;

    fn name(&self) -> &'static str {
        "register-manual"
    }

    fn role(&self) -> Role {
        Role::Engineer
    }

    fn run(self, job: &JobContext) -> Result<ParsedManual> {
        require_product(job, &self.product)?;
        job.report("progress-manual", &self.path.display().to_string(), 0, 1);
        let (product, path) = (self.product.clone(), self.path.clone());
        let lineage = job.library(move |library| Ok(library.lineage_of_file(&product, &path)))?;
        let bytes = read_file(&self.path)?;
        let read = parse_corrected(job, &self.path, &bytes, lineage)?;
        job.check()?;
        job.library(move |library| {
            let before = library.manuals(&self.product)?;
            let stored = read.to_store();
            let registered =
                library.register_parsed_manual(&self.product, &self.path, &bytes, stored)?;
            let id = registered.id();
            let now = library.manuals(&self.product)?;
            let replaced = before.iter().filter(|manual| !now.contains(manual));
            let replaced = replaced.map(|manual| manual.id).collect();
            let undo = match registered {
                Registered::New(new) => Some(UndoRegistration::Manual { new, replaced }),
                Registered::Already(_) => None,
            };
            Ok(ParsedManual { manual: library.manual(id)?, text: read.text, undo })
        })
    }
}
