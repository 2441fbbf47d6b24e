//! Contours of connected components.

use fettle_domain::{Contour, PointPx};

/// Steps along pixel edges: right, down, left, up.
const STEPS: [(isize, isize); 4] = [(1, 0), (0, 1), (-1, 0), (0, -1)];

/// Contours of a component: the outer contour first, then one a hole. `component` holds the pixel
/// indices in a mask that is `width` pixels wide. Contours run along pixel edges with the component
/// on their right; filled by the even-odd rule they give exactly the component. Pixels that touch
/// at a corner are connected.
pub(crate) fn outlines(component: &[usize], width: usize) -> Vec<Contour> {
    let Some(frame) = Frame::around(component, width) else { return Vec::new() };
    let mut walked = vec![false; frame.set.len()];
    let mut found = Vec::new();
    for y in 0..frame.height {
        for x in 0..frame.width {
            let is_upper_edge = frame.is_set(x, y) && !frame.is_set(x, y - 1);
            if is_upper_edge && !walked[frame.index(x, y)] {
                found.push(frame.walk(x, y, &mut walked));
            }
        }
    }
    // The first upper edge from above belongs to the outer contour.
    found
}

/// Bounding box of a component with a margin of one pixel, so that no walk leaves the box.
struct Frame {
    left: usize,
    top: usize,
    width: isize,
    height: isize,
    set: Vec<bool>,
}

impl Frame {
    fn around(component: &[usize], width: usize) -> Option<Self> {
        let columns = || component.iter().map(|pixel| pixel % width);
        let (left, right) = (columns().min()?, columns().max()?);
        let (top, bottom) = (component.iter().min()? / width, component.iter().max()? / width);
        let size = |from: usize, to: usize| (to - from + 1) as isize;
        let (inner_width, inner_height) = (size(left, right), size(top, bottom));
        let mut frame = Self {
            left,
            top,
            width: inner_width,
            height: inner_height,
            set: vec![false; ((inner_width + 2) * (inner_height + 2)) as usize],
        };
        for pixel in component {
            let index =
                frame.index((pixel % width - left) as isize, (pixel / width - top) as isize);
            frame.set[index] = true;
        }
        Some(frame)
    }

    fn index(&self, x: isize, y: isize) -> usize {
        ((y + 1) * (self.width + 2) + x + 1) as usize
    }

    fn is_set(&self, x: isize, y: isize) -> bool {
        self.set[self.index(x, y)]
    }

    /// Walks from the upper edge of pixel (`x`, `y`) along the contour back to that edge; marks all
    /// upper edges met in `walked`.
    fn walk(&self, x: isize, y: isize, walked: &mut [bool]) -> Contour {
        let start = (x, y, 0);
        let (mut x, mut y, mut to) = start;
        let mut points = Vec::new();
        let mut twice_area = 0;
        loop {
            if to == 0 {
                walked[self.index(x, y)] = true;
            }
            let (dx, dy) = STEPS[to];
            twice_area += x * (y + dy) - (x + dx) * y;
            (x, y) = (x + dx, y + dy);
            // The pixels ahead, to the left and to the right of the direction.
            let (left, right) = match to {
                0 => ((x, y - 1), (x, y)),
                1 => ((x, y), (x - 1, y)),
                2 => ((x - 1, y), (x - 1, y - 1)),
                _ => ((x - 1, y - 1), (x, y - 1)),
            };
            // Left first, so that pixels that touch at a corner are connected.
            let turned = if self.is_set(left.0, left.1) {
                (to + 3) % 4
            } else if self.is_set(right.0, right.1) {
                to
            } else {
                (to + 1) % 4
            };
            if turned != to {
                points.push(PointPx {
                    x: (self.left as isize + x) as u32,
                    y: (self.top as isize + y) as u32,
                });
                to = turned;
            }
            if (x, y, to) == start {
                return Contour { points, hole: twice_area < 0 };
            }
        }
    }
}

/// A contour with fewer corners, within `tolerance` pixels of the given one (Douglas & Peucker
/// 1973). A contour that would collapse to less than a triangle is returned unchanged.
pub(crate) fn simplified(contour: Contour, tolerance: f32) -> Contour {
    let points = &contour.points;
    let Some(first) = points.first() else { return contour };
    let squared_distance = |point: &PointPx| {
        let (dx, dy) =
            (f64::from(point.x) - f64::from(first.x), f64::from(point.y) - f64::from(first.y));
        dx * dx + dy * dy
    };
    // A closed line has no ends: it is cut at its first corner and at the corner farthest from
    // that.
    let farthest = (0..points.len())
        .max_by(|a, b| squared_distance(&points[*a]).total_cmp(&squared_distance(&points[*b])))
        .unwrap_or(0);
    let at = |index: usize| points[index % points.len()];
    let mut kept = vec![false; points.len()];
    (kept[0], kept[farthest]) = (true, true);
    let mut open = vec![(0, farthest), (farthest, points.len())];
    while let Some((from, to)) = open.pop() {
        let farthest = (from + 1..to)
            .map(|index| (distance(at(index), at(from), at(to)), index))
            .max_by(|a, b| a.0.total_cmp(&b.0));
        if let Some((distance, index)) = farthest
            && distance > f64::from(tolerance)
        {
            kept[index] = true;
            open.extend([(from, index), (index, to)]);
        }
    }
    if kept.iter().filter(|kept| **kept).count() < 3 {
        return contour;
    }
    let points = points.iter().zip(kept).filter(|(_, kept)| *kept).map(|(point, _)| *point);
    Contour { points: points.collect(), hole: contour.hole }
}

