//! The pictures of a page that are figures: neither its ground nor a scan, neither a logo nor a bullet.

use std::collections::HashMap;

use fettle_domain::{FigureSource, RectPt, SizePt};

use super::found_figures::{FoundFigure, FoundPlace, MAX_FIGURES, MIN_SIDE_PT};
use super::geometry::Rect;
use super::glyph::Glyph;
use super::text_device::{Mark, MarkKind};

/// The most pictures of a page; drawings cut into more are drawings of machines' software.
const MAX_PIECES: usize = 300;
/// Pieces of a picture lie at most this far apart, in points.
const PIECES_APART_PT: f64 = 1.5;
/// A picture that takes more of a page is its ground, or a scan.
const MAX_SHARE: f64 = 0.7;
/// More letters are no labels within a picture, but text that it lies behind.
const MAX_LETTERS: usize = 80;
/// A picture at one place of this many pages is part of their frame.
const FRAME_REPEATS: usize = 3;
/// In the margins two pages are enough.
const MARGIN_REPEATS: usize = 2;
/// The share of a page's height that each margin has.
const MARGIN: f32 = 0.14;

/// The places of the figures on a page with the letters `body`.
pub(super) fn page_figures(marks: &[Mark], body: &[Glyph], size: SizePt) -> Vec<Rect> {
    let page =
        Rect { left: 0.0, top: 0.0, right: f64::from(size.width), bottom: f64::from(size.height) };
    let pictures = marks.iter().filter(|mark| matches!(mark.kind, MarkKind::Picture { .. }));
    let pictures = pictures.filter(|picture| !is_covered(picture, marks));
    let pieces: Vec<Rect> = pictures
        .map(|picture| picture.bounds.intersection(page))
        .filter(|bounds| bounds.area() > 0.0 && bounds.area() <= MAX_SHARE * page.area())
        .take(MAX_PIECES)
        .collect();
    joined(pieces)
        .into_iter()
        .filter(|bounds| {
            let (width, height) = (bounds.right - bounds.left, bounds.bottom - bounds.top);
            width.min(height) >= MIN_SIDE_PT && bounds.area() <= MAX_SHARE * page.area()
        })
        .filter(|bounds| {
            let inside = body.iter().filter(|glyph| bounds.contains(glyph.inner_point(0.5), 0.0));
            inside.filter(|glyph| !glyph.text.trim().is_empty()).count() <= MAX_LETTERS
        })
        .collect()
}

/// Whether something opaque was painted over a picture.
fn is_covered(picture: &Mark, marks: &[Mark]) -> bool {
    let Rect { left, top, right, bottom } = picture.bounds;
    let (x, y) = ((left + right) / 2.0, (top + bottom) / 2.0);
    let inset = |from: f64, to: f64| from + 0.05 * (to - from);
    let points = [
        (x, y),
        (inset(left, right), inset(top, bottom)),
        (inset(right, left), inset(top, bottom)),
        (inset(left, right), inset(bottom, top)),
        (inset(right, left), inset(bottom, top)),
    ];
    marks.iter().filter(|mark| mark.order > picture.order).any(|mark| {
        let is_opaque_fill = matches!(mark.kind, MarkKind::Fill { is_opaque: true, .. });
        is_opaque_fill && points.iter().all(|point| mark.contains(*point))
    })
}

/// Rectangles that touch, as one.
fn joined(mut pieces: Vec<Rect>) -> Vec<Rect> {
    let mut out: Vec<Rect> = Vec::new();
    while let Some(mut whole) = pieces.pop() {
        loop {
            let before = pieces.len();
            pieces.retain(|piece| {
                let touches = touch(whole, *piece);
                if touches {
                    whole = whole.union(*piece);
                }
                !touches
            });
            if pieces.len() == before {
                break;
            }
        }
        out.push(whole);
    }
    // From top to bottom, then from left to right.
    out.sort_by(|a, b| a.top.total_cmp(&b.top).then(a.left.total_cmp(&b.left)));
    out
}

