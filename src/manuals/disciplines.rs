//! 8D reports: the disciplines D1 to D8, a paragraph, a cell or a part of a line each.

use fettle_domain::StatementKind;

use super::defect_names::DefectNameIndex;
use super::discipline_number::{DisciplineNumber, discipline_number};
use super::headings::split_colon;
use super::label_forms::names_part;
use super::marks::{Mark, Origin, PartMark};
use super::part_labels::{covered, is_neither};
use super::rows::Row;

/// The fewest disciplines of a report. A drawing may have a `D3`, too.
const MIN_DISCIPLINES: usize = 3;
/// The longest label of a discipline before a colon, in letters with spaces.
const MAX_LABEL_CHARS: usize = 48;
/// The most words of a label that no colon ends.
const MAX_LABEL_WORDS: usize = 5;

/// What the number of a discipline stands for (Ford's Global 8D), where its words do not say more.
fn kind_of_number(number: u8) -> StatementKind {
    match number {
        2 => StatementKind::Symptom,
        3 | 5 | 6 => StatementKind::Action,
        4 => StatementKind::Cause,
        7 => StatementKind::Prevention,
        _ => StatementKind::Other,
    }
}

/// The number of a discipline and the text behind it: `D4. 근본 원인`, `[D4]`, `4D 원인`.
fn discipline(text: &str) -> Option<(u8, &str)> {
    let DisciplineNumber { number, rest, is_turned } = discipline_number(text)?;
    let is_label = || {
        let label = split_colon(rest).map_or(rest, |(label, _)| label);
        covered(label).is_some()
    };
    (!is_turned || is_label()).then_some((number, rest))
}

/// The kind of a table's cell that names a discipline: `D4 근본 원인`, `D4`.
pub(super) fn discipline_kind(text: &str) -> Option<StatementKind> {
    let (number, rest) = discipline(text)?;
    let fits = rest.chars().count() <= MAX_LABEL_CHARS;
    fits.then(|| kind(number, rest.trim_end_matches([':', '：'])))
}

/// The kind of a discipline by the words of its label, otherwise by its number.
fn kind(number: u8, label: &str) -> StatementKind {
    if is_neither(label) {
        return StatementKind::Other;
    }
    match covered(label) {
        None | Some(StatementKind::Other) => kind_of_number(number),
        Some(kind) => kind,
    }
}

/// The kind, the label and the text of a discipline.
fn read(number: u8, rest: &str) -> (StatementKind, &str, Option<&str>) {
    let text = |rest: &'_ str| -> bool { rest.chars().any(char::is_alphanumeric) };
    if let Some((label, behind)) = split_colon(rest)
        && label.chars().count() <= MAX_LABEL_CHARS
    {
        return (kind(number, label), label, Some(behind).filter(|behind| text(behind)));
    }
    if covered(rest).is_some() || !text(rest) {
        return (kind(number, rest), rest, None);
    }
    // `D4 근본 원인 레일 마모`: the longest beginning that is a label.
    let ends = rest.char_indices().filter(|(_, c)| c.is_whitespace()).map(|(at, _)| at);
    let ends: Vec<usize> = ends.take(MAX_LABEL_WORDS).collect();
    for at in ends.into_iter().rev() {
        let Some((label, behind)) = rest.split_at_checked(at) else { continue };
        if names_part(label) {
            let behind = behind.trim_start_matches(|c: char| !c.is_alphanumeric());
            return (kind(number, label), label, Some(behind));
        }
    }
    (kind_of_number(number), "", Some(rest))
}

/// Marks the disciplines of a report, each a row of its own.
pub(super) fn mark_disciplines(rows: Vec<Row>, names: &DefectNameIndex) -> Vec<Row> {
    let rows: Vec<Row> = rows.into_iter().flat_map(part_disciplines).collect();
    let mut numbers: Vec<u8> =
        rows.iter().filter_map(|row| Some(discipline(first(row))?.0)).collect();
    numbers.sort_unstable();
    numbers.dedup();
    if numbers.len() < MIN_DISCIPLINES {
        return rows;
    }
    rows.into_iter().map(|row| marked(row, names)).collect()
}

fn first(row: &Row) -> &str {
    row.segments.first().map_or("", |segment| segment.line.text.as_str())
}

fn marked(mut row: Row, names: &DefectNameIndex) -> Row {
    let Some((number, rest)) = discipline(first(&row)) else { return row };
    let (kind, label, text) = match &row.segments[..] {
        [_] => {
            let (kind, label, text) = read(number, rest);
            (kind, label.to_owned(), text.map(str::to_owned))
        }
        // `D4 | 근본 원인 | 레일 마모`. Two cells are a table of labels and texts.
        [_, middle @ .., last] if !middle.is_empty() => {
            let between: Vec<&str> = middle.iter().map(|cell| cell.line.text.as_str()).collect();
            let label = format!("{rest} {}", between.join(" ")).trim().to_owned();
            (kind(number, &label), label, Some(last.line.text.clone()))
        }
        _ => return row,
    };
    let label = format!("D{number} {label}").trim().to_owned();
    let defect = names.find(text.as_deref().unwrap_or_default()).map(|named| named.code);
    let defect = defect.filter(|_| number == 2);
    let origin = Origin::Discipline(number);
    row.mark = Some(Mark::Part(PartMark { kind, label, rest: text, defect, origin }));
    row
}

/// The disciplines that stand in one line, each as a row.
fn part_disciplines(row: Row) -> Vec<Row> {
    if row.segments.len() != 1 {
        return vec![row];
    }
    let mut starts: Vec<usize> = Vec::new();
    let mut before: Option<u8> = None;
    let mut is_apart = true;
    for (at, letter) in row.text.char_indices() {
        let found = row.text.get(at..).filter(|_| is_apart && matches!(letter, 'D' | 'd'));
        if let Some((number, _)) = found.and_then(discipline)
            && before.is_none_or(|before| number > before)
        {
            starts.push(at);
            before = Some(number);
        }
        is_apart = !letter.is_alphanumeric();
    }
    if starts.len() < MIN_DISCIPLINES {
        return vec![row];
    }
    let head = starts.first().copied().unwrap_or(0);
    let is_sign = |c: char| c.is_whitespace() || ",/|;-–[(【<•".contains(c);
    let heading = row.text.get(..head).map(|text| text.trim_matches(is_sign));
    let heading = heading.filter(|text| !text.is_empty());
    let mut out: Vec<Row> =
        heading.map(|text| row.piece(text, Some(Mark::Heading))).into_iter().collect();
    let ends = starts.iter().skip(1).copied().chain([row.text.len()]);
    for (from, to) in starts.iter().copied().zip(ends) {
        let text = row.text.get(from..to).unwrap_or_default();
        out.push(row.piece(text.trim().trim_end_matches(is_sign), None));
    }
    out
}
