//! Extending the active bank with normal images, without a new fit.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::active_bank::ActiveBank;
use super::backtest::{Backtest, backtest};
use super::bank_files::commit_bank;
use super::calibration::Calibrated;
use super::extension::extend;
use super::inspection_area::load_inspection_area;
use super::normal_index::{add_to_index, normals_path};
use super::normal_pictures::{BATCH, NormalPicture, read_pictures};
use super::product_lock::ProductLock;
use crate::error::{EngineError, Result};
use crate::jobs::registration::UnreadFolders;
use crate::jobs::registration::image_sources::{FoundImages, ImageSource, image_sources};
use crate::protocol::{JobContext, NoEvent, Request};
use fettle_domain::{
    BankRef, ContentHash, ImageId, ImageLabel, ModelId, ModelRole, ProductCode, Role, SampleBits,
    Thresholds,
};
use fettle_library::{decode_image, read_source};
use fettle_retrieval::vector_index::VectorIndex;
use fettle_system::ScratchFolder;
use fettle_vision::memory_bank::{Extended, MemoryBank};

/// Registers normal images and makes a new version of the product's bank with their patches.
#[derive(Debug, Clone)]
pub struct ExtendBank {
    /// The product.
    pub product: ProductCode,
    /// Image files, directories and zip archives; of the latter two, all images.
    pub paths: Vec<PathBuf>,
    /// Whether directories stand for the images of their sub-folders, too.
    pub recursive: bool,
    /// Change nothing; score the past inspections with the extended bank instead.
    pub preview: bool,
}

/// Result of [`ExtendBank`].
#[derive(Debug, Clone, Serialize)]
pub struct ExtendedBank {
    /// The new version; the active version where no image was new.
    pub bank: BankRef,
    /// The version that was extended.
    pub from: u32,
    /// New images, with the rows that each adds.
    pub added: Vec<AddedImage>,
    /// Images that the bank was already fitted on.
    pub known: Vec<PathBuf>,
    /// Files in directories and archives that are no images.
    pub passed_over: Vec<PathBuf>,
    /// Sub-folders that were not looked into.
    #[serde(rename = "subfolders")]
    pub unread: UnreadFolders,
    /// Number of rows of the extended bank.
    pub rows: usize,
    /// Thresholds before.
    pub thresholds_before: Thresholds,
    /// Thresholds after.
    pub thresholds: Thresholds,
    /// The past inspections with the extended bank, for a preview.
    #[serde(rename = "impact")]
    pub backtest: Option<Backtest>,
}

/// A new image of an extended bank.
#[derive(Debug, Clone, Serialize)]
pub struct AddedImage {
    /// The file, as given.
    pub path: PathBuf,
    /// Number of rows that the image adds: patches that the bank did not cover.
    pub rows: usize,
}

impl Request for ExtendBank {
    type Answer = ExtendedBank;
    type Event = NoEvent;

