//! Pictures of scores: how normal and defective ones are spread, and how well they part.

mod axes;
mod canvas;

use std::path::Path;

use image::{Rgb, RgbImage};

use super::Result;
use super::files::{png, write_file};
use axes::{Axes, head, note};
use canvas::{Align, Canvas, Colour};
use fettle_domain::Histogram;

/// Told apart also by those who do not see red and green as others do (Okabe and Ito).
const NORMAL: Colour = Rgb([0, 114, 178]);
const DEFECTIVE: Colour = Rgb([213, 94, 0]);
const LIMIT: Colour = Rgb([30, 34, 42]);
const CHANCE: Colour = Rgb([190, 196, 205]);

/// What stands around a plot, in a person's language.
#[derive(Debug, Clone, PartialEq)]
pub struct PlotWords {
    /// Above all.
    pub title: String,
    /// Below it.
    pub lines: Vec<String>,
    /// What is counted across.
    pub across: String,
    /// What is counted up.
    pub up: String,
}

/// How many bins a plotted histogram has at most.
pub const PLOT_BINS: usize = 48;

/// Bars of normal and defective scores on one axis, with the threshold as a dashed line.
/// `legend` names normal, defective and threshold.
///
/// # Errors
/// [`super::ReportError::Font`], which would be a fault of this program.
pub fn plot_scores(
    histogram: &Histogram,
    threshold: f32,
    words: &PlotWords,
    legend: [&str; 3],
) -> Result<RgbImage> {
    let mut canvas = Canvas::new(760, 440)?;
    head(&mut canvas, 60.0, &words.title, &words.lines);
    let most = histogram.normal.iter().chain(&histogram.defective).copied().max().unwrap_or(0);
    // The threshold is always in the picture, with some air beyond it.
    let limit = f64::from(threshold);
    let air = 2.0 * histogram.step;
    let x = (histogram.low.min(limit - air), histogram.high().max(limit + air));
    let axes = Axes { frame: (60.0, 118.0, 735.0, 385.0), x, y: (0.0, most.max(1) as f64 * 1.08) };
    axes.draw(&mut canvas, false, (&words.across, &words.up));
    let both = histogram.normal.iter().zip(&histogram.defective);
    for (index, (normal, defective)) in both.enumerate() {
        let left = histogram.low + histogram.step * index as f64;
        let (from, to) = (axes.across(left) + 0.5, axes.across(left + histogram.step) - 0.5);
        // The lower bar in front, so that both are seen.
        let mut bars = [(*normal, NORMAL), (*defective, DEFECTIVE)];
        bars.sort_by_key(|(count, _)| std::cmp::Reverse(*count));
        for (count, colour) in bars {
            if count > 0 {
                canvas.fill((from, axes.up(count as f64)), (to, axes.up(0.0)), colour, 1.0);
            }
        }
    }
    let [normal, defective, name] = legend;
    let (_, top, right, bottom) = axes.frame;
    let at = axes.across(limit);
    canvas.dashes(at, top - 6.0, bottom, 1.6, LIMIT);
    let (align, aside) = if at > right - 150.0 { (Align::Right, -6.0) } else { (Align::Left, 6.0) };
    note(&mut canvas, (at + aside, top + 6.0), name, align, LIMIT);
    // The legend, from the right.
    let mut end = right;
    for (label, colour, any) in [
        (defective, DEFECTIVE, histogram.defective.iter().any(|count| *count > 0)),
        (normal, NORMAL, true),
    ] {
        if any {
            note(&mut canvas, (end, top - 22.0), label, Align::Right, colour);
            let start = end - canvas.text_width(12.5, label) - 17.0;
            canvas.fill((start, top - 32.0), (start + 11.0, top - 21.0), colour, 1.0);
            end = start - 18.0;
        }
    }
    Ok(canvas.finish())
}

