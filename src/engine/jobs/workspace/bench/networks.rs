//! Measurements of the image networks, with preprocessing.

use std::sync::Arc;
use std::time::Instant;

use image::RgbImage;

use super::measurement::{Measurement, milliseconds};
use super::scene::{BATCH, Scene};
use crate::error::Result;
use crate::protocol::{JobContext, Stopwatch};
use crate::vision_lane::VisionLane;
use fettle_domain::{ModelRole, RecipeChoice};

/// Measures the image embedder.
pub(super) fn embed(job: &JobContext, scene: &Scene, repeats: usize) -> Result<Vec<Measurement>> {
    let model = job.shared.model_for(ModelRole::ImageEmbedder)?;
    measure(job, scene, repeats, "embed", &model.to_string(), move |lane, pictures| {
        lane.embed(&model, pictures, &mut Stopwatch::default()).map(drop)
    })
}

/// Measures the backbone: pictures to patches.
pub(super) fn features(
    job: &JobContext,
    scene: &Scene,
    repeats: usize,
) -> Result<Vec<Measurement>> {
    let model = job.shared.model_for(ModelRole::Backbone)?;
    measure(job, scene, repeats, "features", &model.to_string(), move |lane, pictures| {
        let recipe = lane.detection_recipe(&model, &RecipeChoice::default())?;
        let watch = &mut Stopwatch::default();
        lane.patches(&model, pictures, &recipe, None, None, watch).map(drop)
    })
}

fn measure(
    job: &JobContext,
    scene: &Scene,
    repeats: usize,
    name: &'static str,
    model: &str,
    work: impl Fn(&mut VisionLane, &[&RgbImage]) -> Result<()> + Send + Sync + 'static,
) -> Result<Vec<Measurement>> {
    let work = Arc::new(work);
    let mut measured = Vec::new();
    for batch in [1, scene.pictures.len().min(BATCH)] {
        let of = format!("{model}, batch of {batch}");
        measured.push(Measurement::of(job, name, of, repeats, || {
            let (work, pictures) = (Arc::clone(&work), Arc::clone(&scene.pictures));
            // The clock starts on the lane, without the wait for the lane.
            job.vision(move |lane| {
                let pictures: Vec<&RgbImage> = pictures.iter().take(batch).collect();
                let start = Instant::now();
                work(lane, &pictures)?;
                Ok(milliseconds(start))
            })
        })?);
    }
    Ok(measured)
}
