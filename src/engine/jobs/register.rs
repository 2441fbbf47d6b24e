//! Images of sound parts and of known defects.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::twins::{Twin, known_prints, note, twins_path};
use crate::domain::{ImageId, ImageLabel, ProductCode};
use crate::engine::error::{EngineError, Result};
use crate::engine::request::{JobContext, Request};
use crate::engine::unfinished::Repeatable;
use crate::library::{LibraryError, Registered};

/// Endings of files that a directory is searched for.
const IMAGE_ENDINGS: [&str; 7] = ["jpg", "jpeg", "png", "bmp", "tif", "tiff", "webp"];

/// Registers images under one label.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RegisterImages {
    /// The product they show.
    pub product: ProductCode,
    /// Normal, or which defect.
    pub label: ImageLabel,
    /// Files, and directories of which all images are meant.
    pub paths: Vec<PathBuf>,
}

/// What became of them.
#[derive(Debug, Default)]
pub struct RegisteredImages {
    /// Newly registered, in order.
    pub new: Vec<ImageId>,
    /// Registered before with the same bytes and label.
    pub known: Vec<ImageId>,
    /// Of the new ones, those that show a photograph that is registered already.
    pub twins: Vec<Twin>,
    /// Not registered.
    pub refused: Vec<Refusal>,
}

/// A file that could not be registered.
#[derive(Debug)]
pub struct Refusal {
    /// The file.
    pub path: PathBuf,
    /// Why.
    pub error: EngineError,
}

impl Request for RegisterImages {
    type Answer = RegisteredImages;

    fn name(&self) -> &'static str {
        "register-images"
    }

    fn repeatable(&self) -> Option<Repeatable> {
        Some(Repeatable::RegisterImages(self.clone()))
    }

    fn run(self, job: &JobContext) -> Result<RegisteredImages> {
        super::catalogue::require_product(job, &self.product)?;
        let mut outcome = RegisteredImages::default();
        let mut files = Vec::new();
        for path in &self.paths {
            match images_at(path) {
                Ok(found) => files.extend(found),
                Err(error) => outcome.refused.push(Refusal { path: path.clone(), error }),
            }
        }
        let mut prints = known_prints(job)?;
        let total = files.len() as u64;
        for (done, path) in files.into_iter().enumerate() {
            job.check()?;
            job.report("progress-register", &path.display().to_string(), done as u64, total);
            let (product, label, file) = (self.product.clone(), self.label.clone(), path.clone());
            let registered = job.shared.library(move |library| match &label {
                ImageLabel::Normal => library.register_normal(&product, &file),
                ImageLabel::Defect(defect) => library.register_defect(&product, defect, &file),
            });
            match registered {
                Ok(Registered::New(id)) => {
                    outcome.new.push(id);
                    outcome.twins.extend(note(job, &mut prints, id, path)?);
                }
                Ok(Registered::Already(id)) => outcome.known.push(id),
                // One bad file must not keep the others out; a full disk or a broken
                // library concerns them all.
                Err(EngineError::Library(error)) if error.is_about_one_file() => {
                    outcome.refused.push(Refusal { path, error: EngineError::Library(error) });
                }
                Err(other) => return Err(other),
            }
        }
        if !outcome.new.is_empty() {
            prints.save(&twins_path(&job.shared))?;
        }
        Ok(outcome)
    }
}

/// `path` itself, or the images of the directory `path`, by name.
pub(super) fn images_at(path: &Path) -> Result<Vec<PathBuf>> {
    let file_error = |source| EngineError::File { path: path.to_owned(), source };
    if !std::fs::metadata(path).map_err(file_error)?.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let mut images = Vec::new();
    for entry in std::fs::read_dir(path).map_err(file_error)? {
        let file = entry.map_err(file_error)?.path();
        let ending = file.extension().map(|ending| ending.to_string_lossy().to_lowercase());
        if ending.is_some_and(|ending| IMAGE_ENDINGS.contains(&ending.as_str())) {
            images.push(file);
        }
    }
    if images.is_empty() {
        return Err(EngineError::Library(LibraryError::NotAnImage { path: path.to_owned() }));
    }
    images.sort();
    Ok(images)
}
