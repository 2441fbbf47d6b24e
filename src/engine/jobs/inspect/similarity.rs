//! Which known defects the image resembles.

use std::sync::Arc;

use image::RgbImage;

use crate::domain::{
    Hit, ImageId, ImageLabel, ModelRole, ProductCode, Similarity, SkipReason, Stage,
};
use crate::engine::error::Result;
use crate::engine::jobs::index::defects_path;
use crate::engine::request::{JobContext, Stopwatch};
use crate::library::LibraryError;
use crate::retrieval::vote::{VoteRule, vote};

/// Hits that are shown and that vote.
const TOP: usize = 5;

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
    let path = defects_path(&job.shared, &model);
    let (picture, whole) = (Arc::clone(picture), product.is_none());
    let (embedding, neighbours, timings) = job.shared.vision(move |lane| {
        let mut watch = Stopwatch::default();
        let embedding = lane
            .embed(&model, &[picture.as_ref()], &mut watch)?
            .into_iter()
            .next()
            .unwrap_or_default();
        let neighbours = match lane.index(&path, &model, &mut watch)? {
            None => None,
            // All of them where only some products count: flat search looks at all anyway.
            Some(index) => {
                let count = if whole { TOP } else { index.len() };
                Some(watch.time("search", || index.search(&embedding, count))?)
            }
        };
        Ok((embedding, neighbours, watch.timings))
    })?;
    watch.timings.extend(timings);
    let Some(neighbours) = neighbours else {
        return Ok(Found { similarity: Stage::Skipped(SkipReason::NoIndex), embedding });
    };
    let product = product.cloned();
    let hits = job.shared.library(move |library| {
        let mut hits = Vec::new();
        for (id, score) in neighbours {
            let image = match library.image(ImageId(id)) {
                Ok(image) => image,
                // Removed since the index was built.
                Err(LibraryError::UnknownImage(_)) => continue,
                Err(other) => return Err(other),
            };
            let ImageLabel::Defect(defect) = image.label else { continue };
            if product.as_ref().is_none_or(|product| *product == image.product) {
                let (image, product, path) = (image.id, image.product, image.path);
                hits.push(Hit { image, product, defect, score, path });
            }
            if hits.len() == TOP {
                break;
            }
        }
        Ok(hits)
    })?;
    let suggestion = vote(&hits, &VoteRule::default());
    Ok(Found { similarity: Stage::Done(Similarity { hits, suggestion }), embedding })
}
