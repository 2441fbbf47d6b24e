//! Area of the part in its image, to which shares and places of regions are relative.

use image::RgbImage;

use super::connected_components::connected_components;
use super::gray_image::GrayImage;
use super::inspection_area::InspectionArea;
use fettle_domain::{Mask, PartArea, RectPx};

/// Longer side of the reduced image, in pixels.
const WORKING_SIDE: f32 = 256.0;
/// Width of the frame taken for background, as a share of the shorter side.
const FRAME: f32 = 0.04;
/// Largest root-mean-square deviation of the frame's lightness (0 to 1) from a smooth surface that
/// counts as a plain background. Castings on a table measure 0.012 to 0.035 (3 of 50 more),
/// leather 0.037 to 0.052, commutators and steel strips 0.048 and more.
const PLAIN: f32 = 0.035;
/// Least difference of a pixel of the part, in multiples of the frame's deviation.
const STANDS_OUT: f32 = 4.0;
/// Least difference of a pixel of the part, in lightness.
const LEAST: f32 = 0.06;
/// Shares of the image that a part may cover.
const SHARES: std::ops::RangeInclusive<f32> = 0.05..=0.9;
/// Least share of its bounding box that a part fills. Half a rim, whose other half is as light as
/// the table, fills less.
const LEAST_FILLED: f32 = 0.5;
/// Largest share of the frame that a part may cover: the area of a part that is cut off is unknown.
const FRAME_COVERED: f32 = 0.1;

/// A part in its image.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Part {
    /// How the area was determined.
    pub basis: PartArea,
    /// Bounding box.
    pub rect: RectPx,
    /// Area in pixels, holes filled.
    pub area_px: u64,
}

impl Part {
    /// The part of `image`: the foreground where the background is plain; else the inspected
    /// `area`; else the whole image.
    pub fn find(image: &RgbImage, area: Option<&InspectionArea>) -> Self {
        foreground(image)
            .or_else(|| Self::of_mask(&area?.inspected(image.width(), image.height())))
            .unwrap_or_else(|| Self::whole(image.width(), image.height()))
    }

    /// The whole image.
    pub fn whole(width: u32, height: u32) -> Self {
        Self {
            basis: PartArea::Image,
            rect: RectPx { x: 0, y: 0, width, height },
            area_px: u64::from(width) * u64::from(height),
        }
    }

    /// The inspected area; `None` where the mask is empty.
    fn of_mask(inspected: &Mask) -> Option<Self> {
        let rect = bounds(inspected)?;
        let area_px = inspected.set.iter().filter(|set| **set).count() as u64;
        Some(Self { basis: PartArea::InspectionArea, rect, area_px })
    }
}

/// Bounding box of the set pixels; `None` where none is set.
fn bounds(mask: &Mask) -> Option<RectPx> {
    let width = (mask.width as usize).max(1);
    let in_column = |x: &usize| mask.set.iter().skip(*x).step_by(width).any(|set| *set);
    let columns: Vec<usize> = (0..width).filter(in_column).collect();
    let rows = mask.set.chunks(width).enumerate().filter(|(_, row)| row.contains(&true));
    let rows: Vec<usize> = rows.map(|(y, _)| y).collect();
    let (left, right) = (*columns.first()? as u32, *columns.last()? as u32);
    let (top, bottom) = (*rows.first()? as u32, *rows.last()? as u32);
    Some(RectPx { x: left, y: top, width: right - left + 1, height: bottom - top + 1 })
}

