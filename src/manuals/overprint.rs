//! Text printed twice: fake bold, and headings with a shadow.

use super::glyph::{Glyph, UNREADABLE};
use super::places::Places;
use super::text_device::DrawnGlyph;
use super::visibility::follows;

/// The farthest that a shadow lies from its letter, in ems.
const MAX_SHIFT: f64 = 0.75;
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
        for Copy { upper, lower, .. } in printed_below(&glyphs, &places, string) {
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

/// A letter that was drawn before, at nearly the same place.
struct Copy {
    upper: usize,
    lower: usize,
    /// From the upper to the lower, in ems.
    shift: (f64, f64),
}

/// The letters of `string` with their prints below, if the string as a whole was printed before or
/// each of its letters was.
fn printed_below(
    glyphs: &[DrawnGlyph],
    places: &Places,
    string: &std::ops::Range<usize>,
) -> Vec<Copy> {
    /// Shifts that are tried; a string printed ten times has ten.
    const MAX_TRIED: usize = 64;
    let letters: Vec<(usize, &Glyph)> = string
        .clone()
        .filter_map(|at| Some((at, &glyphs.get(at)?.glyph)))
        .filter(|(_, glyph)| !glyph.text.trim().is_empty() && glyph.text != UNREADABLE)
        .collect();
    let copies: Vec<Copy> =
        letters.iter().flat_map(|(at, glyph)| copies_of(*at, glyph, glyphs, places)).collect();
    let is_same = |a: &Copy, b: &Copy| {
        (a.shift.0 - b.shift.0).abs() <= SAME_SHIFT && (a.shift.1 - b.shift.1).abs() <= SAME_SHIFT
    };
    let is_outside = |copy: &&Copy| !string.contains(&copy.lower);
    let is_shared = |copy: &Copy| {
        let alike = copies.iter().filter(is_outside).filter(|other| is_same(copy, other));
        letters.len() > 1 && alike.count() as f64 >= MIN_SHARE * letters.len() as f64
    };
    let shared: Vec<bool> =
        copies.iter().enumerate().map(|(at, copy)| at < MAX_TRIED && is_shared(copy)).collect();
    let shifts: Vec<(f64, f64)> =
        copies.iter().zip(&shared).filter(|(_, is)| **is).map(|(copy, _)| copy.shift).collect();
    let is_near = |copy: &Copy| {
        // Letter by letter: each is printed twice before the next one is.
        let advance = glyphs.get(copy.upper).map_or(0.0, |drawn| {
            let Glyph { start, end, size, .. } = &drawn.glyph;
            (end.0 - start.0).hypot(end.1 - start.1) / size
        });
        copy.shift.0.hypot(copy.shift.1) <= MAX_LETTER_SHIFT * advance
    };
    let is_of_shift = |copy: &Copy| {
        shifts.iter().any(|shift| is_same(copy, &Copy { upper: 0, lower: 0, shift: *shift }))
    };
    let is_kept = |copy: &Copy| is_near(copy) || is_outside(&copy) && is_of_shift(copy);
    copies.into_iter().filter(is_kept).collect()
}

/// The prints of a letter before it.
fn copies_of(at: usize, glyph: &Glyph, glyphs: &[DrawnGlyph], places: &Places) -> Vec<Copy> {
    let Glyph { start, size, text, .. } = glyph;
    places
        .near_before(at, *start, MAX_SHIFT * size)
        .filter_map(|lower| {
            let other = &glyphs.get(lower)?.glyph;
            let shift = ((other.start.0 - start.0) / size, (other.start.1 - start.1) / size);
            let is_alike = other.text == *text && (other.size - size).abs() <= 0.03 * size;
            let is_near = shift.0.abs().max(shift.1.abs()) <= MAX_SHIFT;
            (is_alike && is_near).then_some(Copy { upper: at, lower, shift })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(text: &str, x: f64) -> DrawnGlyph {
        let glyph = Glyph {
            text: text.to_owned(),
            start: (x, 50.0),
            end: (x + 10.0, 50.0),
            size: 10.0,
            bold: false,
            clip: None,
        };
        DrawnGlyph {
            glyph,
            order: 1,
            colour: None,
            is_invisible: false,
            is_masked: false,
            is_watermark: false,
        }
    }

    #[test]
    fn a_character_printed_twice_is_bold_and_kept_once() {
        let kept = without_overprints(vec![drawn("가", 0.0), drawn("가", 0.4), drawn("가", 10.4)]);
        let kept: Vec<(f64, bool)> =
            kept.iter().map(|drawn| (drawn.glyph.start.0, drawn.glyph.bold)).collect();
        assert_eq!(kept, [(0.4, true), (10.4, false)]);
    }
}
