//! Pose of one image over another, and the correlation of the two.

use crate::gray_image::GrayImage;

/// Similarity transform from a point (x, y) of the part to the reference, both relative to the
/// centres of the images: `(a·x − b·y + u, b·x + a·y + v)`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Pose {
    pub(super) a: f32,
    pub(super) b: f32,
    pub(super) u: f32,
    pub(super) v: f32,
}

impl Pose {
    pub(super) const IDENTITY: Self = Self { a: 1.0, b: 0.0, u: 0.0, v: 0.0 };

    /// Pose of a reference that is rotated by `angle` (radians, clockwise as seen), scaled,
    /// and then moved by `shift`.
    pub(super) fn of(angle: f32, scale: f32, shift: (f32, f32)) -> Self {
        let (a, b) = (angle.cos() / scale, -angle.sin() / scale);
        let (x, y) = shift;
        Self { a, b, u: -(a * x - b * y), v: -(b * x + a * y) }
    }

    /// Angle (radians), scale and shift of the reference: the inverse of [`Self::of`].
    pub(super) fn parts(self) -> (f32, f32, (f32, f32)) {
        let Self { a, b, u, v } = self;
        let square = a * a + b * b;
        let shift = (-(a * u + b * v) / square, -(a * v - b * u) / square);
        ((-b).atan2(a), 1.0 / square.sqrt(), shift)
    }

    /// The same pose for images of `factor` times the size.
    pub(super) fn scaled(self, factor: f32) -> Self {
        Self { u: self.u * factor, v: self.v * factor, ..self }
    }

    /// The point of the reference under the point (x, y) of the part.
    pub(super) fn map(self, x: f32, y: f32) -> (f32, f32) {
        (self.a * x - self.b * y + self.u, self.b * x + self.a * y + self.v)
    }
}

/// `image` under `pose` in the size of `frame`; pixels outside `image` take its mean.
pub(super) fn warp(image: &GrayImage, pose: Pose, frame: &GrayImage) -> GrayImage {
    let (mean, (rx, ry), (px, py)) = (image.mean(), image.centre(), frame.centre());
    let values = (0..frame.values.len())
        .map(|i| {
            let (x, y) = ((i % frame.width) as f32 - px, (i / frame.width) as f32 - py);
            let (x, y) = pose.map(x, y);
            image.sample(x + rx, y + ry).unwrap_or(mean)
        })
        .collect();
    GrayImage { width: frame.width, height: frame.height, values }
}

/// Zero-mean normalised cross-correlation of `part` and `reference` under `pose`, over their
/// overlap: 1 for the same image at any gain and offset, 0 for unrelated or plain images and for an
/// overlap below half of the part.
pub(super) fn correlation(part: &GrayImage, reference: &GrayImage, pose: Pose) -> f32 {
    let ((px, py), (rx, ry)) = (part.centre(), reference.centre());
    let mut sums = [0f64; 6];
    for (y, row) in part.rows().enumerate() {
        for (x, p) in row.iter().enumerate() {
            let (qx, qy) = pose.map(x as f32 - px, y as f32 - py);
            if let Some(q) = reference.sample(qx + rx, qy + ry) {
                let (p, q) = (f64::from(*p), f64::from(q));
                for (sum, value) in sums.iter_mut().zip([1.0, p, q, p * p, q * q, p * q]) {
                    *sum += value;
                }
            }
        }
    }
    let [n, p, q, pp, qq, pq] = sums;
    if n < 0.5 * part.values.len() as f64 {
        return 0.0;
    }
    let variances = (pp - p * p / n) * (qq - q * q / n);
    if variances <= 1e-9 * n { 0.0 } else { ((pq - p * q / n) / variances.sqrt()) as f32 }
}
