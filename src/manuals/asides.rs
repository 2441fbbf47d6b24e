//! Text that is not part of what a page says: watermarks, print along the spine, stamps.

use super::geometry::Rect;
use super::headers_footers::is_page_number;
use super::line_grouping::text_direction;
use super::overprint::without_overprints;
use super::text_device::DrawnGlyph;
use super::visibility::runs;

/// Text turned farther from a quarter turn than this is no body text. A scanner turns less.
const MAX_SKEW_DEGREES: f64 = 10.0;
/// Text of another direction than most of the page is body text from this share of the page on, such
/// as a table printed sideways below its heading.
const MIN_SHARE: f64 = 0.25;
/// A watermark is this much larger than the text of the page …
const LARGE: f64 = 1.6;
/// … and this light: the darkest channel of its colour on white paper, of 1.
const LIGHT: f32 = 0.55;
/// One that is dark is this much larger.
const HUGE: f64 = 2.5;
/// The fewest letters that a watermark lies across.
const MIN_BELOW: usize = 2;
/// The most letters of a watermark that are looked at.
const MAX_LARGE: usize = 200;

/// The letters of a page, what is said and what is beside it.
#[derive(Default)]
pub(super) struct Parts {
    pub(super) body: Vec<DrawnGlyph>,
    pub(super) asides: Vec<DrawnGlyph>,
}

/// Separates body text from watermarks and margin print.
pub(super) fn separate(glyphs: Vec<DrawnGlyph>) -> Parts {
    let is_printed = |drawn: &&DrawnGlyph| !drawn.glyph.text.trim().is_empty();
    let mut counts = [0_usize; 4];
    for drawn in glyphs.iter().filter(is_printed).filter(|drawn| !is_skewed(drawn)) {
        if let Some(count) = counts.get_mut(usize::from(text_direction(&drawn.glyph))) {
            *count += 1;
        }
    }
    let all: usize = counts.iter().sum();
    let most = counts.iter().copied().max().unwrap_or(0);
    let is_body_direction = |direction: u8| {
        let count = counts.get(usize::from(direction)).copied().unwrap_or(0);
        count == most || count as f64 >= MIN_SHARE * all as f64
    };
    let mut sizes: Vec<f64> =
        glyphs.iter().filter(is_printed).map(|drawn| drawn.glyph.size).collect();
    sizes.sort_by(f64::total_cmp);
    let median = sizes.get(sizes.len() / 2).copied().unwrap_or_default();
    let small: Vec<Rect> = glyphs
        .iter()
        .filter(is_printed)
        .filter(|drawn| drawn.glyph.size <= LARGE * median)
        .map(|drawn| drawn.glyph.bounds())
        .collect();
    let across = lies_across(&glyphs, median, &small);
    let mut parts = Parts::default();
    for (drawn, across) in glyphs.into_iter().zip(across) {
        let is_aside = drawn.is_watermark
            || is_skewed(&drawn)
            || !is_body_direction(text_direction(&drawn.glyph))
            || across;
        if is_aside { &mut parts.asides } else { &mut parts.body }.push(drawn);
    }
    parts
}

/// The texts of asides in the order drawn: a turned line has no place among others.
pub(super) fn aside_texts(glyphs: Vec<DrawnGlyph>) -> Vec<String> {
    const SPACE_GAP: f64 = 0.2;
    let mut texts = Vec::new();
    for run in runs(without_overprints(glyphs)) {
        let mut text = String::new();
        let mut end: Option<(f64, f64)> = None;
        for DrawnGlyph { glyph, .. } in &run {
            let gap = end.map_or(0.0, |(x, y)| (glyph.start.0 - x).hypot(glyph.start.1 - y));
            if gap > SPACE_GAP * glyph.size {
                text.push(' ');
            }
            text.push_str(&glyph.text);
            end = Some(glyph.end);
        }
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        if !text.is_empty() && !is_page_number(&text) && !texts.contains(&text) {
            texts.push(text);
        }
    }
    texts
}

/// For each letter whether it is of a large text that lies across others: light, or far larger.
fn lies_across(glyphs: &[DrawnGlyph], median: f64, small: &[Rect]) -> Vec<bool> {
    let is_large = |drawn: &DrawnGlyph| {
        let lightness = drawn.colour.map_or(0.0, |[red, green, blue, alpha]| {
            1.0 - (1.0 - red.min(green).min(blue)) * alpha
        });
        let least = if lightness >= LIGHT { LARGE } else { HUGE };
        drawn.glyph.size > least * median
    };
    let middle = |rect: &Rect| ((rect.left + rect.right) / 2.0, (rect.top + rect.bottom) / 2.0);
    let large: Vec<Rect> = glyphs
        .iter()
        .filter(|drawn| is_large(drawn))
        .take(MAX_LARGE)
        .map(|drawn| drawn.glyph.bounds())
        .collect();
    let is_below = |rect: &&Rect| large.iter().any(|large| large.contains(middle(rect), 0.0));
    let below = small.iter().filter(is_below).take(MIN_BELOW).count();
    glyphs.iter().map(|drawn| below >= MIN_BELOW && is_large(drawn)).collect()
}

/// Whether a letter is turned by something else than quarter turns.
fn is_skewed(drawn: &DrawnGlyph) -> bool {
    let glyph = &drawn.glyph;
    let (dx, dy) = (glyph.end.0 - glyph.start.0, glyph.end.1 - glyph.start.1);
    if dx == 0.0 && dy == 0.0 {
        return false;
    }
    let degrees = dy.atan2(dx).to_degrees().rem_euclid(90.0);
    degrees.min(90.0 - degrees) > MAX_SKEW_DEGREES
}
