//! Glyphs → printed lines. Glyphs are clustered by baseline; gaps become spaces, or separate table
//! cells and columns.

use fettle_domain::{ManualLine, RectPt, SizePt};

use super::columns::reading_order;
use super::geometry::Rect;
use super::glyph::{Glyph, NOTHING, UNREADABLE};
use super::letter_forms::fold_forms;
use super::list_marker::is_lone_marker;
use super::printed_line::PrintedLine;

/// Glyphs within this distance (in ems) share a baseline, superscripts and subscripts included.
const SAME_BASELINE: f64 = 0.35;
/// The narrowest gap (in ems) that is a space. Korean and Latin spaces are 0.25 to 0.35 wide.
const SPACE_GAP: f64 = 0.18;
/// The narrowest gap (in ems) that separates cells or columns. The padding of two table cells is
/// about 1 em at text sizes; the spaces of a justified line are narrower.
const COLUMN_GAP: f64 = 0.95;
/// The least width of a space (in ems) that is one of vertical writing.
const WIDE_SPACE: f64 = 0.8;
/// A glyph on a sheet turned to the direction of the text.
struct PlacedGlyph<'a> {
    glyph: &'a Glyph,
    left: f64,
    right: f64,
    baseline: f64,
    clip: Option<Rect>,
}

/// A page turned so that text of one direction reads from left to right.
#[derive(Debug, Clone, Copy)]
struct TurnedPage {
    page: u32,
    /// Text direction in quarter turns clockwise from left-to-right, 0 to 3.
    turns: u8,
    width: f64,
    height: f64,
}

impl TurnedPage {
    /// Page coordinates → coordinates (along the line, down the turned page).
    fn to_turned(self, (x, y): (f64, f64)) -> (f64, f64) {
        match self.turns {
            1 => (y, self.width - x),
            2 => (self.width - x, self.height - y),
            3 => (self.height - y, x),
            _ => (x, y),
        }
    }

    /// The inverse of [`Self::to_turned`].
    fn to_page(self, (u, v): (f64, f64)) -> (f64, f64) {
        match self.turns {
            1 => (self.width - v, u),
            2 => (self.width - u, self.height - v),
            3 => (v, self.height - u),
            _ => (u, v),
        }
    }

    fn rect_to_turned(self, rect: Rect) -> Rect {
        let corners = [(rect.left, rect.top), (rect.right, rect.bottom)];
        Rect::bounding(&corners.map(|corner| self.to_turned(corner)))
    }
}

/// Direction of a glyph's text in quarter turns clockwise from left-to-right.
pub(super) fn text_direction(glyph: &Glyph) -> u8 {
    let (dx, dy) = (glyph.end.0 - glyph.start.0, glyph.end.1 - glyph.start.1);
    if dx.abs() >= dy.abs() {
        if dx >= 0.0 { 0 } else { 2 }
    } else if dy > 0.0 {
        1
    } else {
        3
    }
}

/// The lines of one page in reading order, column by column. Text in the commonest direction comes
/// first, then text in the others, such as stamps and margin notes.
pub(super) fn group_into_lines(page: u32, size: SizePt, glyphs: &[Glyph]) -> Vec<PrintedLine> {
    let mut by_direction: [Vec<&Glyph>; 4] = Default::default();
    for glyph in glyphs {
        if let Some(group) = by_direction.get_mut(usize::from(text_direction(glyph))) {
            group.push(glyph);
        }
    }
    let mut order: Vec<u8> = vec![0, 1, 2, 3];
    let count = |d: &u8| by_direction.get(usize::from(*d)).map_or(0, Vec::len);
    order.sort_by_key(|d| std::cmp::Reverse(count(d)));

    let mut out = Vec::new();
    let mut row = 0;
    for turns in order {
        let group = by_direction.get(usize::from(turns)).map(Vec::as_slice).unwrap_or_default();
        let (width, height) = (f64::from(size.width), f64::from(size.height));
        let turned = TurnedPage { page, turns, width, height };
        let rows: Vec<_> =
            group_by_baseline(turned, group).into_iter().map(split_at_gaps).collect();
        let tracking = letter_gap(rows.iter().flatten().map(Vec::as_slice)).unwrap_or_default();
        let printed = |row: &Vec<Vec<PlacedGlyph<'_>>>| -> Vec<PrintedLine> {
            row.iter().filter_map(|segment| build_line(turned, tracking, segment)).collect()
        };
        let rows = rows.iter().map(printed).filter(|row| !row.is_empty()).collect();
        for mut line in reading_order(rows) {
            line.iter_mut().for_each(|segment| segment.row = row);
            out.append(&mut line);
            row += 1;
        }
    }
    out
}

