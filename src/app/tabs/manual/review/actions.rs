//! What a person does to a row, as edits.

use fettle_domain::{
    LabelRule, LinePlace, LineSpan, ManualEdit, ManualText, PartPlace, SectionRef, StatementKind,
};

use super::rows::RowItem;

/// What a person asks for by a key, a button, a menu or by dragging.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum ReviewAction {
    /// Move the selection by so many rows.
    Move(isize),
    /// Select a row.
    Select(RowItem),
    /// The selected row is of this kind.
    SetKind(StatementKind),
    /// The selected line is no statement, the selected heading no heading.
    NoStatement,
    /// The selected line continues the one before, with a space between.
    Merge {
        /// Whether a space stands between the two.
        spaced: bool,
    },
    /// Ask where the selected statement is to be split.
    AskSplit,
    /// Ask which defect the selected heading, or line that is a heading, names.
    AskDefect,
    /// Ask what stands below the selected line, which is a label.
    AskLabel,
    /// A row was dragged onto another one.
    Drop {
        /// The row that was dragged.
        dragged: RowItem,
        /// The row below the pointer.
        onto: RowItem,
    },
    /// These edits, as one step.
    Edit(Vec<ManualEdit>),
    /// A label stands for this in all manuals.
    NameLabelEverywhere(LabelRule),
    /// Remove an edit, by index.
    RemoveEdit(usize),
    /// Forget a label of the workspace, by index.
    RemoveLabel(usize),
    /// Take the last step back.
    Undo,
    /// Takes the step again that was taken back last.
    Redo,
    /// Save and leave.
    Save,
    /// Leave; ask where something is not saved.
    Leave,
}

/// The edits that make the row one of `kind`; none where the row is not of that sort.
pub(super) fn set_kind(text: &ManualText, row: RowItem, kind: StatementKind) -> Vec<ManualEdit> {
    match row {
        RowItem::Line(place) => {
            if text.statement_at(place).is_some_and(|statement| statement.kind == kind) {
                return Vec::new();
            }
            let section = home(text, place).and_then(|section| text.section_ref(section));
            section.and_then(|section| put(text, place, section, kind)).into_iter().collect()
        }
        RowItem::Part(section, part) => match label_of(text, section, part) {
            Some(label) => {
                vec![ManualEdit::NameLabel(LabelRule { label: label.to_owned(), kind })]
            }
            None => put_part(text, (section, part), section, kind),
        },
        _ => Vec::new(),
    }
}

/// The label of a part as printed.
pub(super) fn label_of(text: &ManualText, section: usize, part: PartPlace) -> Option<&str> {
    let PartPlace::Other(index) = part else { return None };
    let label = text.sections.get(section)?.parts.get(index)?.label.as_str();
    (!label.is_empty()).then_some(label)
}

/// The edits that make the row no statement, or no heading.
pub(super) fn no_statement(text: &ManualText, row: RowItem) -> Vec<ManualEdit> {
    let dismiss = |place| text.line_ref(place).map(|line| ManualEdit::Dismiss { line });
    match row {
        RowItem::Line(place @ LinePlace::Statement { .. }) => dismiss(place).into_iter().collect(),
        RowItem::Part(section, part) => {
            places(text, section, part).into_iter().filter_map(dismiss).collect()
        }
        RowItem::Section(index) => {
            let section = text.section_ref(index);
            section.map(|section| ManualEdit::JoinSection { section }).into_iter().collect()
        }
        _ => Vec::new(),
    }
}

/// The edit that appends a line to the statement printed before it.
pub(super) fn merge(text: &ManualText, row: RowItem, spaced: bool) -> Option<ManualEdit> {
    let place = row.line()?;
    let into = match place {
        LinePlace::Statement { section, part, index: 1.. } => {
            let LinePlace::Statement { index, .. } = place else { return None };
            LinePlace::Statement { section, part, index: index.checked_sub(1)? }
        }
        _ => {
            let first = text.line_spans(place).first().copied()?;
            let before = text.line_places().into_iter().filter_map(|other| {
                text.statement_at(other)?;
                let span = text.line_spans(other).last().copied()?;
                (position(&span) < position(&first)).then_some((position(&span), other))
            });
            before.max_by(|a, b| a.0.partial_cmp(&b.0).unwrap_or(std::cmp::Ordering::Equal))?.1
        }
    };
    Some(ManualEdit::Merge { line: text.line_ref(place)?, into: text.line_ref(into)?, spaced })
}

