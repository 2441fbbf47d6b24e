//! Plots of scores: histograms of normal and defective parts, and the ROC curve.

mod axes;
mod canvas;

use std::path::Path;

use image::{Rgb, RgbImage};

use super::error::{ReportError, Result};
use super::files::{encode_png, write_file};
use axes::{Axes, draw_label, draw_title};
use canvas::{Align, Canvas, Colour};
use fettle_domain::Histogram;

// Colours that remain distinct with colour vision deficiency (Okabe and Ito).
const NORMAL: Colour = Rgb([0, 114, 178]);
const DEFECTIVE: Colour = Rgb([213, 94, 0]);
const LIMIT: Colour = Rgb([30, 34, 42]);
const CHANCE: Colour = Rgb([190, 196, 205]);

/// Texts of a plot in the user's language.
#[derive(Debug, Clone, PartialEq)]
pub struct PlotLabels {
    /// Title of the plot.
    pub title: String,
    /// Lines below the title.
    pub subtitle: Vec<String>,
    /// Label of the horizontal axis.
    pub x: String,
    /// Label of the vertical axis.
    pub y: String,
}

/// The most bins of a plotted histogram.
pub const PLOT_BINS: usize = 48;

/// Plots a histogram of normal and defective scores, with the threshold as a dashed line. `legend`
/// names normal, defective and threshold.
///
/// # Errors
/// [`ReportError::Font`] if the embedded font is damaged.
pub fn plot_scores(
    histogram: &Histogram,
    threshold: f32,
    labels: &PlotLabels,
    legend: [&str; 3],
) -> Result<RgbImage> {
    let mut canvas = Canvas::new(760, 440)?;
    draw_title(&mut canvas, 60.0, &labels.title, &labels.subtitle);
    let most = histogram.normal.iter().chain(&histogram.defective).copied().max().unwrap_or(0);
    // The range of the x axis includes the threshold, with a margin of two bins.
    let limit = f64::from(threshold);
    let margin = 2.0 * histogram.step;
    let x = (histogram.low.min(limit - margin), histogram.high().max(limit + margin));
    let axes = Axes { frame: (60.0, 118.0, 735.0, 385.0), x, y: (0.0, most.max(1) as f64 * 1.08) };
    axes.draw(&mut canvas, false, (&labels.x, &labels.y));
    let both = histogram.normal.iter().zip(&histogram.defective);
    for (index, (normal, defective)) in both.enumerate() {
        let left = histogram.low + histogram.step * index as f64;
        let (from, to) =
            (axes.x_position(left) + 0.5, axes.x_position(left + histogram.step) - 0.5);
        // The lower bar is drawn last, so that both are visible.
        let mut bars = [(*normal, NORMAL), (*defective, DEFECTIVE)];
        bars.sort_by_key(|(count, _)| std::cmp::Reverse(*count));
        for (count, colour) in bars {
            if count > 0 {
                canvas.fill(
                    (from, axes.y_position(count as f64)),
                    (to, axes.y_position(0.0)),
                    colour,
                    1.0,
                );
            }
        }
    }
    let [normal, defective, name] = legend;
    let (_, top, right, bottom) = axes.frame;
    let at = axes.x_position(limit);
    canvas.dashes(at, top - 6.0, bottom, 1.6, LIMIT);
    let (align, aside) = if at > right - 150.0 { (Align::Right, -6.0) } else { (Align::Left, 6.0) };
    draw_label(&mut canvas, (at + aside, top + 6.0), name, align, LIMIT);
    // The legend, from right to left.
    let mut end = right;
    for (label, colour, any) in [
        (defective, DEFECTIVE, histogram.defective.iter().any(|count| *count > 0)),
        (normal, NORMAL, true),
    ] {
        if any {
            draw_label(&mut canvas, (end, top - 22.0), label, Align::Right, colour);
            let start = end - canvas.text_width(12.5, label) - 17.0;
            canvas.fill((start, top - 32.0), (start + 11.0, top - 21.0), colour, 1.0);
            end = start - 18.0;
        }
    }
    Ok(canvas.finish())
}

