//! The longest extent of a region.

use fettle_domain::PointPx;

/// The longest distance between two of the points: of an outline's corners, the region's greatest
/// Feret diameter. 0 for fewer than two points.
pub(crate) fn longest_extent(points: &[PointPx]) -> f32 {
    let hull = convex_hull(points);
    let mut longest = 0u64;
    for (index, one) in hull.iter().enumerate() {
        for other in hull.iter().skip(index + 1) {
            let across = u64::from(one.x.abs_diff(other.x));
            let down = u64::from(one.y.abs_diff(other.y));
            longest = longest.max(across * across + down * down);
        }
    }
    (longest as f64).sqrt() as f32
}

/// The corners of the convex hull (Andrew's monotone chain): a region has many more corners than its
/// hull.
fn convex_hull(points: &[PointPx]) -> Vec<PointPx> {
    let mut sorted = points.to_vec();
    sorted.sort_unstable_by_key(|point| (point.x, point.y));
    sorted.dedup();
    if sorted.len() < 3 {
        return sorted;
    }
    let mut hull = half_hull(sorted.iter());
    let mut other = half_hull(sorted.iter().rev());
    // Both halves have the first and the last point.
    hull.pop();
    other.pop();
    hull.append(&mut other);
    hull
}

fn half_hull<'a>(points: impl Iterator<Item = &'a PointPx>) -> Vec<PointPx> {
    let mut hull: Vec<PointPx> = Vec::new();
    for point in points {
        while let [.., before, last] = hull.as_slice()
            && turn(*before, *last, *point) <= 0
        {
            hull.pop();
        }
        hull.push(*point);
    }
    hull
}

/// Twice the area of the triangle, positive where it turns one way and negative where the other.
fn turn(a: PointPx, b: PointPx, c: PointPx) -> i64 {
    let along = |from: u32, to: u32| i64::from(to) - i64::from(from);
    along(a.x, b.x) * along(a.y, c.y) - along(a.y, b.y) * along(a.x, c.x)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn points(of: &[(u32, u32)]) -> Vec<PointPx> {
        of.iter().map(|&(x, y)| PointPx { x, y }).collect()
    }

    #[test]
    fn the_extent_is_that_between_the_farthest_corners() {
        for (corners, longest) in [
            (&[][..], 0.0),
            (&[(5, 5)], 0.0),
            (&[(0, 0), (3, 4)], 5.0),
            // A square of one pixel, a line of ten, and a row of corners on one line.
            (&[(0, 0), (1, 0), (1, 1), (0, 1)], 2f32.sqrt()),
            (&[(0, 0), (10, 0), (10, 1), (0, 1)], 101f32.sqrt()),
            (&[(0, 0), (1, 0), (2, 0), (7, 0)], 7.0),
            // From the left end of an arch to its upper right corner.
            (&[(0, 9), (2, 0), (10, 0), (12, 9), (10, 9), (5, 4)], 181f32.sqrt()),
        ] {
            let found = longest_extent(&points(corners));
            assert!((found - longest).abs() < 1e-4, "{corners:?}: {found}");
        }
    }

    proptest! {
        #[test]
        fn the_hull_loses_no_distance(of in prop::collection::vec((0u32..50, 0u32..50), 0..40)) {
            let points = points(&of);
            let mut longest = 0.0f32;
            for one in &points {
                for other in &points {
                    let across = f32::hypot(
                        one.x as f32 - other.x as f32,
                        one.y as f32 - other.y as f32,
                    );
                    longest = longest.max(across);
                }
            }
            prop_assert!((longest_extent(&points) - longest).abs() < 1e-3);
        }
    }
}
