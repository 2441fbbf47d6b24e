//! The scale of a product's pictures: read, set, taken away.

use crate::error::{EngineError, Result};
use crate::jobs::registration::catalogue::require_product;
use crate::protocol::{JobContext, NoEvent, Request};
use fettle_domain::{PixelScale, ProductCode, Role, ScaleSource};

/// Reads the scale of a product's pictures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GetScale(pub ProductCode);

impl Request for GetScale {
    type Answer = Option<PixelScale>;
    type Event = NoEvent;

    fn name(&self) -> &'static str {
        "get-scale"
    }

    fn role(&self) -> Role {
        Role::Operator
    }

    fn run(self, job: &JobContext) -> Result<Option<PixelScale>> {
        let Self(product) = self;
        require_product(job, &product)?;
        job.library(move |library| library.product_scale(&product))
    }
}

/// A scale as a person found it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum NewScale {
    /// The millimetres of a pixel.
    MmPerPx(f64),
    /// A length that a person knows.
    KnownLength {
        /// The length in millimetres.
        length_mm: f64,
        /// The same in pixels.
        length_px: f64,
        /// Width and height of the picture in which it was measured, where it is known.
        picture_px: Option<(u32, u32)>,
    },
}

/// Sets the scale of a product's pictures, or takes it away. Past inspections keep theirs.
#[derive(Debug, Clone, PartialEq)]
pub struct SetScale {
    /// The product.
    pub product: ProductCode,
    /// The scale; `None`: lengths are measured in pixels again.
    pub scale: Option<NewScale>,
}

impl Request for SetScale {
    type Answer = Option<PixelScale>;
    type Event = NoEvent;

    fn name(&self) -> &'static str {
        "set-scale"
    }

    fn role(&self) -> Role {
        Role::Engineer
    }

    fn run(self, job: &JobContext) -> Result<Option<PixelScale>> {
        let Self { product, scale } = self;
        if let Some(NewScale::KnownLength { length_mm, length_px, .. }) = &scale
            && !(*length_mm > 0.0 && *length_px > 0.0)
        {
            return Err(EngineError::BadScale);
        }
        let scale = scale.map(|scale| match scale {
            NewScale::MmPerPx(mm_per_px) => (mm_per_px, ScaleSource::Stated, None),
            NewScale::KnownLength { length_mm, length_px, picture_px } => {
                let found = ScaleSource::KnownLength { length_mm, length_px };
                (length_mm / length_px, found, picture_px)
            }
        });
        match scale {
            None => {
                require_product(job, &product)?;
                job.library(move |library| library.set_product_scale(&product, None))?;
                Ok(None)
            }
            Some((mm_per_px, found, picture_px)) => {
                keep_scale(job, product, mm_per_px, found, picture_px).map(Some)
            }
        }
    }
}

/// Keeps a scale that was found now as the product's.
pub(super) fn keep_scale(
    job: &JobContext,
    product: ProductCode,
    mm_per_px: f64,
    found: ScaleSource,
    picture_px: Option<(u32, u32)>,
) -> Result<PixelScale> {
    if !PixelScale::is_possible(mm_per_px) {
        return Err(EngineError::BadScale);
    }
    require_product(job, &product)?;
    let found_at = jiff::Timestamp::now().round(jiff::Unit::Second).unwrap_or_default().to_string();
    let scale = PixelScale { mm_per_px, found, found_at, picture_px };
    let kept = scale.clone();
    job.library(move |library| library.set_product_scale(&product, Some(&kept)))?;
    Ok(scale)
}
