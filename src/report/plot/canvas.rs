//! A white canvas to draw lines, areas and text on.

use ab_glyph::{Font, FontRef, ScaleFont, point};
use image::{Rgb, RgbImage, imageops};

use crate::error::{ReportError, Result};
use crate::fonts::GOTHIC;

/// Pixels per canvas unit, enough for high-density screens and for print.
const DENSITY: f32 = 2.0;
/// Samples per pixel in each direction, for smooth edges.
const SAMPLES: u32 = 2;

pub(super) type Colour = Rgb<u8>;

/// Horizontal alignment of a text to its position.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Align {
    Left,
    Centre,
    Right,
}

/// A canvas. Its unit is a screen pixel at normal density; the origin is the upper left corner.
pub(super) struct Canvas {
    samples: RgbImage,
    scale: f32,
    font: FontRef<'static>,
}

impl Canvas {
    /// A white canvas of this size in units.
    pub(super) fn new(width: u32, height: u32) -> Result<Self> {
        let font = FontRef::try_from_slice(GOTHIC).map_err(|_| ReportError::Font)?;
        let scale = DENSITY * SAMPLES as f32;
        let side = |length: u32| (length as f32 * scale).round() as u32;
        let samples = RgbImage::from_pixel(side(width), side(height), Rgb([255; 3]));
        Ok(Self { samples, scale, font })
    }

    /// The picture, averaged from the samples.
    pub(super) fn finish(self) -> RgbImage {
        let (width, height) = self.samples.dimensions();
        imageops::thumbnail(&self.samples, width / SAMPLES, height / SAMPLES)
    }

    /// Fills the rectangle between two corners. `opacity` is from 0 to 1.
    pub(super) fn fill(&mut self, from: (f32, f32), to: (f32, f32), colour: Colour, opacity: f32) {
        let scale = self.scale;
        let edge = |at: f32| (at * scale).round() as i64;
        for y in edge(from.1.min(to.1))..edge(from.1.max(to.1)) {
            for x in edge(from.0.min(to.0))..edge(from.0.max(to.0)) {
                self.cover(x, y, colour, opacity);
            }
        }
    }

    /// Draws a line of `width` through `points`.
    pub(super) fn line(&mut self, points: &[(f32, f32)], width: f32, colour: Colour) {
        for pair in points.windows(2) {
            if let [from, to] = pair {
                self.segment(*from, *to, width, colour);
            }
        }
    }

    /// Draws a vertical dashed line.
    pub(super) fn dashes(&mut self, x: f32, from: f32, to: f32, width: f32, colour: Colour) {
        let mut y = from;
        while y < to {
            self.segment((x, y), (x, (y + 5.0).min(to)), width, colour);
            y += 9.0;
        }
    }

    /// Draws a filled disc.
    pub(super) fn disc(&mut self, centre: (f32, f32), radius: f32, colour: Colour) {
        let (x, y, radius) = (centre.0 * self.scale, centre.1 * self.scale, radius * self.scale);
        for py in (y - radius).floor() as i64..=(y + radius).ceil() as i64 {
            for px in (x - radius).floor() as i64..=(x + radius).ceil() as i64 {
                let (dx, dy) = (px as f32 + 0.5 - x, py as f32 + 0.5 - y);
                if dx * dx + dy * dy <= radius * radius {
                    self.cover(px, py, colour, 1.0);
                }
            }
        }
    }

    /// Draws text of `size` with its baseline at `at`.
    pub(super) fn text(
        &mut self,
        at: (f32, f32),
        size: f32,
        text: &str,
        align: Align,
        colour: Colour,
    ) {
        let width = self.text_width(size, text);
        let left = match align {
            Align::Left => at.0,
            Align::Centre => at.0 - width / 2.0,
            Align::Right => at.0 - width,
        };
        let font = self.font.clone();
        let scaled = font.as_scaled(size * self.scale);
        let mut x = left * self.scale;
        for letter in text.chars() {
            let id = scaled.glyph_id(letter);
            let glyph = id.with_scale_and_position(scaled.scale(), point(x, at.1 * self.scale));
            x += scaled.h_advance(id);
            if let Some(outline) = font.outline_glyph(glyph) {
                let bounds = outline.px_bounds();
                let (left, top) = (bounds.min.x as i64, bounds.min.y as i64);
                outline.draw(|dx, dy, cover| {
                    self.cover(left + i64::from(dx), top + i64::from(dy), colour, cover.min(1.0));
                });
            }
        }
    }