/// The receiver operating characteristic through `points` (share of the good called NG, share
/// of the defective called so; from (0, 0) to (1, 1)), and the point in force.
///
/// # Errors
/// As [`plot_scores`].
pub fn plot_roc(
    points: &[(f64, f64)],
    in_force: Option<(f64, f64)>,
    words: &PlotWords,
    in_force_name: &str,
) -> Result<RgbImage> {
    let mut canvas = Canvas::new(520, 580)?;
    head(&mut canvas, 64.0, &words.title, &words.lines);
    let axes = Axes { frame: (64.0, 110.0, 484.0, 530.0), x: (0.0, 1.0), y: (0.0, 1.0) };
    axes.draw(&mut canvas, true, (&words.across, &words.up));
    let place = |point: &(f64, f64)| (axes.across(point.0), axes.up(point.1));
    canvas.line(&[place(&(0.0, 0.0)), place(&(1.0, 1.0))], 1.2, CHANCE);
    let curve: Vec<(f32, f32)> = points.iter().map(place).collect();
    for pair in curve.windows(2) {
        if let [(from, high), (to, low)] = pair {
            let (_, _, _, bottom) = axes.frame;
            canvas.fill((*from, high.max(*low)), (*to, bottom), NORMAL, 0.08);
        }
    }
    canvas.line(&curve, 2.2, NORMAL);
    if let Some(point) = in_force {
        let (x, y) = place(&point);
        canvas.disc((x, y), 5.0, Rgb([255; 3]));
        canvas.disc((x, y), 3.8, DEFECTIVE);
        let (align, aside) =
            if point.0 > 0.5 { (Align::Right, -10.0) } else { (Align::Left, 10.0) };
        note(&mut canvas, (x + aside, y + 16.0), in_force_name, align, DEFECTIVE);
    }
    Ok(canvas.finish())
}

/// Writes `picture` as the PNG file at `path`, whole or not at all; its folder is made if absent.
///
/// # Errors
/// When it cannot be written; the message names it.
pub fn write_png(path: &Path, picture: &RgbImage) -> Result<()> {
    if let Some(dir) = path.parent().filter(|dir| !dir.as_os_str().is_empty()) {
        std::fs::create_dir_all(dir)
            .map_err(|source| super::ReportError::Io { path: dir.to_owned(), source })?;
    }
    write_file(path, &png(path, picture)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(title: &str) -> PlotWords {
        PlotWords {
            title: title.into(),
            lines: vec!["a line".into()],
            across: "score".into(),
            up: "pictures".into(),
        }
    }

    fn count(picture: &RgbImage, colour: Colour, tolerance: i32) -> usize {
        let near = |pixel: &Rgb<u8>| {
            pixel
                .0
                .iter()
                .zip(colour.0)
                .all(|(a, b)| (i32::from(*a) - i32::from(b)).abs() <= tolerance)
        };
        picture.pixels().filter(|pixel| near(pixel)).count()
    }

    #[test]
    fn bars_of_both_kinds_and_the_threshold_are_seen() {
        let normal: Vec<f32> = (0..40).map(|i| 20.0 + (i % 9) as f32 * 0.4).collect();
        let defective: Vec<f32> = (0..20).map(|i| 24.0 + i as f32 * 0.6).collect();
        let legend = ["normal", "defective", "threshold 25"];
        let both = Histogram::of(&normal, &defective, PLOT_BINS).unwrap();
        let picture = plot_scores(&both, 25.0, &words("scores"), legend).unwrap();
        assert_eq!(picture.dimensions(), (1520, 880));
        assert!(count(&picture, NORMAL, 3) > 5_000);
        assert!(count(&picture, DEFECTIVE, 3) > 2_000);
        assert!(count(&picture, LIMIT, 3) > 300);
        let only = Histogram::of(&normal, &[], PLOT_BINS).unwrap();
        let picture = plot_scores(&only, 1e3, &words("far threshold"), legend).unwrap();
        assert_eq!(count(&picture, DEFECTIVE, 3), 0);
    }

    #[test]
    fn the_curve_and_the_point_in_force_are_seen() {
        let points = [(0.0, 0.0), (0.0, 0.6), (0.1, 0.8), (0.4, 1.0), (1.0, 1.0)];
        let picture = plot_roc(&points, Some((0.1, 0.8)), &words("ROC"), "in force").unwrap();
        assert!(count(&picture, NORMAL, 3) > 2_000);
        assert!(count(&picture, DEFECTIVE, 3) > 100);
        let without = plot_roc(&points, None, &words("ROC"), "in force").unwrap();
        assert_eq!(count(&without, DEFECTIVE, 3), 0);
    }

    #[test]
    fn a_picture_appears_whole() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("new/roc.png");
        write_png(&path, &RgbImage::new(3, 2)).unwrap();
        assert_eq!(image::open(&path).unwrap().into_rgb8().dimensions(), (3, 2));
        assert!(write_png(&dir.path().join("new"), &RgbImage::new(1, 1)).is_err());
    }
}
