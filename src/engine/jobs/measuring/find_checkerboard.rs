//! The scale of a product's pictures, found by a checkerboard.

use super::product_scale::keep_scale;
use crate::error::{EngineError, Result};
use crate::jobs::registration::catalogue::require_product;
use crate::jobs::workspace::PictureFile;
use crate::protocol::{JobContext, NoEvent, Request};
use fettle_domain::{PixelScale, PlacePx, ProductCode, Role, ScaleSource};
use fettle_library::read_image;
use fettle_vision::checkerboard::find_checkerboard;

/// Finds a checkerboard with squares of known size in a picture, and keeps the scale that it gives as
/// the product's.
#[derive(Debug, Clone, PartialEq)]
pub struct FindCheckerboard {
    /// The product.
    pub product: ProductCode,
    /// The picture of the board, taken as pictures of the product are.
    pub picture: PictureFile,
    /// Side of a square in millimetres.
    pub square_mm: f64,
}

/// Result of [`FindCheckerboard`].
#[derive(Debug, Clone, PartialEq)]
pub struct FoundCheckerboard {
    /// The scale, which says how well the board lies on an even grid.
    pub scale: PixelScale,
    /// Its inner corners in the picture.
    pub corners: Vec<PlacePx>,
}

impl Request for FindCheckerboard {
    type Answer = FoundCheckerboard;
    type Event = NoEvent;

    fn name(&self) -> &'static str {
        "find-checkerboard"
    }

    fn role(&self) -> Role {
        Role::Operator
    }

    fn run(self, job: &JobContext) -> Result<FoundCheckerboard> {
        let Self { product, picture, square_mm } = self;
        if !(square_mm > 0.0 && square_mm.is_finite()) {
            return Err(EngineError::BadScale);
        }
        require_product(job, &product)?;
        let picture = read_image(&picture.path(&job.shared.workspace))?.rgb;
        job.check()?;
        let board = find_checkerboard(&picture)?;
        let found = ScaleSource::Checkerboard {
            square_mm,
            corners: u32::try_from(board.corners.len()).unwrap_or(u32::MAX),
            residual_px: board.residual_px,
            tilt_deg: board.tilt_deg,
        };
        let size = Some((picture.width(), picture.height()));
        let scale = keep_scale(job, product, square_mm / board.side_px, found, size)?;
        let place = |at: &(f64, f64)| PlacePx { x: at.0 as f32, y: at.1 as f32 };
        Ok(FoundCheckerboard { scale, corners: board.corners.iter().map(place).collect() })
    }
}
