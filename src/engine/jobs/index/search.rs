//! Search for known defects by a picture, by a region of a picture, or by words.

use std::path::PathBuf;

use image::RgbImage;

use super::crop::crop_region;
use super::neighbours::{SearchFilter, neighbours};
use super::text_search::text_search_model;
use crate::error::{EngineError, Result};
use crate::jobs::registration::catalogue::require_product;
use crate::protocol::{JobContext, NoEvent, Request, Stopwatch};
use fettle_domain::{ModelRole, RectPx, Role, Similarity, TextKind};
use fettle_library::read_image;

/// The query of a search.
#[derive(Debug, Clone, PartialEq)]
pub enum Query {
    /// Images similar to the picture in this file.
    Picture(PathBuf),
    /// Images similar to a region of the picture, in pixels.
    Region(PathBuf, RectPx),
    /// Images described by these words. Needs an image embedder with a text encoder.
    Words(String),
}

/// Searches the index of known defects.
#[derive(Debug, Clone)]
pub struct Search {
    /// The query.
    pub query: Query,
    /// Maximum number of hits.
    pub top: usize,
    /// Restriction to a product or a defect type.
    pub filter: SearchFilter,
}

impl Request for Search {
    /// A search by words has no suggestion: similarities between words and pictures are on another
    /// scale than similarities between pictures.
    type Answer = Similarity;
    type Event = NoEvent;

    fn name(&self) -> &'static str {
        "search"
    }

    fn role(&self) -> Role {
        Role::Operator
    }

    fn run(self, job: &JobContext) -> Result<Similarity> {
        if let Some(product) = &self.filter.product {
            require_product(job, product)?;
        }
        let watch = &mut Stopwatch::default();
        let picture = match &self.query {
            Query::Picture(path) => Some(read_image(path)?.rgb),
            Query::Region(path, region) => Some(crop_region(&read_image(path)?.rgb, *region)?),
            Query::Words(_) => None,
        };
        let by_words = picture.is_none();
        let embedding = match (picture, self.query) {
            (Some(picture), _) => embed_picture(job, picture)?,
            (None, Query::Words(words)) => embed_words(job, words)?,
            (None, _) => Vec::new(),
        };
        let found = neighbours(job, embedding, self.top, &self.filter, watch)?;
        let mut found = found.ok_or(EngineError::NoIndex)?;
        if by_words {
            found.suggestion = None;
        }
        Ok(found)
    }
}

fn embed_picture(job: &JobContext, picture: RgbImage) -> Result<Vec<f32>> {
    let model = job.shared.model_for(ModelRole::ImageEmbedder)?;
    let rows =
        job.vision(move |lane| lane.embed(&model, &[&picture], &mut Stopwatch::default()))?;
    Ok(rows.into_iter().next().unwrap_or_default())
}

fn embed_words(job: &JobContext, words: String) -> Result<Vec<f32>> {
    let model = text_search_model(job)?;
    job.vision(move |lane| {
        let encoder = lane.text_encoder(&model, &mut Stopwatch::default())?;
        let rows = encoder.embed(&[&words], TextKind::Query)?;
        Ok(rows.into_iter().next().unwrap_or_default())
    })
}