/// The edits that bring what was dragged to where it was dropped.
pub(super) fn drop_onto(text: &ManualText, dragged: RowItem, onto: RowItem) -> Vec<ManualEdit> {
    let target = match onto {
        RowItem::Section(section) => (section, None),
        RowItem::Part(section, part) => (section, kind_of(text, section, part)),
        RowItem::Line(place @ LinePlace::Statement { section, .. }) => {
            (section, text.statement_at(place).map(|statement| statement.kind))
        }
        RowItem::Line(LinePlace::Passage(_)) | RowItem::Unassigned => {
            return match dragged {
                RowItem::Section(_) => Vec::new(),
                row => no_statement(text, row),
            };
        }
        RowItem::Warning(_) => return Vec::new(),
    };
    let (section, kind) = target;
    match dragged {
        RowItem::Line(place) => {
            let own = text.statement_at(place).map(|statement| statement.kind);
            let kind = kind.or(own).unwrap_or(StatementKind::Other);
            if own == Some(kind) && dragged.section() == Some(section) {
                return Vec::new();
            }
            let section = text.section_ref(section);
            section.and_then(|section| put(text, place, section, kind)).into_iter().collect()
        }
        RowItem::Part(from, part) if (from, Some(part)) != (section, onto_part(onto)) => {
            let own = kind_of(text, from, part);
            let kind = kind.or(own).unwrap_or(StatementKind::Other);
            put_part(text, (from, part), section, kind)
        }
        _ => Vec::new(),
    }
}

/// The part that a row belongs to.
fn onto_part(row: RowItem) -> Option<PartPlace> {
    match row {
        RowItem::Part(_, part) | RowItem::Line(LinePlace::Statement { part, .. }) => Some(part),
        _ => None,
    }
}

/// The kind of a part's statements.
pub(super) fn kind_of(text: &ManualText, section: usize, part: PartPlace) -> Option<StatementKind> {
    match part {
        PartPlace::Causes => Some(StatementKind::Cause),
        PartPlace::Actions => Some(StatementKind::Action),
        PartPlace::Other(index) => Some(text.sections.get(section)?.parts.get(index)?.kind),
    }
}

/// The section that a line stands in, or the one printed before it, or else the first.
fn home(text: &ManualText, place: LinePlace) -> Option<usize> {
    let passage = match place {
        LinePlace::Statement { section, .. } => return Some(section),
        LinePlace::Passage(index) => text.passages.get(index)?,
    };
    let named = passage.heading.as_ref();
    let named = named
        .and_then(|heading| text.sections.iter().position(|section| section.heading == *heading));
    let at = position(&passage.span);
    let before = || {
        text.sections.iter().rposition(|section| {
            let mut spans = section.all_statements().flat_map(|one| &one.spans);
            spans.any(|span| position(span) < at)
        })
    };
    named.or_else(before).or_else(|| text.sections.first().map(|_| 0))
}

/// The edit that makes a line a statement of a section.
fn put(
    text: &ManualText,
    place: LinePlace,
    section: SectionRef,
    kind: StatementKind,
) -> Option<ManualEdit> {
    Some(ManualEdit::Place { line: text.line_ref(place)?, section, kind })
}

/// The edits that make all statements of a part those of a kind in a section.
fn put_part(
    text: &ManualText,
    (section, part): (usize, PartPlace),
    target: usize,
    kind: StatementKind,
) -> Vec<ManualEdit> {
    if section == target && kind_of(text, section, part) == Some(kind) {
        return Vec::new();
    }
    let Some(target) = text.section_ref(target) else { return Vec::new() };
    // The names of the lines hold while those before are placed: the last ones go first.
    let places = places(text, section, part).into_iter().rev();
    places.filter_map(|place| put(text, place, target.clone(), kind)).collect()
}

/// The places of a part's statements.
fn places(text: &ManualText, section: usize, part: PartPlace) -> Vec<LinePlace> {
    let count = text.sections.get(section).map_or(0, |one| one.part(part).len());
    (0..count).map(|index| LinePlace::Statement { section, part, index }).collect()
}

/// Page and height on it.
fn position(span: &LineSpan) -> (u32, f32) {
    (span.page, span.rect.y)
}
