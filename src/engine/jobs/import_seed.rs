//! Taking over the data of the system that Fettle replaces.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::Serialize;

use super::manuals::RegisterManual;
use super::register::Refusal;
use super::seed_comparison::{SeedComparison, compare};
use crate::error::{EngineError, Result};
use crate::request::{JobContext, Request};
use fettle_domain::{ImageLabel, ProductCode, Stage, Thresholds};
use fettle_library::{Refused, Registered, SeedFile, SeedFolder, SeedKind};
use fettle_models::weights::torch;
use fettle_vision::VisionError;
use fettle_vision::seed_bank::{SeedBank, SeedConfig};

/// Copies products, defect types, images and manuals of a seed system's folder into this
/// workspace, and holds its memory banks against those of ours, which are fitted where there
/// are none and the networks are here. The folder is only read; what is here
/// already, and the names that a person gave, stay. Asked again, it goes on where it was
/// cancelled.
#[derive(Debug, Clone)]
pub struct ImportSeed {
    /// The folder that holds `data/` and `manual_store/`.
    pub dir: PathBuf,
}

/// What was taken over.
#[derive(Debug, Default, Serialize)]
pub struct ImportedSeed {
    /// Products that were not here before.
    pub products: Vec<ProductCode>,
    /// How many defect types were not here before.
    pub defect_types: usize,
    /// How many images were registered.
    pub images: usize,
    /// How many manuals were registered.
    pub manuals: usize,
    /// How many images and manuals were here already.
    pub known: usize,
    /// What its banks hold; they are not used.
    pub banks: Vec<SeedBankState>,
    /// What could not be taken over.
    #[serde(skip)]
    pub refused: Vec<Refusal>,
}

/// A bank of the seed system.
#[derive(Debug, Clone, Serialize)]
pub struct SeedBankState {
    /// Whose.
    pub product: ProductCode,
    /// Its rows.
    pub rows: usize,
    /// Values a row.
    pub dim: usize,
    /// What it was made with.
    pub config: SeedConfig,
    /// Its thresholds, from the images that built it.
    pub thresholds: Thresholds,
    /// How it does beside ours.
    pub comparison: Stage<SeedComparison>,
}

impl Request for ImportSeed {
    type Answer = ImportedSeed;

    fn name(&self) -> &'static str {
        "import-seed"
    }

    fn run(self, job: &JobContext) -> Result<ImportedSeed> {
        let folder = SeedFolder::read(&self.dir)?;
        if folder.is_empty() {
            return Err(EngineError::NotASeed(self.dir));
        }
        let mut imported = ImportedSeed::default();
        imported.refused.extend(folder.refused.into_iter().map(|Refused { path, why }| Refusal {
            path: self.dir.join(path),
            error: EngineError::Library(why),
        }));
        let names = folder.names;
        imported.adopt(job.shared.library(move |library| library.adopt_names(&names))?);
        let total = (folder.files.len() + folder.banks.len()) as u64;
        for (file, done) in folder.files.into_iter().zip(0..) {
            job.check()?;
            job.report("progress-register", &file.path, done, total);
            let path = self.dir.join(&file.path);
            match import(job, &path, file, &mut imported) {
                Ok(()) => {}
                Err(error) if is_about_one_file(&error) => {
                    imported.refused.push(Refusal { path, error });
                }
                Err(error) => return Err(error),
            }
        }
        for (product, dir) in folder.banks {
            job.check()?;
            match read_bank(&dir) {
                Ok(bank) => {
                    let bank = Arc::new(bank);
                    imported.banks.push(SeedBankState {
                        comparison: compare(job, &product, &bank)?,
                        product,
                        rows: bank.rows().len(),
                        dim: bank.rows().dim(),
                        config: bank.config().clone(),
                        thresholds: bank.thresholds(),
                    });
                }
                Err(error) => imported.refused.push(Refusal { path: dir, error }),
            }
        }
        Ok(imported)
    }
}

impl ImportedSeed {
    fn adopt(&mut self, adopted: fettle_library::Adopted) {
        self.products.extend(adopted.products);
        self.defect_types += adopted.defect_types.len();
    }
}

fn import(
    job: &JobContext,
    path: &Path,
    file: SeedFile,
    imported: &mut ImportedSeed,
) -> Result<()> {
    let SeedFile { product, kind, .. } = file;
    let (of, defect) = (product.clone(), kind.defect().cloned());
    let adopted = job.shared.library(move |library| library.adopt_codes(&of, defect.as_ref()))?;
    imported.adopt(adopted);
    match kind {
        SeedKind::Image(label) => {
            let path = path.to_owned();
            let registered = job.shared.library(move |library| match &label {
                ImageLabel::Normal => library.register_normal(&product, &path),
                ImageLabel::Defect(defect) => library.register_defect(&product, defect, &path),
            })?;
            match registered {
                Registered::New(_) => imported.images += 1,
                Registered::Already(_) => imported.known += 1,
            }
        }
        SeedKind::Manual => {
            let of = product.clone();
            let before = job.shared.library(move |library| library.manuals(&of))?;
            let read = RegisterManual { product, path: path.to_owned() }.run(job)?;
            if before.iter().any(|manual| manual.id == read.manual.id) {
                imported.known += 1;
            } else {
                imported.manuals += 1;
            }
        }
    }
    Ok(())
}

/// The bank in `dir`; its pickle is read for one tensor and never run.
fn read_bank(dir: &Path) -> Result<SeedBank> {
    let path = dir.join("memory_bank.pt");
    let bytes = fettle_library::read_source(&path)?;
    let refuse = |why: String| VisionError::BadSeed { path: path.clone(), why };
    let mut tensors = torch::read(&bytes).map_err(|error| refuse(error.to_string()))?;
    let rows = tensors
        .remove(torch::ALONE)
        .ok_or_else(|| refuse("a dictionary instead of one tensor".to_owned()))?;
    let (_, dim) = rows.dims2().map_err(|_| refuse("a tensor that is not of rows".to_owned()))?;
    let rows = rows.flatten_all().and_then(|rows| rows.to_vec1()).map_err(VisionError::from)?;
    Ok(SeedBank::open(dir, rows, dim)?)
}

/// Whether the other files may still be taken over.
fn is_about_one_file(error: &EngineError) -> bool {
    match error {
        EngineError::Library(error) => error.is_about_one_file(),
        EngineError::Manuals(_) | EngineError::File { .. } => true,
        _ => false,
    }
}
