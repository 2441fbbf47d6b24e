//! Adding normal parts to the bank in use without fitting it anew.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::Serialize;
use tempfile::TempDir;

use super::area::inspection_area;
use super::bank::{embed, normals_path, save};
use super::bank_in_use::BankInUse;
use super::fit::{Against, Fit, NormalPicture};
use super::impact::{Impact, impact};
use super::known_defects;
use super::register::{Source, sources};
use crate::error::{EngineError, Result};
use crate::request::{JobContext, Request};
use fettle_domain::{
    BankRef, ContentHash, ImageId, ImageLabel, ModelId, ModelRole, ProductCode, ThresholdRule,
    Thresholds,
};
use fettle_library::{RegisteredBank, decode_image, read_source};
use fettle_retrieval::vector_index::VectorIndex;
use fettle_vision::inspection_area::InspectionArea;
use fettle_vision::memory_bank::{Coreset, Extended, Extension, MemoryBank};

/// Registers images as normal and makes a new version of the product's bank that knows them.
#[derive(Debug, Clone)]
pub struct ExtendBank {
    /// The product.
    pub product: ProductCode,
    /// Image files, and directories and zips of which all images are meant.
    pub paths: Vec<PathBuf>,
    /// Change nothing, but say what would come of it for the inspections of the past.
    pub preview: bool,
}

/// A bank that was extended, or would be.
#[derive(Debug, Clone, Serialize)]
pub struct ExtendedBank {
    /// The new version; that in use where nothing was new to it.
    pub bank: BankRef,
    /// The version that was in use.
    pub from: u32,
    /// What each new image adds.
    pub added: Vec<AddedImage>,
    /// Images that the bank was fitted on already.
    pub known: Vec<PathBuf>,
    /// How many rows there are now.
    pub rows: usize,
    /// Limits before.
    pub thresholds_before: Thresholds,
    /// Limits now.
    pub thresholds: Thresholds,
    /// What it would change, where that was asked for.
    pub impact: Option<Impact>,
}

/// An image and what it adds to a bank.
#[derive(Debug, Clone, Serialize)]
pub struct AddedImage {
    /// The file, as given.
    pub path: PathBuf,
    /// How many of its patches are beyond what the bank covered.
    pub rows: usize,
}

impl Request for ExtendBank {
    type Answer = ExtendedBank;

    fn name(&self) -> &'static str {
        "extend-bank"
    }

    fn run(self, job: &JobContext) -> Result<ExtendedBank> {
        let in_use = BankInUse::of(job, &self.product)?;
        let base = in_use.load(job)?;
        let BankInUse { active, changes, .. } = in_use;
        let Sorted { new, known, unpacked } = self.sort(job, &base)?;
        let version = {
            let product = self.product.clone();
            job.shared.library(move |library| library.next_bank_version(&product))?
        };
        let mut answer = ExtendedBank {
            bank: active.bank.clone(),
            from: active.bank.version,
            added: Vec::new(),
            known,
            rows: base.rows().len(),
            thresholds_before: active.thresholds,
            thresholds: active.thresholds,
            impact: None,
        };
        if new.is_empty() {
            return Ok(answer);
        }
        let bank = BankRef { version, ..active.bank.clone() };
        let encoder = job.shared.model_for(ModelRole::ImageEmbedder)?;
        let normals = normals_path(&job.shared.workspace.root().join(&active.path));
        let mut normals =
            if normals.exists() { Some(VectorIndex::load(&normals, &encoder)?) } else { None };
        let rule = changes.last().copied().unwrap_or(base.info().rule);
        // Another area than the bank was fitted with waits for the next fit.
        let area = inspection_area(job, &self.product)?.filter(|read| read.hash == active.area);
        let area = area.map(|read| read.area);
        let (extended, rows) = extend(job, &base, &bank, rule, area.as_ref(), &new)?;
        answer.bank = bank.clone();
        answer.rows = extended.rows().len();
        answer.thresholds = extended.info().thresholds;
        answer.added = new
            .iter()
            .zip(rows)
            .map(|(picture, rows)| AddedImage { path: unpacked.name(&picture.path), rows })
            .collect();
        if self.preview {
            answer.impact = Some(impact(job, &self.product, &Arc::new(extended), area.as_ref())?);
            return Ok(answer);
        }
        let registration = Registration::of(job, &self.product, &new)?;
        let extended = extended.with_images_named(&registration.names).extending(Extended {
            version: answer.from,
            images: new.iter().map(|picture| registration.name(picture.id)).collect(),
            registered: registration.registered.clone(),
        });
        let kept = add_to_index(job, &encoder, &new, &registration, &mut normals)
            .and_then(|()| save(job, &bank, &extended, normals.as_ref()))
            .and_then(|saved| {
                let saved = RegisteredBank { area: active.area, ..saved };
                job.shared.library(move |library| library.add_bank(&saved))
            });
        match kept {
            Ok(()) => Ok(answer),
            Err(error) => {
                registration.take_back(job);
                Err(error)
            }
        }
    }
}

