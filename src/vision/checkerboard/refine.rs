//! The place of a corner with fractions of a pixel, in the picture at full size.

use image::RgbImage;

/// Half the side of the window around a corner, as a share of a square's side.
const WINDOW_SHARE: f32 = 0.35;
/// Least and greatest half side of the window, in pixels.
const WINDOW_PX: (f32, f32) = (3.0, 24.0);
/// Steps of the refinement at most.
const MOST_STEPS: usize = 20;
/// A step below this many pixels is the last.
const LAST_STEP_PX: f64 = 0.002;

/// The corner at `start`, in pixels with the first one's upper left corner at (0, 0).
///
/// In a corner of squares every gradient around it is at right angles to the way to it (Förstner and
/// Gülch 1987): the point for which that holds best is found by least squares. Where the window shows no
/// such point, it stays.
pub(super) fn refined(picture: &RgbImage, start: (f64, f64), side: f32) -> (f64, f64) {
    let half = (WINDOW_SHARE * side).clamp(WINDOW_PX.0, WINDOW_PX.1);
    // From here, places are counted from the centre of the first pixel.
    let start = (start.0 - 0.5, start.1 - 0.5);
    let mut at = start;
    for _ in 0..MOST_STEPS {
        let Some(next) = crossing(picture, at, half) else { break };
        let moved = (next.0 - at.0).hypot(next.1 - at.1);
        let gone = (next.0 - start.0).hypot(next.1 - start.1);
        if gone > f64::from(half) {
            at = start;
            break;
        }
        at = next;
        if moved < LAST_STEP_PX {
            break;
        }
    }
    (at.0 + 0.5, at.1 + 0.5)
}

/// The point that the gradients within the window around `centre` are at right angles to.
fn crossing(picture: &RgbImage, centre: (f64, f64), half: f32) -> Option<(f64, f64)> {
    let (mut xx, mut xy, mut yy, mut x_sum, mut y_sum) = (0.0, 0.0, 0.0, 0.0, 0.0);
    let reach = half.ceil() as i64;
    let (middle_x, middle_y) = (centre.0.round() as i64, centre.1.round() as i64);
    let spread = f64::from(half) * f64::from(half) / 2.0;
    for y in middle_y - reach..=middle_y + reach {
        for x in middle_x - reach..=middle_x + reach {
            let (across, down) = gradient(picture, x, y)?;
            let (dx, dy) = (x as f64 - centre.0, y as f64 - centre.1);
            let weight = (-(dx * dx + dy * dy) / spread).exp();
            let (a, b, c) =
                (weight * across * across, weight * across * down, weight * down * down);
            xx += a;
            xy += b;
            yy += c;
            x_sum += a * dx + b * dy;
            y_sum += b * dx + c * dy;
        }
    }
    let determinant = xx * yy - xy * xy;
    // Along a single edge the point is not determined.
    if determinant <= 1e-3 * (xx + yy) * (xx + yy) {
        return None;
    }
    let dx = (yy * x_sum - xy * y_sum) / determinant;
    let dy = (xx * y_sum - xy * x_sum) / determinant;
    Some((centre.0 + dx, centre.1 + dy))
}

/// Sobel's gradient at a pixel; `None` at the border.
fn gradient(picture: &RgbImage, x: i64, y: i64) -> Option<(f64, f64)> {
    let at = |dx: i64, dy: i64| -> Option<f64> {
        let (x, y) = (u32::try_from(x + dx).ok()?, u32::try_from(y + dy).ok()?);
        let [r, g, b] = picture.get_pixel_checked(x, y)?.0.map(f64::from);
        // Rec. 601 luma.
        Some(0.299 * r + 0.587 * g + 0.114 * b)
    };
    let across =
        at(1, -1)? + 2.0 * at(1, 0)? + at(1, 1)? - at(-1, -1)? - 2.0 * at(-1, 0)? - at(-1, 1)?;
    let down =
        at(-1, 1)? + 2.0 * at(0, 1)? + at(1, 1)? - at(-1, -1)? - 2.0 * at(0, -1)? - at(1, -1)?;
    Some((across, down))
}
