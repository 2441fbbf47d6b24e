//! Whether an image that is being registered shows a photograph that is there already.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use rayon::prelude::*;
use serde::Serialize;

use crate::error::Result;
use crate::request::JobContext;
use crate::shared::Shared;
use fettle_domain::{ImageId, RegisteredImage};
use fettle_library::{DecodedImage, LabelFilter, LibraryError, decode_image, read_image};
use fettle_retrieval::RetrievalError;
use fettle_retrieval::fingerprint::Fingerprint;
use fettle_retrieval::twins::Twins;

/// Images between two looks at whether somebody cancelled.
const CHUNK: usize = 32;

/// A new image and the registered one that it shows again.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Twin {
    /// The file that was registered.
    pub path: PathBuf,
    /// What it became.
    pub image: ImageId,
    /// The image that was there before.
    pub of: RegisteredImage,
}

/// Where the fingerprints of registered images are kept.
pub(super) fn twins_path(shared: &Shared) -> PathBuf {
    shared.workspace.index_dir().join("fingerprints")
}

/// The fingerprints of all registered images: those kept, and those of images that came since
/// by another way.
pub(super) fn known_prints(job: &JobContext) -> Result<Twins> {
    let mut prints = match Twins::load(&twins_path(&job.shared)) {
        Ok(prints) => prints,
        Err(RetrievalError::Io { source, .. }) if source.kind() == std::io::ErrorKind::NotFound => {
            Twins::default()
        }
        Err(error) => {
            tracing::warn!(%error, "the fingerprints are made anew");
            Twins::default()
        }
    };
    let images = job.shared.library(|library| library.images(None, &LabelFilter::Any))?;
    let registered: HashSet<i64> = images.iter().map(|image| image.id.0).collect();
    prints.retain(|id| registered.contains(&id));
    let new: Vec<_> = images.iter().filter(|image| !prints.contains(image.id.0)).collect();
    let root = job.shared.workspace.root();
    for (done, chunk) in new.chunks(CHUNK).enumerate() {
        job.check()?;
        job.report("progress-fingerprint", "", (done * CHUNK) as u64, new.len() as u64);
        let made = chunk.par_iter().filter_map(|image| {
            let print = fingerprint(&root.join(&image.path))?;
            Some((image.id.0, print))
        });
        for (id, print) in made.collect::<Vec<_>>() {
            prints.insert(id, print);
        }
    }
    Ok(prints)
}

/// The fingerprint of an image; one that cannot be read has no twins.
fn fingerprint(path: &Path) -> Option<Fingerprint> {
    fingerprint_of(read_image(path))
}

fn fingerprint_of(read: Result<DecodedImage, LibraryError>) -> Option<Fingerprint> {
    match read {
        Ok(picture) => Some(Fingerprint::of(&picture.rgb)),
        Err(error) => {
            tracing::warn!(%error, "an image is not held against the others");
            None
        }
    }
}

/// Keeps the fingerprint of the image `id`, just registered from `path` (from `bytes`, where they
/// are no file of their own), and tells whether another image is of the same photograph.
pub(super) fn note(
    job: &JobContext,
    prints: &mut Twins,
    id: ImageId,
    path: PathBuf,
    bytes: Option<&[u8]>,
) -> Result<Option<Twin>> {
    // Registered a moment ago: where the file went since, the next registration makes the
    // fingerprint of the workspace's copy.
    let read = bytes.map_or_else(|| read_image(&path), |bytes| decode_image(bytes, &path));
    let Some(print) = fingerprint_of(read) else { return Ok(None) };
    let twin = prints.find(&print);
    prints.insert(id.0, print);
    let Some(twin) = twin else { return Ok(None) };
    let of = job.shared.library(move |library| library.registered_image(ImageId(twin)))?;
    Ok(of.map(|of| Twin { path, image: id, of }))
}
