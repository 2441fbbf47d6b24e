//! Importing the data of the system that Fettle replaces.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::Serialize;

use super::legacy_comparison::{LegacyComparison, compare_banks};
use crate::error::{EngineError, Result};
use crate::jobs::manual::register_manual::RegisterManual;
use crate::jobs::registration::rejected_file::RejectedFile;
use crate::protocol::{JobContext, NoEvent, Request};
use fettle_domain::{ImageLabel, ProductCode, Role, Stage, Thresholds};
use fettle_library::{LegacyFile, LegacyFileKind, LegacyFolder, RefusedFile, Registered};
use fettle_models::weights::torch;
use fettle_vision::VisionError;
use fettle_vision::legacy_bank::{LegacyBank, LegacyConfig};

/// Copies products, defect types, images and manuals from a folder of the replaced system, and
/// compares its memory banks with Fettle's. A product without a bank is fitted where the networks are
/// present. The folder is only read; existing data and names given by users stay. A second run goes on
/// where the first was cancelled.
#[derive(Debug, Clone)]
pub struct ImportLegacyData {
    /// Folder with `data/` and `manual_store/`.
    pub dir: PathBuf,
}

/// Result of [`ImportLegacyData`].
#[derive(Debug, Default, Serialize)]
pub struct ImportedLegacyData {
    /// New products.
    pub products: Vec<ProductCode>,
    /// Number of new defect types.
    pub defect_types: usize,
    /// Number of registered images.
    pub images: usize,
    /// Number of registered manuals.
    pub manuals: usize,
    /// Number of images and manuals registered before.
    pub known: usize,
    /// Memory banks of the replaced system, for comparison only.
    pub banks: Vec<LegacyBankState>,
    /// Files that could not be imported.
    #[serde(skip)]
    pub rejected: Vec<RejectedFile>,
}

/// A memory bank of the replaced system.
#[derive(Debug, Clone, Serialize)]
pub struct LegacyBankState {
    /// Product of the bank.
    pub product: ProductCode,
    /// Number of rows.
    pub rows: usize,
    /// Values per row.
    pub dim: usize,
    /// Configuration of the bank.
    pub config: LegacyConfig,
    /// Thresholds, from the images that the bank was fitted on.
    pub thresholds: Thresholds,
    /// Comparison with Fettle's bank.
    pub comparison: Stage<LegacyComparison>,
}

impl Request for ImportLegacyData {
    type Answer = ImportedLegacyData;
    type Event = NoEvent;

    fn name(&self) -> &'static str {
        "import-seed"
    }

    fn role(&self) -> Role {
        Role::Engineer
    }

    fn run(self, job: &JobContext) -> Result<ImportedLegacyData> {
        let folder = LegacyFolder::read(&self.dir)?;
        if folder.is_empty() {
            return Err(EngineError::NotLegacyData(self.dir));
        }
        let mut imported = ImportedLegacyData::default();
        imported.rejected.extend(folder.refused.into_iter().map(|RefusedFile { path, why }| {
            RejectedFile { path: self.dir.join(path), error: EngineError::Library(why) }
        }));
        let names = folder.names;
        imported.adopt(job.library(move |library| library.import_names(&names))?);
        let total = (folder.files.len() + folder.banks.len()) as u64;
        for (file, done) in folder.files.into_iter().zip(0..) {
            job.check()?;
            job.report("progress-register", &file.path, done, total);
            let path = self.dir.join(&file.path);
            match import_file(job, &path, file, &mut imported) {
                Ok(()) => {}
                Err(error) if is_about_one_file(&error) => {
                    imported.rejected.push(RejectedFile { path, error });
                }
                Err(error) => return Err(error),
            }
        }
        for (product, dir) in folder.banks {
            job.check()?;
            match read_bank(&dir) {
                Ok(bank) => {
                    let bank = Arc::new(bank);
                    imported.banks.push(LegacyBankState {
                        comparison: compare_banks(job, &product, &bank)?,
                        product,
                        rows: bank.rows().len(),
                        dim: bank.rows().dim(),
                        config: bank.config().clone(),
                        thresholds: bank.thresholds(),
                    });
                }
                Err(error) => imported.rejected.push(RejectedFile { path: dir, error }),
            }
        }
        Ok(imported)
    }
}

impl ImportedLegacyData {
    fn adopt(&mut self, adopted: fettle_library::AddedNames) {
        self.products.extend(adopted.products);
        self.defect_types += adopted.defect_types.len();
    }
}

/// Registers an image or a manual.
fn import_file(
    job: &JobContext,
    path: &Path,
    file: LegacyFile,
    imported: &mut ImportedLegacyData,
) -> Result<()> {
    let LegacyFile { product, kind, .. } = file;
    let (code, defect) = (product.clone(), kind.defect().cloned());
    let adopted = job.library(move |library| library.import_codes(&code, defect.as_ref()))?;
    imported.adopt(adopted);
    match kind {
        LegacyFileKind::Image(label) => {
            let path = path.to_owned();
            let registered = job.library(move |library| match &label {
                ImageLabel::Normal => library.register_normal(&product, &path),
                ImageLabel::Defect(defect) => library.register_defect(&product, defect, &path),
            })?;
            match registered {
                Registered::New(_) => imported.images += 1,
                Registered::Already(_) => imported.known += 1,
            }
        }
        LegacyFileKind::Manual => {
            let code = product.clone();
            let before = job.library(move |library| library.manuals(&code))?;
            let registered = RegisterManual { product, path: path.to_owned() }.run(job)?;
            if before.iter().any(|manual| manual.id == registered.manual.id) {
                imported.known += 1;
            } else {
                imported.manuals += 1;
            }
        }
    }
    Ok(())
}

/// Reads the bank in `dir`. The pickle file is only parsed for one tensor, never executed.
fn read_bank(dir: &Path) -> Result<LegacyBank> {
    let path = dir.join("memory_bank.pt");
    let bytes = fettle_library::read_source(&path)?;
    let refuse = |why: String| VisionError::BadLegacyBank { path: path.clone(), why };
    let mut tensors = torch::read(&bytes).map_err(|error| refuse(error.to_string()))?;
    let rows = tensors
        .remove(torch::UNNAMED)
        .ok_or_else(|| refuse("a dictionary instead of one tensor".to_owned()))?;
    let (_, dim) = rows.dims2().map_err(|_| refuse("a tensor that is not of rows".to_owned()))?;
    let rows = rows.flatten_all().and_then(|rows| rows.to_vec1()).map_err(VisionError::from)?;
    Ok(LegacyBank::open(dir, rows, dim)?)
}

/// Whether the error concerns one file, so that the other files can still be imported.
fn is_about_one_file(error: &EngineError) -> bool {
    match error {
        EngineError::Library(error) => error.is_about_one_file(),
        EngineError::Manuals(_) | EngineError::File { .. } => true,
        _ => false,
    }
}