/// Glyphs that share a baseline, from top to bottom, each row from left to right.
fn group_by_baseline<'a>(turned: TurnedPage, glyphs: &[&'a Glyph]) -> Vec<Vec<PlacedGlyph<'a>>> {
    let mut placed: Vec<PlacedGlyph<'a>> = glyphs
        .iter()
        .map(|glyph| {
            let (a, baseline) = turned.to_turned(glyph.start);
            let (b, _) = turned.to_turned(glyph.end);
            let clip = glyph.clip.map(|clip| turned.rect_to_turned(clip));
            PlacedGlyph { glyph, left: a.min(b), right: a.max(b), baseline, clip }
        })
        .collect();
    placed.sort_by(|a, b| a.baseline.total_cmp(&b.baseline));
    let mut rows: Vec<Vec<PlacedGlyph<'a>>> = Vec::new();
    let mut at = (f64::NEG_INFINITY, 0.0_f64);
    for item in placed {
        let near = item.baseline - at.0 <= SAME_BASELINE * at.1.max(item.glyph.size);
        match rows.last_mut() {
            Some(row) if near => {
                at.1 = at.1.max(item.glyph.size);
                row.push(item);
            }
            _ => {
                at = (item.baseline, item.glyph.size);
                rows.push(vec![item]);
            }
        }
    }
    for row in &mut rows {
        row.sort_by(|a, b| a.left.total_cmp(&b.left));
    }
    rows
}

/// Splits a row at wide gaps and between clipping rectangles that stand side by side.
fn split_at_gaps(row: Vec<PlacedGlyph<'_>>) -> Vec<Vec<PlacedGlyph<'_>>> {
    let mut out: Vec<Vec<PlacedGlyph<'_>>> = Vec::new();
    // Right end and clip of the last glyph that is not a space. Spaces neither widen nor bridge a gap,
    // but for a single one as wide as a letter, as vertical writing has between words.
    let mut last: Option<(f64, Option<Rect>)> = None;
    let mut spaces: Vec<f64> = Vec::new();
    for item in row {
        let blank = is_blank(&item.glyph.text);
        let separated = match last {
            Some((right, clip)) if !blank => {
                let bridged = match spaces[..] {
                    [width] if width >= WIDE_SPACE * item.glyph.size => width,
                    _ => 0.0,
                };
                let wide = item.left - right - bridged > COLUMN_GAP * item.glyph.size;
                // A bullet belongs to its text however far the tab stop is.
                wide && !out.last().is_some_and(|segment| is_marker_alone(segment))
                    || are_side_by_side(clip, item.clip)
            }
            _ => false,
        };
        if blank {
            spaces.push(item.right - item.left);
        } else {
            spaces.clear();
        }
        match out.last_mut() {
            Some(segment) if !separated => segment.push(advance(&mut last, blank, item)),
            _ => out.push(vec![advance(&mut last, blank, item)]),
        }
    }
    out
}

/// Notes `item` as the last glyph unless it is blank.
fn advance<'a>(
    last: &mut Option<(f64, Option<Rect>)>,
    blank: bool,
    item: PlacedGlyph<'a>,
) -> PlacedGlyph<'a> {
    if !blank {
        *last = Some((item.right, item.clip));
    }
    item
}

/// Whether a segment is a list marker and nothing else.
fn is_marker_alone(segment: &[PlacedGlyph<'_>]) -> bool {
    const MAX_GLYPHS: usize = 8;
    segment.len() <= MAX_GLYPHS
        && is_lone_marker(&segment.iter().map(|i| i.glyph.text.as_str()).collect::<String>())
}

/// Whether two clipping rectangles are those of neighbouring cells.
fn are_side_by_side(a: Option<Rect>, b: Option<Rect>) -> bool {
    const SLACK_PT: f64 = 2.0;
    matches!((a, b), (Some(a), Some(b)) if a.right <= b.left + SLACK_PT)
}

/// Whether a glyph leaves no ink: white space, control and zero-width characters.
fn is_blank(text: &str) -> bool {
    text.chars().all(|c| c.is_whitespace() || c.is_control() || is_invisible(c))
}

fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200B}'..='\u{200F}' | '\u{2060}' | '\u{FEFF}' | '\u{FE0E}' | '\u{FE0F}')
}

/// Letter spacing (자간) in ems: the lower quartile of the gaps between neighbouring glyphs. `None`
/// if there are too few gaps to tell.
fn letter_gap<'a>(segments: impl Iterator<Item = &'a [PlacedGlyph<'a>]>) -> Option<f64> {
    const MIN_GAPS: usize = 4;
    let mut gaps: Vec<f64> = Vec::new();
    for segment in segments {
        let mut right = None;
        for item in segment.iter().filter(|item| !is_blank(&item.glyph.text)) {
            let gap = right.map(|right: f64| ((item.left - right) / item.glyph.size).max(0.0));
            gaps.extend(gap);
            right = Some(item.right);
        }
    }
    gaps.sort_by(f64::total_cmp);
    if gaps.len() < MIN_GAPS { None } else { gaps.get(gaps.len() / 4).copied() }
}

