//! Pictures → the statements and sections that they belong to.
//!
//! A picture beside statements of one kind, or right below one, is the first's or that one's. Below a heading
//! or a label, or beside statements of several kinds, it is the section's. Any other, such as the plan of a
//! plant below a line of its own, belongs to nothing.

use std::collections::HashMap;

use fettle_domain::{Figure, FigureFault, ManualLine, ManualWarning, PartPlace, RectPt, Section};

use super::figure_captions::{announces_pictures, is_caption};
use super::figure_places::PlacedFigure;
use super::headings::compact;
use super::label_forms::sub_heading;
use super::steps::count_steps;

/// The most statements on a page, slide or row that a line is compared with.
const MAX_COMPARED: usize = 400;
/// The most lines without a statement between a picture and what it belongs to.
const MAX_BETWEEN: usize = 8;

/// What a line of a document is part of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Owner {
    /// A section's heading.
    Section(usize),
    Statement(usize, PartPlace, usize),
}

impl Owner {
    fn section(self) -> usize {
        match self {
            Self::Section(section) | Self::Statement(section, ..) => section,
        }
    }
}

/// Ties the pictures to `sections`, whose lines are `lines` in reading order. Returns warnings of those that
/// cannot be shown.
pub(super) fn attach_figures(
    sections: &mut [Section],
    lines: &[&ManualLine],
    figures: Vec<PlacedFigure>,
) -> Vec<ManualWarning> {
    if figures.is_empty() {
        return Vec::new();
    }
    let owners = Owners::of(sections);
    let tied: Vec<(Owner, PlacedFigure)> = figures
        .into_iter()
        .filter_map(|figure| Some((owners.of_figure(&figure, lines)?, figure)))
        .collect();
    let mut warnings: Vec<ManualWarning> = Vec::new();
    for (owner, PlacedFigure { source, fault, page, caption, .. }) in tied {
        match fault {
            Some(fault) => warn(&mut warnings, page, fault),
            None => tie(sections, owner, &Figure { source, page, caption }),
        }
    }
    warnings
}

/// Names a picture that cannot be shown; those in files of their own once for all.
fn warn(warnings: &mut Vec<ManualWarning>, page: u32, fault: FigureFault) {
    let same = warnings.iter_mut().find_map(|warning| match warning {
        ManualWarning::Picture { page: at, fault: why, count }
            if *why == fault && (*at == page || fault == FigureFault::Elsewhere) =>
        {
            Some(count)
        }
        _ => None,
    });
    match same {
        Some(count) => *count = count.saturating_add(1),
        None => warnings.push(ManualWarning::Picture { page, fault, count: 1 }),
    }
}

/// Adds a picture to its owner, and to the same place of sections under the same heading: a heading that names
/// two defects makes two sections.
fn tie(sections: &mut [Section], owner: Owner, figure: &Figure) {
    let Some(own) = sections.get(owner.section()) else { return };
    let (heading, page) = (own.heading.clone(), own.page);
    let is_twin = |section: &&mut Section| section.heading == heading && section.page == page;
    for section in sections.iter_mut().filter(is_twin) {
        let figures = match owner {
            Owner::Section(_) => Some(&mut section.figures),
            Owner::Statement(_, part, index) => {
                let statement = section.part_mut(part).and_then(|list| list.get_mut(index));
                statement.map(|statement| &mut statement.figures)
            }
        };
        if let Some(figures) = figures.filter(|figures| !figures.contains(figure)) {
            figures.push(figure.clone());
        }
    }
}

/// A statement as lines are compared with it.
struct Candidate {
    owner: Owner,
    text: String,
    /// Where it is printed, of a file with pages.
    lines: Vec<RectPt>,
}

/// What stands on each page, paragraph, slide or row.
struct Owners {
    statements: HashMap<u32, Vec<Candidate>>,
    headings: HashMap<u32, Vec<(usize, String)>>,
    /// The labels of parts.
    labels: Vec<String>,
}

