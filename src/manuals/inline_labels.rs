//! Several labels on one line: `원인: 레일 마모 대책: 레일 교체`, `긁힘 - 원인: … / 대책: …`; and lines that
//! begin with a label and nothing that parts it from its text: `원인 레일 마모`, `대책 레일 교체`.

use fettle_domain::StatementKind;

use super::defect_names::DefectNameIndex;
use super::label_forms::{names_part, sub_heading};
use super::list_marker::{marker_style, split_marker, without_outline_number};
use super::marks::{Mark, Origin, PartMark};
use super::part_labels::{covered, is_plain};
use super::rows::Row;

/// The most words of a label within a line.
const MAX_LABEL_WORDS: usize = 5;
/// The longest label within a line, in bytes, with what stands around it.
const MAX_LABEL_BYTES: usize = 160;
/// The fewest pairs of lines that begin with labels of causes and actions, where no heading stands above
/// the first.
const MIN_PAIRS: usize = 2;

/// Which labels are looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Which {
    /// Those of causes, actions and prevention.
    Parts,
    /// Any, also those that nobody knows.
    All,
}

/// A label within a text.
struct Found<'a> {
    label: &'a str,
    kind: StatementKind,
    /// Where the label begins, and where the text behind it does, in bytes.
    start: usize,
    end: usize,
}

/// Marks the labels of each line, each with its text as a row.
pub(super) fn mark_inline_labels(rows: Vec<Row>, names: &DefectNameIndex) -> Vec<Row> {
    let rows: Vec<Row> = rows.into_iter().flat_map(|row| split(row, names)).collect();
    mark_bare_labels(rows, names)
}

fn split(row: Row, names: &DefectNameIndex) -> Vec<Row> {
    if row.segments.len() != 1 || row.mark.is_some() {
        return vec![row];
    }
    let (_, text) = split_marker(&row.text);
    let Some((heading, found)) = labels(text, names) else { return vec![row] };
    let mut out = Vec::new();
    if !heading.is_empty() {
        out.push(row.piece(heading, Some(Mark::Heading)));
    }
    let ends = found.iter().skip(1).map(|next| next.start).chain([text.len()]);
    for (label, end) in found.iter().zip(ends) {
        let rest = trimmed(text.get(label.end..end).unwrap_or_default());
        let whole = trimmed(text.get(label.start..end).unwrap_or_default());
        let mark = PartMark {
            kind: label.kind,
            label: label.label.to_owned(),
            rest: Some(rest.to_owned()).filter(|rest| rest.chars().any(char::is_alphanumeric)),
            defect: None,
            origin: Origin::Line,
        };
        out.push(row.piece(whole, Some(Mark::Part(mark))));
    }
    out
}

/// What stands before the first label, and the labels, of a line that has several, or one behind the
/// name of a defect.
fn labels<'a>(text: &'a str, names: &DefectNameIndex) -> Option<(&'a str, Vec<Found<'a>>)> {
    let first = sub_heading(text).and_then(|(kind, rest)| {
        let rest = rest?;
        let end = text.len().checked_sub(rest.len())?;
        let label = trimmed(text.get(..end)?).trim_matches(|c: char| !c.is_alphanumeric());
        Some(Found { label, kind, start: 0, end })
    });
    let from = first.as_ref().map_or(0, |first| first.end);
    let strict = labels_from(text, from, Which::Parts);
    let start = strict.first().map(|found| found.start)?;
    let has_first = first.is_some();
    let heading = if has_first { "" } else { trimmed(text.get(..start)?) };
    let is_name = || names.find(heading).is_some_and(|named| named.exact);
    if !has_first && (heading.is_empty() && strict.len() < 2 || strict.len() < 2 && !is_name()) {
        return None;
    }
    // Now that the line is known to have labels, 담당: is one, too.
    let mut found: Vec<Found<'_>> = first.into_iter().collect();
    found.extend(labels_from(text, from, Which::All));
    let start = found.first().map_or(start, |found| found.start);
    let heading = if has_first { "" } else { trimmed(text.get(..start)?) };
    Some((heading, found))
}

/// The labels in a text behind place `from`: before colons and signs, and in brackets.
fn labels_from(text: &str, from: usize, which: Which) -> Vec<Found<'_>> {
    let mut out: Vec<Found<'_>> = Vec::new();
    for (at, sign) in text.char_indices().skip_while(|(at, _)| *at < from) {
        let free = out.last().map_or(from, |last| last.end);
        if at < free {
            continue;
        }
        // A label is short; far behind it nothing is looked at.
        let free = free.max(text.floor_char_boundary(at.saturating_sub(MAX_LABEL_BYTES)));
        let (Some(before), Some(behind)) = (text.get(free..at), text.get(at + sign.len_utf8()..))
        else {
            continue;
        };
        let is_colon = matches!(sign, ':' | '：');
        let is_apart = before.ends_with(' ') || behind.starts_with(' ');
        let is_sign = "-–—→⇒=|▶►".contains(sign) && is_apart;
        let closes = matches!(sign, ')' | ']' | '】' | '>' | '〉' | '』' | '》' | '}');
        if !is_colon && !is_sign && !closes || behind.trim().is_empty() {
            continue;
        }
        let is_known = |label: &str| match which {
            Which::All if is_colon => covered(label).is_some(),
            _ => names_part(label),
        };
        let label = if closes { bracketed(before) } else { last_words(before, &is_known) };
        let label = label.filter(|(_, label)| is_known(label));
        // Between two labels, what a dash parts off before a colon is a label that nobody knows.
        let unknown =
            || behind_dash(before).filter(|_| is_colon && !out.is_empty() && which == Which::All);
        let Some((place, label)) = label.or_else(unknown) else { continue };
        let kind = covered(label).unwrap_or(StatementKind::Other);
        out.push(Found { label, kind, start: free + place, end: at + sign.len_utf8() });
    }
    out
}

