//! The scale of a picture by a checkerboard whose squares have a known size.
//!
//! Corners of squares are saddle points of the lightness ([`saddles`]); they are joined to a grid step
//! by step ([`grid`]), so that neither its rotation nor a moderate tilt matters; their places are refined
//! in the picture at full size ([`refine`]); and an even grid is fitted to them.

mod grid;
mod lattice_fit;
mod refine;
mod saddles;
#[cfg(test)]
mod tests;

use image::RgbImage;

use self::grid::largest_grid;
use self::lattice_fit::{EvenGrid, fit_even_grid};
use self::refine::refined;
use self::saddles::find_saddles;
use crate::gray_image::GrayImage;
use crate::{Result, VisionError};

/// Longer side of the picture in which corners are looked for, in pixels.
const SEARCH_SIDE: f32 = 1200.0;
/// Root mean square distance of the corners from an even grid above which it is none, as a share of a
/// square's side: the board is bent, the lens distorts, or the camera looks at it aslant.
const MAX_RESIDUAL: f64 = 0.03;
/// Greatest angle between the board and the image plane, in degrees.
const MAX_TILT_DEG: f64 = 15.0;

/// A checkerboard that was found in a picture.
#[derive(Debug, Clone, PartialEq)]
pub struct Checkerboard {
    /// Inner corners, in pixels of the picture: (0, 0) is the upper left corner of the first pixel.
    pub corners: Vec<(f64, f64)>,
    /// Side of a square in pixels, along the axis that no tilt shortens.
    pub side_px: f64,
    /// Root mean square distance of the corners from an even grid, in pixels.
    pub residual_px: f64,
    /// Angle between the board and the image plane in degrees; a degree or two is noise.
    pub tilt_deg: f64,
}

/// Finds a checkerboard of four by four squares or more: three by three inner corners. A square must be
/// 12 pixels wide or more in the picture, and 1 % of its longer side.
///
/// # Errors
/// [`VisionError::NoCheckerboard`]; [`VisionError::UnevenCheckerboard`] and
/// [`VisionError::TiltedCheckerboard`] for one that gives no scale.
pub fn find_checkerboard(picture: &RgbImage) -> Result<Checkerboard> {
    let (width, height) = (picture.width(), picture.height());
    if width == 0 || height == 0 {
        return Err(VisionError::EmptyImage { width, height });
    }
    let step = (width.max(height) as f32 / SEARCH_SIDE).max(1.0);
    let reduced = GrayImage::reduced(picture, step);
    let saddles = find_saddles(&reduced);
    let found = largest_grid(&reduced, &saddles).ok_or(VisionError::NoCheckerboard)?;

    let margin = |full: u32, count: usize| (full as f32 - count as f32 * step) / 2.0;
    let (left, top) = (margin(width, reduced.width), margin(height, reduced.height));
    let full_size = |at: (f32, f32)| {
        (f64::from(left + (at.0 + 0.5) * step), f64::from(top + (at.1 + 0.5) * step))
    };
    let side = found.side * step;
    let nodes: Vec<((i32, i32), (f64, f64))> = found
        .nodes
        .iter()
        .map(|(place, at)| (*place, refined(picture, full_size(*at), side)))
        .collect();
    let EvenGrid { across, down, residual_px } =
        fit_even_grid(&nodes).ok_or(VisionError::NoCheckerboard)?;
    let (longest, shortest) = semi_axes(across, down);
    let tilt_deg = (shortest / longest).clamp(0.0, 1.0).acos().to_degrees();
    if residual_px > MAX_RESIDUAL * longest {
        let percent = (100.0 * residual_px / longest) as f32;
        return Err(VisionError::UnevenCheckerboard { percent });
    }
    if tilt_deg > MAX_TILT_DEG {
        return Err(VisionError::TiltedCheckerboard { degrees: tilt_deg as f32 });
    }
    let corners = nodes.into_iter().map(|(_, at)| at).collect();
    Ok(Checkerboard { corners, side_px: longest, residual_px, tilt_deg })
}

/// The semi-axes of the ellipse that a circle with a radius of one square becomes in the picture, the
/// longer first: the singular values of the matrix with the columns `across` and `down`.
fn semi_axes(across: (f64, f64), down: (f64, f64)) -> (f64, f64) {
    let square = |v: (f64, f64)| v.0 * v.0 + v.1 * v.1;
    let sum = square(across) + square(down);
    let difference = square(across) - square(down);
    let product = 2.0 * (across.0 * down.0 + across.1 * down.1);
    let spread = difference.hypot(product);
    (((sum + spread) / 2.0).sqrt(), ((sum - spread).max(0.0) / 2.0).sqrt())
}
