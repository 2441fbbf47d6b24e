//! The normal pictures that a bank is fitted on.

use std::path::PathBuf;
use std::sync::Arc;

use image::RgbImage;
use rayon::prelude::*;

use crate::error::Result;
use fettle_domain::ImageId;
use fettle_library::read_image;

/// Pictures in a batch of the network.
pub(super) const BATCH: usize = 8;

/// A picture of a normal part.
#[derive(Debug, Clone)]
pub(crate) struct NormalPicture {
    pub(crate) id: ImageId,
    pub(crate) path: PathBuf,
}

/// Reads the pictures of a batch, in parallel.
pub(super) fn read_pictures(batch: &[NormalPicture]) -> Result<Arc<Vec<RgbImage>>> {
    let read = |picture: &NormalPicture| Ok(read_image(&picture.path)?.rgb);
    Ok(Arc::new(batch.par_iter().map(read).collect::<Result<_>>()?))
}

/// At most `limit` of `pictures`, evenly spaced.
pub(super) fn evenly_spaced(pictures: &[NormalPicture], limit: usize) -> Vec<NormalPicture> {
    let count = pictures.len().min(limit);
    (0..count).map(|n| pictures[n * pictures.len() / count].clone()).collect()
}
