//! Whether a reader sees letters where a file says that there are some: a look at the drawn page.

use std::cell::OnceCell;

use hayro::hayro_interpret::InterpreterSettings;
use hayro::hayro_syntax::page::Page;
use hayro::vello_cpu::color::palette::css::WHITE;
use hayro::{PixmapSettings, RenderCache, RenderSettings, render};

use super::geometry::Rect;

/// Pixels a point: a letter of 8 points is 16 pixels high.
const SCALE: f32 = 2.0;
/// Larger pages are drawn smaller, in pixels.
const MAX_SIDE: f32 = 3000.0;
/// Grey levels between ink and paper.
const CONTRAST: u8 = 48;

/// A page that is drawn when it is first looked at.
pub(super) struct PageInk<'p, 'a> {
    page: &'p Page<'a>,
    settings: InterpreterSettings,
    /// Whether drawing the page ends.
    is_simple: bool,
    drawn: OnceCell<Grey>,
}

/// Grey levels of a drawn page.
struct Grey {
    width: usize,
    height: usize,
    scale: f64,
    pixels: Vec<u8>,
}

impl<'p, 'a> PageInk<'p, 'a> {
    pub(super) fn new(page: &'p Page<'a>, settings: InterpreterSettings, is_simple: bool) -> Self {
        Self { page, settings, is_simple, drawn: OnceCell::new() }
    }

    /// Whether the drawn page has something like `letters` letters in `bounds` (page points): along
    /// some row ink and paper alternate about as often as letters do.
    pub(super) fn shows_letters(&self, bounds: Rect, letters: usize) -> bool {
        let Some(grey) = self.grey() else { return false };
        let most = (grey.top(bounds)..grey.bottom(bounds))
            .map(|row| grey.changes(row, bounds))
            .max()
            .unwrap_or(0);
        most >= (letters * 2 / 3).max(2)
    }

    /// Whether the drawn page has lines of text in `bounds`: rows with many changes between ink and
    /// paper take turns with rows that have none. A photograph has changes in every row.
    pub(super) fn shows_lines(&self, bounds: Rect) -> bool {
        /// Changes between ink and paper along a line of some words.
        const BUSY: usize = 24;
        /// Lines of text.
        const MIN_LINES: usize = 4;
        let Some(grey) = self.grey() else { return false };
        let mut lines = 0;
        let mut is_within = false;
        for row in grey.top(bounds)..grey.bottom(bounds) {
            match grey.changes(row, bounds) {
                BUSY.. => is_within = true,
                0..=2 => {
                    lines += usize::from(is_within);
                    is_within = false;
                }
                _ => {}
            }
        }
        lines >= MIN_LINES
    }

    fn grey(&self) -> Option<&Grey> {
        self.is_simple.then(|| self.drawn.get_or_init(|| self.draw()))
    }

    fn draw(&self) -> Grey {
        let (width, height) = self.page.render_dimensions();
        let scale = SCALE.min(MAX_SIDE / width.max(height).max(1.0));
        let to = PixmapSettings { x_scale: scale, y_scale: scale, bg_color: WHITE };
        let cache = RenderCache::new();
        let pixmap = render(self.page, &cache, &self.settings, &RenderSettings::default(), &to);
        let luma = |red: u8, green: u8, blue: u8| {
            ((u32::from(red) * 299 + u32::from(green) * 587 + u32::from(blue) * 114) / 1000) as u8
        };
        Grey {
            width: pixmap.width().into(),
            height: pixmap.height().into(),
            scale: scale.into(),
            pixels: pixmap.data().iter().map(|p| luma(p.r, p.g, p.b)).collect(),
        }
    }
}

impl Grey {
    fn top(&self, bounds: Rect) -> usize {
        ((bounds.top * self.scale).max(0.0) as usize).min(self.height)
    }

    fn bottom(&self, bounds: Rect) -> usize {
        ((bounds.bottom * self.scale).ceil().max(0.0) as usize).min(self.height)
    }

    /// How often ink and paper alternate along a row.
    fn changes(&self, row: usize, bounds: Rect) -> usize {
        let from = ((bounds.left * self.scale).max(0.0) as usize).min(self.width);
        let to = ((bounds.right * self.scale).ceil().max(0.0) as usize).min(self.width);
        let row = row * self.width;
        let pixels = self.pixels.get(row + from..row + to.max(from)).unwrap_or_default();
        let mut changes = 0;
        let mut last = pixels.first().copied();
        for pixel in pixels {
            if last.is_some_and(|last| last.abs_diff(*pixel) >= CONTRAST) {
                changes += 1;
                last = Some(*pixel);
            }
        }
        changes
    }
}
