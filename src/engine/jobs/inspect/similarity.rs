//! Which known defects the image resembles.

use std::sync::Arc;

use image::RgbImage;

use crate::error::Result;
use crate::jobs::search::{Among, VOTERS, neighbours};
use crate::request::{JobContext, Stopwatch};
use fettle_domain::{ModelRole, ProductCode, Similarity, SkipReason, Stage};

pub(super) struct Found {
    pub(super) similarity: Stage<Similarity>,
    /// Of the whole image, of unit length: also finds the nearest normal part.
    pub(super) embedding: Vec<f32>,
}

/// Embeds the image, finds its neighbours and lets them vote, those of `product` alone when
/// somebody named it.
pub(super) fn run(
    job: &JobContext,
    picture: &Arc<RgbImage>,
    product: Option<&ProductCode>,
    watch: &mut Stopwatch,
) -> Result<Found> {
    let model = job.shared.model_for(ModelRole::ImageEmbedder)?;
    let picture = Arc::clone(picture);
    let (embedding, timings) = job.shared.vision(move |lane| {
        let mut watch = Stopwatch::default();
        let rows = lane.embed(&model, &[picture.as_ref()], &mut watch)?;
        Ok((rows.into_iter().next().unwrap_or_default(), watch.timings))
    })?;
    watch.timings.extend(timings);
    let among = Among { product: product.cloned(), defect: None };
    let similarity = match neighbours(job, embedding.clone(), VOTERS, &among, watch)? {
        Some(found) => Stage::Done(found),
        None => Stage::Skipped(SkipReason::NoIndex),
    };
    Ok(Found { similarity, embedding })
}