/// A few words behind the last dash, and where they begin.
fn behind_dash(text: &str) -> Option<(usize, &str)> {
    const MAX_CHARS: usize = 24;
    let (before, label) = [" - ", " – ", " — ", " / ", "; ", " | ", " • "]
        .iter()
        .filter_map(|dash| text.rsplit_once(dash))
        .min_by_key(|(_, label)| label.len())?;
    let fits = label.chars().count() <= MAX_CHARS && label.chars().any(char::is_alphabetic);
    let is_sentence = label.contains(['.', ',', '!', '?']);
    let place = text.len().checked_sub(label.len())?;
    (fits && !is_sentence && !before.is_empty()).then_some((place, label))
}

/// The text behind the last opening bracket, and where the bracket stands.
fn bracketed(text: &str) -> Option<(usize, &str)> {
    let (at, open) = text.char_indices().rev().find(|(_, c)| "([【<〈『《{".contains(*c))?;
    let inner = text.get(at + open.len_utf8()..)?.trim();
    (!inner.is_empty()).then_some((at, inner))
}

/// The longest label that the last words of a text are, and where it begins.
fn last_words<'a>(text: &'a str, is_label: &dyn Fn(&str) -> bool) -> Option<(usize, &'a str)> {
    let text = text.trim_end();
    let mut found = None;
    let mut words = 0;
    let mut in_word = false;
    for (at, letter) in text.char_indices().rev() {
        if ".;:,!?。".contains(letter) {
            break;
        }
        let is_letter = letter.is_alphanumeric() || "()/".contains(letter);
        if is_letter && !in_word {
            words += 1;
        }
        in_word = is_letter;
        if words > MAX_LABEL_WORDS {
            break;
        }
        let starts = text.get(..at)?.chars().next_back().is_none_or(|c| !c.is_alphanumeric());
        if is_letter && starts {
            let label = text.get(at..)?;
            if is_label(label) {
                found = Some((at, label));
            }
        }
    }
    found
}

/// A text without the signs at its end that part it from the next label.
fn trimmed(text: &str) -> &str {
    let is_sign = |c: char| c.is_whitespace() || "，,/|;:：·-–—→⇒▶►■●○◆◇□◎※•(<[【『".contains(c);
    text.trim().trim_end_matches(is_sign)
}

/// Marks lines such as `원인 레일 마모` where such lines of causes and actions follow each other, twice or
/// below the name of a defect.
fn mark_bare_labels(mut rows: Vec<Row>, names: &DefectNameIndex) -> Vec<Row> {
    let bare: Vec<Option<PartMark>> = rows.iter().map(bare_label).collect();
    let kind = |at: usize| bare.get(at).and_then(Option::as_ref).map(|mark| mark.kind);
    let style = |at: usize| rows.get(at).map(|row| marker_style(&row.text).is_some());
    let pairs: Vec<usize> = (0..rows.len())
        .filter(|at| {
            kind(*at) == Some(StatementKind::Cause)
                && kind(at + 1) == Some(StatementKind::Action)
                && style(*at) == style(at + 1)
        })
        .collect();
    let is_named = |at: &usize| {
        let above = at.checked_sub(1).and_then(|above| rows.get(above));
        above.is_some_and(|row| names.find(&row.text).is_some_and(|named| named.exact))
    };
    if pairs.len() < MIN_PAIRS && !pairs.iter().any(is_named) {
        return rows;
    }
    // What else begins so right below a pair belongs to it.
    let mut marked: Vec<usize> = Vec::new();
    for pair in pairs {
        marked.extend([pair, pair + 1]);
        marked.extend((pair + 2..).take_while(|at| kind(*at).is_some()));
    }
    for at in marked {
        if let (Some(row), Some(Some(mark))) = (rows.get_mut(at), bare.get(at)) {
            row.mark = Some(Mark::Part(mark.clone()));
        }
    }
    rows
}

/// The label with which a line begins, without anything behind it: `원인 레일 마모`, `원 인 …`, `원인은 …`.
fn bare_label(row: &Row) -> Option<PartMark> {
    let text = without_outline_number(split_marker(&row.text).1);
    if row.segments.len() != 1 || row.mark.is_some() || sub_heading(text).is_some() {
        return None;
    }
    let ends = text.char_indices().filter(|(_, c)| c.is_whitespace()).map(|(at, _)| at);
    let (label, rest) =
        ends.take(2).filter_map(|at| text.split_at_checked(at)).find(|(label, _)| {
            let bare = label.strip_suffix(['은', '는']).unwrap_or(label);
            is_plain(label) || is_plain(bare)
        })?;
    Some(PartMark {
        kind: covered(label.strip_suffix(['은', '는']).unwrap_or(label))?,
        label: label.to_owned(),
        rest: Some(rest.trim().to_owned()),
        defect: None,
        origin: Origin::Line,
    })
}