/// The text with a bullet for a sign that no font of the producer had: it stands alone before the
/// text, as a box or as nothing.
fn lost_bullet(segment: &[PlacedGlyph<'_>], text: String) -> String {
    let mut glyphs = segment.iter().map(|item| item.glyph.text.as_str());
    let is_lost =
        matches!(glyphs.next(), Some(NOTHING | UNREADABLE)) && glyphs.next().is_some_and(is_blank);
    if !is_lost {
        return text;
    }
    format!("• {}", text.trim_start_matches(UNREADABLE).trim_start())
}

/// Builds a line from its glyphs. `tracking` is the letter spacing of the page, in ems.
fn build_line(
    turned: TurnedPage,
    tracking: f64,
    segment: &[PlacedGlyph<'_>],
) -> Option<PrintedLine> {
    let space_gap = SPACE_GAP + letter_gap(std::iter::once(segment)).unwrap_or(tracking);
    let mut text = String::new();
    let mut space = false;
    let mut right = f64::INFINITY;
    let mut bold = 0_usize;
    let mut visible: Vec<&PlacedGlyph<'_>> = Vec::new();
    for item in segment {
        if is_blank(&item.glyph.text) {
            space = space || item.glyph.text.chars().any(char::is_whitespace);
            continue;
        }
        if !text.is_empty() && (space || item.left - right > space_gap * item.glyph.size) {
            text.push(' ');
        }
        space = false;
        text.extend(item.glyph.text.chars().filter(|c| !c.is_control() && !is_invisible(*c)));
        right = item.right;
        bold += usize::from(item.glyph.bold);
        visible.push(item);
    }
    let (first, last) = (visible.first()?, visible.last()?);
    let text = fold_forms(&text.split_whitespace().collect::<Vec<_>>().join(" "));
    let text = lost_bullet(segment, text);

    let mut sizes: Vec<f64> = visible.iter().map(|item| item.glyph.size).collect();
    sizes.sort_by(f64::total_cmp);
    let size = sizes.get(sizes.len() / 2).copied().unwrap_or_default();
    let baseline = first.baseline;
    // Ascent and descent of common text fonts, as fractions of the em.
    let (top, bottom) = (baseline - 0.88 * size, baseline + 0.24 * size);
    let right = visible.iter().map(|item| item.right).fold(last.right, f64::max);
    let a = turned.to_page((first.left, top));
    let b = turned.to_page((right, bottom));
    let rect = RectPt {
        x: a.0.min(b.0) as f32,
        y: a.1.min(b.1) as f32,
        width: (a.0 - b.0).abs() as f32,
        height: (a.1 - b.1).abs() as f32,
    };
    Some(PrintedLine {
        line: ManualLine {
            page: turned.page,
            rect,
            text,
            font_size_pt: size as f32,
            bold: bold * 2 > visible.len(),
        },
        ends_in_space: space,
        sheet: turned.page,
        row: 0,
        left: first.left,
        right,
        baseline,
        clip: first.clip,
        column: None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const A4: SizePt = SizePt { width: 595.0, height: 842.0 };

    fn glyph(text: &str, x: f64, y: f64, width: f64) -> Glyph {
        Glyph {
            text: text.to_owned(),
            start: (x, y),
            end: (x + width, y),
            size: 10.0,
            bold: false,
            clip: None,
        }
    }

    fn texts(glyphs: &[Glyph]) -> Vec<String> {
        group_into_lines(1, A4, glyphs).into_iter().map(|l| l.line.text).collect()
    }

    #[test]
    fn gaps_become_spaces_and_columns() {
        let row = [
            glyph("기", 0.0, 50.0, 10.0),
            glyph("공", 10.0, 50.5, 10.0),
            glyph("점", 23.0, 50.0, 10.0),
            glyph("검", 60.0, 50.0, 10.0),
            glyph("아래", 0.0, 65.0, 20.0),
        ];
        assert_eq!(texts(&row), ["기공 점", "검", "아래"]);
    }

    #[test]
    fn letters_set_apart_are_a_word() {
        let row: Vec<Glyph> = "용탕온도를확인한다"
            .chars()
            .zip([0.0, 14.0, 32.0, 46.0, 60.0, 78.0, 92.0, 106.0, 120.0])
            .map(|(letter, x)| glyph(&letter.to_string(), x, 50.0, 10.0))
            .collect();
        assert_eq!(texts(&row), ["용탕 온도를 확인한다"]);
    }

    #[test]
    fn turned_text_reads_along_its_own_direction() {
        // Bottom to top, as on a page printed sideways.
        let up =
            |text: &str, x: f64, y: f64| Glyph { end: (x, y - 10.0), ..glyph(text, x, y, 0.0) };
        let lines = group_into_lines(
            1,
            A4,
            &[up("가", 100.0, 300.0), up("나", 100.0, 290.0), up("다", 120.0, 300.0)],
        );
        let texts: Vec<&str> = lines.iter().map(|l| l.line.text.as_str()).collect();
        assert_eq!(texts, ["가나", "다"]);
        let rect = lines[0].line.rect;
        assert!(rect.height > rect.width, "{rect:?}");
        assert!((rect.y - 280.0).abs() < 0.01 && (rect.height - 20.0).abs() < 0.01, "{rect:?}");
    }

    #[test]
    fn decomposed_hangul_is_composed() {
        assert_eq!(
            texts(&[glyph("\u{1100}", 0.0, 0.0, 5.0), glyph("\u{1161}", 5.0, 0.0, 5.0)]),
            ["가"]
        );
    }
}