/// Distance of a point from the segment between two others.
fn distance(point: PointPx, from: PointPx, to: PointPx) -> f64 {
    let minus =
        |a: PointPx, b: PointPx| (f64::from(a.x) - f64::from(b.x), f64::from(a.y) - f64::from(b.y));
    let ((lx, ly), (px, py)) = (minus(to, from), minus(point, from));
    let length = lx * lx + ly * ly;
    let along = if length > 0.0 { ((px * lx + py * ly) / length).clamp(0.0, 1.0) } else { 0.0 };
    (px - along * lx).hypot(py - along * ly)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::connected_components::connected_components;
    use fettle_domain::Mask;

    fn mask(rows: &[&str]) -> Mask {
        Mask {
            width: rows[0].len() as u32,
            height: rows.len() as u32,
            set: rows.iter().flat_map(|row| row.chars().map(|c| c == '#')).collect(),
        }
    }

    /// All contours of all components: `hole` and corners.
    fn lines(mask: &Mask) -> Vec<(bool, Vec<(u32, u32)>)> {
        let mut found = Vec::new();
        connected_components(mask, |component| {
            for line in outlines(component, mask.width as usize) {
                found.push((line.hole, line.points.iter().map(|p| (p.x, p.y)).collect()));
            }
        });
        found
    }

    /// The even-odd rule at a pixel's centre.
    fn is_inside(lines: &[(bool, Vec<(u32, u32)>)], x: u32, y: u32) -> bool {
        let (px, py) = (f64::from(x) + 0.5, f64::from(y) + 0.5);
        let mut inside = false;
        for (_, points) in lines {
            for (index, from) in points.iter().enumerate() {
                let to = points[(index + 1) % points.len()];
                let between = (f64::from(from.1) > py) != (f64::from(to.1) > py);
                // All edges that cross a row are upright.
                inside ^= between && f64::from(from.0) > px;
            }
        }
        inside
    }

    #[test]
    fn shapes_have_the_contours_one_would_draw() {
        type Lines = &'static [(bool, &'static [(u32, u32)])];
        let cases: [(&[&str], Lines); 4] = [
            (&["...", ".#.", "..."], &[(false, &[(2, 1), (2, 2), (1, 2), (1, 1)])]),
            (&["##", "#."], &[(false, &[(2, 0), (2, 1), (1, 1), (1, 2), (0, 2), (0, 0)])]),
            // Corners connect: one line that meets itself.
            (
                &["#.", ".#"],
                &[(false, &[(1, 0), (1, 1), (2, 1), (2, 2), (1, 2), (1, 1), (0, 1), (0, 0)])],
            ),
            (
                &["###", "#.#", "###"],
                &[
                    (false, &[(3, 0), (3, 3), (0, 3), (0, 0)]),
                    (true, &[(1, 2), (1, 1), (2, 1), (2, 2)]),
                ],
            ),
        ];
        for (rows, expected) in cases {
            let found = lines(&mask(rows));
            let sorted = |line: &[(u32, u32)]| {
                let mut line = line.to_vec();
                line.sort_unstable();
                line
            };
            assert_eq!(found.len(), expected.len(), "{rows:?}: {found:?}");
            for ((hole, line), (expected_hole, expected)) in found.iter().zip(expected) {
                assert_eq!((*hole, sorted(line)), (*expected_hole, sorted(expected)), "{rows:?}");
            }
        }
    }

    #[test]
    fn a_simplified_line_keeps_its_shape() {
        let stairs: Vec<PointPx> = (0..40)
            .flat_map(|i| [PointPx { x: i, y: i }, PointPx { x: i + 1, y: i }])
            .chain([PointPx { x: 40, y: 80 }, PointPx { x: 0, y: 80 }])
            .collect();
        let line = simplified(Contour { points: stairs, hole: false }, 1.0);
        assert!((4..=5).contains(&line.points.len()), "{line:?}");
        let square = [(2, 1), (2, 2), (1, 2), (1, 1)].map(|(x, y)| PointPx { x, y }).to_vec();
        let square = Contour { points: square, hole: true };
        assert_eq!(simplified(square.clone(), 9.0), square);
        let none = Contour { points: Vec::new(), hole: false };
        assert_eq!(simplified(none.clone(), 1.0), none);
    }

    proptest! {
        #[test]
        fn filled_lines_are_the_mask(
            set in prop::collection::vec(prop::bool::ANY, 1..150), width in 1usize..13,
        ) {
            let height = set.len() / width;
            prop_assume!(height > 0);
            let set = set[..width * height].to_vec();
            let mask = Mask { width: width as u32, height: height as u32, set };
            let lines = lines(&mask);
            for y in 0..mask.height {
                for x in 0..mask.width {
                    let set = mask.set[y as usize * width + x as usize];
                    prop_assert_eq!(is_inside(&lines, x, y), set, "at {} {}", x, y);
                }
            }
        }

        #[test]
        fn simplifying_stays_within_its_tolerance(
            set in prop::collection::vec(prop::bool::weighted(0.7), 100), tolerance in 0.5f32..4.0,
        ) {
            let mask = Mask { width: 10, height: 10, set };
            let mut wrong = None;
            connected_components(&mask, |component| for line in outlines(component, 10) {
                let simple = simplified(line.clone(), tolerance);
                for point in &line.points {
                    let near = (0..simple.points.len()).any(|i| {
                        let to = simple.points[(i + 1) % simple.points.len()];
                        distance(*point, simple.points[i], to) <= f64::from(tolerance) + 1e-9
                    });
                    if !near {
                        wrong = Some((line.clone(), simple.clone()));
                    }
                }
            });
            prop_assert!(wrong.is_none(), "{:?}", wrong);
        }
    }
}