    /// Width of `text`.
    pub(super) fn text_width(&self, size: f32, text: &str) -> f32 {
        let scaled = self.font.as_scaled(size);
        text.chars().map(|letter| scaled.h_advance(scaled.glyph_id(letter))).sum()
    }

    fn segment(&mut self, from: (f32, f32), to: (f32, f32), width: f32, colour: Colour) {
        let at = |point: (f32, f32)| (point.0 * self.scale, point.1 * self.scale);
        let ((ax, ay), (bx, by), half) = (at(from), at(to), width * self.scale / 2.0);
        let (dx, dy) = (bx - ax, by - ay);
        let length = (dx * dx + dy * dy).max(f32::EPSILON);
        let range =
            |a: f32, b: f32| (a.min(b) - half).floor() as i64..=(a.max(b) + half).ceil() as i64;
        for y in range(ay, by) {
            for x in range(ax, bx) {
                let (px, py) = (x as f32 + 0.5 - ax, y as f32 + 0.5 - ay);
                let along = ((px * dx + py * dy) / length).clamp(0.0, 1.0);
                let (off_x, off_y) = (px - along * dx, py - along * dy);
                if off_x * off_x + off_y * off_y <= half * half {
                    self.cover(x, y, colour, 1.0);
                }
            }
        }
    }

    fn cover(&mut self, x: i64, y: i64, colour: Colour, opacity: f32) {
        let (Ok(x), Ok(y)) = (u32::try_from(x), u32::try_from(y)) else { return };
        if let Some(pixel) = self.samples.get_pixel_mut_checked(x, y) {
            for (below, above) in pixel.0.iter_mut().zip(colour.0) {
                let mixed = f32::from(*below) * (1.0 - opacity) + f32::from(above) * opacity;
                *below = mixed.round() as u8;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shapes_are_drawn_at_their_positions() {
        let black = Rgb([0; 3]);
        let mut canvas = Canvas::new(40, 20).unwrap();
        canvas.fill((0.0, 0.0), (10.0, 20.0), black, 0.5);
        canvas.line(&[(20.0, 2.0), (20.0, 18.0)], 2.0, black);
        canvas.disc((30.0, 10.0), 3.0, black);
        // Drawing outside the canvas has no effect.
        canvas.fill((-50.0, -50.0), (-1.0, -1.0), black, 1.0);
        canvas.text((500.0, 500.0), 12.0, "x", Align::Left, black);
        let picture = canvas.finish();
        assert_eq!(picture.dimensions(), (80, 40));
        let grey = |x: u32, y: u32| picture.get_pixel(x, y).0[0];
        assert!((126..=129).contains(&grey(10, 20)));
        assert_eq!((grey(40, 20), grey(60, 20)), (0, 0));
        assert_eq!((grey(30, 20), grey(50, 20), grey(78, 38)), (255, 255, 255));
    }

    #[test]
    fn the_font_has_every_letter_of_the_plot_messages() {
        let canvas = Canvas::new(10, 10).unwrap();
        assert!(canvas.text_width(12.0, "mm") > 2.0 * canvas.text_width(12.0, "i"));
        let words = [
            include_str!("../../../assets/locales/ko.ftl"),
            include_str!("../../../assets/locales/en.ftl"),
        ];
        let plot = words
            .iter()
            .flat_map(|file| file.lines())
            .filter(|line| line.starts_with("plot-") || line.starts_with("rates-"));
        for letter in plot.flat_map(str::chars).filter(|letter| !letter.is_control()) {
            assert_ne!(canvas.font.glyph_id(letter).0, 0, "the font lacks {letter:?}");
        }
    }
}
