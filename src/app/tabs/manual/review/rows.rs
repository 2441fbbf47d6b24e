//! The rows of the tree: sections, their parts, their statements, and below them the lines without a
//! part and the warnings.

use fettle_domain::{LinePlace, LineSpan, ManualText, ManualWarning, PartPlace, Section};

/// What a row shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum RowItem {
    /// A section, by index.
    Section(usize),
    /// A part of a section.
    Part(usize, PartPlace),
    /// A statement, or a line that was assigned to none.
    Line(LinePlace),
    /// The title of the lines that were assigned to none.
    Unassigned,
    /// A warning, by index.
    Warning(usize),
}

/// All rows, from top to bottom.
pub(super) fn rows(text: &ManualText) -> Vec<RowItem> {
    let mut out = Vec::new();
    for (section, one) in text.sections.iter().enumerate() {
        out.push(RowItem::Section(section));
        for part in one.part_places() {
            out.push(RowItem::Part(section, part));
            let lines = (0..one.part(part).len())
                .map(|index| RowItem::Line(LinePlace::Statement { section, part, index }));
            out.extend(lines);
        }
    }
    out.push(RowItem::Unassigned);
    out.extend((0..text.passages.len()).map(|index| RowItem::Line(LinePlace::Passage(index))));
    out.extend((0..text.warnings.len()).map(RowItem::Warning));
    out
}

impl RowItem {
    /// What a row says, to find it again after an edit.
    pub(super) fn text(self, text: &ManualText) -> String {
        match self {
            Self::Section(index) => heading(text, index).to_owned(),
            Self::Part(section, part) => format!("{}\n{part:?}", heading(text, section)),
            Self::Line(place) => text.line_text(place).unwrap_or_default().to_owned(),
            Self::Unassigned => String::new(),
            Self::Warning(index) => format!("{:?}", text.warnings.get(index)),
        }
    }

    /// The lines of the row on the pages.
    pub(super) fn spans(self, text: &ManualText) -> Vec<LineSpan> {
        match self {
            Self::Section(index) => all_spans(text.sections.get(index)),
            Self::Part(section, part) => {
                let statements = text.sections.get(section).map(|section| section.part(part));
                let statements = statements.unwrap_or_default().iter();
                statements.flat_map(|one| one.spans.clone()).collect()
            }
            Self::Line(place) => text.line_spans(place),
            Self::Unassigned | Self::Warning(_) => Vec::new(),
        }
    }

    /// The page to show where the row has no lines.
    pub(super) fn page(self, text: &ManualText) -> Option<u32> {
        match self {
            Self::Part(section, PartPlace::Other(part)) => {
                Some(text.sections.get(section)?.parts.get(part)?.page)
            }
            Self::Section(section) | Self::Part(section, _) => {
                Some(text.sections.get(section)?.page)
            }
            Self::Line(place) => Some(text.line_spans(place).first()?.page),
            Self::Unassigned => None,
            Self::Warning(index) => text.warnings.get(index).and_then(ManualWarning::page),
        }
    }

    /// Whether the row is `part`, or one of its statements.
    pub(super) fn is_in(self, part: Self) -> bool {
        match (self, part) {
            (
                Self::Line(LinePlace::Statement { section, part, .. }),
                Self::Part(of_section, of_part),
            ) => (section, part) == (of_section, of_part),
            _ => self == part,
        }
    }

    /// The index of the section that the row belongs to.
    pub(super) fn section(self) -> Option<usize> {
        match self {
            Self::Section(section)
            | Self::Part(section, _)
            | Self::Line(LinePlace::Statement { section, .. }) => Some(section),
            _ => None,
        }
    }

    /// The statement or line of the row.
    pub(super) fn line(self) -> Option<LinePlace> {
        match self {
            Self::Line(place) => Some(place),
            _ => None,
        }
    }
}

/// The lines of all statements of a section.
pub(super) fn all_spans(section: Option<&Section>) -> Vec<LineSpan> {
    let statements = section.into_iter().flat_map(Section::all_statements);
    statements.flat_map(|one| one.spans.clone()).collect()
}

fn heading(text: &ManualText, section: usize) -> &str {
    text.sections.get(section).map(|section| section.heading.as_str()).unwrap_or_default()
}

/// The row nearest to the index `near` that says `said`.
pub(super) fn find_row(
    text: &ManualText,
    rows: &[RowItem],
    said: &str,
    near: usize,
) -> Option<usize> {
    let same = rows.iter().enumerate().filter(|(_, row)| row.text(text) == said);
    same.map(|(index, _)| index).min_by_key(|index| index.abs_diff(near))
}

#[cfg(test)]
mod tests {
    use super::*;
    use fettle_domain::{Passage, RectPt, Statement, StatementKind};

    #[test]
    fn every_line_has_a_row_and_is_found_again() {
        let span = LineSpan { page: 1, rect: RectPt { x: 0.0, y: 0.0, width: 9.0, height: 9.0 } };
        let statement = |text: &str| Statement {
            id: String::new(),
            kind: StatementKind::Cause,
            text: text.to_owned(),
            spans: vec![span],
            figures: Vec::new(),
        };
        let section = Section {
            heading: "기공".into(),
            defect: None,
            page: 1,
            causes: vec![statement("가"), statement("나"), statement("가")],
            actions: Vec::new(),
            parts: Vec::new(),
            figures: Vec::new(),
        };
        let passage = Passage { heading: None, text: "다".into(), span };
        let text = ManualText {
            page_count: 1,
            sections: vec![section],
            summary: Vec::new(),
            passages: vec![passage],
            warnings: vec![ManualWarning::CutShort],
        };
        let rows = rows(&text);
        // The section, causes with three lines, actions, the title, the line, the warning.
        assert_eq!(rows.len(), 9);
        for (said, near, expected) in [("가", 0, 2), ("가", 9, 4), ("나", 0, 3), ("다", 0, 7)] {
            assert_eq!(find_row(&text, &rows, said, near), Some(expected), "{said}");
        }
        assert_eq!(find_row(&text, &rows, "라", 0), None);
        assert_eq!((rows[0].spans(&text).len(), rows[6].spans(&text).len()), (3, 0));
    }
}
