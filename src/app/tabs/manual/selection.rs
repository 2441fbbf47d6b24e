//! The selection in a manual: a section, a statement of it, or cited lines.

use egui::{Pos2, Rect, pos2, vec2};

use super::marks::Marks;
use crate::command::Citation;
use fettle_domain::{LineSpan, RectPt, Section};

/// Distance from a line, in points of the page, within which a click selects it.
const CLICK_DISTANCE: f32 = 3.0;

/// The selected section, statement and lines.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Selection {
    /// Index of the section.
    pub(super) section: Option<usize>,
    /// Id of the statement; `None` for the whole section.
    pub(super) statement: Option<String>,
    /// The selected lines.
    pub(super) lines: Vec<LineSpan>,
}

impl Selection {
    /// Selects a section, or one statement of it.
    pub(super) fn new(sections: &[Section], section: usize, statement: Option<&str>) -> Self {
        let lines = sections.get(section).map(|section| lines(section, statement));
        Self {
            section: Some(section),
            statement: statement.map(str::to_owned),
            lines: lines.unwrap_or_default(),
        }
    }

    /// Selects what a citation names, as far as `sections` have it. Lines of the citation are kept.
    pub(super) fn cited(sections: &[Section], cited: Citation) -> Self {
        let is_cited = |section: &Section| match (&cited.statement, &cited.heading) {
            (Some(id), _) if section.all_statements().any(|one| one.id == *id) => true,
            (_, Some(heading)) => section.heading == *heading,
            _ => false,
        };
        let found = sections.iter().position(is_cited);
        let mut selection = match found {
            Some(section) => Self::new(sections, section, cited.statement.as_deref()),
            None => Self { statement: cited.statement, ..Self::default() },
        };
        if !cited.lines.is_empty() {
            selection.lines = cited.lines;
        }
        selection
    }

    /// The lines to mark. The statement `hovered` takes the place of the selection.
    pub(super) fn marks(&self, sections: &[Section], hovered: Option<&str>) -> Marks {
        let Some(section) = self.section.and_then(|section| sections.get(section)) else {
            return Marks { strong: self.lines.clone(), faint: Vec::new() };
        };
        let strong = match hovered {
            Some(statement) => lines(section, Some(statement)),
            None => self.lines.clone(),
        };
        let mut faint = lines(section, None);
        faint.retain(|line| !strong.contains(line));
        Marks { strong, faint }
    }
}

/// The lines of a section, or of one statement of it.
fn lines(section: &Section, statement: Option<&str>) -> Vec<LineSpan> {
    let wanted = section.all_statements().filter(|one| statement.is_none_or(|id| one.id == id));
    wanted.flat_map(|one| one.spans.clone()).collect()
}

/// The statement printed at `at` (in points) on `page`, after the index of its section.
pub(super) fn statement_at(sections: &[Section], page: u32, at: Pos2) -> Option<(usize, String)> {
    let holds = |span: &LineSpan| {
        let RectPt { x, y, width, height } = span.rect;
        let rect = Rect::from_min_size(pos2(x, y), vec2(width, height));
        span.page == page && rect.expand(CLICK_DISTANCE).contains(at)
    };
    sections.iter().enumerate().find_map(|(index, section)| {
        let mut statements = section.all_statements();
        let statement = statements.find(|one| one.spans.iter().any(holds))?;
        Some((index, statement.id.clone()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use fettle_domain::{ManualId, Statement, StatementKind};

    fn line(page: u32, y: f32) -> LineSpan {
        LineSpan { page, rect: RectPt { x: 50.0, y, width: 100.0, height: 10.0 } }
    }

    fn sections() -> [Section; 2] {
        let statement = |id: &str, spans: &[LineSpan]| Statement {
            id: id.to_owned(),
            kind: StatementKind::Cause,
            text: id.to_owned(),
            spans: spans.to_vec(),
            figures: Vec::new(),
        };
        let section = |heading: &str, causes| Section {
            heading: heading.to_owned(),
            defect: None,
            page: 1,
            causes,
            actions: Vec::new(),
            parts: Vec::new(),
            figures: Vec::new(),
        };
        let wraps = [line(1, 800.0), line(2, 50.0)];
        [
            section("hole", vec![statement("hole.c1", &[line(1, 60.0)])]),
            section(
                "burr",
                vec![statement("burr.c1", &wraps), statement("burr.c2", &[line(2, 90.0)])],
            ),
        ]
    }

    #[test]
    fn a_statement_is_marked_among_its_sections_lines() {
        let sections = sections();
        let all = Selection::new(&sections, 1, None);
        assert_eq!(all.marks(&sections, None), Marks { strong: all.lines.clone(), faint: vec![] });
        let one = Selection::new(&sections, 1, Some("burr.c1"));
        let (first, second) = (vec![line(1, 800.0), line(2, 50.0)], vec![line(2, 90.0)]);
        let expected = Marks { strong: first.clone(), faint: second.clone() };
        assert_eq!(one.marks(&sections, None), expected);
        let hovered = Marks { strong: second, faint: first };
        assert_eq!(one.marks(&sections, Some("burr.c2")), hovered);
    }

    #[test]
    fn what_is_cited_is_found_by_its_id_or_heading_and_keeps_its_lines() {
        let sections = sections();
        let cite = |heading: Option<&str>, statement: Option<&str>, lines: &[LineSpan]| Citation {
            manual: ManualId(1),
            heading: heading.map(str::to_owned),
            statement: statement.map(str::to_owned),
            page: 1,
            lines: lines.to_vec(),
        };
        let then = [line(2, 300.0)];
        // Given; expected: the section, its lines.
        let cases = [
            (cite(None, Some("burr.c2"), &[]), Some(1), vec![line(2, 90.0)]),
            (cite(Some("hole"), None, &[]), Some(0), vec![line(1, 60.0)]),
            // The manual is read otherwise since then: the cited lines are kept.
            (cite(Some("burr"), Some("burr.c9"), &then), Some(1), then.to_vec()),
            (cite(Some("gone"), Some("gone.c1"), &then), None, then.to_vec()),
        ];
        for (given, section, lines) in cases {
            let selection = Selection::cited(&sections, given.clone());
            assert_eq!((selection.section, selection.lines), (section, lines), "{given:?}");
        }
    }

    #[test]
    fn a_click_on_a_line_means_its_statement() {
        let sections = sections();
        for (page, at, expected) in [
            (1, (60.0, 65.0), Some((0, "hole.c1"))),
            (2, (149.0, 48.0), Some((1, "burr.c1"))),
            (2, (60.0, 65.0), None),
            (3, (60.0, 95.0), None),
        ] {
            let found = statement_at(&sections, page, at.into());
            let found = found.as_ref().map(|(place, id)| (*place, id.as_str()));
            assert_eq!(found, expected, "{page} {at:?}");
        }
    }
}
