//! A product's inspection area: drawing it, and reading it for a fit or an inspection.

use std::path::PathBuf;
use std::sync::Arc;

use serde::Serialize;

use crate::error::{EngineError, Result};
use crate::request::{JobContext, Request};
use fettle_domain::{AreaEffect, AreaShape, ContentHash, ProductArea, ProductCode, RelativePoint};
use fettle_library::{LabelFilter, decode_image, read_image, read_source};
use fettle_vision::heatmap::mask_of_image;
use fettle_vision::inspection_area::{InspectionArea, Outline};

/// Side of the square on which the inspected share is counted.
const COUNTED_ON_PX: u32 = 1024;

/// In what a person gives coordinates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AreaUnit {
    /// Pixels of the product's normal images, which must all be of one size.
    Pixels,
    /// Percent of width and height.
    Percent,
}

/// A shape as a person gives it.
#[derive(Debug, Clone, PartialEq)]
pub enum DrawnShape {
    /// The bright half of an image file, stretched over the inspected image.
    Mask(PathBuf),
    /// The inside of a polygon of three or more corners: x, y.
    Polygon(Vec<(f32, f32)>, AreaUnit),
}

/// Changes a product's inspection area, or with nothing to change tells it.
#[derive(Debug, Clone)]
pub struct DrawArea {
    /// The product.
    pub product: ProductCode,
    /// Whether its shapes are taken back first.
    pub clear: bool,
    /// Whether the new shapes are to be inspected or ignored.
    pub effect: AreaEffect,
    /// New shapes.
    pub shapes: Vec<DrawnShape>,
}

/// A product's inspection area, as it is now.
#[derive(Debug, Clone, Serialize)]
pub struct AreaState {
    /// Its shapes.
    pub area: ProductArea,
    /// Share of the image that is inspected, 0 to 1.
    pub inspected: f32,
    /// Whether the bank in use was fitted with another area.
    pub refit_advised: bool,
}

impl Request for DrawArea {
    type Answer = AreaState;

    fn name(&self) -> &'static str {
        "draw-area"
    }

    fn run(self, job: &JobContext) -> Result<AreaState> {
        super::catalogue::require_product(job, &self.product)?;
        // All is read and judged before anything is changed.
        let mut drawn = Vec::new();
        let before = inspection_area(job, &self.product)?;
        let mut outlines = match &before {
            Some(known) if !self.clear => known.outlines.clone(),
            _ => Vec::new(),
        };
        for shape in self.shapes {
            let (outline, shape) = read(job, &self.product, shape)?;
            outlines.push((self.effect, outline));
            drawn.push(shape);
        }
        let inspected = inspected_share(outlines);
        if inspected == 0.0 {
            return Err(EngineError::NothingInspected(self.product));
        }
        let (product, clear, effect) = (self.product, self.clear, self.effect);
        job.shared.library(move |library| {
            if clear {
                library.clear_inspection_area(&product)?;
            }
            for shape in drawn {
                match shape {
                    Readable::Mask(path) => {
                        library.add_mask(&product, effect, &path)?;
                    }
                    Readable::Polygon(points) => {
                        library.add_polygon(&product, effect, &points)?;
                    }
                }
            }
            let area = library.inspection_area(&product)?;
            let bank = library.active_bank(&product)?;
            let refit_advised = bank.is_some_and(|bank| bank.area != area.hash);
            Ok(AreaState { area, inspected, refit_advised })
        })
    }
}

/// A shape that was read and can be registered.
enum Readable {
    Mask(PathBuf),
    Polygon(Vec<RelativePoint>),
}

fn read(job: &JobContext, product: &ProductCode, shape: DrawnShape) -> Result<(Outline, Readable)> {
    Ok(match shape {
        DrawnShape::Mask(path) => {
            let mask = decode_image(&read_source(&path)?, &path)?.rgb;
            let mask = mask_of_image(&image::imageops::grayscale(&mask));
            (Outline::Mask(mask), Readable::Mask(path))
        }
        DrawnShape::Polygon(points, unit) => {
            let (width, height) = match unit {
                AreaUnit::Percent => (100.0, 100.0),
                AreaUnit::Pixels => size_of_normals(job, product)?,
            };
            let points: Vec<RelativePoint> = points
                .into_iter()
                .map(|(x, y)| RelativePoint { x: x / width, y: y / height })
                .collect();
            (Outline::Polygon(points.clone()), Readable::Polygon(points))
        }
    })
}

/// The one size of all normal images of a product.
fn size_of_normals(job: &JobContext, product: &ProductCode) -> Result<(f32, f32)> {
    let code = product.clone();
    let images =
        job.shared.library(move |library| library.images(Some(&code), &LabelFilter::Normal))?;
    let mut sizes: Vec<(u32, u32)> =
        images.iter().map(|image| (image.width_px, image.height_px)).collect();
    sizes.sort_unstable();
    sizes.dedup();
    match sizes[..] {
        [(width, height)] => Ok((width as f32, height as f32)),
        _ => Err(EngineError::NoPixelSize(product.clone())),
    }
}

fn inspected_share(outlines: Vec<(AreaEffect, Outline)>) -> f32 {
    InspectionArea::new(outlines).inspected(COUNTED_ON_PX, COUNTED_ON_PX).share()
}

/// A product's inspection area, ready to be applied.
#[derive(Debug, Clone)]
pub(super) struct ReadArea {
    outlines: Vec<(AreaEffect, Outline)>,
    pub(super) area: Arc<InspectionArea>,
    pub(super) hash: Option<ContentHash>,
}

/// The product's inspection area; `None` where all of the image is inspected.
pub(super) fn inspection_area(job: &JobContext, product: &ProductCode) -> Result<Option<ReadArea>> {
    let code = product.clone();
    let drawn = job.shared.library(move |library| library.inspection_area(&code))?;
    if drawn.shapes.is_empty() {
        return Ok(None);
    }
    let mut outlines = Vec::with_capacity(drawn.shapes.len());
    for registered in drawn.shapes {
        let outline = match registered.shape {
            AreaShape::Polygon { points } => Outline::Polygon(points),
            AreaShape::Mask { path, .. } => {
                let mask = read_image(&job.shared.workspace.root().join(path))?.rgb;
                Outline::Mask(mask_of_image(&image::imageops::grayscale(&mask)))
            }
        };
        outlines.push((registered.effect, outline));
    }
    let area = Arc::new(InspectionArea::new(outlines.clone()));
    Ok(Some(ReadArea { outlines, area, hash: drawn.hash }))
}
