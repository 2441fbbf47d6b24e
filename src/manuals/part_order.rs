//! Manuals ordered by part: below 원인 a line for each defect (`긁힘: 연마지에 이물 혼입`), below 대책 the same
//! again. Their lines are brought together by defect, as other manuals have them.

use fettle_domain::{DefectCode, StatementKind};

use super::defect_names::DefectNameIndex;
use super::label_forms::sub_heading;
use super::list_marker::split_marker;
use super::marks::{Mark, Origin, PartMark};
use super::rows::Row;

/// The longest name before a sign, in letters with spaces.
const MAX_NAME_CHARS: usize = 24;
/// What parts the name of a defect from what is said of it.
const SIGNS: [&str; 8] = [":", "：", "→", "⇒", "➔", " - ", " – ", " — "];
/// The fewest defects below a label that tell this order from a section's own statements.
const MIN_DEFECTS: usize = 2;
/// Lines further apart than this, in ems, have an empty line between them.
const GAP_EM: f64 = 2.0;

/// What a line says of a defect under the label of a part.
pub(super) struct Item<'a> {
    pub(super) defect: DefectCode,
    pub(super) name: &'a str,
    pub(super) kind: StatementKind,
    pub(super) label: &'a str,
    pub(super) text: &'a str,
    pub(super) row: &'a Row,
}

/// The defect whose name begins a text, its name, and what is said of it: `찍힘 → 바닥에 고무판을 깔 것`.
pub(super) fn split_defect<'a>(
    text: &'a str,
    names: &DefectNameIndex,
) -> Option<(DefectCode, &'a str, &'a str)> {
    let parts = SIGNS.iter().filter_map(|sign| text.split_once(sign));
    let (name, rest) = parts.min_by_key(|(name, _)| name.len())?;
    let (name, rest) = (name.trim(), rest.trim());
    if name.chars().count() > MAX_NAME_CHARS || !rest.contains(char::is_alphanumeric) {
        return None;
    }
    let named = names.find(name).filter(|named| named.exact)?;
    Some((named.code, name, rest))
}

/// The rows with those of a manual ordered by part brought together, each defect's below its name.
pub(super) fn gather_by_defect(rows: Vec<Row>, names: &DefectNameIndex) -> Vec<Row> {
    let mut items: Vec<Item<'_>> = Vec::new();
    let mut taken = vec![false; rows.len()];
    for (at, row) in rows.iter().enumerate() {
        let Some((kind, label)) = part_label(row) else { continue };
        let below = rows.iter().skip(at + 1);
        let run: Vec<Item<'_>> = below
            .map_while(|row| {
                let (defect, name, text) = split_defect(plain_text(row)?, names)?;
                Some(Item { defect, name, kind, label, text, row })
            })
            .collect();
        let end = at + 1 + run.len();
        let different = run.iter().enumerate().filter(|(place, item)| {
            run.iter().take(*place).all(|before| before.defect != item.defect)
        });
        if different.count() < MIN_DEFECTS || goes_on(&rows, end) {
            continue;
        }
        taken.iter_mut().take(end).skip(at).for_each(|taken| *taken = true);
        items.extend(run);
    }
    let mut gathered = Some(by_defect(&items));
    let mut out = Vec::new();
    for (row, taken) in rows.iter().zip(&taken) {
        if *taken {
            out.extend(gathered.take().unwrap_or_default());
        } else {
            out.push(row.clone());
        }
    }
    out
}

/// The rows of the items, defect by defect in the order of their first mention.
pub(super) fn by_defect(items: &[Item<'_>]) -> Vec<Row> {
    let mut out = Vec::new();
    let mut done: Vec<&DefectCode> = Vec::new();
    for first in items {
        if done.contains(&&first.defect) {
            continue;
        }
        done.push(&first.defect);
        out.push(first.row.piece(first.name, Some(Mark::Heading)));
        for item in items.iter().filter(|item| item.defect == first.defect) {
            let mark = PartMark {
                kind: item.kind,
                label: item.label.to_owned(),
                rest: Some(item.text.to_owned()),
                defect: None,
                origin: Origin::Line,
            };
            out.push(item.row.piece(item.text, Some(Mark::Part(mark))));
        }
    }
    out
}

/// The text of a line that is neither in a table nor marked, without its bullet or number.
fn plain_text(row: &Row) -> Option<&str> {
    let is_plain = row.segments.len() == 1 && row.mark.is_none();
    is_plain.then(|| split_marker(&row.text).1)
}

/// The kind and the words of a row that is the label of causes, actions or prevention and no more.
fn part_label(row: &Row) -> Option<(StatementKind, &str)> {
    use StatementKind::{Action, Cause, Prevention};
    let text = plain_text(row)?;
    match sub_heading(text)? {
        (kind @ (Cause | Action | Prevention), None) => Some((kind, text)),
        _ => None,
    }
}

/// Whether the row `at`, the first behind a list, may be a wrapped line of its last item.
fn goes_on(rows: &[Row], at: usize) -> bool {
    let (Some(row), Some(above)) = (rows.get(at), at.checked_sub(1).and_then(|at| rows.get(at)))
    else {
        return false;
    };
    let is_apart = row.sheet != above.sheet || row.baseline - above.baseline > GAP_EM * row.size;
    !is_apart && row.mark.is_none() && sub_heading(split_marker(&row.text).1).is_none()
}
