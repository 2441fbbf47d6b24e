//! Search among known defects: by a picture, by a part of one, by words.

use std::path::PathBuf;

use image::{RgbImage, imageops};

use super::index::defects_path;
use super::indexed;
use crate::error::{EngineError, Result};
use crate::request::{JobContext, Request, Stopwatch};
use fettle_domain::{
    DefectCode, Hit, ImageLabel, ModelId, ModelRole, ProductCode, RectPx, Similarity, Suggestion,
    TextKind,
};
use fettle_library::{LabelFilter, Library, LibraryError, read_image};
use fettle_models::store::ModelState;
use fettle_models::words_encoder::knows_words;
use fettle_retrieval::vote::{VoteRule, vote};

/// Hits that vote, and that an inspection shows.
pub(super) const VOTERS: usize = 5;
/// Found images that may have been removed since the index was built.
const SLACK: usize = 16;

/// What is searched for.
#[derive(Debug, Clone, PartialEq)]
pub enum Query {
    /// What resembles the picture in this file.
    Picture(PathBuf),
    /// What resembles this part of it, in its pixels.
    Region(PathBuf, RectPx),
    /// What these words describe. Needs an image embedder that knows words.
    Words(String),
}

/// Finds known defects.
#[derive(Debug, Clone)]
pub struct Search {
    /// What is searched for.
    pub query: Query,
    /// Hits wanted.
    pub top: usize,
    /// Which images are searched.
    pub among: Among,
}

/// Which known defects count.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Among {
    /// Of this product; `None`: of all.
    pub product: Option<ProductCode>,
    /// Of this defect; `None`: of all.
    pub defect: Option<DefectCode>,
}

impl Request for Search {
    /// Words are answered without a suggestion: how near a word is to a picture says nothing of
    /// how near pictures are to one another.
    type Answer = Similarity;

    fn name(&self) -> &'static str {
        "search"
    }

    fn run(self, job: &JobContext) -> Result<Similarity> {
        if let Some(product) = &self.among.product {
            super::catalogue::require_product(job, product)?;
        }
        let watch = &mut Stopwatch::default();
        let picture = match &self.query {
            Query::Picture(path) => Some(read_image(path)?.rgb),
            Query::Region(path, region) => Some(cut_out(&read_image(path)?.rgb, *region)?),
            Query::Words(_) => None,
        };
        let by_words = picture.is_none();
        let embedding = match (picture, self.query) {
            (Some(picture), _) => embed_picture(job, picture)?,
            (None, Query::Words(words)) => embed_words(job, words)?,
            (None, _) => Vec::new(),
        };
        let found = neighbours(job, embedding, self.top, &self.among, watch)?;
        let mut found = found.ok_or(EngineError::NoIndex)?;
        if by_words {
            found.suggestion = None;
        }
        Ok(found)
    }
}

fn embed_picture(job: &JobContext, picture: RgbImage) -> Result<Vec<f32>> {
    let model = job.shared.model_for(ModelRole::ImageEmbedder)?;
    let rows = job
        .shared
        .vision(move |lane| lane.embed(&model, &[&picture], &mut Stopwatch::default()))?;
    Ok(rows.into_iter().next().unwrap_or_default())
}

/// Asks what [`Query::Words`] can be answered with: [`EngineError::NoWords`] where no embedder
/// that is known knows words. Nothing is loaded.
#[derive(Debug, Clone, Copy)]
pub struct AskWordsModel;

/// The image embedder that words can be searched with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WordsModel {
    /// Which.
    pub model: ModelId,
    /// Whether it is the one in use.
    pub is_chosen: bool,
    /// Whether its files are here.
    pub is_here: bool,
    /// Their size, where it is known.
    pub bytes: Option<u64>,
}

impl WordsModel {
    /// Whether words can be searched for as it is.
    pub fn is_ready(&self) -> bool {
        self.is_chosen && self.is_here
    }
}

impl Request for AskWordsModel {
    type Answer = WordsModel;

    fn name(&self) -> &'static str {
        "ask-words-model"
    }

    fn run(self, job: &JobContext) -> Result<WordsModel> {
        let (model, is_chosen) = match words_model(job) {
            Ok(model) => (model, true),
            Err(EngineError::NoWords { able: Some(able), .. }) => (able, false),
            Err(error) => return Err(error),
        };
        let store = &job.shared.store;
        let entry = store.manifest().model(&model)?;
        Ok(WordsModel {
            is_here: store.state(entry) == ModelState::Present,
            bytes: entry.bytes(),
            model,
            is_chosen,
        })
    }
}

/// The image embedder, which must know words.
fn words_model(job: &JobContext) -> Result<ModelId> {
    let model = job.shared.model_for(ModelRole::ImageEmbedder)?;
    let manifest = job.shared.store.manifest();
    if !knows_words(&manifest.model(&model)?.architecture) {
        let able = manifest.models().iter().find(|entry| {
            entry.roles.contains(&ModelRole::ImageEmbedder) && knows_words(&entry.architecture)
        });
        return Err(EngineError::NoWords { model, able: able.map(|entry| entry.id.clone()) });
    }
    Ok(model)
}