impl Owners {
    fn of(sections: &[Section]) -> Self {
        let mut out =
            Self { statements: HashMap::new(), headings: HashMap::new(), labels: Vec::new() };
        for (at, section) in sections.iter().enumerate() {
            let heading = (at, compact(&section.heading));
            out.headings.entry(section.page).or_default().push(heading);
            out.labels.extend(section.parts.iter().map(|part| compact(&part.label)));
            for place in section.part_places() {
                for (index, statement) in section.part(place).iter().enumerate() {
                    let mut pages: Vec<u32> =
                        statement.spans.iter().map(|span| span.page).collect();
                    pages.dedup();
                    for page in pages {
                        let on_page = statement.spans.iter().filter(|span| span.page == page);
                        out.statements.entry(page).or_default().push(Candidate {
                            owner: Owner::Statement(at, place, index),
                            text: compact(&statement.text),
                            lines: on_page.map(|span| span.rect).collect(),
                        });
                    }
                }
            }
        }
        out.labels.sort();
        out.labels.dedup();
        out
    }

    /// What a line is part of, if it is part of anything.
    fn of_line(&self, line: &ManualLine) -> Option<Owner> {
        let text = compact(&line.text);
        let candidates = self.statements.get(&line.page).map(Vec::as_slice).unwrap_or_default();
        count_steps(candidates.len().min(MAX_COMPARED));
        let is_it = |candidate: &&Candidate| {
            if line.rect.height > 0.0 {
                return candidate.lines.iter().any(|rect| are_same_line(*rect, line.rect));
            }
            holds(&candidate.text, &text)
        };
        let found = candidates.iter().take(MAX_COMPARED).find(is_it);
        found.map(|found| found.owner).or_else(|| {
            let headings = self.headings.get(&line.page)?;
            let found = headings.iter().take(MAX_COMPARED).find(|(_, name)| holds(name, &text));
            found.map(|(section, _)| Owner::Section(*section))
        })
    }

    /// Whether a line ends no search for what stands above a picture: a label, or what announces pictures.
    fn is_passed(&self, text: &str) -> bool {
        is_caption(text)
            || announces_pictures(text)
            || sub_heading(text).is_some_and(|(_, rest)| rest.is_none())
            || self.labels.binary_search(&compact(text)).is_ok()
    }

    /// What a picture belongs to.
    fn of_figure(&self, figure: &PlacedFigure, lines: &[&ManualLine]) -> Option<Owner> {
        let beside = figure.beside.iter().filter_map(|at| self.of_line(lines.get(*at)?));
        let mut beside: Vec<Owner> = beside.collect();
        beside.dedup();
        if let Some(owner) = common_owner(&beside) {
            return Some(owner);
        }
        let above = figure.after.and_then(|last| lines.get(..=last)).unwrap_or_default();
        let mut is_right_below = true;
        for line in above.iter().rev().take(MAX_BETWEEN) {
            match self.of_line(line) {
                Some(owner) if is_right_below => return Some(owner),
                Some(owner) => return Some(Owner::Section(owner.section())),
                None if self.is_passed(&line.text) => is_right_below &= is_caption(&line.text),
                None => return None,
            }
        }
        None
    }
}

/// What a picture beside all of these belongs to: the first of statements of one kind, the section of
/// several kinds; nothing certain where they are of several sections.
fn common_owner(beside: &[Owner]) -> Option<Owner> {
    let first = beside.first()?;
    if beside.iter().any(|other| other.section() != first.section()) {
        return None;
    }
    let mut statements = beside.iter().filter_map(|owner| match owner {
        Owner::Statement(_, part, _) => Some((*owner, *part)),
        Owner::Section(_) => None,
    });
    let has_heading = beside.iter().any(|owner| matches!(owner, Owner::Section(_)));
    match statements.next() {
        Some((statement, part)) if !has_heading && statements.all(|(_, other)| other == part) => {
            Some(statement)
        }
        _ => Some(Owner::Section(first.section())),
    }
}

/// Whether one text holds the other: a line is a part of a statement, or has a label and a statement.
fn holds(first: &str, second: &str) -> bool {
    let (short, long) = if first.len() < second.len() { (first, second) } else { (second, first) };
    !short.is_empty() && long.contains(short)
}

/// Whether two rectangles on a page are those of one line.
fn are_same_line(first: RectPt, second: RectPt) -> bool {
    let middle = second.y + second.height / 2.0;
    let within = (first.y - 1.0..=first.y + first.height + 1.0).contains(&middle);
    within && first.x < second.x + second.width && second.x < first.x + first.width
}
