//! The registered defect images nearest to an embedding.

use super::entry_ids;
use super::paths::defects_path;
use crate::error::Result;
use crate::protocol::{JobContext, Stopwatch};
use fettle_domain::{DefectCode, Hit, ImageLabel, ModelRole, ProductCode, Similarity, Suggestion};
use fettle_library::{LabelFilter, Library, LibraryError};
use fettle_retrieval::vote::{VoteRule, vote};

/// Hits that vote on a suggestion and that an inspection shows.
pub(crate) const VOTERS: usize = 5;
/// Extra hits requested, for images removed since the index was built.
const EXTRA_HITS: usize = 16;

/// Restriction of a search to a product or a defect type.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SearchFilter {
    /// Only images of this product; `None`: of all.
    pub product: Option<ProductCode>,
    /// Only images of this defect; `None`: of all.
    pub defect: Option<DefectCode>,
}

/// The `top` known defects nearest to `embedding`, with the suggestion that they vote for; `None`
/// where there is no index.
pub(crate) fn neighbours(
    job: &JobContext,
    embedding: Vec<f32>,
    top: usize,
    filter: &SearchFilter,
    watch: &mut Stopwatch,
) -> Result<Option<Similarity>> {
    let model = job.shared.model_for(ModelRole::ImageEmbedder)?;
    let path = defects_path(&job.shared, &model);
    let ids = match filter {
        SearchFilter { product: None, defect: None } => None,
        SearchFilter { product, defect } => {
            let (product, defect) = (product.clone(), defect.clone());
            let label = defect.map_or(LabelFilter::AnyDefect, LabelFilter::Defect);
            let images = job.library(move |library| library.images(product.as_ref(), &label))?;
            let ids = images.iter().flat_map(entry_ids::ids).map(|(id, _)| id);
            Some(ids.collect::<Vec<i64>>())
        }
    };
    // An image may be found twice: by the whole picture and by its region.
    let count = top.max(VOTERS).saturating_add(EXTRA_HITS).saturating_mul(2);
    let (found, timings) = job.vision(move |lane| {
        let mut watch = Stopwatch::default();
        let found = match lane.index(&path, &model, &mut watch)? {
            None => None,
            Some(index) => {
                let near = watch.time("search", || match &ids {
                    None => index.search(&embedding, count),
                    Some(ids) => index.search_filtered(&embedding, count, ids),
                })?;
                Some((near, index.neighbour_distances.clone()))
            }
        };
        Ok((found, watch.timings))
    })?;
    watch.timings.extend(timings);
    let Some((near, spreads)) = found else { return Ok(None) };
    let mut hits = job.library(move |library| hits(library, near))?;
    let suggestion = suggestion(&hits, &spreads);
    hits.truncate(top);
    Ok(Some(Similarity { hits, suggestion }))
}

/// The images of the entries `near`, each once, with the score of its nearest entry. Images removed
/// and regions replaced since the index was built are left out.
fn hits(library: &Library, near: Vec<(i64, f32)>) -> Result<Vec<Hit>, LibraryError> {
    let mut hits: Vec<Hit> = Vec::new();
    for (id, score) in near {
        let Some(image) = library.registered_image(entry_ids::image_of(id))? else { continue };
        let is_stale = !entry_ids::ids(&image).any(|(current, _)| current == id);
        if is_stale || hits.iter().any(|hit| hit.image == image.id) {
            continue;
        }
        if let ImageLabel::Defect(defect) = image.label {
            let region = image.region.map(|region| region.rect);
            let (image, product, path) = (image.id, image.product, image.path);
            hits.push(Hit { image, product, defect, score, path, region });
        }
    }
    Ok(hits)
}

fn suggestion(
    hits: &[Hit],
    spreads: &fettle_retrieval::neighbour_distances::NeighbourDistances,
) -> Option<Suggestion> {
    vote(hits.get(..VOTERS).unwrap_or(hits), spreads, &VoteRule::default())
}
