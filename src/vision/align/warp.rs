//! The reference image warped onto the part.

use image::RgbImage;
use rayon::prelude::*;

use super::pose::Pose;
use fettle_domain::{Mask, SimilarityTransform};

/// `reference` warped by `transform` to an image of `width` × `height` pixels, bilinear, and the
/// mask of the pixels that it covers; the others are black.
pub fn warped(
    reference: &RgbImage,
    transform: SimilarityTransform,
    width: u32,
    height: u32,
) -> (RgbImage, Mask) {
    let SimilarityTransform { rotation_deg, scale, shift_x_px, shift_y_px } = transform;
    let pose = Pose::of(rotation_deg.to_radians(), scale, (shift_x_px, shift_y_px));
    let (rw, rh) = (reference.width() as usize, reference.height() as usize);
    let centre = |size: usize| (size as f32 - 1.0) / 2.0;
    let (px, py) = (centre(width as usize), centre(height as usize));
    let (rx, ry) = (centre(rw), centre(rh));
    let bytes = reference.as_raw();
    let mut warped = RgbImage::new(width, height);
    let mut set = vec![false; width as usize * height as usize];
    let rows = warped.par_chunks_mut((3 * width as usize).max(1));
    rows.zip(set.par_chunks_mut((width as usize).max(1))).enumerate().for_each(
        |(row, (pixels, covered))| {
            let y = row as f32 - py;
            for (column, (pixel, covered)) in pixels.chunks_exact_mut(3).zip(covered).enumerate() {
                let (qx, qy) = pose.map(column as f32 - px, y);
                let (qx, qy) = (qx + rx, qy + ry);
                // A pixel reaches half a pixel beyond its centre.
                let inside =
                    qx >= -0.5 && qy >= -0.5 && qx <= rw as f32 - 0.5 && qy <= rh as f32 - 0.5;
                if !inside {
                    continue;
                }
                *covered = true;
                let (qx, qy) = (qx.clamp(0.0, rw as f32 - 1.0), qy.clamp(0.0, rh as f32 - 1.0));
                let (left, top) = (qx as usize, qy as usize);
                let (along, down) = (qx - left as f32, qy - top as f32);
                let (upper, lower) = (top * rw, (top + 1).min(rh - 1) * rw);
                let right = (left + 1).min(rw - 1);
                let at = |first: usize, x: usize| &bytes[(first + x) * 3..][..3];
                let (a, b, c, d) =
                    (at(upper, left), at(upper, right), at(lower, left), at(lower, right));
                let mix = |from: u8, to: u8, by: f32| {
                    f32::from(from) + (f32::from(to) - f32::from(from)) * by
                };
                for (channel, value) in pixel.iter_mut().enumerate() {
                    let above = mix(a[channel], b[channel], along);
                    let below = mix(c[channel], d[channel], along);
                    // Rounds half up; below 256 by construction.
                    *value = (above + (below - above) * down + 0.5) as u8;
                }
            }
        },
    );
    (warped, Mask { width, height, set })
}
