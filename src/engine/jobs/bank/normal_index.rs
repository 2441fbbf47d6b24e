//! The index of a bank's normal images. Inspections take their normal reference from it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use image::RgbImage;

use super::normal_pictures::NormalPicture;
use crate::error::Result;
use crate::protocol::{JobContext, Stopwatch};
use fettle_domain::ModelId;
use fettle_retrieval::vector_index::VectorIndex;

/// File of the index of a bank's normal images, beside the bank file `bank`.
pub(crate) fn normals_path(bank: &Path) -> PathBuf {
    bank.with_extension("normals")
}

/// Embeds a batch of normal images and adds them to the index, which is created if `None`.
pub(super) fn add_to_index(
    job: &JobContext,
    encoder: &ModelId,
    batch: &[NormalPicture],
    decoded: &Arc<Vec<RgbImage>>,
    normals: &mut Option<VectorIndex>,
) -> Result<()> {
    let (model, pictures) = (encoder.clone(), Arc::clone(decoded));
    let embeddings = job.vision(move |lane| {
        let pictures: Vec<&RgbImage> = pictures.iter().collect();
        lane.embed(&model, &pictures, &mut Stopwatch::default())
    })?;
    let normals = match normals {
        Some(normals) => normals,
        none => {
            let dim = embeddings.first().map_or(0, Vec::len);
            none.insert(VectorIndex::new(dim, encoder.clone())?)
        }
    };
    let ids: Vec<i64> = batch.iter().map(|picture| picture.id.0).collect();
    Ok(normals.add(&ids, &embeddings.concat())?)
}
