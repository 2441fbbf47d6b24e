//! How a document looks: its body text, its labels, and so what else looks like a label.

use std::collections::{HashMap, HashSet};

use fettle_domain::StatementKind;

use super::defect_names::DefectNameIndex;
use super::headings::{compact, split_colon};
use super::label_forms::sub_heading;
use super::list_marker::{ListMarker, marker_style, split_marker};
use super::marks::Mark;
use super::part_labels::{is_plain, negates};
use super::printed_line::PrintedLine;
use super::rows::Row;

/// The least ratio of a heading's font size to that of body text, where headings are larger.
const HEADING_SCALE: f64 = 1.08;
/// The same of headings that are not bold, in files without pages.
const PLAIN_HEADING_SCALE: f64 = 1.2;
/// The fewest known labels of one look before other lines of that look are labels, too.
const MIN_KNOWN: usize = 2;
/// A short line that occurs this often in a document is a label, not a statement.
const MIN_REPEATS: usize = 3;
/// The longest text before a colon, or without one, of an unknown label, in letters.
const MAX_LABEL_LETTERS: usize = 30;
/// The same of a line that ends in a colon.
const MAX_LEAD_IN_LETTERS: usize = 70;
/// The longest text of a label that is known by its repetition alone, in letters.
const MAX_REPEATED_LETTERS: usize = 16;

/// Whether and where a line has a colon.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Colon {
    None,
    /// `원인:`
    End,
    /// `원인: 탈기 불량`
    Inside,
}

/// What distinguishes a label from other lines.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Look {
    /// Style of the marker: `9.`, `(가)`, `■`; see [`marker_style`].
    marker: Option<String>,
    bracketed: bool,
    colon: Colon,
    stands_out: bool,
}

impl Look {
    /// Whether ordinary lines do not look like this.
    fn is_distinct(&self) -> bool {
        self.marker.is_some() || self.bracketed || self.colon != Colon::None || self.stands_out
    }
}

/// The look of a whole document.
pub(super) struct DocumentLook {
    /// Font size of body text in points.
    pub(super) body_size: f64,
    body_bold: bool,
    /// Looks of known labels, and how many there are of each.
    labels: HashMap<Look, usize>,
    /// How many other lines have those looks.
    others: HashMap<Look, usize>,
    /// How many lines, labels or not, whose words are those of labels, have a look.
    worded: HashMap<Look, usize>,
    /// Looks of lines that follow each other, as the items of a list do.
    in_lists: HashSet<Look>,
    /// Size (in tenths of a point) and weight of lines that stand out and name a defect, or stand
    /// right above a label, and of labels that stand out.
    headings: HashSet<(i64, bool)>,
    label_sizes: HashSet<(i64, bool)>,
    /// Texts of short lines that are repeated, as [`compact`] gives them.
    repeated: HashSet<String>,
    /// Whether labels of causes with text on their line have all of their text there.
    pub(super) labels_end_lines: bool,
}

