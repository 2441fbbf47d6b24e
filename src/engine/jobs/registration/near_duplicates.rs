//! Near duplicates: a new image that shows the photograph of a registered one.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use image::RgbImage;
use rayon::prelude::*;
use serde::Serialize;

use crate::error::Result;
use crate::protocol::JobContext;
use crate::shared::Shared;
use fettle_domain::{ImageId, RegisteredImage};
use fettle_library::{LabelFilter, read_image};
use fettle_retrieval::RetrievalError;
use fettle_retrieval::fingerprint::Fingerprint;
use fettle_retrieval::near_duplicates::NearDuplicates;

/// Images fingerprinted between two checks for cancellation.
const CHUNK: usize = 32;

/// A new image and the registered image of the same photograph.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct NearDuplicate {
    /// File of the new image.
    pub path: PathBuf,
    /// Id of the new image.
    pub image: ImageId,
    /// The image registered before.
    pub of: RegisteredImage,
}

/// File of the fingerprints of registered images.
pub(super) fn fingerprints_path(shared: &Shared) -> PathBuf {
    shared.workspace.index_dir().join("fingerprints")
}

/// The fingerprints of all registered images: the stored ones, and those of images registered
/// since by another job.
pub(super) fn load_fingerprints(job: &JobContext) -> Result<NearDuplicates> {
    let mut fingerprints = match NearDuplicates::load(&fingerprints_path(&job.shared)) {
        Ok(fingerprints) => fingerprints,
        Err(RetrievalError::Io { source, .. }) if source.kind() == std::io::ErrorKind::NotFound => {
            NearDuplicates::default()
        }
        Err(error) => {
            tracing::warn!(%error, "the fingerprints are computed again");
            NearDuplicates::default()
        }
    };
    let images = job.library(|library| library.images(None, &LabelFilter::Any))?;
    let registered: HashSet<i64> = images.iter().map(|image| image.id.0).collect();
    fingerprints.retain(|id| registered.contains(&id));
    let new: Vec<_> = images.iter().filter(|image| !fingerprints.contains(image.id.0)).collect();
    let workspace = &job.shared.workspace;
    for (done, chunk) in new.chunks(CHUNK).enumerate() {
        job.check()?;
        job.report("progress-fingerprint", "", (done * CHUNK) as u64, new.len() as u64);
        let made = chunk.par_iter().filter_map(|image| {
            let print = fingerprint(&workspace.file(&image.path))?;
            Some((image.id.0, print))
        });
        for (id, print) in made.collect::<Vec<_>>() {
            fingerprints.insert(id, print);
        }
    }
    Ok(fingerprints)
}

/// The fingerprint of an image file; `None` where the file cannot be read.
fn fingerprint(path: &Path) -> Option<Fingerprint> {
    match read_image(path) {
        Ok(picture) => Some(Fingerprint::of(&picture.rgb)),
        Err(error) => {
            tracing::warn!(%error, "an image is not compared with the others");
            None
        }
    }
}

/// Adds the fingerprint of the picture of image `id`, just registered from `path`. Returns the
/// registered image of the same photograph.
pub(super) fn add_fingerprint(
    job: &JobContext,
    fingerprints: &mut NearDuplicates,
    id: ImageId,
    path: PathBuf,
    picture: &RgbImage,
) -> Result<Option<NearDuplicate>> {
    let print = Fingerprint::of(picture);
    let known = fingerprints.find(&print);
    fingerprints.insert(id.0, print);
    let Some(known) = known else { return Ok(None) };
    let of = job.library(move |library| library.registered_image(ImageId(known)))?;
    Ok(of.map(|of| NearDuplicate { path, image: id, of }))
}