/// The foreground on a plain background; `None` where the background is not plain, or the
/// foreground does not look like one whole part.
fn foreground(image: &RgbImage) -> Option<Part> {
    let (width, height) = image.dimensions();
    let step = (width.max(height) as f32 / WORKING_SIDE).max(1.0);
    if (width.min(height) as f32) < 16.0 * step {
        return None;
    }
    let gray = GrayImage::reduced(image, step);
    let (w, h) = (gray.width, gray.height);
    let frame_width = ((w.min(h) as f32 * FRAME).round() as usize).max(2);
    let in_frame = |i: usize| {
        let (x, y) = (i % w, i / w);
        x.min(w - 1 - x).min(y.min(h - 1 - y)) < frame_width
    };
    let background = background_light(&gray, in_frame)?;
    let difference: Vec<f32> = gray
        .values
        .iter()
        .enumerate()
        .map(|(i, value)| (value - background(i % w, i / w)).abs())
        .collect();
    let frame: Vec<usize> = (0..w * h).filter(|i| in_frame(*i)).collect();
    let deviation =
        (frame.iter().map(|i| difference[*i].powi(2)).sum::<f32>() / frame.len() as f32).sqrt();
    if deviation > PLAIN {
        return None;
    }
    let limit = (STANDS_OUT * deviation).max(LEAST);
    let differing = Mask {
        width: w as u32,
        height: h as u32,
        set: difference.iter().map(|difference| *difference > limit).collect(),
    };
    // Morphological closing, over gaps of a rim that is as light as the background; then filling.
    let solid = fill_holes(&erode(&dilate(&differing)));
    let mut part: Vec<usize> = Vec::new();
    connected_components(&solid, |component| {
        if component.len() > part.len() {
            part = component.to_vec();
        }
    });
    let share = part.len() as f32 / (w * h) as f32;
    let covered = part.iter().filter(|i| in_frame(**i)).count() as f32 / frame.len() as f32;
    if !SHARES.contains(&share) || covered > FRAME_COVERED {
        return None;
    }
    let mut mask = Mask { width: w as u32, height: h as u32, set: vec![false; w * h] };
    for pixel in part {
        mask.set[pixel] = true;
    }
    let small = bounds(&mask)?;
    if share * ((w * h) as f32) < LEAST_FILLED * (small.width * small.height) as f32 {
        return None;
    }
    let (across, down) = (f64::from(width) / w as f64, f64::from(height) / h as f64);
    let (x, y) = ((f64::from(small.x) * across) as u32, (f64::from(small.y) * down) as u32);
    let size = |count: u32, scale: f64, left: u32| {
        ((f64::from(count) * scale).round() as u32).clamp(1, left)
    };
    Some(Part {
        basis: PartArea::Foreground,
        rect: RectPx {
            x,
            y,
            width: size(small.width, across, width - x),
            height: size(small.height, down, height - y),
        },
        area_px: (f64::from(share) * f64::from(width) * f64::from(height)).round() as u64,
    })
}

/// Lightness of the background at (x, y): a constant and a slope across and down, fitted by least
/// squares to the pixels that `in_frame` selects by index.
fn background_light(
    gray: &GrayImage,
    in_frame: impl Fn(usize) -> bool,
) -> Option<impl Fn(usize, usize) -> f32> {
    let ((mx, my), w) = (gray.centre(), gray.width);
    let at = move |x: usize, y: usize| {
        [1.0, (x as f32 - mx) / mx.max(1.0), (y as f32 - my) / my.max(1.0)]
    };
    // The frame is symmetric about the centre: the three unknowns are independent.
    let (mut sums, mut squares) = ([0f32; 3], [0f32; 3]);
    for (i, value) in gray.values.iter().enumerate().filter(|(i, _)| in_frame(*i)) {
        for ((sum, square), basis) in sums.iter_mut().zip(&mut squares).zip(at(i % w, i / w)) {
            *sum += basis * value;
            *square += basis * basis;
        }
    }
    if squares.iter().any(|square| *square <= 0.0) {
        return None;
    }
    let weights: [f32; 3] = std::array::from_fn(|i| sums[i] / squares[i]);
    Some(move |x, y| at(x, y).iter().zip(weights).map(|(basis, weight)| basis * weight).sum())
}

/// Radius of the morphological closing, in pixels of the reduced image.
const RADIUS: usize = 2;

/// Morphological dilation by a square of [`RADIUS`].
fn dilate(mask: &Mask) -> Mask {
    windowed(mask, |window| window.contains(&true))
}

/// Morphological erosion by a square of [`RADIUS`].
fn erode(mask: &Mask) -> Mask {
    windowed(mask, |window| !window.contains(&false))
}

/// Decides each pixel by the row of pixels up to [`RADIUS`] away, then likewise by the column.
fn windowed(mask: &Mask, decide: impl Fn(&[bool]) -> bool) -> Mask {
    let (w, h) = (mask.width as usize, mask.height as usize);
    let line = |values: &[bool]| -> Vec<bool> {
        (0..values.len())
            .map(|i| decide(&values[i.saturating_sub(RADIUS)..(i + RADIUS + 1).min(values.len())]))
            .collect()
    };
    let rows: Vec<bool> = mask.set.chunks(w.max(1)).flat_map(line).collect();
    let mut set = rows.clone();
    for x in 0..w {
        let column: Vec<bool> = (0..h).map(|y| rows[y * w + x]).collect();
        for (y, value) in line(&column).into_iter().enumerate() {
            set[y * w + x] = value;
        }
    }
    Mask { set, ..*mask }
}