impl DocumentLook {
    pub(super) fn new(rows: &[Row], names: &DefectNameIndex) -> Self {
        // Size and weight of body text are those of most characters that are not labels or names.
        let letters = |row: &Row| {
            let is_heading = row.segments.len() == 1
                && (is_label(row) || names.find(&row.text).is_some_and(|named| named.exact));
            if is_heading { 0 } else { row.text.chars().count() }
        };
        let mut sizes: Vec<(f64, usize)> = rows.iter().map(|r| (r.size, letters(r))).collect();
        sizes.sort_by(|a, b| a.0.total_cmp(&b.0));
        let all: usize = sizes.iter().map(|(_, n)| n).sum();
        let mut passed = 0;
        let median = sizes.iter().find(|(_, n)| {
            passed += n;
            passed * 2 >= all
        });
        let bold: usize = rows.iter().filter(|row| row.bold).map(letters).sum();
        let mut look = Self {
            body_size: median.map_or(10.0, |(size, _)| *size),
            body_bold: bold * 2 > all,
            labels: HashMap::new(),
            others: HashMap::new(),
            worded: HashMap::new(),
            in_lists: HashSet::new(),
            headings: HashSet::new(),
            label_sizes: HashSet::new(),
            repeated: HashSet::new(),
            labels_end_lines: labels_end_lines(rows),
        };
        look.learn_headings(rows, names);
        let mut count: HashMap<String, usize> = HashMap::new();
        let mut before: Option<Look> = None;
        for row in rows.iter().filter(|row| row.segments.len() == 1) {
            let own = look.look_of(row);
            if before.as_ref() == Some(&own) {
                look.in_lists.insert(own.clone());
            }
            before = Some(own.clone());
            if sub_heading(split_marker(&row.text).1).is_some() {
                *look.worded.entry(own.clone()).or_default() += 1;
            }
            let (marker, text) = split_marker(&row.text);
            let is_label = is_label(row);
            let looks = if is_label { &mut look.labels } else { &mut look.others };
            *looks.entry(own).or_default() += 1;
            let head = split_colon(text).map_or(text, |(head, _)| head);
            let head = compact(head);
            let short = (2..=MAX_REPEATED_LETTERS).contains(&head.chars().count());
            if marker != Some(ListMarker::Bullet) && !is_label && short {
                *count.entry(head).or_default() += 1;
            }
        }
        let often = count.into_iter().filter(|(_, count)| *count >= MIN_REPEATS);
        look.repeated = often.map(|(text, _)| text).collect();
        look
    }

    /// Learns the looks of headings: of lines that name a defect, or stand right above a label.
    fn learn_headings(&mut self, rows: &[Row], names: &DefectNameIndex) {
        for (at, row) in rows.iter().enumerate() {
            if row.segments.len() != 1 || !self.stands_out(row) {
                continue;
            }
            if is_label(row) {
                self.label_sizes.insert(rank(row));
            } else if rows.get(at + 1).is_some_and(is_label) || names.find(&row.text).is_some() {
                self.headings.insert(rank(row));
            }
        }
    }

    /// Whether headings of this document look as the row does, and labels do not.
    pub(super) fn looks_like_headings(&self, row: &Row) -> bool {
        let rank = rank(row);
        row.segments.len() == 1
            && self.headings.contains(&rank)
            && !self.label_sizes.contains(&rank)
    }

    /// Whether the row is larger than body text, or bold among regular text.
    pub(super) fn stands_out(&self, row: &Row) -> bool {
        row.size >= self.body_size * HEADING_SCALE || (row.bold && !self.body_bold)
    }

    /// Whether the row is larger than body text.
    pub(super) fn is_larger(&self, row: &Row) -> bool {
        row.size >= self.body_size * HEADING_SCALE
    }

    /// Whether the row is a heading by the structure of its file, which has no pages: Markdown, HTML
    /// and Word say so. Its words do not matter.
    pub(super) fn is_structural_heading(&self, row: &Row) -> bool {
        let is_plain_line =
            |line: &PrintedLine| line.clip.is_none() && line.line.rect.height <= 0.0;
        let is_large = row.size >= self.body_size * PLAIN_HEADING_SCALE;
        (row.bold && self.is_larger(row) || is_large) && row.segments.iter().all(is_plain_line)
    }

    fn look_of(&self, row: &Row) -> Look {
        let (_, text) = split_marker(&row.text);
        let colon = match split_colon(text) {
            Some((_, "")) => Colon::End,
            Some(_) => Colon::Inside,
            None => Colon::None,
        };
        let bracketed = is_bracketed(text);
        Look {
            marker: marker_style(&row.text),
            bracketed,
            colon: if bracketed { Colon::None } else { colon },
            stands_out: self.stands_out(row),
        }
    }

    /// Whether known labels of this document look as the row does and other lines do not.
    pub(super) fn looks_like_labels(&self, row: &Row) -> bool {
        let look = self.look_of(row);
        let count = |looks: &HashMap<Look, usize>| looks.get(&look).copied().unwrap_or(0);
        let (known, others) = (count(&self.labels), count(&self.others));
        let is_own = known >= MIN_KNOWN && others <= known;
        let worded = count(&self.worded);
        let is_apart = worded >= MIN_KNOWN && worded * 4 >= known + others;
        look.is_distinct() && (is_own || is_apart && !self.in_lists.contains(&look))
    }

