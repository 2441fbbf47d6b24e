//! Inspection area: the pixels and patches of an image that are inspected.

use std::collections::VecDeque;

use image::{Rgb, RgbImage};
use rayon::prelude::*;

use super::error::same_size;
use super::grid::Grid;
use super::preprocess::InputMapping;
use super::{Result, VisionError};
use fettle_domain::{AnomalyMap, AreaEffect, Mask, RelativePoint};

/// Colour of hidden pixels: the mean colour of `ImageNet`, which becomes 0 in the input of a
/// network, as padding is.
const HIDDEN: Rgb<u8> = Rgb([124, 116, 104]);

/// Inside of a shape, in coordinates relative to the image.
#[derive(Debug, Clone, PartialEq)]
pub enum Outline {
    /// A polygon, even-odd where it crosses itself.
    Polygon(Vec<RelativePoint>),
    /// A mask stretched over the image.
    Mask(Mask),
}

impl Outline {
    /// Calls `mark` with the index of each position of `xs` (0 to 1, rising) on the line `y` that
    /// lies inside.
    fn mark(&self, y: f32, xs: &[f32], mut mark: impl FnMut(usize)) {
        match self {
            Self::Polygon(points) => {
                let mut crossings: Vec<f32> = Vec::new();
                for (index, from) in points.iter().enumerate() {
                    let Some(to) = points.get((index + 1) % points.len()) else { continue };
                    if (from.y > y) != (to.y > y) {
                        crossings.push(from.x + (y - from.y) / (to.y - from.y) * (to.x - from.x));
                    }
                }
                crossings.sort_unstable_by(f32::total_cmp);
                for (index, x) in xs.iter().enumerate() {
                    if crossings.partition_point(|crossing| crossing <= x) % 2 == 1 {
                        mark(index);
                    }
                }
            }
            Self::Mask(mask) => {
                let cell = |v: f32, count: u32| {
                    ((v * count as f32) as usize).min((count as usize).saturating_sub(1))
                };
                let row = cell(y, mask.height) * mask.width as usize;
                for (index, x) in xs.iter().enumerate() {
                    if mask.set.get(row + cell(*x, mask.width)) == Some(&true) {
                        mark(index);
                    }
                }
            }
        }
    }
}

/// The inspected area of a product's images: the inside of the shapes to inspect (the whole image
/// without such a shape), less the shapes to ignore.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct InspectionArea {
    shapes: Vec<(AreaEffect, Outline)>,
}

impl InspectionArea {
    /// The area of these shapes; without shapes the whole image is inspected.
    pub fn new(shapes: Vec<(AreaEffect, Outline)>) -> Self {
        Self { shapes }
    }

    /// Whether each position of `xs` (0 to 1, rising) on the line `y` is inspected.
    fn line(&self, y: f32, xs: &[f32]) -> Vec<bool> {
        let has_inspect = self.shapes.iter().any(|(effect, _)| *effect == AreaEffect::Inspect);
        let mut inspected = vec![!has_inspect; xs.len()];
        // Shapes to inspect first, so that shapes to ignore overrule them.
        for wanted in [AreaEffect::Inspect, AreaEffect::Ignore] {
            for (_, outline) in self.shapes.iter().filter(|(effect, _)| *effect == wanted) {
                outline.mark(y, xs, |index| inspected[index] = wanted == AreaEffect::Inspect);
            }
        }
        inspected
    }

    /// The inspected pixels of an image of this size: those whose centre is inspected.
    pub fn inspected(&self, width: u32, height: u32) -> Mask {
        let centre = |index: u32, count: u32| (index as f32 + 0.5) / count as f32;
        let xs: Vec<f32> = (0..width).map(|x| centre(x, width)).collect();
        let set = (0..height).into_par_iter().flat_map_iter(|y| self.line(centre(y, height), &xs));
        Mask { width, height, set: set.collect() }
    }

    /// The inspected patches of an image: those whose centre is inspected.
    pub fn patches(&self, grid: Grid, mapping: &InputMapping) -> PatchSelection {
        let in_input =
            |index: u32, count: u32, size: u32| (index as f32 + 0.5) / count as f32 * size as f32;
        let across =
            |x: u32| mapping.input_to_image(in_input(x, grid.width, mapping.input_width), 0.0).0;
        let down =
            |y: u32| mapping.input_to_image(0.0, in_input(y, grid.height, mapping.input_height)).1;
        let xs: Vec<f32> =
            (0..grid.width).map(|x| across(x) / mapping.image_width as f32).collect();
        let flags = (0..grid.height)
            .flat_map(|y| self.line(down(y) / mapping.image_height as f32, &xs))
            .collect();
        PatchSelection { grid, flags }
    }

