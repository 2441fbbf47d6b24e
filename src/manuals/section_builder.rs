//! Builders of sections and statements.

use fettle_domain::{DefectCode, LineSpan, Section, SectionPart, Statement, StatementKind};

use super::chunk::usual_label;
use super::line_joining::{Fragment, LineJoiner};
use super::list_marker::list_number;
use super::no_statement::{refers_elsewhere, says_nothing};
use super::part_labels::forbids;
use super::rows::Row;
use super::statement_ids::StatementIds;

/// Collects the printed lines of a statement.
#[derive(Clone)]
pub(super) struct StatementBuilder {
    /// Style of the bullet or number with which the statement starts.
    pub(super) marker: Option<String>,
    /// The number with which the statement starts.
    pub(super) number: Option<u32>,
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
    pub(super) fn new(row: &Row, text: &str, marker: Option<String>) -> Self {
        let mut statement = Self {
            number: marker.as_ref().and_then(|_| list_number(&row.text)),
            marker,
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

/// Collects a part that is neither causes nor actions.
#[derive(Clone)]
pub(super) struct PartBuilder {
    pub(super) label: String,
    pub(super) kind: StatementKind,
    pub(super) page: u32,
    pub(super) statements: Vec<StatementBuilder>,
}

/// A statement that only names another place, with the kind of the part in which it stands.
type Reference = (StatementKind, String, Vec<LineSpan>);

/// Collects the statements of a section.
#[derive(Clone)]
pub(super) struct SectionBuilder {
    pub(super) heading: String,
    /// Index of the last row of the heading.
    pub(super) heading_row: usize,
    pub(super) defect: Option<DefectCode>,
    /// Further defects that the heading names, each of which gets the same section.
    pub(super) further: Vec<DefectCode>,
    /// Number of the discipline being read, of an 8D report.
    pub(super) discipline: Option<u8>,
    pub(super) page: u32,
    /// The kind of the statements being read, from the last label. Any kind but causes and actions
    /// stands for the last of `parts`.
    pub(super) kind: Option<StatementKind>,
    /// Index of the row of that label, and its font size in points.
    pub(super) label_row: usize,
    pub(super) label_size: f64,
    /// Whether text stands behind that label on its line.
    pub(super) label_has_text: bool,
    pub(super) causes: Vec<StatementBuilder>,
    pub(super) actions: Vec<StatementBuilder>,
    pub(super) parts: Vec<PartBuilder>,
}

impl SectionBuilder {
    pub(super) fn new(heading: String, defect: Option<DefectCode>, page: u32) -> Self {
        Self {
            heading,
            heading_row: 0,
            defect,
            further: Vec::new(),
            discipline: None,
            page,
            kind: None,
            label_row: 0,
            label_size: 0.0,
            label_has_text: false,
            causes: Vec::new(),
            actions: Vec::new(),
            parts: Vec::new(),
        }
    }

    /// A section whose heading names `defects`: each gets one.
    pub(super) fn about_all(mut self, defects: Vec<DefectCode>) -> Self {
        let mut defects = defects.into_iter();
        if self.defect.is_none() {
            self.defect = defects.next();
            self.further = defects.collect();
        }
        self
    }

    /// Starts a part at its label; one of causes or actions goes on.
    pub(super) fn start_part(&mut self, kind: StatementKind, label: &str, page: u32) {
        self.kind = Some(kind);
        if !matches!(kind, StatementKind::Cause | StatementKind::Action) {
            let label = label.to_owned();
            self.parts.push(PartBuilder { label, kind, page, statements: Vec::new() });
        }
    }

    /// The statements of a kind; those of the last part where the kind is neither causes nor actions.
    pub(super) fn statements_mut(
        &mut self,
        kind: StatementKind,
    ) -> Option<&mut Vec<StatementBuilder>> {
        match kind {
            StatementKind::Cause => Some(&mut self.causes),
            StatementKind::Action => Some(&mut self.actions),
            _ => self.parts.last_mut().map(|part| &mut part.statements),
        }
    }

    /// The statement being read.
    pub(super) fn last(&self) -> Option<&StatementBuilder> {
        match self.kind? {
            StatementKind::Cause => self.causes.last(),
            StatementKind::Action => self.actions.last(),
            _ => self.parts.last()?.statements.last(),
        }
    }

    /// The label of the part being read, where it says that what stands under it is not to be done.
    pub(super) fn forbidding_label(&self) -> Option<String> {
        let is_other = self.kind == Some(StatementKind::Other);
        let label = &self.parts.last().filter(|_| is_other)?.label;
        forbids(label).then(|| label.clone())
    }

    /// Whether `row` is indented from the marker of the statement being read, as wrapped lines are.
    pub(super) fn is_indented(&self, row: &Row) -> bool {
        self.last().is_some_and(|statement| {
            statement.marker.is_some() && row.left > statement.left + 0.5 * row.size
        })
    }

    /// Whether the section has a part of this kind.
    pub(super) fn has(&self, kind: StatementKind) -> bool {
        match kind {
            StatementKind::Cause => !self.causes.is_empty(),
            StatementKind::Action => !self.actions.is_empty(),
            other => self.parts.iter().any(|part| part.kind == other),
        }
    }

    /// Whether nothing stands under the heading yet.
    pub(super) fn is_empty(&self) -> bool {
        self.kind.is_none()
            && self.parts.is_empty()
            && self.causes.is_empty()
            && self.actions.is_empty()
    }

    /// Whether the section is an 8D report.
    pub(super) fn is_of_one_report(&self) -> bool {
        self.discipline.is_some()
    }

    /// The section once for each defect that its heading names.
    pub(super) fn for_each_defect(self) -> Vec<Self> {
        let further: Vec<Self> = self
            .further
            .iter()
            .map(|defect| Self {
                defect: Some(defect.clone()),
                further: Vec::new(),
                ..self.clone()
            })
            .collect();
        std::iter::once(self).chain(further).collect()
    }

    /// Builds the section. `ids` counts over all sections of a manual.
    pub(super) fn build(self, ids: &mut StatementIds, joiner: &LineJoiner) -> Section {
        use StatementKind::{Action, Cause, Prevention};
        let mut ids = ids.section(self.defect.as_ref(), &self.heading);
        let mut references: Vec<Reference> = Vec::new();
        let mut statements = |builders: Vec<StatementBuilder>, kind| {
            let is_told =
                |text: &str| !matches!(kind, Cause | Action | Prevention) || !says_nothing(text);
            let texts = builders
                .into_iter()
                .map(|builder| (joiner.join(&builder.fragments), builder.spans))
                .filter(|(text, _)| !text.is_empty() && is_told(text));
            // 긁힘과 동일: neither cause nor action, and not lost.
            let (elsewhere, texts): (Vec<_>, Vec<_>) = texts
                .partition(|(text, _)| matches!(kind, Cause | Action) && refers_elsewhere(text));
            references.extend(elsewhere.into_iter().map(|(text, spans)| (kind, text, spans)));
            texts
                .into_iter()
                .map(|(text, spans)| Statement {
                    id: ids.next(kind),
                    kind,
                    text,
                    spans,
                    figures: Vec::new(),
                })
                .collect::<Vec<_>>()
        };
        let causes = statements(self.causes, StatementKind::Cause);
        let actions = statements(self.actions, StatementKind::Action);
        let mut parts: Vec<SectionPart> = Vec::new();
        for PartBuilder { label, kind, page, statements: builders } in self.parts {
            let statements = statements(builders, kind);
            if !statements.is_empty() {
                parts.push(SectionPart { label, kind, page, statements });
            }
        }
        for (of, text, spans) in references {
            let label = usual_label(of, &text).to_owned();
            let page = spans.first().map_or(self.page, |span| span.page);
            let kind = StatementKind::Other;
            let (id, figures) = (ids.next(kind), Vec::new());
            let statements = vec![Statement { id, kind, text, spans, figures }];
            parts.push(SectionPart { label, kind, page, statements });
        }
        let (heading, defect, page) = (self.heading, self.defect, self.page);
        Section { heading, defect, page, causes, actions, parts, figures: Vec::new() }
    }
}
