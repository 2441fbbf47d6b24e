//! The inspection area of a product: editing, and loading for a fit or an inspection.

use std::path::PathBuf;
use std::sync::Arc;

use serde::Serialize;

use crate::error::{EngineError, Result};
use crate::jobs::registration::catalogue::require_product;
use crate::protocol::{JobContext, NoEvent, Request};
use fettle_domain::{
    AreaEffect, AreaShape, ContentHash, ProductArea, ProductCode, RelativePoint, Role,
};
use fettle_library::{LabelFilter, decode_image, read_image, read_source};
use fettle_vision::heatmap::mask_of_image;
use fettle_vision::inspection_area::{InspectionArea, Outline};

/// Side of the raster on which the inspected share is counted, in pixels.
const COUNTED_ON_PX: u32 = 1024;

/// Unit of coordinates given by a user.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AreaUnit {
    /// Pixels of the product's normal images, which must all have the same size.
    Pixels,
    /// Percent of width and height.
    Percent,
}

/// A shape given by a user.
#[derive(Debug, Clone, PartialEq)]
pub enum DrawnShape {
    /// The bright pixels of an image file, stretched over the inspected image.
    Mask(PathBuf),
    /// The inside of a polygon with three or more corners (x, y).
    Polygon(Vec<(f32, f32)>, AreaUnit),
}

/// Edits the inspection area of a product. Without shapes and without `clear`, only reads it.
#[derive(Debug, Clone, PartialEq)]
pub struct DrawArea {
    /// The product.
    pub product: ProductCode,
    /// Remove the existing shapes first.
    pub clear: bool,
    /// New shapes in their order, each inspected or ignored.
    pub shapes: Vec<(AreaEffect, DrawnShape)>,
}

/// State of a product's inspection area.
#[derive(Debug, Clone, Serialize)]
pub struct AreaState {
    /// Shapes of the area.
    pub area: ProductArea,
    /// Inspected share of the image, 0 to 1.
    pub inspected: f32,
    /// Whether the active bank was fitted with another area.
    pub refit_advised: bool,
}

impl Request for DrawArea {
    type Answer = AreaState;
    type Event = NoEvent;

    fn name(&self) -> &'static str {
        "draw-area"
    }

    fn role(&self) -> Role {
        match self.clear || !self.shapes.is_empty() {
            true => Role::Engineer,
            false => Role::Operator,
        }
    }

    fn run(self, job: &JobContext) -> Result<AreaState> {
        require_product(job, &self.product)?;
        // All shapes are read and checked before anything is changed.
        let mut drawn = Vec::new();
        let before = load_inspection_area(job, &self.product)?;
        let mut outlines = match &before {
            Some(known) if !self.clear => known.outlines.clone(),
            _ => Vec::new(),
        };
        for (effect, shape) in self.shapes {
            let (outline, shape) = read_shape(job, &self.product, shape)?;
            outlines.push((effect, outline));
            drawn.push((effect, shape));
        }
        let inspected = inspected_share(outlines);
        if inspected == 0.0 {
            return Err(EngineError::NothingInspected(self.product));
        }
        let (product, clear) = (self.product, self.clear);
        job.library(move |library| {
            if clear {
                library.clear_inspection_area(&product)?;
            }
            for (effect, shape) in drawn {
                match shape {
                    NewShape::Mask(path) => {
                        library.add_mask(&product, effect, &path)?;
                    }
                    NewShape::Polygon(points) => {
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
enum NewShape {
    Mask(PathBuf),
    Polygon(Vec<RelativePoint>),
}

fn read_shape(
    job: &JobContext,
    product: &ProductCode,
    shape: DrawnShape,
) -> Result<(Outline, NewShape)> {
    Ok(match shape {
        DrawnShape::Mask(path) => {
            let mask = decode_image(&read_source(&path)?, &path)?.rgb;
            let mask = mask_of_image(&image::imageops::grayscale(&mask));
            (Outline::Mask(mask), NewShape::Mask(path))
        }
        DrawnShape::Polygon(points, unit) => {
            let (width, height) = match unit {
                AreaUnit::Percent => (100.0, 100.0),
                AreaUnit::Pixels => normal_image_size(job, product)?,
            };
            let points: Vec<RelativePoint> = points
                .into_iter()
                .map(|(x, y)| RelativePoint { x: x / width, y: y / height })
                .collect();
            (Outline::Polygon(points.clone()), NewShape::Polygon(points))
        }
    })
}

/// The common size of all normal images of a product, in pixels.
fn normal_image_size(job: &JobContext, product: &ProductCode) -> Result<(f32, f32)> {
    let code = product.clone();
    let images = job.library(move |library| library.images(Some(&code), &LabelFilter::Normal))?;
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

/// A product's inspection area, loaded from the library.
#[derive(Debug, Clone)]
pub(crate) struct LoadedArea {
    outlines: Vec<(AreaEffect, Outline)>,
    pub(crate) area: Arc<InspectionArea>,
    pub(crate) hash: Option<ContentHash>,
}

/// Loads the inspection area of a product; `None` where the whole image is inspected.
pub(crate) fn load_inspection_area(
    job: &JobContext,
    product: &ProductCode,
) -> Result<Option<LoadedArea>> {
    let code = product.clone();
    let drawn = job.library(move |library| library.inspection_area(&code))?;
    if drawn.shapes.is_empty() {
        return Ok(None);
    }
    let mut outlines = Vec::with_capacity(drawn.shapes.len());
    for registered in drawn.shapes {
        let outline = match registered.shape {
            AreaShape::Polygon { points } => Outline::Polygon(points),
            AreaShape::Mask { path, .. } => {
                let mask = read_image(&job.shared.workspace.file(path))?.rgb;
                Outline::Mask(mask_of_image(&image::imageops::grayscale(&mask)))
            }
        };
        outlines.push((registered.effect, outline));
    }
    let area = Arc::new(InspectionArea::new(outlines.clone()));
    Ok(Some(LoadedArea { outlines, area, hash: drawn.hash }))
}