    /// The image with all pixels outside the area painted over. The features of a network at one
    /// position depend on a wide surrounding: without the paint, a defect in the ignored area would
    /// still show at its border. Only for a bank that was fitted on images painted over likewise.
    pub fn hide_outside(&self, image: &RgbImage) -> RgbImage {
        let inspected = self.inspected(image.width(), image.height());
        let mut hidden = image.clone();
        for (pixel, inspected) in hidden.pixels_mut().zip(inspected.set) {
            if !inspected {
                *pixel = HIDDEN;
            }
        }
        hidden
    }

    /// Sets the scores of pixels outside the area to 0.
    pub fn clear_outside(&self, map: &mut AnomalyMap) {
        let inspected = self.inspected(map.width, map.height);
        for (score, inspected) in map.scores.iter_mut().zip(inspected.set) {
            if !inspected {
                *score = 0.0;
            }
        }
    }
}

/// The inspected patches of one image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PatchSelection {
    grid: Grid,
    /// One flag a patch, row by row of the grid.
    flags: Vec<bool>,
}

impl PatchSelection {
    /// One flag a patch, row by row of the grid.
    pub(crate) fn flags(&self) -> &[bool] {
        &self.flags
    }

    /// Number of selected patches.
    pub(crate) fn count(&self) -> usize {
        self.flags.iter().filter(|selected| **selected).count()
    }

    /// The rows of the selected patches; `rows` are those of the whole grid, `dim` values each.
    ///
    /// # Errors
    /// [`VisionError::Size`] where there is not one row a patch of the grid,
    /// [`VisionError::Empty`] where no patch is selected.
    pub(crate) fn rows(&self, rows: &[f32], dim: usize) -> Result<Vec<f32>> {
        same_size("values of the patches", self.flags.len() * dim, rows.len())?;
        if !self.flags.contains(&true) {
            return Err(VisionError::Empty("patches in the inspection area"));
        }
        let kept =
            rows.chunks_exact(dim.max(1)).zip(&self.flags).filter(|(_, selected)| **selected);
        Ok(kept.flat_map(|(row, _)| row).copied().collect())
    }

    /// Scores of the whole grid from those of the selected patches. Each other patch gets the score
    /// of the selected patch nearest to it (in steps to the side, up and down), so that a blur of
    /// the map neither leaks into the inspected area nor darkens its border.
    ///
    /// # Errors
    /// [`VisionError::Size`] where there is not one score a selected patch.
    pub(crate) fn fill_from_nearest(&self, scores: &[f32]) -> Result<Vec<f32>> {
        same_size("scores of the selected patches", self.count(), scores.len())?;
        let (width, height) = (self.grid.width as usize, self.grid.height as usize);
        let mut known = self.flags.clone();
        let mut filled = vec![0.0; self.flags.len()];
        let selected =
            || self.flags.iter().enumerate().filter(|(_, selected)| **selected).map(|(at, _)| at);
        for (at, score) in selected().zip(scores) {
            filled[at] = *score;
        }
        let mut open: VecDeque<usize> = selected().collect();
        while let Some(at) = open.pop_front() {
            let (x, y) = (at % width, at / width);
            let neighbours = [
                (x > 0).then(|| at - 1),
                (x + 1 < width).then_some(at + 1),
                (y > 0).then(|| at - width),
                (y + 1 < height).then_some(at + width),
            ];
            for next in neighbours.into_iter().flatten() {
                if !known[next] {
                    known[next] = true;
                    filled[next] = filled[at];
                    open.push_back(next);
                }
            }
        }
        Ok(filled)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use fettle_domain::Resize;

    fn polygon(points: &[(f32, f32)]) -> Outline {
        Outline::Polygon(points.iter().map(|(x, y)| RelativePoint { x: *x, y: *y }).collect())
    }

    fn rect(left: f32, top: f32, right: f32, bottom: f32) -> Outline {
        polygon(&[(left, top), (right, top), (right, bottom), (left, bottom)])
    }

    fn drawn(mask: &Mask) -> Vec<String> {
        mask.set
            .chunks(mask.width as usize)
            .map(|row| row.iter().map(|set| if *set { '#' } else { '.' }).collect())
            .collect()
    }

    #[test]
    fn shapes_are_joined_and_ignoring_overrules() {
        use AreaEffect::{Ignore, Inspect};
        let left = || rect(0.0, 0.0, 0.5, 1.0);
        let top = || rect(0.0, 0.0, 1.0, 0.5);
        let checks = Mask { width: 2, height: 2, set: vec![true, false, false, true] };
        type Case = (&'static str, Vec<(AreaEffect, Outline)>, [&'static str; 4]);
        let cases: [Case; 7] = [
            ("nothing drawn", vec![], ["####", "####", "####", "####"]),
            ("one to inspect", vec![(Inspect, left())], ["##..", "##..", "##..", "##.."]),
            ("one to ignore", vec![(Ignore, left())], ["..##", "..##", "..##", "..##"]),
            (
                "two to inspect",
                vec![(Inspect, left()), (Inspect, top())],
                ["####", "####", "##..", "##.."],
            ),
            (
                "ignored first, and still ignored",
                vec![(Ignore, left()), (Inspect, top())],
                ["..##", "..##", "....", "...."],
            ),
            (
                "a mask is stretched",
                vec![(Inspect, Outline::Mask(checks))],
                ["##..", "##..", "..##", "..##"],
            ),
            (
                "a triangle",
                vec![(Inspect, polygon(&[(0.0, 0.0), (1.0, 1.0), (0.0, 1.0)]))],
                ["....", "#...", "##..", "###."],
            ),
        ];
        for (name, shapes, expected) in cases {
            assert_eq!(drawn(&InspectionArea::new(shapes).inspected(4, 4)), expected, "{name}");
        }
    }

