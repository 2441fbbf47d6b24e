//! How a verdict looks on paper: colours, and a mark of its own shape (a circle with a check mark, a
//! triangle with a question mark, a square with a cross), as in the window.

use std::f32::consts::TAU;

use super::page::{Colour, INK, Mark, WHITE};
use super::page_layout::PageLayout;
use fettle_domain::Verdict;

/// Points in a square of side 1.
type Line = Vec<(f32, f32)>;

/// Colour of a verdict's word on paper, with a contrast of at least 4.5 to 1 against white.
pub(super) fn verdict_colour(verdict: Verdict) -> Colour {
    match verdict {
        Verdict::Ok => [22, 120, 62],
        Verdict::Ng => [176, 20, 30],
        Verdict::Unsure => [140, 90, 0],
    }
}

/// Background of a verdict, and the colour of text on it with a contrast of at least 4.5 to 1. The
/// backgrounds differ in grey, too.
pub(super) fn verdict_background(verdict: Verdict) -> (Colour, Colour) {
    match verdict {
        Verdict::Ok => ([0, 158, 115], INK),
        Verdict::Ng => ([176, 20, 30], WHITE),
        Verdict::Unsure => ([250, 195, 50], INK),
    }
}

/// Draws the mark of a verdict as an ornament, for the word stands beside it: a square of side
/// `side` points around it begins at `(left, top)`.
pub(super) fn draw_mark(
    layout: &mut PageLayout,
    (left, top): (f32, f32),
    side: f32,
    verdict: Verdict,
) {
    let (body, sign) = verdict_background(verdict);
    let at = |(x, y): &(f32, f32)| (left + x * side, top + y * side);
    let points = |points: &[(f32, f32)]| points.iter().map(at).collect::<Vec<_>>();
    let circle = |x: f32, y: f32, radius: f32| -> Vec<(f32, f32)> {
        let angles = (0..36).map(|step| TAU * step as f32 / 36.0);
        angles.map(|angle| (x + radius * angle.cos(), y + radius * angle.sin())).collect()
    };
    let width = 0.1 * side;
    // Body, lines of the sign, dot of the sign.
    let (outline, lines, dot): (Line, Vec<Line>, Option<Line>) = match verdict {
        Verdict::Ok => {
            let check = vec![(0.28, 0.52), (0.44, 0.68), (0.73, 0.34)];
            (circle(0.5, 0.5, 0.47), vec![check], None)
        }
        Verdict::Ng => {
            let body = vec![(0.05, 0.05), (0.95, 0.05), (0.95, 0.95), (0.05, 0.95)];
            let cross = [[(0.27, 0.27), (0.73, 0.73)], [(0.73, 0.27), (0.27, 0.73)]];
            (body, cross.map(Vec::from).to_vec(), None)
        }
        Verdict::Unsure => {
            // The hook: three quarters of a circle, then down.
            let angles = (0..=12).map(|step| TAU * (0.5 + 0.75 * step as f32 / 12.0));
            let hook = angles.map(|angle| (0.5 + 0.115 * angle.cos(), 0.46 + 0.115 * angle.sin()));
            let hook = hook.chain([(0.5, 0.70)]).collect();
            let body = vec![(0.5, 0.03), (0.98, 0.94), (0.02, 0.94)];
            (body, vec![hook], Some(circle(0.5, 0.82, 0.06)))
        }
    };
    layout.put(Mark::Polygon { points: points(&outline), colour: body }, None);
    let edge = Mark::Line { points: points(&outline), closed: true, width: 0.8, colour: sign };
    layout.put(edge, None);
    for line in &lines {
        layout.put(Mark::Line { points: points(line), closed: false, width, colour: sign }, None);
    }
    if let Some(dot) = dot {
        layout.put(Mark::Polygon { points: points(&dot), colour: sign }, None);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn backgrounds_of_verdicts_can_be_read_and_told_apart_in_grey() {
        // Relative luminance by WCAG 2.
        let luminance = |colour: [u8; 3]| {
            let linear = |value: u8| {
                let value = f64::from(value) / 255.0;
                if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
            };
            let [r, g, b] = colour.map(linear);
            0.2126 * r + 0.7152 * g + 0.0722 * b
        };
        let contrast = |a, b| {
            let (a, b): (f64, f64) = (luminance(a), luminance(b));
            (a.max(b) + 0.05) / (a.min(b) + 0.05)
        };
        for (place, verdict) in Verdict::ALL.into_iter().enumerate() {
            let (background, ink) = verdict_background(verdict);
            assert!(contrast(background, ink) >= 4.5, "{verdict:?}");
            assert!(contrast(verdict_colour(verdict), [255; 3]) >= 4.5, "{verdict:?}");
            for other in Verdict::ALL.into_iter().take(place) {
                let found = contrast(background, verdict_background(other).0);
                assert!(found >= 1.6, "{verdict:?} beside {other:?}: {found:.2}");
            }
        }
    }
}
