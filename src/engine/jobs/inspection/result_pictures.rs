//! The pictures of an inspection result: heatmap, overlay, mask, comparison.

use std::sync::Arc;

use image::{Rgb, RgbImage};

use crate::error::Result;
use crate::vision_lane::Detected;
use fettle_domain::{Alignment, HeatmapScale, Mask};
use fettle_report::Pictures;
use fettle_vision::{align, compare, difference, heatmap};

/// Contour of the anomalous regions: visible on grey metal and on brown leather.
const CONTOUR: Rgb<u8> = Rgb([255, 40, 40]);
/// Contour of the inspected area.
const AREA: Rgb<u8> = Rgb([40, 160, 255]);
/// Opacity of the hottest colour over the part, 0 to 1.
const OVERLAY_STRENGTH: f32 = 0.65;
/// Minimum and maximum height of the comparison picture, in pixels.
const COMPARISON_HEIGHT_PX: (u32, u32) = (256, 1024);

/// The normal picture for comparison, with its alignment to the part.
pub(super) struct ReferencePicture {
    pub(super) picture: RgbImage,
    pub(super) alignment: Option<Alignment>,
}

/// Draws all pictures of a result. What lies outside of `inspected` was not looked at: it is darkened.
pub(super) fn draw_pictures(
    picture: &RgbImage,
    detected: &Detected,
    scale: HeatmapScale,
    mask: &Mask,
    inspected: Option<&Mask>,
    normal: Option<ReferencePicture>,
) -> Result<Pictures> {
    let (width, height) = picture.dimensions();
    let line_px = compare::contour_width(width, height);
    let mut overlay = heatmap::overlay(picture, &detected.map, scale, OVERLAY_STRENGTH)?;
    let mut outlined = compare::contour(picture, mask, line_px, CONTOUR)?;
    if let Some(inspected) = inspected {
        for picture in [&mut overlay, &mut outlined] {
            compare::dim_outside(picture, inspected)?;
            *picture = compare::contour(picture, inspected, line_px, AREA)?;
        }
    }
    let (reference, difference) = match normal {
        None => (None, None),
        Some(ReferencePicture { picture: normal, alignment: None }) => (Some(normal), None),
        Some(ReferencePicture { picture: normal, alignment: Some(alignment) }) => {
            let (aligned, mut covered) = align::warped(&normal, alignment.transform, width, height);
            if let Some(inspected) = inspected {
                for (covered, inspected) in covered.set.iter_mut().zip(&inspected.set) {
                    *covered &= inspected;
                }
            }
            let difference = difference::difference(picture, &aligned, &covered)?;
            (Some(aligned), Some(difference))
        }
    };
    let (low, high) = COMPARISON_HEIGHT_PX;
    let compared: Vec<&RgbImage> =
        [Some(&outlined), reference.as_ref(), Some(&overlay)].into_iter().flatten().collect();
    Ok(Pictures {
        heatmap: heatmap::heatmap(&detected.map, scale)?,
        mask: heatmap::mask_image(mask)?,
        comparison: compare::side_by_side(&compared, height.clamp(low, high))?,
        overlay,
        reference: reference.map(Arc::new),
        difference,
    })
}