    /// The text of a label and what follows on its line, if the row looks like the label of a part.
    /// `in_list`: the statements before it have bullets or numbers, and `next` is such an item, too.
    pub(super) fn label_like<'a>(
        &self,
        row: &'a Row,
        in_list: bool,
    ) -> Option<(&'a str, Option<&'a str>)> {
        let (marker, text) = split_marker(&row.text);
        let bracketed = is_bracketed(text);
        let (head, rest) = match split_colon(text) {
            Some((head, "")) => (head, None),
            Some((head, rest)) => (head, Some(rest)),
            None => (text, None),
        };
        let letters = head.chars().filter(|c| c.is_alphanumeric()).count();
        let ends_in_colon = rest.is_none() && split_colon(text).is_some() && !bracketed;
        let most = if ends_in_colon { MAX_LEAD_IN_LETTERS } else { MAX_LABEL_LETTERS };
        // 하지 말 것: no sentence where it looks like a label.
        let is_rule = head.ends_with('것') && negates(head);
        if letters == 0 || letters > most || is_sentence(head) && !is_rule {
            return None;
        }
        let whole = (head, rest);
        let is_item = marker == Some(ListMarker::Bullet) || marker.is_some() && in_list;
        if self.looks_like_labels(row) && (rest.is_none() || bracketed || !is_item) {
            return Some(whole);
        }
        if is_item {
            return None;
        }
        if bracketed || self.repeated.contains(&compact(head)) && marker.is_none() {
            return Some(whole);
        }
        // A whole line that stands out; where its beginning does, the rest is of the statement.
        let apart = self.stands_out(row) && rest.is_none();
        (ends_in_colon || apart).then_some(whole)
    }
}

/// Whether the row is a label by its words. Behind a bullet only the plainest are.
fn is_label(row: &Row) -> bool {
    let (marker, text) = split_marker(&row.text);
    let head = split_colon(text).map_or(text, |(head, _)| head);
    sub_heading(text).is_some() && (marker != Some(ListMarker::Bullet) || is_plain(head))
}

/// Whether each line such as `원인: 점도` is followed by another label, in a document that has several.
fn labels_end_lines(rows: &[Row]) -> bool {
    /// The fewest such lines.
    const MIN_LINES: usize = 2;
    let label = |row: &Row| match &row.mark {
        Some(Mark::Part(mark)) => Some((mark.kind, mark.rest.is_some())),
        Some(Mark::Heading | Mark::DefectName | Mark::BehindList | Mark::Answer) => None,
        None => {
            let (_, text) = split_marker(&row.text);
            let label = sub_heading(text).filter(|_| row.segments.len() == 1);
            label.map(|(kind, rest)| (kind, rest.is_some()))
        }
    };
    let causes: Vec<usize> = (0..rows.len())
        .filter(|at| rows.get(*at).and_then(label) == Some((StatementKind::Cause, true)))
        .collect();
    let ends = |at: &usize| rows.get(at + 1).is_none_or(|next| label(next).is_some());
    causes.len() >= MIN_LINES && causes.iter().all(ends)
}

/// Size in tenths of a point, and weight.
fn rank(row: &Row) -> (i64, bool) {
    ((row.size * 10.0).round() as i64, row.bold)
}

/// Whether the text begins with a word in brackets that are no parentheses.
pub(super) fn is_bracketed(text: &str) -> bool {
    text.trim_start().starts_with(['【', '[', '<', '〈', '「', '《', '〔'])
        && split_colon(text).is_some()
}

/// Whether the text ends as a sentence does.
pub(super) fn is_sentence(text: &str) -> bool {
    let text = text.trim_end();
    let is_number = text.chars().rev().nth(1).is_some_and(|c| c.is_ascii_digit());
    let stops = text.ends_with(['.', '。', '!', ',', ';']) && !is_number;
    stops
        || ["다", "시오", "세요", "해요", "에요", "하죠", "나죠", "것"]
            .iter()
            .any(|end| text.ends_with(end))
}
