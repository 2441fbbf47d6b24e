//! Pictures of a manual's pages: drawn by the engine one after the other, the latest kept.

use std::collections::HashMap;
use std::sync::Arc;

use image::RgbImage;

use crate::desk::Desk;
use crate::tasks::Task;
use crate::widgets::image_view::{Picture, prepare};
use fettle_domain::{RegisteredManual, SizePt};
use fettle_engine::{EngineError, ManualPage};

/// Bytes of textures kept, of all pages together.
const BUDGET: usize = 64 << 20;
/// A page has so many pixels at most: four such pages are within the budget.
const MAX_PIXELS: f32 = (BUDGET / 4 / BYTES_PER_PIXEL) as f32;
/// Red, green, blue and alpha, and a third of that again for the smaller sizes.
const BYTES_PER_PIXEL: usize = 6;

/// The pictures.
#[derive(Default)]
pub(super) struct Pictures {
    pages: HashMap<u32, Page>,
    drawing: Option<Drawing>,
    /// Counts frames: what was seen longest ago goes first.
    now: u64,
}

#[derive(Default)]
struct Page {
    shown: Option<Picture>,
    /// What takes its place once all of it is on the graphics card.
    coming: Option<Picture>,
    /// How wide it was asked for last, in pixels.
    width_px: u32,
    error: Option<EngineError>,
    seen: u64,
}

/// What the engine is drawing.
struct Drawing {
    page: u32,
    task: Task<Arc<RgbImage>>,
}

/// What there is of a page.
pub(super) enum Shown<'a> {
    /// It is being drawn.
    Nothing,
    /// Its picture, perhaps of another size than asked for.
    Picture(&'a Picture),
    /// It cannot be drawn.
    Error(&'a EngineError),
}

impl Pictures {
    /// Begins a frame: takes what was drawn.
    pub(super) fn take(&mut self, ctx: &egui::Context) {
        self.now += 1;
        if let Some(drawing) = &self.drawing
            && let Some(answer) = drawing.task.poll()
        {
            let page = self.pages.entry(drawing.page).or_default();
            match answer {
                Ok(pixels) => (page.coming, page.error) = (Some(Picture::new(pixels)), None),
                Err(error) => page.error = Some(error),
            }
            self.drawing = None;
            self.forget();
        }
        for page in self.pages.values_mut() {
            if page.coming.as_mut().is_some_and(|picture| prepare(ctx, picture)) {
                page.shown = page.coming.take();
            }
        }
    }

    fn forget(&mut self) {
        let mut pages: Vec<(u64, u32, usize)> = self
            .pages
            .iter()
            .map(|(number, page)| {
                let pixels = |picture: &Picture| picture.size().x * picture.size().y;
                let pixels: f32 = page.shown.iter().chain(&page.coming).map(pixels).sum();
                (page.seen, *number, pixels as usize * BYTES_PER_PIXEL)
            })
            .collect();
        pages.sort_unstable_by(|a, b| b.cmp(a));
        let mut kept = 0;
        for (seen, number, bytes) in pages {
            kept += bytes;
            // Those in view stay: together they are hardly larger than the screen.
            if kept > BUDGET && seen + 1 < self.now {
                self.pages.remove(&number);
            }
        }
    }

    /// What there is of a page that is in view.
    pub(super) fn get(&mut self, page: u32) -> Shown<'_> {
        let now = self.now;
        let Some(page) = self.pages.get_mut(&page) else { return Shown::Nothing };
        page.seen = now;
        match (&page.error, &page.shown) {
            (Some(error), _) => Shown::Error(error),
            (None, Some(picture)) => Shown::Picture(picture),
            (None, None) => Shown::Nothing,
        }
    }

    /// Ends a frame: asks for the first of `wanted` (a page and its width in pixels) that is not
    /// there, one at a time.
    pub(super) fn ask(
        &mut self,
        desk: &mut Desk<'_>,
        manual: &RegisteredManual,
        wanted: impl Iterator<Item = (u32, SizePt, u32)>,
    ) {
        if self.drawing.is_some() {
            return;
        }
        for (number, size, width_px) in wanted {
            let width_px = width_px.min(widest(size)).max(1);
            let page = self.pages.entry(number).or_default();
            if page.width_px == width_px {
                continue;
            }
            (page.width_px, page.seen) = (width_px, self.now);
            let request = ManualPage { manual: manual.clone(), page: number, width_px };
            match desk.start(request) {
                Some(task) => self.drawing = Some(Drawing { page: number, task }),
                None => page.error = Some(EngineError::Busy),
            }
            return;
        }
    }
}

/// The width in pixels at which a page has as many pixels as it may.
fn widest(size: SizePt) -> u32 {
    (MAX_PIXELS * size.width / size.height).sqrt() as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn four_pages_as_large_as_may_be_are_kept_and_the_latest_seen() {
        let a4 = SizePt { width: 595.0, height: 842.0 };
        let width = widest(a4);
        let height = (width as f32 * a4.height / a4.width) as u32;
        let mut pictures = Pictures { now: 20, ..Pictures::default() };
        for number in 1..10 {
            let picture = Picture::new(Arc::new(RgbImage::new(width, height)));
            let page = Page { shown: Some(picture), seen: number.into(), ..Page::default() };
            pictures.pages.insert(number, page);
        }
        pictures.forget();
        let mut kept: Vec<u32> = pictures.pages.keys().copied().collect();
        kept.sort_unstable();
        assert_eq!(kept, [6, 7, 8, 9]);
        // Those in view stay, however many.
        pictures.now = 6;
        pictures.forget();
        assert_eq!(pictures.pages.len(), 4);
    }

    #[test]
    fn no_page_has_more_pixels_than_it_may() {
        for (width, height) in [(595.0, 842.0), (842.0, 595.0), (10.0, 14_400.0), (14_400.0, 10.0)]
        {
            let widest = widest(SizePt { width, height }) as f32;
            assert!(widest * widest * height / width <= MAX_PIXELS, "{width} × {height}");
        }
    }
}
