//! Values separated by commas, semicolons or tabs (RFC 4180) → lines.

use std::path::Path;

use csv::ReaderBuilder;

use fettle_domain::ManualFormat;

use super::document_lines::DocumentLines;
use super::error::{ManualsError, Result};
use super::spreadsheet_rows::push_rows;
use super::text_file::decode;
use super::unpaged_lines::{Numbering, UnpagedLines};

/// The most rows of a manual.
const MAX_ROWS: usize = 200_000;

/// The lines of a file of separated values. `path` is for messages only.
pub(super) fn parse_csv(path: &Path, bytes: &[u8]) -> Result<DocumentLines> {
    let text = decode(bytes)
        .ok_or_else(|| ManualsError::damaged(path, "neither UTF-8, UTF-16 nor CP949"))?;
    let mut reader = ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter(&text))
        .from_reader(text.as_bytes());
    let mut rows: Vec<(u32, Vec<String>)> = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|error| ManualsError::damaged(path, error))?;
        if rows.len() >= MAX_ROWS {
            return Err(ManualsError::damaged(path, format!("more than {MAX_ROWS} rows")));
        }
        let line = record.position().map_or(1, |position| position.line());
        let cells = record.iter().map(str::to_owned).collect();
        rows.push((u32::try_from(line).unwrap_or(u32::MAX), cells));
    }
    let mut lines = UnpagedLines::new(Numbering::Given);
    push_rows(&mut lines, &rows, &[]);
    let page_count = u32::try_from(text.lines().count()).unwrap_or(u32::MAX);
    Ok(DocumentLines::new(ManualFormat::Csv, page_count, lines.lines))
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
