//! Where the part is in its picture: what a region's share and place are told of.

use image::RgbImage;

use super::inspection_area::InspectionArea;
use super::plane::Plane;
use super::regions::for_each_piece;
use fettle_domain::{Mask, PartArea, RectPx};

/// The longer side of the picture on which the part is looked for.
const WORKING_SIDE: f32 = 256.0;
/// Width of the frame that is taken for background, as a share of the shorter side.
const FRAME: f32 = 0.04;
/// The most that the frame's lightness (0 to 1) may differ from a smooth surface, root mean
/// square, to be a plain background. Castings on a table measure 0.012 to 0.035 (3 of 50 more),
/// leather 0.037 to 0.052, commutators and steel strips 0.048 and more.
const PLAIN: f32 = 0.035;
/// How many times the frame's own unevenness a pixel of the part stands out.
const STANDS_OUT: f32 = 4.0;
/// The least difference of lightness that stands out.
const LEAST: f32 = 0.06;
/// Shares of the picture between which a part is believed.
const SHARES: std::ops::RangeInclusive<f32> = 0.05..=0.9;
/// The least share of its own box that a part fills: half a rim that melts into the table does not.
const LEAST_FILLED: f32 = 0.5;
/// The largest share of the frame that a part may cover: one that is cut off has no whole area.
const FRAME_COVERED: f32 = 0.1;

/// A part in its picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Part {
    /// How it was told.
    pub basis: PartArea,
    /// The box around it.
    pub rect: RectPx,
    /// Its area in pixels, holes filled.
    pub area_px: u64,
}

impl Part {
    /// The part of `picture`: its foreground where the background is plain; else what `area`
    /// leaves of the picture; else all of it.
    pub fn find(picture: &RgbImage, area: Option<&InspectionArea>) -> Self {
        foreground(picture)
            .or_else(|| Self::of_mask(&area?.inspected(picture.width(), picture.height())))
            .unwrap_or_else(|| Self::whole(picture.width(), picture.height()))
    }

    /// All of a picture.
    pub fn whole(width: u32, height: u32) -> Self {
        Self {
            basis: PartArea::Image,
            rect: RectPx { x: 0, y: 0, width, height },
            area_px: u64::from(width) * u64::from(height),
        }
    }

    fn of_mask(inspected: &Mask) -> Option<Self> {
        let rect = bounds(inspected)?;
        let area_px = inspected.set.iter().filter(|set| **set).count() as u64;
        Some(Self { basis: PartArea::InspectionArea, rect, area_px })
    }
}

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

/// What stands out of a plain background; `None` where the background is not plain, or what
/// stands out does not look like one whole part.
fn foreground(picture: &RgbImage) -> Option<Part> {
    let (width, height) = picture.dimensions();
    let step = (width.max(height) as f32 / WORKING_SIDE).max(1.0);
    if (width.min(height) as f32) < 16.0 * step {
        return None;
    }
    let plane = Plane::reduced(picture, step);
    let (w, h) = (plane.width, plane.height);
    let frame_width = ((w.min(h) as f32 * FRAME).round() as usize).max(2);
    let in_frame = |i: usize| {
        let (x, y) = (i % w, i / w);
        x.min(w - 1 - x).min(y.min(h - 1 - y)) < frame_width
    };
    let light = surface(&plane, in_frame)?;
    let difference: Vec<f32> = plane
        .values
        .iter()
        .enumerate()
        .map(|(i, value)| (value - light(i % w, i / w)).abs())
        .collect();
    let frame: Vec<usize> = (0..w * h).filter(|i| in_frame(*i)).collect();
    let uneven =
        (frame.iter().map(|i| difference[*i].powi(2)).sum::<f32>() / frame.len() as f32).sqrt();
    if uneven > PLAIN {
        return None;
    }
    let limit = (STANDS_OUT * uneven).max(LEAST);
    let standing = Mask {
        width: w as u32,
        height: h as u32,
        set: difference.iter().map(|difference| *difference > limit).collect(),
    };
    // Closed over gaps of a rim that is as light as the background, then filled.
    let solid = filled(&shrunk(&grown(&standing)));
    let mut part: Vec<usize> = Vec::new();
    for_each_piece(&solid, |piece| {
        if piece.len() > part.len() {
            part = piece.to_vec();
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

/// The plane of light (constant, and a slope across and down) through the pixels that `taken`
/// names, by least squares.
fn surface(plane: &Plane, taken: impl Fn(usize) -> bool) -> Option<impl Fn(usize, usize) -> f32> {
    let ((mx, my), w) = (plane.middle(), plane.width);
    let at = move |x: usize, y: usize| {
        [1.0, (x as f32 - mx) / mx.max(1.0), (y as f32 - my) / my.max(1.0)]
    };
    // The frame is symmetric about the middle: the three unknowns are independent.
    let (mut sums, mut squares) = ([0f32; 3], [0f32; 3]);
    for (i, value) in plane.values.iter().enumerate().filter(|(i, _)| taken(*i)) {
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

/// How far gaps are closed, in pixels of the reduced picture.
const REACH: usize = 2;

fn grown(mask: &Mask) -> Mask {
    windowed(mask, |window| window.contains(&true))
}

fn shrunk(mask: &Mask) -> Mask {
    windowed(mask, |window| !window.contains(&false))
}

/// Each pixel by those up to [`REACH`] beside, then above and below it.
fn windowed(mask: &Mask, decide: impl Fn(&[bool]) -> bool) -> Mask {
    let (w, h) = (mask.width as usize, mask.height as usize);
    let line = |values: &[bool]| -> Vec<bool> {
        (0..values.len())
            .map(|i| decide(&values[i.saturating_sub(REACH)..(i + REACH + 1).min(values.len())]))
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

/// With everything set that the border cannot be reached from.
fn filled(mask: &Mask) -> Mask {
    let (w, h) = (mask.width as usize, mask.height as usize);
    let on_border = |i: usize| i.is_multiple_of(w) || i % w == w - 1 || i < w || i >= w * (h - 1);
    let mut outside: Vec<bool> = (0..w * h).map(|i| on_border(i) && !mask.set[i]).collect();
    let mut open: Vec<usize> = (0..w * h).filter(|i| outside[*i]).collect();
    while let Some(i) = open.pop() {
        let beside = [
            (i % w > 0).then(|| i - 1),
            (i % w < w - 1).then(|| i + 1),
            i.checked_sub(w),
            (i + w < w * h).then_some(i + w),
        ];
        for next in beside.into_iter().flatten() {
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
    use image::Rgb;

    use super::*;
    use crate::golden::shared;

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
    fn what_is_not_a_part_on_a_table_is_the_whole_picture() {
        let cases = [
            ("nothing there", RgbImage::from_pixel(200, 160, Rgb([90; 3]))),
            ("a speck", disc(8.0, |_, _| 180)),
            (
                "an uneven table",
                disc(50.0, |x, y| if (x / 3 + y / 3) % 2 == 0 { 120 } else { 190 }),
            ),
            ("cut off", disc(120.0, |_, _| 180)),
            ("too small to look at", RgbImage::new(9, 9)),
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
            // Where the rim melts into an unevenly lit table, it is said that it was not told.
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
