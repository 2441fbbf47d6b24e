//! A cache of a manual's pages as pictures. The engine renders one page at a time; the cache keeps
//! the most recently shown.

use std::collections::HashMap;
use std::sync::Arc;

use image::RgbImage;

use crate::tab_context::TabContext;
use crate::tasks::Task;
use crate::widgets::image_view::{Picture, upload};
use fettle_domain::{RegisteredManual, SizePt};
use fettle_engine::{EngineError, ManualPage};

/// Bytes of the textures of all pages.
const BUDGET: usize = 64 << 20;
/// Largest number of pixels of a page: four such pages are within the budget.
const MAX_PIXELS: f32 = (BUDGET / 4 / BYTES_PER_PIXEL) as f32;
/// Red, green, blue and alpha, and a third more for the mip levels, rounded up.
const BYTES_PER_PIXEL: usize = 6;

/// The cache.
#[derive(Default)]
pub(super) struct PageCache {
    pages: HashMap<u32, Page>,
    rendering: Option<Rendering>,
    /// The number of the current frame.
    frame: u64,
}

/// The pictures of one page.
#[derive(Default)]
struct Page {
    shown: Option<Picture>,
    /// The picture that replaces `shown` once it is uploaded.
    next: Option<Picture>,
    /// Width that was requested last, in pixels.
    width_px: u32,
    error: Option<EngineError>,
    /// The frame that showed the page last.
    shown_at: u64,
}

/// The page that the engine is rendering.
struct Rendering {
    page: u32,
    task: Task<Arc<RgbImage>>,
}

/// The state of a page in the cache.
pub(super) enum CachedPage<'a> {
    Loading,
    /// The picture, possibly of another size than requested.
    Picture(&'a Picture),
    /// The page cannot be rendered.
    Error(&'a EngineError),
}

impl PageCache {
    /// Begins a frame: takes the rendered page and continues uploads.
    pub(super) fn begin_frame(&mut self, ctx: &egui::Context) {
        self.frame += 1;
        if let Some(rendering) = &self.rendering
            && let Some(answer) = rendering.task.poll()
        {
            let page = self.pages.entry(rendering.page).or_default();
            match answer {
                Ok(pixels) => (page.next, page.error) = (Some(Picture::new(pixels)), None),
                Err(error) => page.error = Some(error),
            }
            self.rendering = None;
            self.evict();
        }
        for page in self.pages.values_mut() {
            if page.next.as_mut().is_some_and(|picture| upload(ctx, picture)) {
                page.shown = page.next.take();
            }
        }
    }

    /// Drops the pages shown longest ago above the budget; visible pages stay.
    fn evict(&mut self) {
        let mut pages: Vec<(u64, u32, usize)> = self
            .pages
            .iter()
            .map(|(number, page)| {
                let pixels = |picture: &Picture| picture.size().x * picture.size().y;
                let pixels: f32 = page.shown.iter().chain(&page.next).map(pixels).sum();
                (page.shown_at, *number, pixels as usize * BYTES_PER_PIXEL)
            })
            .collect();
        pages.sort_unstable_by(|a, b| b.cmp(a));
        let mut kept = 0;
        for (shown_at, number, bytes) in pages {
            kept += bytes;
            // Visible pages together are hardly larger than the screen.
            if kept > BUDGET && shown_at + 1 < self.frame {
                self.pages.remove(&number);
            }
        }
    }

    /// The state of a visible page.
    pub(super) fn get(&mut self, page: u32) -> CachedPage<'_> {
        let frame = self.frame;
        let Some(page) = self.pages.get_mut(&page) else { return CachedPage::Loading };
        page.shown_at = frame;
        match (&page.error, &page.shown) {
            (Some(error), _) => CachedPage::Error(error),
            (None, Some(picture)) => CachedPage::Picture(picture),
            (None, None) => CachedPage::Loading,
        }
    }

    /// Ends a frame: requests the first of `wanted` (page number, size, width in pixels) that is
    /// not in the cache at this width, one at a time.
    pub(super) fn request(
        &mut self,
        cx: &mut TabContext<'_>,
        manual: &RegisteredManual,
        wanted: impl Iterator<Item = (u32, SizePt, u32)>,
    ) {
        if self.rendering.is_some() {
            return;
        }
        for (number, size, width_px) in wanted {
            let width_px = width_px.min(max_width_px(size)).max(1);
            let page = self.pages.entry(number).or_default();
            if page.width_px == width_px {
                continue;
            }
            (page.width_px, page.shown_at) = (width_px, self.frame);
            let request = ManualPage { manual: manual.clone(), page: number, width_px };
            match cx.start(request) {
                Some(task) => self.rendering = Some(Rendering { page: number, task }),
                None => page.error = Some(EngineError::Busy),
            }
            return;
        }
    }
}

/// The width in pixels at which a page of `size` has [`MAX_PIXELS`].
fn max_width_px(size: SizePt) -> u32 {
    (MAX_PIXELS * size.width / size.height).sqrt() as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn four_pages_of_the_largest_size_are_kept_and_the_most_recently_shown() {
        let a4 = SizePt { width: 595.0, height: 842.0 };
        let width = max_width_px(a4);
        let height = (width as f32 * a4.height / a4.width) as u32;
        let mut cache = PageCache { frame: 20, ..PageCache::default() };
        for number in 1..10 {
            let picture = Picture::new(Arc::new(RgbImage::new(width, height)));
            let page = Page { shown: Some(picture), shown_at: number.into(), ..Page::default() };
            cache.pages.insert(number, page);
        }
        cache.evict();
        let mut kept: Vec<u32> = cache.pages.keys().copied().collect();
        kept.sort_unstable();
        assert_eq!(kept, [6, 7, 8, 9]);
        // Visible pages stay, however many.
        cache.frame = 6;
        cache.evict();
        assert_eq!(cache.pages.len(), 4);
    }

    #[test]
    fn no_page_has_more_pixels_than_it_may() {
        for (width, height) in [(595.0, 842.0), (842.0, 595.0), (10.0, 14_400.0), (14_400.0, 10.0)]
        {
            let width_px = max_width_px(SizePt { width, height }) as f32;
            assert!(width_px * width_px * height / width <= MAX_PIXELS, "{width} × {height}");
        }
    }
}
