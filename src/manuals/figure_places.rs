//! Pictures → the lines beside, above and below them, and their captions.

use std::collections::{HashMap, HashSet};

use fettle_domain::{FigureFault, FigureSource, RectPt};

use super::figure_captions::is_caption;
use super::found_figures::{FoundFigure, FoundPlace};
use super::printed_line::PrintedLine;
use super::rows::Row;
use super::steps::count_steps;

/// The most lines beside a picture that are looked at.
const MAX_BESIDE: usize = 200;
/// The most columns of a page.
const MAX_COLUMNS: usize = 16;
/// The farthest that a caption is from its picture, in points.
const CAPTION_GAP_PT: f32 = 28.0;
/// How far a line may reach into a picture and still stand beside, above or below it, in points.
const SLACK_PT: f32 = 3.0;

/// A picture among the lines of a document.
#[derive(Debug)]
pub(super) struct PlacedFigure {
    pub(super) source: FigureSource,
    pub(super) fault: Option<FigureFault>,
    /// The page, paragraph, slide or row.
    pub(super) page: u32,
    pub(super) caption: Option<String>,
    /// Indices of the lines beside it.
    pub(super) beside: Vec<usize>,
    /// Index of the last line before it, in reading order.
    pub(super) after: Option<usize>,
}

/// Places pictures among the lines of `rows`, of which those that are captions are taken out.
pub(super) fn place_figures(found: Vec<FoundFigure>, rows: &mut Vec<Row>) -> Vec<PlacedFigure> {
    let pages = Pages::of(rows);
    let lines: Vec<&PrintedLine> = rows.iter().flat_map(|row| &row.segments).collect();
    let mut captions: HashSet<usize> = HashSet::new();
    let mut placed = Vec::new();
    for FoundFigure { source, fault, place } in found {
        let (page, beside, after, caption) = match (&source, place) {
            (FigureSource::Page { page, rect }, _) => {
                let on_page = match pages.on(*page) {
                    // A page of pictures alone.
                    none if none.is_empty() => {
                        let before = lines.partition_point(|line| line.line.page < *page);
                        before..before
                    }
                    some => some,
                };
                let column = Column::of(&lines, on_page.clone(), *rect);
                count_steps(on_page.len());
                let beside = beside(&lines, on_page.clone(), &column, *rect);
                let after = last_above(&lines, on_page.clone(), &column, *rect);
                let caption = page_caption(&lines, on_page, *rect);
                (*page, beside, after, caption)
            }
            (_, FoundPlace::Numbers { beside, after }) => {
                let named = beside.into_iter().flatten().take(MAX_BESIDE);
                let of = named.flat_map(|number| pages.on(number)).take(MAX_BESIDE);
                let last = (0..=after).rev().take(MAX_BESIDE).map(|number| pages.on(number));
                let last = last.filter(|lines| !lines.is_empty()).map(|lines| lines.end - 1).next();
                let of: Vec<usize> = of.collect();
                // What stands beside it in a table is no caption.
                let caption = if of.is_empty() { number_caption(&lines, last) } else { None };
                (after.max(1), of, last, caption)
            }
            (_, FoundPlace::Page) => continue,
        };
        // A caption says whose it is, and is no line above it.
        let after = match (caption, after) {
            (Some(caption), Some(after)) if caption == after => after.checked_sub(1),
            (_, after) => after,
        };
        captions.extend(caption);
        let caption = caption.and_then(|at| lines.get(at)).map(|line| line.line.text.clone());
        placed.push(PlacedFigure { source, fault, page, caption, beside, after });
    }
    take_out(rows, &captions, &mut placed);
    placed
}

/// Takes the lines that are captions out of `rows`, where they stand alone, and counts the others anew.
fn take_out(rows: &mut Vec<Row>, captions: &HashSet<usize>, placed: &mut [PlacedFigure]) {
    let mut next = 0;
    let mut gone: Vec<usize> = Vec::new();
    rows.retain(|row| {
        let at = next;
        next += row.segments.len();
        // Captions of pictures side by side share a row.
        let is_caption = (at..next).all(|segment| captions.contains(&segment));
        if is_caption {
            gone.extend(at..next);
        }
        !is_caption
    });
    let new = |at: usize| {
        let before = gone.partition_point(|one| *one < at);
        (gone.binary_search(&at).is_err()).then(|| at - before)
    };
    for figure in placed {
        figure.beside = figure.beside.iter().filter_map(|at| new(*at)).collect();
        let above = figure.after.map(|after| (0..=after).rev());
        figure.after = above.and_then(|mut above| above.find_map(new));
    }
}

/// Which lines stand on each page, paragraph, slide or row: lines are in reading order.
struct Pages(HashMap<u32, std::ops::Range<usize>>);

impl Pages {
    fn of(rows: &[Row]) -> Self {
        let mut out: HashMap<u32, std::ops::Range<usize>> = HashMap::new();
        for (at, line) in rows.iter().flat_map(|row| &row.segments).enumerate() {
            let lines = out.entry(line.line.page).or_insert(at..at);
            lines.end = at + 1;
        }
        Self(out)
    }

