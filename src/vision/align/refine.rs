//! Refinement of a pose: Gauss–Newton on the difference of the images, with gain and offset of the
//! light as further unknowns. The optimum is that of the enhanced correlation coefficient
//! (Evangelidis & Psarakis, IEEE TPAMI 30(10), 2008), with simpler algebra.

use super::pose::{Pose, correlation};
use crate::gray_image::GrayImage;

/// Unknowns: the four of the pose, gain, offset.
const UNKNOWNS: usize = 6;

/// Steps at most.
const STEPS: usize = 12;

/// The best pose on the way from `pose`; ends when a step gains less than `least` of correlation.
pub(super) fn refine(part: &GrayImage, reference: &GrayImage, pose: Pose, least: f32) -> Pose {
    let mut best = (pose, correlation(part, reference, pose));
    for _ in 0..STEPS {
        let Some(next) = step(part, reference, best.0) else { break };
        let reached = correlation(part, reference, next);
        let gained = reached - best.1;
        if gained > 0.0 {
            best = (next, reached);
        }
        if gained < least {
            break;
        }
    }
    best.0
}

/// The pose after one Gauss–Newton step; `None` where the images leave the step undetermined.
fn step(part: &GrayImage, reference: &GrayImage, pose: Pose) -> Option<Pose> {
    let ((px, py), (rx, ry)) = (part.centre(), reference.centre());
    // Positions in units of half the image, so that all unknowns are of one magnitude.
    let unit = px.max(py).max(1.0);
    let mut normal = [[0f64; UNKNOWNS + 1]; UNKNOWNS];
    for (y, row) in part.rows().enumerate() {
        let y = y as f32 - py;
        let mut sums = [[0f32; UNKNOWNS + 1]; UNKNOWNS];
        for (x, value) in row.iter().enumerate() {
            let x = x as f32 - px;
            let (qx, qy) = pose.map(x, y);
            let Some([seen, gx, gy]) = reference.sample_with_gradient(qx + rx, qy + ry) else {
                continue;
            };
            let (x, y) = (x / unit, y / unit);
            let line = [gx * x + gy * y, gy * x - gx * y, gx, gy, seen, 1.0, *value];
            for (sums, left) in sums.iter_mut().zip(line) {
                for (sum, right) in sums.iter_mut().zip(line) {
                    *sum += left * right;
                }
            }
        }
        for (whole, row) in normal.iter_mut().flatten().zip(sums.iter().flatten()) {
            *whole += f64::from(*row);
        }
    }
    let [a, b, u, v, gain, _] = solve(normal)?;
    // A gain near 0 or below: the reference does not match the part here.
    if gain < 1e-3 {
        return None;
    }
    let by = |value: f64| (value / gain) as f32;
    let next = Pose {
        a: pose.a + by(a) / unit,
        b: pose.b + by(b) / unit,
        u: pose.u + by(u),
        v: pose.v + by(v),
    };
    [next.a, next.b, next.u, next.v].iter().all(|value| value.is_finite()).then_some(next)
}

/// Gaussian elimination with pivoting; `None` for a singular system.
fn solve(mut m: [[f64; UNKNOWNS + 1]; UNKNOWNS]) -> Option<[f64; UNKNOWNS]> {
    for column in 0..UNKNOWNS {
        let pivot = (column..UNKNOWNS)
            .max_by(|a, b| m[*a][column].abs().total_cmp(&m[*b][column].abs()))?;
        if m[pivot][column].abs() < 1e-9 {
            return None;
        }
        m.swap(column, pivot);
        for row in column + 1..UNKNOWNS {
            let factor = m[row][column] / m[column][column];
            let from = m[column];
            for (value, from) in m[row].iter_mut().zip(from) {
                *value -= factor * from;
            }
        }
    }
    let mut found = [0.0; UNKNOWNS];
    for row in (0..UNKNOWNS).rev() {
        let known: f64 = (row + 1..UNKNOWNS).map(|k| m[row][k] * found[k]).sum();
        found[row] = (m[row][UNKNOWNS] - known) / m[row][row];
    }
    Some(found)
}
