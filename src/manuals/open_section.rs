//! A section while it is read.

use std::collections::HashSet;

use fettle_domain::{DefectCode, LineSpan, Section, Statement, StatementKind};

use super::names::words;
use super::rows::Row;
use super::wrap::{Piece, Wraps};

/// A statement of which more lines may come.
pub(super) struct Draft {
    /// It began with a bullet or a number.
    pub(super) marked: bool,
    pub(super) left: f64,
    pub(super) pieces: Vec<Piece>,
    pub(super) spans: Vec<LineSpan>,
    /// Sheet, right end and baseline of its last line, and where that might have ended.
    pub(super) sheet: u32,
    pub(super) right: f64,
    pub(super) baseline: f64,
    pub(super) margin: Option<f64>,
}

impl Draft {
    /// Begins a statement with `text` of `row`.
    pub(super) fn new(row: &Row, text: &str, marked: bool) -> Self {
        let mut draft = Self {
            marked,
            left: row.left,
            pieces: Vec::new(),
            spans: Vec::new(),
            sheet: row.sheet,
            right: row.right,
            baseline: row.baseline,
            margin: row.margin,
        };
        draft.take(row, text);
        draft
    }

    /// Takes a wrapped line.
    pub(super) fn take(&mut self, row: &Row, text: &str) {
        self.pieces.push(Piece { text: text.to_owned(), ends_in_space: row.ends_in_space() });
        self.spans.push(row.span());
        (self.sheet, self.right, self.baseline) = (row.sheet, row.right, row.baseline);
        self.margin = row.margin;
    }
}

/// A section of which more may come.
pub(super) struct Open {
    pub(super) heading: String,
    pub(super) heading_row: usize,
    pub(super) defect: Option<DefectCode>,
    pub(super) page: u32,
    /// What is being read.
    pub(super) part: Option<StatementKind>,
    pub(super) causes: Vec<Draft>,
    pub(super) actions: Vec<Draft>,
}

impl Open {
    pub(super) fn drafts(&mut self, kind: StatementKind) -> &mut Vec<Draft> {
        match kind {
            StatementKind::Cause => &mut self.causes,
            StatementKind::Action => &mut self.actions,
        }
    }

    pub(super) fn last(&self) -> Option<&Draft> {
        match self.part? {
            StatementKind::Cause => self.causes.last(),
            StatementKind::Action => self.actions.last(),
        }
    }

    /// The section. `taken` are the beginnings of ids that other sections have.
    pub(super) fn close(self, taken: &mut HashSet<String>, wraps: &Wraps) -> Section {
        let name = self.defect.as_ref().map_or_else(|| slug(&self.heading), |c| c.to_string());
        let mut prefix = name.clone();
        let mut count = 1;
        while !taken.insert(prefix.clone()) {
            count += 1;
            prefix = format!("{name}-{count}");
        }
        let statements = |drafts: Vec<Draft>, kind, letter: char| {
            drafts
                .into_iter()
                .map(|draft| (wraps.join(&draft.pieces), draft.spans))
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

fn slug(heading: &str) -> String {
    const LONGEST: usize = 40;
    let joined: String = words(heading).join("-").chars().take(LONGEST).collect();
    if joined.is_empty() { "section".to_owned() } else { joined }
}
