//! The state of the index of known defects.

use std::collections::HashSet;

use serde::Serialize;

use super::entry_ids::{self, is_whole};
use super::paths::defects_path;
use crate::error::Result;
use crate::protocol::{JobContext, NoEvent, Request, Stopwatch};
use fettle_domain::{ImageId, ModelId, ModelRole, Role};
use fettle_library::LabelFilter;

/// Reads the state of the index; `None` where there is no index.
#[derive(Debug, Clone, Copy)]
pub struct IndexInfo;

/// State of the index of known defects.
#[derive(Debug, Clone, Serialize)]
pub struct IndexState {
    /// Image embedder of the index.
    pub model: ModelId,
    /// Number of indexed images.
    pub images: usize,
    /// Number of images that differ from the library: registered but not indexed, with a region
    /// drawn since, or indexed but no longer registered.
    pub behind: usize,
}

impl Request for IndexInfo {
    type Answer = Option<IndexState>;
    type Event = NoEvent;

    fn name(&self) -> &'static str {
        "index-info"
    }

    fn role(&self) -> Role {
        Role::Operator
    }

    fn run(self, job: &JobContext) -> Result<Option<IndexState>> {
        let model = job.shared.model_for(ModelRole::ImageEmbedder)?;
        let path = defects_path(&job.shared, &model);
        let images = job.library(|library| library.images(None, &LabelFilter::AnyDefect))?;
        let registered: HashSet<i64> =
            images.iter().flat_map(entry_ids::ids).map(|(id, _)| id).collect();
        job.vision(move |lane| {
            let index = lane.index(&path, &model, &mut Stopwatch::default())?;
            Ok(index.map(|index| {
                let known: HashSet<i64> = index.ids().collect();
                let behind = registered.symmetric_difference(&known);
                let behind: HashSet<ImageId> = behind.map(|id| entry_ids::image_of(*id)).collect();
                let images = known.iter().filter(|id| is_whole(**id)).count();
                IndexState { model, images, behind: behind.len() }
            }))
        })
    }
}