    #[test]
    fn patches_follow_the_crop() {
        // A wide image of which the network sees the middle third.
        let mapping = InputMapping::new(300, 100, Resize::ShorterSideCrop(100)).unwrap();
        let grid = Grid { width: 4, height: 2 };
        let cases = [
            (rect(0.0, 0.0, 0.5, 1.0), "##..##.."),
            (rect(0.0, 0.0, 0.3, 1.0), "........"),
            (rect(0.34, 0.5, 1.0, 1.0), "....####"),
        ];
        for (outline, expected) in cases {
            let area = InspectionArea::new(vec![(AreaEffect::Inspect, outline)]);
            let kept = area.patches(grid, &mapping);
            let flags: String = kept.flags().iter().map(|k| if *k { '#' } else { '.' }).collect();
            assert_eq!(flags, expected);
        }
    }

    #[test]
    fn selected_rows_are_scored_and_the_others_take_their_neighbours_scores() {
        let grid = Grid { width: 3, height: 2 };
        let flags = vec![false, true, false, false, false, true];
        let selection = PatchSelection { grid, flags };
        let rows: Vec<f32> = (0..12).map(|v| v as f32).collect();
        assert_eq!(selection.rows(&rows, 2).unwrap(), [2.0, 3.0, 10.0, 11.0]);
        assert_eq!(
            selection.fill_from_nearest(&[7.0, 9.0]).unwrap(),
            [7.0, 7.0, 7.0, 7.0, 7.0, 9.0]
        );
        assert!(matches!(selection.fill_from_nearest(&[7.0]), Err(VisionError::Size { .. })));
        assert!(matches!(selection.rows(&rows, 3), Err(VisionError::Size { .. })));
        let none = PatchSelection { grid, flags: vec![false; 6] };
        assert!(matches!(none.rows(&rows, 2), Err(VisionError::Empty(_))));
        assert_eq!(none.fill_from_nearest(&[]).unwrap(), [0.0; 6]);
    }

    #[test]
    fn hidden_pixels_make_no_difference() {
        let area = InspectionArea::new(vec![(AreaEffect::Ignore, rect(0.0, 0.0, 0.5, 1.0))]);
        let sound = RgbImage::from_pixel(4, 2, Rgb([9; 3]));
        let mut stained = sound.clone();
        stained.put_pixel(1, 1, Rgb([250, 0, 0]));
        let hidden = area.hide_outside(&stained);
        assert_eq!(hidden, area.hide_outside(&sound));
        assert_eq!((*hidden.get_pixel(1, 1), *hidden.get_pixel(2, 1)), (HIDDEN, Rgb([9; 3])));
    }

    #[test]
    fn scores_outside_are_cleared() {
        let area = InspectionArea::new(vec![(AreaEffect::Ignore, rect(0.0, 0.0, 0.5, 1.0))]);
        let mut map = AnomalyMap { width: 4, height: 1, scores: vec![5.0, 6.0, 7.0, 8.0] };
        area.clear_outside(&mut map);
        assert_eq!(map.scores, [0.0, 0.0, 7.0, 8.0]);
    }

    proptest! {
        #[test]
        fn any_shape_is_drawn_without_a_panic(
            corners in prop::collection::vec((-2.0f32..3.0, -2.0f32..3.0), 0..8),
            set in prop::collection::vec(prop::bool::ANY, 0..20),
            mask_width in 0u32..6, width in 0u32..9, height in 0u32..9,
        ) {
            let mask_height = (set.len() as u32).checked_div(mask_width).unwrap_or(0);
            let mask = Mask { width: mask_width, height: mask_height, set };
            let area = InspectionArea::new(vec![
                (AreaEffect::Inspect, polygon(&corners)),
                (AreaEffect::Ignore, Outline::Mask(mask)),
            ]);
            let inspected = area.inspected(width, height);
            prop_assert_eq!(inspected.set.len(), (width * height) as usize);
        }
    }
}
