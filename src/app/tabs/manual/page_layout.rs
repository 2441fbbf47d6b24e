//! The layout of a manual's pages below each other.

use std::ops::Range;

use egui::{Pos2, Rect, Vec2, pos2, vec2};

use fettle_domain::{LineSpan, RectPt, SizePt};

/// Gap between pages and around them, in points.
pub(super) const GAP: f32 = 12.0;
/// Lowest and highest zoom, in screen points per point of a page.
pub(super) const ZOOM: Range<f32> = 0.25..4.0;
/// Margin of a mark around its line, in points of the page.
const MARK_MARGIN: Vec2 = vec2(3.0, 1.5);

/// The rectangles of all pages, in points from the upper left corner of the scroll area.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct PageLayout {
    /// Screen points per point of a page.
    pub(super) scale: f32,
    pub(super) pages: Vec<Rect>,
    /// Size of the scroll area's content.
    pub(super) size: Vec2,
}

impl PageLayout {
    /// Lays out pages of `sizes` below each other in a view of `width` points. Without `zoom` the
    /// widest page fills the view.
    pub(super) fn new(sizes: &[SizePt], zoom: Option<f32>, width: f32) -> Self {
        let widest = sizes.iter().map(|size| size.width).fold(1.0, f32::max);
        let fit = (width - 2.0 * GAP).max(1.0) / widest;
        let scale = zoom.unwrap_or(fit).clamp(ZOOM.start, ZOOM.end);
        let width = width.max(widest * scale + 2.0 * GAP);
        let mut top = GAP;
        let page = |size: &SizePt| {
            let size = vec2(size.width, size.height) * scale;
            let page = Rect::from_min_size(pos2((width - size.x) / 2.0, top), size);
            top = page.bottom() + GAP;
            page
        };
        let pages = sizes.iter().map(page).collect();
        Self { scale, pages, size: vec2(width, top) }
    }

    /// Index of the page at the height `y`, or of the last page above.
    pub(super) fn page_at(&self, y: f32) -> usize {
        self.pages.partition_point(|page| page.top() <= y).saturating_sub(1)
    }

    /// The rectangle of a line, with the margin of a mark; `None` where its page does not exist.
    pub(super) fn line(&self, span: &LineSpan) -> Option<Rect> {
        let page = self.pages.get(usize::try_from(span.page).ok()?.checked_sub(1)?)?;
        let RectPt { x, y, width, height } = span.rect;
        let rect = Rect::from_min_size(pos2(x, y), vec2(width, height)).expand2(MARK_MARGIN);
        Some((rect * self.scale).translate(page.min.to_vec2()))
    }

    /// Converts the position `from` of another layout to this layout.
    pub(super) fn convert(&self, other: &Self, from: Pos2) -> Pos2 {
        let index = other.page_at(from.y);
        let (Some(there), Some(here)) = (other.pages.get(index), self.pages.get(index)) else {
            return from;
        };
        here.min + (from - there.min) * self.scale / other.scale
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_lie_under_each_other_and_keep_their_place_when_they_grow() {
        let sizes = [SizePt { width: 100.0, height: 200.0 }, SizePt { width: 50.0, height: 80.0 }];
        let fit = PageLayout::new(&sizes, None, 224.0);
        assert_eq!((fit.scale, fit.size), (2.0, vec2(224.0, 12.0 + 400.0 + 12.0 + 160.0 + 12.0)));
        assert_eq!(fit.pages[1], Rect::from_min_size(pos2(62.0, 424.0), vec2(100.0, 160.0)));
        for (y, page) in [(0.0, 0), (12.0, 0), (423.0, 0), (424.0, 1), (9e9, 1)] {
            assert_eq!(fit.page_at(y), page, "{y}");
        }
        let large = PageLayout::new(&sizes, Some(4.0), 224.0);
        let place = large.convert(&fit, pos2(72.0, 434.0));
        assert_eq!(place, large.pages[1].min + vec2(20.0, 20.0));
        // The zoom stays within its limits.
        assert_eq!(PageLayout::new(&sizes, Some(99.0), 224.0).scale, ZOOM.end);
        assert_eq!(PageLayout::new(&sizes, None, 0.0).scale, ZOOM.start);
        assert_eq!(PageLayout::new(&[], None, 100.0).size, vec2(100.0, GAP));
    }

    #[test]
    fn a_line_lies_on_its_page_and_on_no_page_that_is_not() {
        let layout =
            PageLayout::new(&[SizePt { width: 100.0, height: 200.0 }; 2], Some(2.0), 224.0);
        let rect = RectPt { x: 10.0, y: 20.0, width: 30.0, height: 5.0 };
        let line = layout.line(&LineSpan { page: 2, rect }).unwrap();
        let corner = layout.pages[1].min + (vec2(10.0, 20.0) - MARK_MARGIN) * 2.0;
        assert_eq!(line, Rect::from_min_size(corner, (vec2(30.0, 5.0) + MARK_MARGIN * 2.0) * 2.0));
        for page in [0, 3, u32::MAX] {
            assert_eq!(layout.line(&LineSpan { page, rect }), None);
        }
    }
}
