//! The versions of manuals: what became of a file that somebody changed, and which there were.

use serde::Serialize;

use super::manual_page::file_of;
use crate::domain::{Language, ManualId, ProductCode, RegisteredManual};
use crate::engine::error::{EngineError, Result};
use crate::engine::request::{JobContext, Request};
use crate::i18n;
use crate::library::{LibraryError, content_hash};
use crate::manuals::{PARSER_VERSION, parse, read_file};

/// What was found changed about a manual in force.
#[derive(Debug)]
pub(super) enum Change {
    /// Its file is another one: it is the next version, and was read.
    Renewed {
        /// The file, relative to the workspace.
        path: String,
        /// How many sections the new version has.
        sections: usize,
    },
    /// Its file is another one that cannot be read, or is gone: the version before stays.
    Kept {
        /// The file, relative to the workspace.
        path: String,
        /// Why.
        error: EngineError,
    },
}

impl Change {
    /// For a person.
    pub(super) fn explain(&self, language: Language) -> String {
        match self {
            Self::Renewed { path, sections } => {
                let values = [("path", path.clone().into()), ("sections", (*sections).into())];
                i18n::text_with(language, "notice-manual-renewed", &values)
            }
            Self::Kept { path, error } => {
                let reason = error.explain(language);
                let values = [("path", path.clone().into()), ("reason", reason.into())];
                i18n::text_with(language, "notice-manual-kept", &values)
            }
        }
    }
}

/// The manuals in force of `product`, or of all, oldest first, once every file that somebody
/// has changed is registered as the next version; and what was found changed.
pub(super) fn in_force(
    job: &JobContext,
    product: Option<ProductCode>,
) -> Result<(Vec<RegisteredManual>, Vec<Change>)> {
    let listed = listed(job, product.clone())?;
    let (mut changes, mut is_new) = (Vec::new(), false);
    for manual in &listed {
        job.check()?;
        let path = manual.path.clone();
        match file_of(job, manual) {
            Ok(_) => {}
            Err(EngineError::ManualChanged(_)) => match renewed(job, manual) {
                Ok(sections) => {
                    is_new = true;
                    changes.push(Change::Renewed { path, sections });
                }
                // Another process was quicker.
                Err(EngineError::Library(LibraryError::UnknownManual(_))) => is_new = true,
                Err(error) if error.is_local() => changes.push(Change::Kept { path, error }),
                Err(error) => return Err(error),
            },
            Err(error) if error.is_local() => changes.push(Change::Kept { path, error }),
            Err(error) => return Err(error),
        }
    }
    Ok((if is_new { self::listed(job, product)? } else { listed }, changes))
}

fn listed(job: &JobContext, product: Option<ProductCode>) -> Result<Vec<RegisteredManual>> {
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

/// Reads the file as it is now and registers just these bytes; how many sections it has.
fn renewed(job: &JobContext, manual: &RegisteredManual) -> Result<usize> {
    job.report("progress-manual", &manual.path, 0, 1);
    let path = job.shared.workspace.root().join(&manual.path);
    let bytes = read_file(&path)?;
    let product = manual.product.clone();
    let defects = job.shared.library(move |library| library.defect_types(&product))?;
    let text = parse(&path, &bytes, &defects)?;
    let sections = text.sections.len();
    let (id, hash) = (manual.id, content_hash(&bytes));
    job.shared.library(move |library| library.renew_manual(id, &hash, (PARSER_VERSION, &text)))?;
    Ok(sections)
}

/// Lists every version of the manuals of a product, or of all products, oldest first.
#[derive(Debug, Clone)]
pub struct ListManualVersions(pub Option<ProductCode>);

/// One version of a manual.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ManualVersion {
    /// The manual.
    pub manual: RegisteredManual,
    /// When it was registered, RFC 3339.
    pub added_at: String,
    /// When another version or nothing took its place, RFC 3339; `None`: it is in force.
    pub replaced_at: Option<String>,
    /// How many sections were read from it; `None` where it was never read.
    pub sections: Option<usize>,
    /// How many inspections cite it.
    pub cited: usize,
}

impl Request for ListManualVersions {
    type Answer = Vec<ManualVersion>;

    fn name(&self) -> &'static str {
        "list-manual-versions"
    }

    fn run(self, job: &JobContext) -> Result<Vec<ManualVersion>> {
        if let Some(product) = &self.0 {
            super::catalogue::require_product(job, product)?;
        }
        in_force(job, self.0.clone())?;
        job.shared.library(move |library| {
            let cited = library.manual_citations()?;
            let mut versions = Vec::new();
            for product in library.products()? {
                if self.0.as_ref().is_some_and(|wanted| *wanted != product.code) {
                    continue;
                }
                for version in library.manual_versions(&product.code)? {
                    let id = version.manual.id;
                    let text = library.manual_text(id)?.map(|stored| stored.text);
                    versions.push(ManualVersion {
                        manual: version.manual,
                        added_at: version.added_at,
                        replaced_at: version.replaced_at,
                        sections: text.map(|text| text.sections.len()),
                        cited: cited.get(&id).copied().unwrap_or(0),
                    });
                }
            }
            Ok(versions)
        })
    }
}

/// Puts a manual out of force without another in its place. Its file stays, and what was read
/// of it, for the reports that cite it.
#[derive(Debug, Clone, Copy)]
pub struct RemoveManual(pub ManualId);

impl Request for RemoveManual {
    type Answer = RegisteredManual;

    fn name(&self) -> &'static str {
        "remove-manual"
    }

    fn run(self, job: &JobContext) -> Result<RegisteredManual> {
        let Self(id) = self;
        job.shared.library(move |library| {
            library.remove_manual(id)?;
            library.manual(id)
        })
    }
}
