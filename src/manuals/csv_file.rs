//! Values separated by commas, semicolons or tabs (RFC 4180) → lines.

use std::path::Path;

use csv::ReaderBuilder;

use fettle_domain::{ManualFormat, ManualWarning};

use super::damage::ManualDamage;
use super::document_lines::DocumentLines;
use super::error::{ManualsError, Result};
use super::spreadsheet_rows::push_rows;
use super::steps::count_steps;
use super::text_file::decode;
use super::unpaged_lines::{Numbering, UnpagedLines};

/// The most rows of a manual.
const MAX_ROWS: usize = 200_000;

/// A row: the number of its first line, from 1, and its cells.
type CsvRow = (u32, Vec<String>);

/// The lines of a file of separated values. `path` is for messages only.
pub(super) fn parse_csv(path: &Path, bytes: &[u8]) -> Result<DocumentLines> {
    let text = decode(bytes).ok_or_else(|| ManualsError::damaged(path, ManualDamage::Encoding))?;
    let delimiter = delimiter(&text);
    let (text, stray) = without_stray_quotes(&text, char::from(delimiter));
    let rows = read_rows(path, &text, delimiter)?;
    let warnings = stray.into_iter().map(|page| ManualWarning::UnclosedQuote { page }).collect();
    let mut lines = UnpagedLines::new(Numbering::Given);
    push_rows(&mut lines, &rows, &[]);
    let page_count = u32::try_from(text.lines().count()).unwrap_or(u32::MAX);
    Ok(DocumentLines { warnings, ..DocumentLines::new(ManualFormat::Csv, page_count, lines.lines) })
}

/// The text without quotation marks that begin a cell and that nothing closes, and the lines of those.
/// Each would take all up to the next mark, or to the end of the file, into one cell.
fn without_stray_quotes(text: &str, delimiter: char) -> (String, Vec<u32>) {
    let letters: Vec<char> = text.chars().collect();
    let is_end = |at: usize| {
        let mut behind = letters.iter().skip(at).skip_while(|c| **c == ' ');
        behind.next().is_none_or(|c| *c == delimiter || matches!(c, '\n' | '\r'))
    };
    // The place behind the mark that closes a cell that begins at `at`.
    let closed = |at: usize| {
        let mut at = at + 1;
        while let Some(letter) = letters.get(at) {
            count_steps(1);
            match letter {
                '"' if letters.get(at + 1) == Some(&'"') => at += 2,
                '"' => return is_end(at + 1).then_some(at + 1),
                _ => at += 1,
            }
        }
        None
    };
    let mut out = String::with_capacity(text.len());
    let (mut lines, mut line) = (Vec::new(), 1_u32);
    let (mut at, mut is_start) = (0, true);
    while let Some(letter) = letters.get(at).copied() {
        if letter == '"' && is_start {
            match closed(at) {
                Some(end) => {
                    let cell = letters.get(at..end).unwrap_or_default();
                    let ended = cell.iter().filter(|c| **c == '\n').count();
                    line = line.saturating_add(u32::try_from(ended).unwrap_or(u32::MAX));
                    out.extend(cell);
                    at = end;
                }
                None => {
                    if lines.last() != Some(&line) {
                        lines.push(line);
                    }
                    // All of them: one that stays would begin the cell as well.
                    at += letters.iter().skip(at).take_while(|c| **c == '"').count();
                }
            }
            is_start = false;
            continue;
        }
        is_start = letter == delimiter || matches!(letter, '\n' | '\r');
        line = line.saturating_add(u32::from(letter == '\n'));
        out.push(letter);
        at += 1;
    }
    (out, lines)
}

fn read_rows(path: &Path, text: &str, delimiter: u8) -> Result<Vec<CsvRow>> {
    let mut reader = ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter)
        .from_reader(text.as_bytes());
    let mut rows: Vec<CsvRow> = Vec::new();
    let mut lines = LineCounter { bytes: text.as_bytes(), counted: 0, line: 1 };
    for record in reader.records() {
        let record =
            record.map_err(|error| ManualsError::damaged(path, ManualDamage::structure(error)))?;
        if rows.len() >= MAX_ROWS {
            return Err(ManualsError::damaged(path, ManualDamage::TooMany(MAX_ROWS)));
        }
        let line = lines.line_of(record.position().map_or(0, |position| position.byte()));
        let cells = record.iter().map(str::to_owned).collect();
        rows.push((line, cells));
    }
    Ok(rows)
}

/// Counts lines. The reader's own count is one behind where lines end in CR and LF: it takes a record
/// to begin at the LF before it.
struct LineCounter<'a> {
    bytes: &'a [u8],
    /// Bytes whose lines are counted.
    counted: usize,
    line: u32,
}

impl LineCounter<'_> {
    /// The line, from 1, of the record that begins at or after `byte`; records come in order.
    fn line_of(&mut self, byte: u64) -> u32 {
        let start = usize::try_from(byte).unwrap_or(usize::MAX);
        let rest = self.bytes.get(start..).unwrap_or_default();
        let blank = rest.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
        let passed = self.bytes.get(self.counted..start.saturating_add(blank)).unwrap_or_default();
        let ended = passed.iter().filter(|byte| **byte == b'\n').count();
        self.line = self.line.saturating_add(u32::try_from(ended).unwrap_or(u32::MAX));
        self.counted = self.counted.max(start.saturating_add(blank));
        self.line
    }
}

/// The separator that most lines have, and most often.
fn delimiter(text: &str) -> u8 {
    let score = |separator: char| {
        let counts = text.lines().take(50).map(|line| line.matches(separator).count());
        let with = counts.clone().filter(|count| *count > 0).count();
        (with, counts.sum::<usize>())
    };
    let best = [b'\t', b';', b','].into_iter().max_by_key(|byte| score(char::from(*byte)));
    best.unwrap_or(b',')
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A text, its cells, the lines with marks that nothing closes.
    #[test]
    fn marks_that_nothing_closes_begin_no_cell() {
        for (text, cells, lines) in [
            ("긁힘,\"레일, 마모\",교체\n", vec![vec!["긁힘", "레일, 마모", "교체"]], vec![]),
            ("긁힘,\"레일 마모,교체\n", vec![vec!["긁힘", "레일 마모", "교체"]], vec![1]),
            (
                "긁힘,\"\"레일 마모,교체\n찍힘,\"\"\"낙하,패드\n",
                vec![vec!["긁힘", "레일 마모", "교체"], vec!["찍힘", "낙하", "패드"]],
                vec![1, 2],
            ),
            ("긁힘,\"\",교체\n", vec![vec!["긁힘", "", "교체"]], vec![]),
            (
                "긁힘,\"\"\"레일\"\" 마모\",교체\n",
                vec![vec!["긁힘", "\"레일\" 마모", "교체"]],
                vec![],
            ),
        ] {
            let (plain, stray) = without_stray_quotes(text, ',');
            let rows = read_rows(Path::new("a.csv"), &plain, b',').unwrap();
            let rows: Vec<Vec<String>> = rows.into_iter().map(|(_, cells)| cells).collect();
            assert_eq!(
                (rows, stray),
                (
                    cells
                        .into_iter()
                        .map(|row| row.into_iter().map(str::to_owned).collect())
                        .collect(),
                    lines
                ),
                "{text}"
            );
        }
    }
}
