//! Axes of a plot: frame, grid lines, tick labels.

use image::Rgb;

use super::canvas::{Align, Canvas, Colour};
use fettle_domain::round_step;

const INK: Colour = Rgb([45, 52, 62]);
const PALE: Colour = Rgb([120, 128, 140]);
const GRID: Colour = Rgb([231, 234, 239]);
const TITLE_SIZE: f32 = 16.0;
const TEXT_SIZE: f32 = 12.5;

/// The area of the data and the range of each axis.
pub(super) struct Axes {
    /// Left, top, right, bottom.
    pub(super) frame: (f32, f32, f32, f32),
    /// Values at the left and right edge.
    pub(super) x: (f64, f64),
    /// Values at the bottom and top edge.
    pub(super) y: (f64, f64),
}

impl Axes {
    /// Horizontal position of a value.
    pub(super) fn x_position(&self, value: f64) -> f32 {
        let (left, _, right, _) = self.frame;
        left + (right - left) * ((value - self.x.0) / (self.x.1 - self.x.0)) as f32
    }

    /// Vertical position of a value.
    pub(super) fn y_position(&self, value: f64) -> f32 {
        let (_, top, _, bottom) = self.frame;
        bottom - (bottom - top) * ((value - self.y.0) / (self.y.1 - self.y.0)) as f32
    }

    /// Draws grid lines, tick labels (in percent with `percent`) and the labels of both axes.
    pub(super) fn draw(&self, canvas: &mut Canvas, percent: bool, labels: (&str, &str)) {
        let (left, top, right, bottom) = self.frame;
        let number = |value: f64, step: f64| {
            if percent {
                return format!("{:.0} %", value * 100.0);
            }
            let digits = (-step.log10()).ceil().clamp(0.0, 6.0) as usize;
            // 0.25 needs one digit more than its power of ten.
            let digits =
                if (step * 10f64.powi(digits as i32)).fract() > 1e-6 { digits + 1 } else { digits };
            format!("{value:.digits$}")
        };
        let (values, step) = ticks(self.y, 5, !percent);
        for value in values {
            let y = self.y_position(value);
            canvas.line(&[(left, y), (right, y)], 1.0, GRID);
            canvas.text((left - 8.0, y + 4.5), TEXT_SIZE, &number(value, step), Align::Right, PALE);
        }
        let (values, step) = ticks(self.x, 8, false);
        for value in values {
            let x = self.x_position(value);
            canvas.line(&[(x, bottom), (x, bottom + 4.0)], 1.0, PALE);
            canvas.text((x, bottom + 18.0), TEXT_SIZE, &number(value, step), Align::Centre, PALE);
        }
        canvas.line(&[(left, bottom), (right, bottom)], 1.0, PALE);
        canvas.text(((left + right) / 2.0, bottom + 38.0), TEXT_SIZE, labels.0, Align::Centre, INK);
        canvas.text((left, top - 12.0), TEXT_SIZE, labels.1, Align::Left, INK);
    }
}

/// Draws a title and smaller lines below.
pub(super) fn draw_title(canvas: &mut Canvas, left: f32, title: &str, lines: &[String]) {
    canvas.text((left, 30.0), TITLE_SIZE, title, Align::Left, INK);
    for (index, line) in lines.iter().enumerate() {
        canvas.text((left, 51.0 + 18.0 * index as f32), TEXT_SIZE, line, Align::Left, PALE);
    }
}

/// Draws a small text.
pub(super) fn draw_label(
    canvas: &mut Canvas,
    at: (f32, f32),
    text: &str,
    align: Align,
    colour: Colour,
) {
    canvas.text(at, TEXT_SIZE, text, align, colour);
}

/// About `about` round values in `range`, and their distance; whole numbers only with `whole`.
fn ticks(range: (f64, f64), about: usize, whole: bool) -> (Vec<f64>, f64) {
    let step = round_step(((range.1 - range.0) / about as f64).max(1e-9));
    let step = if whole { step.ceil().max(1.0) } else { step };
    let (first, last) =
        ((range.0 / step - 1e-9).ceil() as i64, (range.1 / step + 1e-9).floor() as i64);
    ((first..=last).map(|n| n as f64 * step).collect(), step)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round_and_inside() {
        /// Range, about how many, whole numbers only, the ticks.
        type Case = ((f64, f64), usize, bool, &'static [f64]);
        let cases: [Case; 4] = [
            ((0.0, 1.0), 5, false, &[0.0, 0.2, 0.4, 0.6, 0.8, 1.0]),
            ((0.0, 3.0), 5, true, &[0.0, 1.0, 2.0, 3.0]),
            ((19.0, 41.0), 8, false, &[20.0, 25.0, 30.0, 35.0, 40.0]),
            ((0.0, 48.0), 5, true, &[0.0, 10.0, 20.0, 30.0, 40.0]),
        ];
        for (range, about, whole, expected) in cases {
            let (found, _) = ticks(range, about, whole);
            assert_eq!(found.len(), expected.len(), "{found:?}");
            assert!(found.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-9), "{found:?}");
        }
    }

    #[test]
    fn values_lie_between_the_edges() {
        let axes = Axes { frame: (10.0, 20.0, 110.0, 220.0), x: (0.0, 2.0), y: (5.0, 10.0) };
        assert_eq!(
            (axes.x_position(0.0), axes.x_position(1.0), axes.x_position(2.0)),
            (10.0, 60.0, 110.0)
        );
        assert_eq!((axes.y_position(5.0), axes.y_position(10.0)), (220.0, 20.0));
    }
}