fn embed_words(job: &JobContext, words: String) -> Result<Vec<f32>> {
    let model = words_model(job)?;
    job.shared.vision(move |lane| {
        let encoder = lane.words(&model, &mut Stopwatch::default())?;
        let rows = encoder.embed(&[&words], TextKind::Query)?;
        Ok(rows.into_iter().next().unwrap_or_default())
    })
}

/// `region` of `picture` and what is around it to the square that networks look at: cut to
/// the region itself, an oblong one would lose its ends.
pub(super) fn cut_out(picture: &RgbImage, region: RectPx) -> Result<RgbImage> {
    let (width, height) = picture.dimensions();
    if !region.is_in(width, height) {
        return Err(EngineError::RegionOutside { width, height });
    }
    let side = region.width.max(region.height);
    let span = |start: u32, length: u32, whole: u32| {
        let span = side.min(whole);
        let start = start.saturating_sub((span - length) / 2).min(whole - span);
        (start, span)
    };
    let (x, across) = span(region.x, region.width, width);
    let (y, down) = span(region.y, region.height, height);
    Ok(imageops::crop_imm(picture, x, y, across, down).to_image())
}

/// The known defects nearest to an embedding, and what they suggest; `None` where nothing is
/// indexed.
pub(super) fn neighbours(
    job: &JobContext,
    embedding: Vec<f32>,
    top: usize,
    among: &Among,
    watch: &mut Stopwatch,
) -> Result<Option<Similarity>> {
    let model = job.shared.model_for(ModelRole::ImageEmbedder)?;
    let path = defects_path(&job.shared, &model);
    let among = match among {
        Among { product: None, defect: None } => None,
        Among { product, defect } => {
            let (product, defect) = (product.clone(), defect.clone());
            let label = defect.map_or(LabelFilter::AnyDefect, LabelFilter::Defect);
            let images =
                job.shared.library(move |library| library.images(product.as_ref(), &label))?;
            let ids = images.iter().flat_map(indexed::ids).map(|(id, _)| id);
            Some(ids.collect::<Vec<i64>>())
        }
    };
    // An image may be found twice: by the whole of it and by its region.
    let count = top.max(VOTERS).saturating_add(SLACK).saturating_mul(2);
    let (found, timings) = job.shared.vision(move |lane| {
        let mut watch = Stopwatch::default();
        let found = match lane.index(&path, &model, &mut watch)? {
            None => None,
            Some(index) => {
                let near = watch.time("search", || match &among {
                    None => index.search(&embedding, count),
                    Some(ids) => index.search_among(&embedding, count, ids),
                })?;
                Some((near, index.spreads.clone()))
            }
        };
        Ok((found, watch.timings))
    })?;
    watch.timings.extend(timings);
    let Some((near, spreads)) = found else { return Ok(None) };
    let mut hits = job.shared.library(move |library| hits(library, near))?;
    let suggestion = suggested(&hits, &spreads);
    hits.truncate(top);
    Ok(Some(Similarity { hits, suggestion }))
}

/// The images that were found by these ids, each once, by what of it is nearest. What was removed
/// or drawn anew since the index was built is not among them.
fn hits(library: &Library, near: Vec<(i64, f32)>) -> Result<Vec<Hit>, LibraryError> {
    let mut hits: Vec<Hit> = Vec::new();
    for (id, score) in near {
        let Some(image) = library.registered_image(indexed::image_of(id))? else { continue };
        let is_old = !indexed::ids(&image).any(|(now, _)| now == id);
        if is_old || hits.iter().any(|hit| hit.image == image.id) {
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

fn suggested(hits: &[Hit], spreads: &fettle_retrieval::spread::Spreads) -> Option<Suggestion> {
    vote(hits.get(..VOTERS).unwrap_or(hits), spreads, &VoteRule::default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_region_is_cut_out_with_the_square_around_it() {
        let picture = RgbImage::from_fn(100, 60, |x, y| image::Rgb([x as u8, y as u8, 0]));
        let rect = |x, y, width, height| RectPx { x, y, width, height };
        // region, expected left, top, width, height
        for (region, expected) in [
            (rect(40, 20, 20, 20), [40, 20, 20, 20]),
            (rect(40, 20, 30, 10), [40, 10, 30, 30]),
            (rect(0, 0, 10, 30), [0, 0, 30, 30]),
            (rect(90, 50, 10, 10), [90, 50, 10, 10]),
            (rect(95, 0, 5, 60), [40, 0, 60, 60]),
            (rect(0, 30, 100, 5), [0, 0, 100, 60]),
            (rect(99, 59, 1, 1), [99, 59, 1, 1]),
        ] {
            let cut = cut_out(&picture, region).unwrap();
            let [x, y, width, height] = expected;
            assert_eq!(cut.dimensions(), (width, height), "{region:?}");
            assert_eq!(cut.get_pixel(0, 0).0, [x as u8, y as u8, 0], "{region:?}");
        }
        for region in [
            rect(0, 0, 0, 5),
            rect(0, 0, 5, 0),
            rect(96, 0, 5, 5),
            rect(0, 56, 5, 5),
            rect(u32::MAX, 0, 5, 5),
            rect(0, 0, u32::MAX, u32::MAX),
        ] {
            let refused = cut_out(&picture, region);
            assert!(matches!(refused, Err(EngineError::RegionOutside { width: 100, height: 60 })));
        }
    }
}