/// Plots the receiver operating characteristic through `points` (false positive rate, true positive
/// rate; from (0, 0) to (1, 1)), and the operating point.
///
/// # Errors
/// As [`plot_scores`].
pub fn plot_roc(
    points: &[(f64, f64)],
    operating_point: Option<(f64, f64)>,
    labels: &PlotLabels,
    operating_point_name: &str,
) -> Result<RgbImage> {
    let mut canvas = Canvas::new(520, 580)?;
    draw_title(&mut canvas, 64.0, &labels.title, &labels.subtitle);
    let axes = Axes { frame: (64.0, 110.0, 484.0, 530.0), x: (0.0, 1.0), y: (0.0, 1.0) };
    axes.draw(&mut canvas, true, (&labels.x, &labels.y));
    let place = |point: &(f64, f64)| (axes.x_position(point.0), axes.y_position(point.1));
    canvas.line(&[place(&(0.0, 0.0)), place(&(1.0, 1.0))], 1.2, CHANCE);
    let curve: Vec<(f32, f32)> = points.iter().map(place).collect();
    for pair in curve.windows(2) {
        if let [(from, high), (to, low)] = pair {
            let (_, _, _, bottom) = axes.frame;
            canvas.fill((*from, high.max(*low)), (*to, bottom), NORMAL, 0.08);
        }
    }
    canvas.line(&curve, 2.2, NORMAL);
    if let Some(point) = operating_point {
        let (x, y) = place(&point);
        canvas.disc((x, y), 5.0, Rgb([255; 3]));
        canvas.disc((x, y), 3.8, DEFECTIVE);
        let (align, aside) =
            if point.0 > 0.5 { (Align::Right, -10.0) } else { (Align::Left, 10.0) };
        draw_label(&mut canvas, (x + aside, y + 16.0), operating_point_name, align, DEFECTIVE);
    }
    Ok(canvas.finish())
}

/// Writes `picture` as a PNG file atomically. The folder is created if absent.
///
/// # Errors
/// When the file cannot be written; the message names it.
pub fn write_png(path: &Path, picture: &RgbImage) -> Result<()> {
    if let Some(dir) = path.parent().filter(|dir| !dir.as_os_str().is_empty()) {
        fettle_system::create_folders(dir)
            .map_err(|source| ReportError::Io { path: dir.to_owned(), source })?;
    }
    write_file(path, &encode_png(path, picture)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(title: &str) -> PlotLabels {
        PlotLabels {
            title: title.into(),
            subtitle: vec!["a line".into()],
            x: "score".into(),
            y: "pictures".into(),
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
    fn bars_of_both_kinds_and_the_threshold_are_visible() {
        let normal: Vec<f32> = (0..40).map(|i| 20.0 + (i % 9) as f32 * 0.4).collect();
        let defective: Vec<f32> = (0..20).map(|i| 24.0 + i as f32 * 0.6).collect();
        let legend = ["normal", "defective", "threshold 25"];
        let both = Histogram::of(&normal, &defective, PLOT_BINS).unwrap();
        let picture = plot_scores(&both, 25.0, &labels("scores"), legend).unwrap();
        assert_eq!(picture.dimensions(), (1520, 880));
        assert!(count(&picture, NORMAL, 3) > 5_000);
        assert!(count(&picture, DEFECTIVE, 3) > 2_000);
        assert!(count(&picture, LIMIT, 3) > 300);
        let only = Histogram::of(&normal, &[], PLOT_BINS).unwrap();
        let picture = plot_scores(&only, 1e3, &labels("far threshold"), legend).unwrap();
        assert_eq!(count(&picture, DEFECTIVE, 3), 0);
    }

    #[test]
    fn the_curve_and_the_operating_point_are_visible() {
        let points = [(0.0, 0.0), (0.0, 0.6), (0.1, 0.8), (0.4, 1.0), (1.0, 1.0)];
        let picture = plot_roc(&points, Some((0.1, 0.8)), &labels("ROC"), "in force").unwrap();
        assert!(count(&picture, NORMAL, 3) > 2_000);
        assert!(count(&picture, DEFECTIVE, 3) > 100);
        let without = plot_roc(&points, None, &labels("ROC"), "in force").unwrap();
        assert_eq!(count(&without, DEFECTIVE, 3), 0);
    }

    #[test]
    fn a_picture_is_written_with_its_folder() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("new/roc.png");
        write_png(&path, &RgbImage::new(3, 2)).unwrap();
        assert_eq!(image::open(&path).unwrap().into_rgb8().dimensions(), (3, 2));
        assert!(write_png(&dir.path().join("new"), &RgbImage::new(1, 1)).is_err());
    }
}
