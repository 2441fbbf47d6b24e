//! How fast this machine is at what Fettle does.
//!
//! Run on a workspace of its own (the command line makes one): the work is real, the demo's
//! parts or a folder of images, registered, fitted and inspected as a person would.

mod measure;
mod networks;
mod patchcore;
mod search;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use image::RgbImage;
use serde::Serialize;

use super::catalogue::AddProduct;
use super::demo::BuildDemo;
use super::register::RegisterImages;
use crate::devices::Placement;
use crate::error::{EngineError, Result};
use crate::request::{JobContext, Request};
use fettle_domain::{ImageLabel, Language, Product, ProductCode};
use fettle_library::{LabelFilter, read_image};

pub use measure::Measurement;

/// Images that a network sees at once where a batch is measured.
const BATCH: usize = 8;

/// Measures embedding, features, fit, nearest neighbours, search and a whole inspection.
#[derive(Debug, Clone)]
pub struct Bench {
    /// Normal images to work on; `None`: the demo's castings.
    pub images: Option<PathBuf>,
    /// At most so many of them.
    pub count: usize,
    /// Share of the patches that the bank keeps.
    pub ratio: f32,
    /// How often each short measurement is repeated; its median counts.
    pub repeats: usize,
    /// Vectors in the largest index that is searched.
    pub largest_index: usize,
}

/// What was measured, and on what.
#[derive(Debug, Clone, Serialize)]
pub struct Benchmark {
    /// The program's version.
    pub version: &'static str,
    /// The processor's name, where it says it.
    pub processor: Option<String>,
    /// Threads that compute.
    pub threads: usize,
    /// Where the vision networks run.
    pub device: String,
    /// The results, in the order they were taken.
    pub measurements: Vec<Measurement>,
    /// What could not be measured, and why.
    pub skipped: Vec<Skipped>,
}

/// Something that could not be measured.
#[derive(Debug, Clone, Serialize)]
pub struct Skipped {
    /// What.
    pub name: &'static str,
    /// Why, and what to do, in the program's language.
    pub reason: String,
}

/// What the measurements work on.
struct Scene {
    product: ProductCode,
    /// The first few normal pictures.
    pictures: Arc<Vec<RgbImage>>,
    /// An image file to inspect.
    part: PathBuf,
}

impl Request for Bench {
    type Answer = Benchmark;

    fn name(&self) -> &'static str {
        "bench"
    }

    fn run(self, job: &JobContext) -> Result<Benchmark> {
        let scene = self.scene(job)?;
        let mut benchmark = Benchmark {
            version: env!("CARGO_PKG_VERSION"),
            processor: raw_cpuid::CpuId::new()
                .get_processor_brand_string()
                .map(|name| name.as_str().trim().to_owned()),
            threads: rayon::current_num_threads(),
            device: Placement::describe(&job.shared.placement().vision),
            measurements: Vec::new(),
            skipped: Vec::new(),
        };
        let language = job.shared.language_of_text();
        benchmark.take("embed", language, networks::embed(job, &scene, self.repeats))?;
        benchmark.take("features", language, networks::features(job, &scene, self.repeats))?;
        benchmark.take("patchcore", language, patchcore::fit_and_detect(job, &scene, &self))?;
        benchmark.take("search", language, search::search(job, &self))?;
        benchmark.take("inspect", language, patchcore::inspect(job, &scene, self.repeats))?;
        Ok(benchmark)
    }
}

impl Benchmark {
    /// Keeps what was measured; a missing model leaves the rest to be measured.
    fn take(
        &mut self,
        name: &'static str,
        language: Language,
        measured: Result<Vec<Measurement>>,
    ) -> Result<()> {
        match measured {
            Ok(measurements) => self.measurements.extend(measurements),
            Err(EngineError::Cancelled) => return Err(EngineError::Cancelled),
            Err(error) => self.skipped.push(Skipped { name, reason: error.explain(language) }),
        }
        Ok(())
    }
}

impl Bench {
    fn scene(&self, job: &JobContext) -> Result<Scene> {
        let (product, part) = match &self.images {
            Some(folder) => self.register(job, folder)?,
            None => demo(job)?,
        };
        let of = product.clone();
        let images =
            job.shared.library(move |library| library.images(Some(&of), &LabelFilter::Normal))?;
        let root = job.shared.workspace.root();
        let pictures = images
            .iter()
            .take(BATCH)
            .map(|image| Ok(read_image(&root.join(&image.path))?.rgb))
            .collect::<Result<Vec<_>>>()?;
        let first = images.first().map(|image| root.join(&image.path));
        let part = part.or(first).ok_or(EngineError::TooFewNormals {
            product: product.clone(),
            count: images.len(),
            needed: 1,
        })?;
        Ok(Scene { product, pictures: Arc::new(pictures), part })
    }

    /// Registers the first images of `folder` as a product of their own.
    fn register(
        &self,
        job: &JobContext,
        folder: &std::path::Path,
    ) -> Result<(ProductCode, Option<PathBuf>)> {
        let code = ProductCode::new("bench").map_err(fettle_library::LibraryError::from)?;
        let name = "bench".to_owned();
        AddProduct(Product { code: code.clone(), name_ko: name.clone(), name_en: name })
            .run(job)?;
        let mut paths = super::register::images_at(folder)?;
        paths.truncate(self.count);
        let (product, label) = (code.clone(), ImageLabel::Normal);
        RegisterImages { product, label, paths, regions: BTreeMap::new() }.run(job)?;
        Ok((code, None))
    }
}

/// The demo's world, and the first part of it that is inspected.
fn demo(job: &JobContext) -> Result<(ProductCode, Option<PathBuf>)> {
    let out = job.shared.workspace.root().join("out");
    let parts = BuildDemo { profile: None, out: Some(out.clone()), with_llm: false }.run(job)?;
    let nothing = fettle_vision::VisionError::Nothing("demo parts");
    let part = parts.into_iter().next().ok_or(nothing)?.inspected.inspection;
    let product = part.product.ok_or(EngineError::Ended)?;
    Ok((product, Some(PathBuf::from(part.source))))
}
