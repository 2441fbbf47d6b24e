//! Which letters a reader of the page sees.

use fettle_domain::SizePt;

use super::geometry::Rect;
use super::glyph::Glyph;
use super::ink::PageInk;
use super::places::Places;
use super::text_device::{DrawnGlyph, Mark, MarkKind};

/// The least size of a letter that is read on paper, in points on a page of A4.
const MIN_SIZE_PT: f64 = 2.0;
const A4_HEIGHT_PT: f64 = 842.0;
/// The least opacity of ink that is seen.
const MIN_OPACITY: f32 = 0.05;
/// The least difference of a colour channel between ink and paper, of 1.
const MIN_CONTRAST: f32 = 0.08;
/// A picture of this share of the page is a scan; its text may lie below it.
const SCAN_SHARE: f64 = 0.5;
const WHITE: [f32; 3] = [1.0; 3];

/// The letters of a page.
#[derive(Default)]
pub(super) struct Sorted {
    pub(super) visible: Vec<DrawnGlyph>,
    /// What no reader of the page sees.
    pub(super) hidden: Vec<DrawnGlyph>,
}

/// Separates what is seen from what is not. `marks` are in the order drawn.
pub(super) fn sort_by_visibility(
    glyphs: Vec<DrawnGlyph>,
    marks: &[Mark],
    size: SizePt,
    ink: &PageInk<'_, '_>,
) -> Sorted {
    let mut sorted = Sorted::default();
    let mut doubtful = Vec::new();
    for drawn in glyphs {
        match sight(&drawn, marks, size) {
            Sight::Seen => sorted.visible.push(drawn),
            Sight::Hidden => sorted.hidden.push(drawn),
            Sight::ByInk => doubtful.push(drawn),
        }
    }
    if doubtful.is_empty() {
        return sorted;
    }
    let surely = sorted.visible.clone();
    let places = Places::new(&surely);
    for run in runs(doubtful) {
        let printed = run.iter().filter(|drawn| is_printed(drawn, &surely, &places)).count();
        let is_over_visible = printed * 2 > run.len();
        let letters = run.iter().filter(|drawn| !drawn.glyph.text.trim().is_empty()).count();
        let is_seen = !is_over_visible && ink.shows_letters(bounds_of(&run), letters);
        if is_seen { &mut sorted.visible } else { &mut sorted.hidden }.extend(run);
    }
    sorted
}

/// Whether a letter is seen.
enum Sight {
    Seen,
    Hidden,
    /// The drawn page tells: the letter is the text of a scan, or lies on a picture.
    ByInk,
}

fn sight(drawn: &DrawnGlyph, marks: &[Mark], size: SizePt) -> Sight {
    let glyph = &drawn.glyph;
    let middle = glyph.inner_point(0.5);
    let page =
        Rect { left: 0.0, top: 0.0, right: f64::from(size.width), bottom: f64::from(size.height) };
    let is_outside = !page.contains(middle, 0.0)
        || glyph.clip.is_some_and(|clip| !clip.contains(middle, glyph.size * 0.2));
    let min_size = MIN_SIZE_PT * (f64::from(size.height) / A4_HEIGHT_PT).min(1.0);
    if is_outside || glyph.size < min_size {
        return Sight::Hidden;
    }
    if drawn.is_invisible || drawn.is_masked {
        return Sight::ByInk;
    }
    let below = |mark: &&Mark| mark.order < drawn.order && mark.contains(middle);
    let cover = marks.iter().filter(|mark| mark.order > drawn.order).find(|mark| {
        let is_opaque = match &mark.kind {
            MarkKind::Fill { is_opaque, .. } | MarkKind::Picture { is_opaque } => *is_opaque,
        };
        is_opaque && [0.2, 0.5, 0.8].iter().all(|along| mark.contains(glyph.inner_point(*along)))
    });
    match cover.map(|mark| (&mark.kind, mark.bounds.area())) {
        Some((MarkKind::Picture { .. }, area)) if area >= SCAN_SHARE * page.area() => {
            return Sight::ByInk;
        }
        Some(_) => return Sight::Hidden,
        None => {}
    }
    let Some([red, green, blue, alpha]) = drawn.colour else { return Sight::Seen };
    if alpha < MIN_OPACITY {
        return Sight::Hidden;
    }
    let paper = marks.iter().rev().find(below).map(|mark| &mark.kind);
    let paper = match paper {
        Some(MarkKind::Picture { .. }) => return Sight::ByInk,
        Some(MarkKind::Fill { colour: None, .. }) => return Sight::Seen,
        Some(MarkKind::Fill { colour: Some(colour), .. }) => *colour,
        None => WHITE,
    };
    let contrast = [red, green, blue]
        .iter()
        .zip(paper)
        .map(|(ink, paper)| (ink - paper).abs() * alpha)
        .fold(0.0, f32::max);
    // What lies behind may be drawn in a way that is no mark.
    if contrast < MIN_CONTRAST { Sight::ByInk } else { Sight::Seen }
}

/// Letters drawn one after another on one line.
pub(super) fn runs(glyphs: Vec<DrawnGlyph>) -> Vec<Vec<DrawnGlyph>> {
    let mut out: Vec<Vec<DrawnGlyph>> = Vec::new();
    for drawn in glyphs {
        match out.last_mut() {
            Some(run) if run.last().is_some_and(|last| follows(&last.glyph, &drawn.glyph)) => {
                run.push(drawn);
            }
            _ => out.push(vec![drawn]),
        }
    }
    out
}

/// Whether `next` stands on the line of `last`, not far behind it.
pub(super) fn follows(last: &Glyph, next: &Glyph) -> bool {
    const FARTHEST: f64 = 1.5;
    const OFF_LINE: f64 = 0.1;
    let (dx, dy) = (last.end.0 - last.start.0, last.end.1 - last.start.1);
    let length = dx.hypot(dy);
    if length <= 0.0 {
        return false;
    }
    let (ux, uy) = (dx / length, dy / length);
    let (x, y) = (next.start.0 - last.end.0, next.start.1 - last.end.1);
    let (along, across) = (x * ux + y * uy, y * ux - x * uy);
    let size = last.size.max(next.size);
    across.abs() < OFF_LINE * size && (-0.6 * size..FARTHEST * size).contains(&along)
}

fn bounds_of(run: &[DrawnGlyph]) -> Rect {
    let bounds = run.iter().map(|drawn| drawn.glyph.bounds()).reduce(Rect::union);
    bounds.unwrap_or(Rect { left: 0.0, top: 0.0, right: 0.0, bottom: 0.0 })
}

/// Whether a visible letter stands at the same place.
fn is_printed(drawn: &DrawnGlyph, visible: &[DrawnGlyph], places: &Places) -> bool {
    let middle = drawn.glyph.inner_point(0.5);
    places.near(middle, 1.5 * drawn.glyph.size).filter_map(|at| visible.get(at)).any(|other| {
        !other.glyph.text.trim().is_empty() && other.glyph.bounds().contains(middle, 0.0)
    })
}
