//! The similarity stage: known defects that resemble the image.

use std::sync::Arc;

use image::RgbImage;

use crate::error::Result;
use crate::jobs::index::neighbours::{SearchFilter, VOTERS, neighbours};
use crate::protocol::{JobContext, Stopwatch};
use fettle_domain::{ModelRole, ProductCode, Similarity, SkipReason, Stage};

/// Result of the similarity stage.
pub(super) struct SimilarityFinding {
    pub(super) similarity: Stage<Similarity>,
    /// Embedding of the whole image, of unit length; also finds the nearest normal part.
    pub(super) embedding: Vec<f32>,
}

/// Embeds the image, finds its neighbours and lets them vote. Only defects of `product` count, if
/// given.
pub(super) fn similarity_stage(
    job: &JobContext,
    picture: &Arc<RgbImage>,
    product: Option<&ProductCode>,
    watch: &mut Stopwatch,
) -> Result<SimilarityFinding> {
    let embedding = embed(job, picture, watch)?;
    let filter = SearchFilter { product: product.cloned(), defect: None };
    let similarity = match neighbours(job, embedding.clone(), VOTERS, &filter, watch)? {
        Some(found) => Stage::Done(found),
        None => Stage::Skipped(SkipReason::NoIndex),
    };
    Ok(SimilarityFinding { similarity, embedding })
}

/// The embedding of the whole image, of unit length.
pub(super) fn embed(
    job: &JobContext,
    picture: &Arc<RgbImage>,
    watch: &mut Stopwatch,
) -> Result<Vec<f32>> {
    let model = job.shared.model_for(ModelRole::ImageEmbedder)?;
    let picture = Arc::clone(picture);
    let (embedding, timings) = job.vision(move |lane| {
        let mut watch = Stopwatch::default();
        let rows = lane.embed(&model, &[picture.as_ref()], &mut watch)?;
        Ok((rows.into_iter().next().unwrap_or_default(), watch.timings))
    })?;
    watch.timings.extend(timings);
    Ok(embedding)
}
