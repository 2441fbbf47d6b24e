//! Text printed twice: fake bold, and headings with a shadow.

use std::collections::HashMap;

use super::glyph::{Glyph, UNREADABLE};
use super::text_device::DrawnGlyph;
use super::visibility::follows;

/// The farthest that a shadow lies from its letter, in ems.
const MAX_SHIFT: f64 = 0.5;
/// How much the shift may differ from letter to letter, in ems.
const SAME_SHIFT: f64 = 0.06;
/// The least share of a string's letters that are printed twice.
const MIN_SHARE: f64 = 0.8;
/// A single letter is printed again at most this share of its own advance away: letters that are
/// doubled, as in *mill*, stand an advance apart.
const MAX_LETTER_SHIFT: f64 = 0.5;

/// Takes out all but the uppermost print of each text and makes that bold.
pub(super) fn without_overprints(glyphs: Vec<DrawnGlyph>) -> Vec<DrawnGlyph> {
    let strings = strings(&glyphs);
    let places = Places::new(&glyphs);
    let mut is_below = vec![false; glyphs.len()];
    let mut is_bold = vec![false; glyphs.len()];
    for string in &strings {
        let Some(below) = printed_below(&glyphs, &places, string) else { continue };
        for (upper, lower) in below {
            if let (Some(bold), Some(hidden)) = (is_bold.get_mut(upper), is_below.get_mut(lower)) {
                (*bold, *hidden) = (true, true);
            }
        }
    }
    glyphs
        .into_iter()
        .zip(is_below.into_iter().zip(is_bold))
        .filter(|(_, (is_below, _))| !is_below)
        .map(|(mut drawn, (_, is_bold))| {
            drawn.glyph.bold |= is_bold;
            drawn
        })
        .collect()
}

/// Indices of letters drawn one after another along a line.
fn strings(glyphs: &[DrawnGlyph]) -> Vec<std::ops::Range<usize>> {
    let mut out: Vec<std::ops::Range<usize>> = Vec::new();
    for (at, drawn) in glyphs.iter().enumerate() {
        let last = at.checked_sub(1).and_then(|last| glyphs.get(last));
        match out.last_mut() {
            Some(string) if last.is_some_and(|last| follows(&last.glyph, &drawn.glyph)) => {
                string.end = at + 1;
            }
            _ => out.push(at..at + 1),
        }
    }
    out
}

/// Letters by place, so that those nearby are found without looking at all.
struct Places {
    cells: HashMap<(i64, i64), Vec<usize>>,
}

impl Places {
    /// Side of a cell in points.
    const CELL_PT: f64 = 12.0;

    fn new(glyphs: &[DrawnGlyph]) -> Self {
        let mut cells: HashMap<_, Vec<usize>> = HashMap::new();
        for (at, drawn) in glyphs.iter().enumerate() {
            cells.entry(Self::cell(drawn.glyph.start)).or_default().push(at);
        }
        Self { cells }
    }

    fn cell((x, y): (f64, f64)) -> (i64, i64) {
        ((x / Self::CELL_PT).floor() as i64, (y / Self::CELL_PT).floor() as i64)
    }

    fn near(&self, (x, y): (f64, f64), reach: f64) -> impl Iterator<Item = usize> + '_ {
        // A letter as large as a page has its copy as far away; more cells are not looked through.
        let reach = reach.min(4.0 * Self::CELL_PT);
        let ((left, top), (right, bottom)) =
            (Self::cell((x - reach, y - reach)), Self::cell((x + reach, y + reach)));
        (left..=right)
            .flat_map(move |column| (top..=bottom).map(move |row| (column, row)))
            .filter_map(|cell| self.cells.get(&cell))
            .flatten()
            .copied()
    }
}

/// Each letter of `string` with its print below, if the string as a whole was printed before.
fn printed_below(
    glyphs: &[DrawnGlyph],
    places: &Places,
    string: &std::ops::Range<usize>,
) -> Option<Vec<(usize, usize)>> {
    let letters: Vec<(usize, &DrawnGlyph)> = string
        .clone()
        .filter_map(|at| Some((at, glyphs.get(at)?)))
        .filter(|(_, drawn)| !drawn.glyph.text.trim().is_empty())
        .collect();
    // Copies of each letter, and how far they lie from it, in ems.
    let mut copies: Vec<(usize, usize, (f64, f64))> = Vec::new();
    for (at, drawn) in &letters {
        let Glyph { start, size, text, .. } = &drawn.glyph;
        for other in places.near(*start, MAX_SHIFT * size) {
            let Some(candidate) = glyphs.get(other) else { continue };
            let candidate = &candidate.glyph;
            let alike = other < *at
                && candidate.text == *text
                && text != UNREADABLE
                && (candidate.size - size).abs() <= 0.03 * size;
            let shift =
                ((candidate.start.0 - start.0) / size, (candidate.start.1 - start.1) / size);
            if alike && shift.0.abs().max(shift.1.abs()) <= MAX_SHIFT {
                copies.push((*at, other, shift));
            }
        }
    }
    // The shift that most letters have in common.
    let is_same = |a: (f64, f64), b: (f64, f64)| {
        (a.0 - b.0).abs() <= SAME_SHIFT && (a.1 - b.1).abs() <= SAME_SHIFT
    };
    let tried = copies.iter().take(64).map(|(.., shift)| *shift);
    let shift = tried.max_by_key(|shift| {
        copies
            .iter()
            .filter(|(_, other, own)| is_same(*own, *shift) && !string.contains(other))
            .count()
    })?;
    let outside: Vec<(usize, usize)> = copies
        .iter()
        .filter(|(_, other, own)| is_same(*own, shift) && !string.contains(other))
        .map(|(at, other, _)| (*at, *other))
        .collect();
    if letters.len() > 1 && outside.len() as f64 >= MIN_SHARE * letters.len() as f64 {
        return Some(outside);
    }
    // Letter by letter: each is printed twice before the next one is.
    let twice: Vec<(usize, usize)> = copies
        .iter()
        .filter(|(at, _, (x, y))| {
            let advance = glyphs.get(*at).map_or(0.0, |drawn| {
                let Glyph { start, end, size, .. } = &drawn.glyph;
                (end.0 - start.0).hypot(end.1 - start.1) / size
            });
            x.hypot(*y) <= MAX_LETTER_SHIFT * advance
        })
        .map(|(at, other, _)| (*at, *other))
        .collect();
    (!twice.is_empty()).then_some(twice)
}
