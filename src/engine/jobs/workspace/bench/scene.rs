//! The images that the benchmark works on.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use image::RgbImage;

use crate::error::{EngineError, Result};
use crate::jobs::registration::catalogue::AddProduct;
use crate::jobs::registration::image_sources::images_at;
use crate::jobs::registration::register_images::RegisterImages;
use crate::jobs::workspace::demo::BuildDemo;
use crate::protocol::{JobContext, Request};
use fettle_domain::{ImageLabel, Product, ProductCode};
use fettle_library::{LabelFilter, LibraryError, read_image};
use fettle_vision::VisionError;

/// Images in a measured batch.
pub(super) const BATCH: usize = 8;

/// Images and product of the benchmark.
pub(super) struct Scene {
    pub(super) product: ProductCode,
    /// The first normal pictures, at most [`BATCH`].
    pub(super) pictures: Arc<Vec<RgbImage>>,
    /// Image file to inspect.
    pub(super) part: PathBuf,
}

impl Scene {
    /// Registers at most `count` images of `folder`, or builds the demo.
    pub(super) fn prepare(job: &JobContext, folder: Option<&Path>, count: usize) -> Result<Self> {
        let (product, part) = match folder {
            Some(folder) => register(job, folder, count)?,
            None => demo(job)?,
        };
        let code = product.clone();
        let images =
            job.library(move |library| library.images(Some(&code), &LabelFilter::Normal))?;
        let workspace = &job.shared.workspace;
        let pictures = images
            .iter()
            .take(BATCH)
            .map(|image| Ok(read_image(&workspace.file(&image.path))?.rgb))
            .collect::<Result<Vec<_>>>()?;
        let first = images.first().map(|image| workspace.file(&image.path));
        let part = part.or(first).ok_or(EngineError::TooFewNormals {
            product: product.clone(),
            count: images.len(),
            needed: 1,
        })?;
        Ok(Scene { product, pictures: Arc::new(pictures), part })
    }
}

/// Registers the first `count` images of `folder` as a new product.
fn register(
    job: &JobContext,
    folder: &Path,
    count: usize,
) -> Result<(ProductCode, Option<PathBuf>)> {
    let code = ProductCode::new("bench").map_err(LibraryError::from)?;
    let name = "bench".to_owned();
    AddProduct(Product { code: code.clone(), name_ko: name.clone(), name_en: name }).run(job)?;
    let mut paths = images_at(folder)?;
    paths.truncate(count);
    let (product, label) = (code.clone(), ImageLabel::Normal);
    RegisterImages { product, label, paths, recursive: false, regions: BTreeMap::new() }
        .run(job)?;
    Ok((code, None))
}

/// Builds the demo; returns the product and image file of its first inspection.
fn demo(job: &JobContext) -> Result<(ProductCode, Option<PathBuf>)> {
    let out = job.shared.workspace.out_dir();
    let parts = BuildDemo { profile: None, out: Some(out.clone()), with_llm: false }.run(job)?;
    let none = VisionError::Empty("demo parts");
    let part = parts.into_iter().next().ok_or(none)?.inspected.inspection;
    let product = part.product.ok_or(EngineError::Ended)?;
    Ok((product, Some(PathBuf::from(part.source))))
}