    fn on(&self, page: u32) -> std::ops::Range<usize> {
        self.0.get(&page).cloned().unwrap_or(0..0)
    }
}

/// The column of text that a picture stands in, on a page set in columns.
struct Column {
    /// Shift of the column; `None` on a page that is not set in columns.
    shift: Option<f64>,
}

impl Column {
    fn of(lines: &[&PrintedLine], on_page: std::ops::Range<usize>, rect: RectPt) -> Self {
        let mut spans: Vec<(f64, f32, f32)> = Vec::new();
        for line in lines.get(on_page).unwrap_or_default() {
            let shift = line.column.map_or(0.0, |column| column.shift);
            let (left, right) = (line.line.rect.x, line.line.rect.x + line.line.rect.width);
            if let Some((_, from, to)) =
                spans.iter_mut().find(|(known, ..)| (known - shift).abs() < 1.0)
            {
                (*from, *to) = (from.min(left), to.max(right));
            } else if spans.len() < MAX_COLUMNS {
                spans.push((shift, left, right));
            }
        }
        let middle = rect.x + rect.width / 2.0;
        let distance = |span: &&(f64, f32, f32)| (span.1 - middle).max(middle - span.2).max(0.0);
        let nearest = spans.iter().min_by(|a, b| distance(a).total_cmp(&distance(b)));
        Self { shift: nearest.filter(|_| spans.len() > 1).map(|(shift, ..)| *shift) }
    }

    /// Whether a line stands in a column before this one (−1), in it (0) or behind it (1).
    fn order(&self, line: &PrintedLine) -> i32 {
        let Some(own) = self.shift else { return 0 };
        let shift = line.column.map_or(0.0, |column| column.shift);
        if (shift - own).abs() < 1.0 {
            0
        } else if shift < own {
            -1
        } else {
            1
        }
    }
}

/// The lines on the left and right of a picture.
fn beside(
    lines: &[&PrintedLine],
    on_page: std::ops::Range<usize>,
    column: &Column,
    rect: RectPt,
) -> Vec<usize> {
    let is_beside = |at: &usize| {
        let Some(line) = lines.get(*at).filter(|line| column.order(line) == 0) else {
            return false;
        };
        let line = line.line.rect;
        let middle = line.y + line.height / 2.0;
        let is_level = (rect.y..=rect.y + rect.height).contains(&middle);
        let is_left = line.x + line.width <= rect.x + SLACK_PT;
        let is_right = line.x >= rect.x + rect.width - SLACK_PT;
        is_level && (is_left || is_right)
    };
    on_page.filter(is_beside).take(MAX_BESIDE).collect()
}

/// The last line before a picture, in reading order: above it, in a column before, or on a page before.
fn last_above(
    lines: &[&PrintedLine],
    on_page: std::ops::Range<usize>,
    column: &Column,
    rect: RectPt,
) -> Option<usize> {
    let is_above = |at: &usize| {
        lines.get(*at).is_some_and(|line| match column.order(line) {
            0 => line.line.rect.y + line.line.rect.height / 2.0 < rect.y + SLACK_PT,
            order => order < 0,
        })
    };
    let before = on_page.start;
    on_page.rev().find(is_above).or_else(|| before.checked_sub(1))
}

/// The caption of a picture on a page: the nearest line of such words right below it, or above it.
fn page_caption(
    lines: &[&PrintedLine],
    on_page: std::ops::Range<usize>,
    rect: RectPt,
) -> Option<usize> {
    let gap = |at: &usize| {
        let line = lines.get(*at)?.line.rect;
        let overlaps = line.x < rect.x + rect.width && rect.x < line.x + line.width;
        let below = line.y - (rect.y + rect.height);
        let above = rect.y - (line.y + line.height);
        let fits = |gap: f32| (-SLACK_PT..=CAPTION_GAP_PT).contains(&gap);
        // Below is where most captions stand.
        let gap = if below >= -SLACK_PT { below } else { above + CAPTION_GAP_PT };
        let is_near = fits(below) || fits(above);
        (overlaps && is_near).then_some(gap)
    };
    let near = on_page.filter_map(|at| Some((at, gap(&at)?)));
    let captions = near.filter(|(at, _)| lines.get(*at).is_some_and(|l| is_caption(&l.line.text)));
    captions.min_by(|a, b| a.1.total_cmp(&b.1)).map(|(at, _)| at)
}

/// The caption of a picture between lines: the line behind it, or the one before it.
fn number_caption(lines: &[&PrintedLine], last: Option<usize>) -> Option<usize> {
    let behind = last.map_or(0, |last| last + 1);
    let is_it = |at: &usize| {
        lines.get(*at).is_some_and(|line| line.clip.is_none() && is_caption(&line.line.text))
    };
    Some(behind).filter(is_it).or(last.filter(is_it))
}
