//! Manuals ordered by part: below 원인 a line for each defect (`긁힘: 연마지에 이물 혼입`), below 대책 the same
//! again. Their lines are brought together by defect, as other manuals have them.

use std::collections::{HashMap, HashSet};

use fettle_domain::{DefectCode, StatementKind};

use super::defect_names::DefectNameIndex;
use super::headings::compact;
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
    /// The defect; `None` where it is none of the product's and goes by its name alone.
    pub(super) defect: Option<DefectCode>,
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

impl Item<'_> {
    /// What items about one defect have in common: its code, otherwise the letters of its name.
    fn topic(&self) -> (bool, String) {
        match &self.defect {
            Some(code) => (true, code.to_string()),
            None => (false, compact(self.name)),
        }
    }
}

/// A name before a sign that may be that of a defect which the product does not have, and what is said of
/// it: `백화: 습기`.
fn split_name(text: &str) -> Option<(&str, &str)> {
    const MAX_WORDS: usize = 3;
    let parts = SIGNS.iter().filter_map(|sign| text.split_once(sign));
    let (name, rest) = parts.min_by_key(|(name, _)| name.len())?;
    let (name, rest) = (name.trim(), rest.trim());
    let is_name = !name.is_empty()
        && name.chars().count() <= MAX_NAME_CHARS
        && name.split_whitespace().count() <= MAX_WORDS
        && !name.contains(|c: char| c.is_ascii_digit())
        && sub_heading(name).is_none();
    (is_name && rest.contains(char::is_alphanumeric)).then_some((name, rest))
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
                let plain = plain_text(row)?;
                let known = split_defect(plain, names)
                    .map(|(defect, name, text)| (Some(defect), name, text));
                let (defect, name, text) =
                    known.or_else(|| split_name(plain).map(|(name, text)| (None, name, text)))?;
                Some(Item { defect, name, kind, label, text, row })
            })
            .collect();
        let end = at + 1 + run.len();
        let topics: HashSet<(bool, String)> = run.iter().map(Item::topic).collect();
        // A place in front of a cause (표면: …) is no defect: others beside it have to be the product's.
        let known = topics.iter().filter(|(is_known, _)| *is_known).count();
        if topics.len() < MIN_DEFECTS || known * 2 < topics.len() || goes_on(&rows, end) {
            continue;
        }
        taken.iter_mut().take(end).skip(at).for_each(|taken| *taken = true);
        items.extend(run);
    }
    let mut gathered = Some(by_defect(&items));
    let mut out = Vec::new();
    let mut is_behind = false;
    for (row, taken) in rows.iter().zip(&taken) {
        if *taken {
            out.extend(gathered.take().unwrap_or_default());
            is_behind = true;
            continue;
        }
        // What follows and is neither a label nor the name of a defect is about none of them.
        let is_own = row.mark.is_some()
            || sub_heading(split_marker(&row.text).1).is_some()
            || names.find(&row.text).is_some();
        let mark = if is_behind && !is_own { Some(Mark::BehindList) } else { row.mark.clone() };
        is_behind = false;
        out.push(Row { mark, ..row.clone() });
    }
    out
}

/// The rows of the items, defect by defect in the order of their first mention.
pub(super) fn by_defect(items: &[Item<'_>]) -> Vec<Row> {
    let mut places: HashMap<(bool, String), usize> = HashMap::new();
    let mut groups: Vec<Vec<&Item<'_>>> = Vec::new();
    for item in items {
        let place = *places.entry(item.topic()).or_insert(groups.len());
        match groups.get_mut(place) {
            Some(group) => group.push(item),
            None => groups.push(vec![item]),
        }
    }
    let mut out = Vec::new();
    for group in groups {
        let Some(first) = group.first() else { continue };
        out.push(first.row.piece(first.name, Some(Mark::DefectName)));
        for item in group {
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