/// The images asked for.
struct Sorted {
    /// Those the bank does not know: under their ids, or one below 0 until they are registered.
    new: Vec<NormalPicture>,
    known: Vec<PathBuf>,
    unpacked: Unpacked,
}

/// Images that came in zips, as files as long as they are worked on.
#[derive(Default)]
struct Unpacked {
    folder: Option<TempDir>,
    /// What each is called: the zip's path, then the name in it.
    names: HashMap<PathBuf, PathBuf>,
}

impl Unpacked {
    /// Writes an image down under a name of our own; its file.
    fn write(&mut self, name: &Path, bytes: &[u8]) -> Result<PathBuf> {
        let failed = |source| EngineError::File { path: name.to_owned(), source };
        let folder = match &mut self.folder {
            Some(folder) => folder,
            none => none.insert(TempDir::with_prefix("fettle-").map_err(failed)?),
        };
        let file = folder.path().join(self.names.len().to_string());
        std::fs::write(&file, bytes).map_err(failed)?;
        self.names.insert(file.clone(), name.to_owned());
        Ok(file)
    }

    /// What a person calls this file.
    fn name(&self, file: &Path) -> PathBuf {
        self.names.get(file).map_or_else(|| file.to_owned(), Clone::clone)
    }
}

impl ExtendBank {
    /// The files that the paths stand for; those in zips are unpacked. A bad one is refused before
    /// anything is done.
    fn files(&self, job: &JobContext, unpacked: &mut Unpacked) -> Result<Vec<PathBuf>> {
        let (found, refused) = sources(self.paths.clone());
        if let Some(refused) = refused.into_iter().next() {
            return Err(refused.error);
        }
        let mut files = Vec::new();
        for source in found {
            match source {
                Source::File(file) => files.push(file),
                Source::Archive(mut archive) => {
                    let names: Vec<PathBuf> = archive.names().map(Path::to_owned).collect();
                    for (place, name) in names.iter().enumerate() {
                        job.check()?;
                        files.push(unpacked.write(name, &archive.read(place)?)?);
                    }
                }
            }
        }
        Ok(files)
    }

    fn sort(&self, job: &JobContext, base: &MemoryBank) -> Result<Sorted> {
        let mut unpacked = Unpacked::default();
        let files = self.files(job, &mut unpacked)?;
        let mut sorted = Sorted { new: Vec::new(), known: Vec::new(), unpacked };
        let mut seen: HashSet<ContentHash> = HashSet::new();
        for path in files {
            job.check()?;
            // Decoded, so that a bad file is said before anything is done.
            let name = sorted.unpacked.name(&path);
            let hash = decode_image(&read_source(&path)?, &name)?.hash;
            if !seen.insert(hash.clone()) {
                continue;
            }
            let same = job.shared.library(move |library| library.images_by_hash(&hash))?;
            let registered = same
                .iter()
                .find(|image| image.product == self.product && image.label == ImageLabel::Normal)
                .map(|image| image.id);
            if registered.is_some_and(|id| base.info().fit.images.contains(&id)) {
                sorted.known.push(name);
                continue;
            }
            let unnamed = ImageId(-1 - sorted.new.len() as i64);
            sorted.new.push(NormalPicture { id: registered.unwrap_or(unnamed), path });
        }
        Ok(sorted)
    }
}

