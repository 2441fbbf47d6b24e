//! Measurements of a fit, of detection, and of a whole inspection.

use std::sync::Arc;
use std::time::Instant;

use super::measurement::{Measurement, milliseconds};
use super::scene::Scene;
use crate::error::{EngineError, Result};
use crate::jobs::bank::fit_bank::FitBank;
use crate::jobs::inspection::inspect::Inspect;
use crate::protocol::{JobContext, Request, Stopwatch};

/// Measures a whole fit (features, coreset, held-out scores, saving), the detection of one picture,
/// and its nearest-neighbour search alone.
pub(super) fn fit_and_detect(
    job: &JobContext,
    scene: &Scene,
    ratio: f32,
    repeats: usize,
) -> Result<Vec<Measurement>> {
    let fit = Measurement::once(job, "fit", || {
        let product = scene.product.clone();
        let fitted = FitBank { ratio, ..FitBank::new(product) }.run(job)?;
        Ok(format!("{}, {} images, {} rows", fitted.bank.model, fitted.images, fitted.rows))
    })?;
    let wanted = scene.product.clone();
    let registered = job.library(move |library| library.active_bank(&wanted))?;
    let registered =
        registered.ok_or_else(|| EngineError::UnknownProduct(scene.product.clone()))?;
    let path = job.shared.workspace.file(&registered.path);
    let (model, product) = (registered.bank.model, registered.bank.product);
    let detect = |part: Option<&'static str>| {
        let (path, model, product) = (path.clone(), model.clone(), product.clone());
        let pictures = Arc::clone(&scene.pictures);
        job.vision(move |lane| {
            let bank = lane.bank(&product, &path, &model, &mut Stopwatch::default())?;
            let mut watch = Stopwatch::default();
            let start = Instant::now();
            if let Some(picture) = pictures.first() {
                lane.detect(&bank, picture, None, &mut watch)?;
            }
            let whole = milliseconds(start);
            let timed = |name| watch.timings.iter().find(|timing| timing.name == name);
            Ok(part.and_then(timed).map_or(whole, |timing| timing.ms))
        })
    };
    let of = fit.of.clone();
    let whole = Measurement::of(job, "detect", of.clone(), repeats, || detect(None))?;
    let neighbours = Some("nearest-neighbours");
    let knn = Measurement::of(job, "nearest-neighbours", of, repeats, || detect(neighbours))?;
    Ok(vec![fit, whole, knn])
}

/// Measures an inspection from image file to record, without the language model.
pub(super) fn inspect(job: &JobContext, scene: &Scene, repeats: usize) -> Result<Vec<Measurement>> {
    let of = "file to record, no language model".to_owned();
    let measured = Measurement::of(job, "inspect", of, repeats, || {
        let inspect = Inspect {
            image: scene.part.clone(),
            product: Some(scene.product.clone()),
            with_llm: false,
            out: None,
        };
        let start = Instant::now();
        inspect.run(&job.with_unheard_events())?;
        Ok(milliseconds(start))
    })?;
    Ok(vec![measured])
}