fn touch(first: Rect, second: Rect) -> bool {
    first.left <= second.right + PIECES_APART_PT
        && second.left <= first.right + PIECES_APART_PT
        && first.top <= second.bottom + PIECES_APART_PT
        && second.top <= first.bottom + PIECES_APART_PT
}

/// The figures of all pages, each page with its number and size, without what several pages have at one place.
pub(super) fn document_figures(pages: Vec<(u32, SizePt, Vec<Rect>)>) -> Vec<FoundFigure> {
    let key = |rect: &Rect| {
        [rect.left, rect.top, rect.right, rect.bottom].map(|side| (side / 2.0).round() as i64)
    };
    let mut times: HashMap<[i64; 4], usize> = HashMap::new();
    for rect in pages.iter().flat_map(|(.., rects)| rects) {
        *times.entry(key(rect)).or_default() += 1;
    }
    let mut out = Vec::new();
    for (page, size, rects) in pages {
        for rect in rects {
            let place = rect_pt(rect);
            let in_margin = place.y + place.height < MARGIN * size.height
                || place.y > (1.0 - MARGIN) * size.height;
            let most = if in_margin { MARGIN_REPEATS } else { FRAME_REPEATS };
            let is_frame = times.get(&key(&rect)).is_some_and(|times| *times >= most);
            if !is_frame && out.len() < MAX_FIGURES {
                let source = FigureSource::Page { page, rect: place };
                out.push(FoundFigure { source, fault: None, place: FoundPlace::Page });
            }
        }
    }
    out
}

fn rect_pt(rect: Rect) -> RectPt {
    // Hundredths of a point are enough, and keep the stored text short.
    let round = |value: f64| ((value * 100.0).round() / 100.0) as f32;
    let (x, y) = (round(rect.left), round(rect.top));
    RectPt { x, y, width: round(rect.right - rect.left), height: round(rect.bottom - rect.top) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: SizePt = SizePt { width: 595.0, height: 842.0 };

    fn rect(left: f64, top: f64, width: f64, height: f64) -> Rect {
        Rect { left, top, right: left + width, bottom: top + height }
    }

    fn picture(order: usize, bounds: Rect) -> Mark {
        Mark { order, bounds, kind: MarkKind::Picture { is_opaque: true } }
    }

    #[test]
    fn pieces_are_one_figure_and_what_is_small_or_large_is_none() {
        let shape = hayro::kurbo::Rect::new(60.0, 560.0, 260.0, 760.0);
        let shape = hayro::kurbo::Shape::to_path(&shape, 0.1);
        let rule = hayro::hayro_interpret::FillRule::NonZero;
        let kind = MarkKind::Fill { shape, rule, colour: Some([1.0; 3]), is_opaque: true };
        let box_over = Mark { order: 9, bounds: rect(60.0, 560.0, 200.0, 200.0), kind };
        let marks = [
            picture(1, rect(0.0, 0.0, 595.0, 842.0)),
            picture(2, rect(50.0, 50.0, 12.0, 12.0)),
            picture(3, rect(100.0, 200.0, 120.0, 60.0)),
            picture(4, rect(100.0, 260.5, 120.0, 60.0)),
            picture(5, rect(80.0, 600.0, 100.0, 100.0)),
            box_over,
        ];
        let found = page_figures(&marks, &[], PAGE);
        assert_eq!(found, [rect(100.0, 200.0, 120.0, 120.5)]);
    }

    #[test]
    fn what_pages_have_in_common_is_their_frame() {
        let logo = || rect(40.0, 30.0, 80.0, 30.0);
        let photo = |top: f64| rect(100.0, top, 150.0, 100.0);
        let pages =
            vec![(1, PAGE, vec![logo(), photo(300.0)]), (2, PAGE, vec![logo(), photo(300.0)])];
        let places: Vec<u32> = document_figures(pages)
            .iter()
            .map(|found| match found.source {
                FigureSource::Page { page, .. } => page,
                _ => 0,
            })
            .collect();
        assert_eq!(places, [1, 2], "the logo is gone, two photographs at one place stay");
    }
}