    fn name(&self) -> &'static str {
        "extend-bank"
    }

    fn role(&self) -> Role {
        Role::Engineer
    }

    fn run(self, job: &JobContext) -> Result<ExtendedBank> {
        // A preview changes nothing, and need not wait.
        let _lock = match self.preview {
            false => Some(ProductLock::acquire(job, &self.product)?),
            true => None,
        };
        let active = ActiveBank::of(job, &self.product)?;
        let base = active.load(job)?;
        let ActiveBank { record, rules, .. } = active;
        let sorted = self.sort_images(job, &base)?;
        let SortedImages { new, known, extracted, passed_over, unread } = sorted;
        let version = {
            let product = self.product.clone();
            job.library(move |library| library.next_bank_version(&product))?
        };
        let mut answer = ExtendedBank {
            bank: record.bank.clone(),
            from: record.bank.version,
            added: Vec::new(),
            known,
            passed_over,
            unread,
            rows: base.rows().len(),
            thresholds_before: record.thresholds,
            thresholds: record.thresholds,
            backtest: None,
        };
        if new.is_empty() {
            return Ok(answer);
        }
        let bank = BankRef { version, ..record.bank.clone() };
        let encoder = job.shared.model_for(ModelRole::ImageEmbedder)?;
        let normals = normals_path(&job.shared.workspace.file(&record.path));
        let load = |path: &Path| {
            let product = self.product.clone();
            let failed = |source| EngineError::BankIndex { product, source };
            VectorIndex::load(path, &encoder).map_err(failed)
        };
        let mut normals = if normals.exists() { Some(load(&normals)?) } else { None };
        let rule = rules.last().copied().unwrap_or(base.info().rule);
        // A changed inspection area takes effect at the next fit.
        let area =
            load_inspection_area(job, &self.product)?.filter(|loaded| loaded.hash == record.area);
        let area = area.map(|loaded| loaded.area);
        let (extended, rows) = extend(job, &base, &bank, rule, area.as_ref(), &new)?;
        answer.bank = bank.clone();
        answer.rows = extended.bank.rows().len();
        answer.thresholds = extended.limits.thresholds;
        answer.added = new
            .iter()
            .zip(rows)
            .map(|(picture, rows)| AddedImage { path: extracted.name(&picture.path), rows })
            .collect();
        if self.preview {
            answer.backtest = Some(backtest(job, &self.product, extended, area.as_ref())?);
            return Ok(answer);
        }
        let registration = Registration::of(job, &self.product, &new)?;
        let Calibrated { bank: extended, term, limits, unread } = extended;
        let extended = extended.with_image_ids(&registration.ids).extending(Extended {
            version: answer.from,
            images: new.iter().map(|picture| registration.id_of(picture.id)).collect(),
            registered: registration.registered.clone(),
        });
        let extended = Calibrated { bank: extended, term, limits, unread };
        let samples = base.info().sample_bits;
        let saved = index_images(job, &encoder, &new, (&registration, samples), &mut normals)
            .and_then(|()| commit_bank(job, extended, normals.as_ref(), record.area.as_ref()));
        match saved {
            Ok(saved) => {
                answer.bank = saved.bank.info().bank.clone();
                Ok(answer)
            }
            Err(error) => {
                registration.undo(job);
                Err(error)
            }
        }
    }
}

/// The images of the request, sorted by whether the bank contains them.
struct SortedImages {
    /// Images that are not in the bank, under their ids, or a negative id until registered.
    new: Vec<NormalPicture>,
    known: Vec<PathBuf>,
    extracted: ExtractedImages,
    passed_over: Vec<PathBuf>,
    unread: UnreadFolders,
}

/// Images of zip archives as temporary files, deleted on drop.
#[derive(Default)]
struct ExtractedImages {
    folder: Option<ScratchFolder>,
    /// Name shown for each file: the path of the archive and the name inside.
    names: HashMap<PathBuf, PathBuf>,
}

impl ExtractedImages {
    /// Writes an image to a temporary file and returns its path.
    fn write(&mut self, scratch: &Path, name: &Path, bytes: &[u8]) -> Result<PathBuf> {
        let failed = |source| EngineError::File { path: name.to_owned(), source };
        let folder = match &mut self.folder {
            Some(folder) => folder,
            none => none.insert(ScratchFolder::new(scratch).map_err(failed)?),
        };
        let file = folder.path().join(self.names.len().to_string());
        std::fs::write(&file, bytes).map_err(failed)?;
        self.names.insert(file.clone(), name.to_owned());
        Ok(file)
    }

    /// The name shown for `file`.
    fn name(&self, file: &Path) -> PathBuf {
        self.names.get(file).map_or_else(|| file.to_owned(), Clone::clone)
    }
}

impl ExtendBank {
    /// The image files of `sources`, with archives extracted.
    fn image_files(
        job: &JobContext,
        sources: Vec<ImageSource>,
        extracted: &mut ExtractedImages,
    ) -> Result<Vec<PathBuf>> {
        let scratch = job.shared.workspace.scratch_dir();
        let mut files = Vec::new();
        for source in sources {
            match source {
                ImageSource::File(file) => files.push(file),
                ImageSource::Archive(mut archive) => {
                    archive.check_room(&scratch)?;
                    let names: Vec<PathBuf> = archive.names().map(Path::to_owned).collect();
                    for (index, name) in names.iter().enumerate() {
                        job.check()?;
                        files.push(extracted.write(&scratch, name, &archive.read(index)?)?);
                    }
                }
            }
        }
        Ok(files)
    }

