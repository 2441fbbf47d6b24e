//! Builders of sections and statements.

use std::collections::HashSet;

use fettle_domain::{DefectCode, LineSpan, Section, Statement, StatementKind};

use super::line_joining::{Fragment, LineJoiner};
use super::rows::Row;
use super::words::words;

/// Collects the printed lines of a statement.
pub(super) struct StatementBuilder {
    /// Whether the statement starts with a bullet or a number.
    pub(super) has_marker: bool,
    /// Left end of the first line, in points.
    pub(super) left: f64,
    fragments: Vec<Fragment>,
    spans: Vec<LineSpan>,
    /// Sheet, right end, baseline and right margin of the last line.
    pub(super) sheet: u32,
    pub(super) right: f64,
    pub(super) baseline: f64,
    pub(super) margin: Option<f64>,
}

impl StatementBuilder {
    /// Starts a statement with `text`, the text of `row` without the marker.
    pub(super) fn new(row: &Row, text: &str, has_marker: bool) -> Self {
        let mut statement = Self {
            has_marker,
            left: row.left,
            fragments: Vec::new(),
            spans: Vec::new(),
            sheet: row.sheet,
            right: row.right,
            baseline: row.baseline,
            margin: row.margin,
        };
        statement.push_line(row, text);
        statement
    }

    /// Appends a wrapped line.
    pub(super) fn push_line(&mut self, row: &Row, text: &str) {
        self.fragments.push(Fragment { text: text.to_owned(), ends_in_space: row.ends_in_space() });
        self.spans.push(row.span());
        (self.sheet, self.right, self.baseline) = (row.sheet, row.right, row.baseline);
        self.margin = row.margin;
    }
}

/// Collects the statements of a section.
pub(super) struct SectionBuilder {
    pub(super) heading: String,
    /// Index of the last row of the heading.
    pub(super) heading_row: usize,
    pub(super) defect: Option<DefectCode>,
    pub(super) page: u32,
    /// The kind of the statements being read, from the last sub-heading.
    pub(super) kind: Option<StatementKind>,
    pub(super) causes: Vec<StatementBuilder>,
    pub(super) actions: Vec<StatementBuilder>,
}

impl SectionBuilder {
    pub(super) fn statements_mut(&mut self, kind: StatementKind) -> &mut Vec<StatementBuilder> {
        match kind {
            StatementKind::Cause => &mut self.causes,
            StatementKind::Action => &mut self.actions,
        }
    }

    /// The statement being read.
    pub(super) fn last(&self) -> Option<&StatementBuilder> {
        match self.kind? {
            StatementKind::Cause => self.causes.last(),
            StatementKind::Action => self.actions.last(),
        }
    }

    /// Builds the section. `taken` holds the id prefixes of the sections before.
    pub(super) fn build(self, taken: &mut HashSet<String>, joiner: &LineJoiner) -> Section {
        let name = self.defect.as_ref().map_or_else(|| slug(&self.heading), |c| c.to_string());
        let mut prefix = name.clone();
        let mut count = 1;
        while !taken.insert(prefix.clone()) {
            count += 1;
            prefix = format!("{name}-{count}");
        }
        let statements = |builders: Vec<StatementBuilder>, kind, letter: char| {
            builders
                .into_iter()
                .map(|builder| (joiner.join(&builder.fragments), builder.spans))
                .filter(|(text, _)| !text.is_empty())
                .enumerate()
                .map(|(i, (text, spans))| Statement {
                    id: format!("{prefix}.{letter}{}", i + 1),
                    kind,
                    text,
                    spans,
                })
                .collect()
        };
        Section {
            causes: statements(self.causes, StatementKind::Cause, 'c'),
            actions: statements(self.actions, StatementKind::Action, 'a'),
            heading: self.heading,
            defect: self.defect,
            page: self.page,
        }
    }
}

/// Id prefix of a section whose heading names no defect.
fn slug(heading: &str) -> String {
    const MAX_CHARS: usize = 40;
    let joined: String = words(heading).join("-").chars().take(MAX_CHARS).collect();
    if joined.is_empty() { "section".to_owned() } else { joined }
}