/// Sets all pixels that have no path of unset pixels to the border.
fn fill_holes(mask: &Mask) -> Mask {
    let (w, h) = (mask.width as usize, mask.height as usize);
    let on_border = |i: usize| i.is_multiple_of(w) || i % w == w - 1 || i < w || i >= w * (h - 1);
    let mut outside: Vec<bool> = (0..w * h).map(|i| on_border(i) && !mask.set[i]).collect();
    let mut open: Vec<usize> = (0..w * h).filter(|i| outside[*i]).collect();
    while let Some(i) = open.pop() {
        let neighbours = [
            (i % w > 0).then(|| i - 1),
            (i % w < w - 1).then(|| i + 1),
            i.checked_sub(w),
            (i + w < w * h).then_some(i + w),
        ];
        for next in neighbours.into_iter().flatten() {
            if !mask.set[next] && !outside[next] {
                outside[next] = true;
                open.push(next);
            }
        }
    }
    Mask { set: outside.into_iter().map(|outside| !outside).collect(), ..*mask }
}

#[cfg(test)]
mod tests {
    use fettle_testing::data::shared;
    use image::Rgb;

    use super::*;

    /// A disc with a hole on a table lit from one side.
    fn disc(radius: f32, table: fn(u32, u32) -> u8) -> RgbImage {
        RgbImage::from_fn(200, 160, |x, y| {
            let away = (x as f32 - 89.5).hypot(y as f32 - 79.5);
            let on = away < radius && away > radius / 3.0;
            Rgb([if on { 60 } else { table(x, y) }; 3])
        })
    }

    #[test]
    fn a_part_on_a_plain_table_is_found_with_its_hole_filled() {
        let part = Part::find(&disc(50.0, |x, _| 150 + (x / 4) as u8), None);
        assert_eq!(part.basis, PartArea::Foreground);
        let true_area = std::f64::consts::PI * 2500.0;
        assert!((part.area_px as f64 / true_area - 1.0).abs() < 0.05, "{part:?}");
        let RectPx { x, y, width, height } = part.rect;
        for (got, expected) in [(x, 40), (y, 30), (width, 100), (height, 100)] {
            assert!(got.abs_diff(expected) <= 2, "{part:?}");
        }
    }

    #[test]
    fn without_a_part_on_a_plain_table_the_part_is_the_whole_image() {
        let cases = [
            ("nothing there", RgbImage::from_pixel(200, 160, Rgb([90; 3]))),
            ("a speck", disc(8.0, |_, _| 180)),
            (
                "an uneven table",
                disc(50.0, |x, y| if (x / 3 + y / 3) % 2 == 0 { 120 } else { 190 }),
            ),
            ("cut off", disc(120.0, |_, _| 180)),
            ("too small", RgbImage::new(9, 9)),
            ("a line", RgbImage::new(900, 2)),
        ];
        for (name, picture) in cases {
            let (width, height) = picture.dimensions();
            assert_eq!(Part::find(&picture, None), Part::whole(width, height), "{name}");
        }
    }

    #[test]
    fn castings_have_a_foreground_and_textures_have_none() {
        let cases = [
            // A rim as light as an unevenly lit table gives no foreground.
            ("data/casting/test/good", true, 8),
            ("data/leather/test/good", false, 10),
            ("data/kolektorsdd/test/good", false, 10),
        ];
        for (folder, expected, tenths) in cases {
            let Some(folder) = shared(folder) else { return };
            let mut paths: Vec<_> =
                std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
            paths.sort();
            paths.truncate(30);
            let found = paths
                .iter()
                .filter(|path| {
                    let picture = image::open(path).unwrap().into_rgb8();
                    Part::find(&picture, None).basis == PartArea::Foreground
                })
                .count();
            let right = if expected { found } else { paths.len() - found };
            assert!(right * 10 >= paths.len() * tenths, "{found} of {}", paths.len());
        }
    }
}