    /// Sorts the images of the request. A bad path fails the job before anything is changed.
    fn sort_images(&self, job: &JobContext, base: &MemoryBank) -> Result<SortedImages> {
        let found = image_sources(&self.paths, self.recursive);
        let FoundImages { sources, rejected, passed_over, unread } = found;
        if let Some(rejected) = rejected.into_iter().next() {
            return Err(rejected.error);
        }
        let mut extracted = ExtractedImages::default();
        let files = Self::image_files(job, sources, &mut extracted)?;
        let (new, known) = (Vec::new(), Vec::new());
        let mut sorted = SortedImages { new, known, extracted, passed_over, unread };
        let mut seen: HashSet<ContentHash> = HashSet::new();
        for path in files {
            job.check()?;
            // Decoded, so that a bad file fails before anything is changed.
            let name = sorted.extracted.name(&path);
            let hash = decode_image(&read_source(&path)?, &name)?.hash;
            if !seen.insert(hash.clone()) {
                continue;
            }
            let same = job.library(move |library| library.images_by_hash(&hash))?;
            let registered = same
                .iter()
                .find(|image| image.product == self.product && image.label == ImageLabel::Normal)
                .map(|image| image.id);
            if registered.is_some_and(|id| base.info().fit.images.contains(&id)) {
                sorted.known.push(name);
                continue;
            }
            let provisional = ImageId(-1 - sorted.new.len() as i64);
            sorted.new.push(NormalPicture { id: registered.unwrap_or(provisional), path });
        }
        Ok(sorted)
    }
}

/// Images registered by an extension.
struct Registration {
    /// Image id by provisional id.
    ids: HashMap<ImageId, ImageId>,
    registered: Vec<ImageId>,
}

impl Registration {
    /// Registers the unregistered `pictures`: all of them, or none.
    fn of(job: &JobContext, product: &ProductCode, pictures: &[NormalPicture]) -> Result<Self> {
        let mut done = Self { ids: HashMap::new(), registered: Vec::new() };
        for picture in pictures.iter().filter(|picture| picture.id.0 < 0) {
            let (product, path) = (product.clone(), picture.path.clone());
            match job.library(move |library| library.register_normal(&product, &path)) {
                Ok(registered) => {
                    done.ids.insert(picture.id, registered.id());
                    if let fettle_library::Registered::New(id) = registered {
                        done.registered.push(id);
                    }
                }
                Err(error) => {
                    done.undo(job);
                    return Err(error);
                }
            }
        }
        Ok(done)
    }

    fn id_of(&self, id: ImageId) -> ImageId {
        self.ids.get(&id).copied().unwrap_or(id)
    }

    /// Removes the images again after an error. A failure here is only logged, so that the first error
    /// is reported.
    fn undo(&self, job: &JobContext) {
        for id in self.registered.iter().copied() {
            if let Err(error) = job.commit(move |library| library.remove_image(id)) {
                tracing::warn!(%error, %id, "an image stays registered");
            }
        }
    }
}

/// Embeds `pictures` under their registered ids.
fn index_images(
    job: &JobContext,
    encoder: &ModelId,
    pictures: &[NormalPicture],
    (registration, samples): (&Registration, Option<SampleBits>),
    normals: &mut Option<VectorIndex>,
) -> Result<()> {
    for batch in pictures.chunks(BATCH) {
        let named: Vec<NormalPicture> = batch
            .iter()
            .map(|one| NormalPicture { id: registration.id_of(one.id), path: one.path.clone() })
            .collect();
        let decoded = read_pictures(&named, samples)?.pictures;
        add_to_index(job, encoder, &named, &decoded, normals)?;
    }
    Ok(())
}