/// `base` with the patches of `pictures` that it did not cover, and how many each gave. Its
/// limits are set by `rule` from the held-out scores of both, the old pictures' as they were:
/// rows that came to the bank since can only have lowered them.
fn extend(
    job: &JobContext,
    base: &MemoryBank,
    bank: &BankRef,
    rule: ThresholdRule,
    area: Option<&Arc<InspectionArea>>,
    pictures: &[NormalPicture],
) -> Result<(MemoryBank, Vec<usize>)> {
    let plan = base.info().fit.plan;
    let recipe = base.info().recipe.clone();
    let (ratio, seed, area) = (plan.ratio as f32, plan.seed, area.cloned());
    let fit = Fit { bank: bank.clone(), recipe: recipe.clone(), ratio, seed, area };
    let whitening = base.whitening();
    let mut extension = Extension::of(base)?;
    let mut added = Vec::with_capacity(pictures.len());
    for batch in pictures.chunks(super::fit::BATCH) {
        job.check()?;
        job.report("progress-features", "", added.len() as u64, pictures.len() as u64);
        let patches = fit.look_at(job, batch, Some(whitening))?;
        for (picture, patches) in batch.iter().zip(&patches) {
            added.push(extension.add(picture.id, patches, job.sink.as_ref())?);
        }
    }
    let coreset: Coreset = extension.finish()?;
    let mut held_out = base.info().held_out.clone();
    let against = Against { coreset: &coreset, whitening, learnt: None };
    held_out.extend(fit.hold_out(job, "", pictures, &against, &|_| None)?);
    let whitening = Arc::clone(whitening);
    let bank = MemoryBank::of_coreset(bank.clone(), recipe, whitening, coreset, held_out)?;
    Ok((known_defects::calibrate(job, bank, rule, fit.area.as_ref())?, added))
}

/// Ids for pictures that had none.
struct Registration {
    names: HashMap<ImageId, ImageId>,
    registered: Vec<ImageId>,
}

impl Registration {
    /// Registers those of `pictures` that are not; all of them, or none.
    fn of(job: &JobContext, product: &ProductCode, pictures: &[NormalPicture]) -> Result<Self> {
        let mut done = Self { names: HashMap::new(), registered: Vec::new() };
        for picture in pictures.iter().filter(|picture| picture.id.0 < 0) {
            let (product, path) = (product.clone(), picture.path.clone());
            match job.shared.library(move |library| library.register_normal(&product, &path)) {
                Ok(registered) => {
                    done.names.insert(picture.id, registered.id());
                    if let fettle_library::Registered::New(id) = registered {
                        done.registered.push(id);
                    }
                }
                Err(error) => {
                    done.take_back(job);
                    return Err(error);
                }
            }
        }
        Ok(done)
    }

    fn name(&self, id: ImageId) -> ImageId {
        self.names.get(&id).copied().unwrap_or(id)
    }

    /// After an error, which is the one to be told.
    fn take_back(&self, job: &JobContext) {
        for id in self.registered.iter().copied() {
            if let Err(error) = job.shared.library(move |library| library.remove_image(id)) {
                tracing::warn!(%error, %id, "an image stays registered");
            }
        }
    }
}

fn add_to_index(
    job: &JobContext,
    encoder: &ModelId,
    pictures: &[NormalPicture],
    registration: &Registration,
    normals: &mut Option<VectorIndex>,
) -> Result<()> {
    for batch in pictures.chunks(super::fit::BATCH) {
        let named: Vec<NormalPicture> = batch
            .iter()
            .map(|one| NormalPicture { id: registration.name(one.id), path: one.path.clone() })
            .collect();
        let decoded = super::fit::decode(&named)?;
        embed(job, encoder, &named, &decoded, normals)?;
    }
    Ok(())
}
