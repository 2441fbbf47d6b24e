//! Lines that were assigned to no statement, as passages: nothing of a document is lost to search.

use std::collections::HashSet;

use fettle_domain::{LineSpan, ManualText, Passage, RectPt, SummaryRow};

use super::chunk::chunks;
use super::headings::compact;
use super::list_marker::split_marker;
use super::rows::Row;
use super::section_parser::SetAside;
use super::words::words;

/// The passages of a manual, in printed order: the rows `set_aside`, and whatever else of `rows` no
/// statement, heading or label of `manual` has.
pub(super) fn collect_passages(
    rows: &[Row],
    set_aside: Vec<SetAside>,
    manual: &ManualText,
) -> Vec<Passage> {
    let mut out: Vec<Passage> = set_aside
        .into_iter()
        .map(|SetAside { heading, forbidden_by, row }| {
            let span = row.span();
            let text = forbidden_by.map_or(row.text.clone(), |by| format!("{by}: {}", row.text));
            Passage { heading, span, text }
        })
        .collect();
    let mut found = Found::of(manual, &out);
    for SummaryRow { page, cells } in &manual.summary {
        let text = cells.iter().filter(|cell| !cell.is_empty()).cloned().collect::<Vec<_>>();
        let text = text.join(" | ");
        if !found.has(&text) {
            let rect = RectPt { x: 0.0, y: 0.0, width: 0.0, height: 0.0 };
            found.add(&text);
            out.push(Passage { heading: None, text, span: LineSpan { page: *page, rect } });
        }
    }
    for row in rows {
        if !row.segments.iter().all(|segment| found.has(split_marker(&segment.line.text).1)) {
            found.add(&row.text);
            out.push(Passage { heading: None, text: row.text.clone(), span: row.span() });
        }
    }
    out.sort_by_key(|passage| passage.span.page);
    out
}

/// What search finds already.
struct Found {
    words: HashSet<String>,
    /// All letters, for words that a line break parted.
    letters: String,
}

impl Found {
    fn of(manual: &ManualText, passages: &[Passage]) -> Self {
        let mut found = Self { words: HashSet::new(), letters: String::new() };
        chunks(manual).iter().for_each(|chunk| found.add(&chunk.text));
        passages.iter().for_each(|passage| found.add(&passage.text));
        found
    }

    fn add(&mut self, text: &str) {
        self.words.extend(words(text));
        self.letters.push_str(&compact(text));
    }

    fn has(&self, text: &str) -> bool {
        words(text).iter().all(|word| self.words.contains(word))
            || self.letters.contains(&compact(text))
    }
}
