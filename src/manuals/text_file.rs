//! Plain text → lines. The encoding is UTF-8, UTF-16 or CP949 (older Korean Windows).

use std::cmp::Ordering;
use std::path::Path;

use encoding_rs::{EUC_KR, Encoding, UTF_16BE, UTF_16LE};
use unicode_normalization::UnicodeNormalization;

use fettle_domain::ManualFormat;

use super::document_lines::DocumentLines;
use super::error::{ManualsError, Result};
use super::list_marker::is_lone_marker;
use super::printed_line::PrintedLine;

/// The most lines of a manual; longer files are some other text.
const MAX_LINES: usize = 200_000;
/// Width of a Latin letter in points; a Hangul letter is twice as wide.
const LETTER_PT: f64 = 5.0;
/// Distance of tab stops in letters.
const TAB_LETTERS: usize = 4;
/// Spaces in a line that separate two cells.
const CELL_SPACES: usize = 3;
/// A text whose longest line has no more letters than this is hard-wrapped.
const MAX_WRAPPED_LETTERS: f64 = 100.0;

/// The lines of a text file. `path` is for messages only.
pub(super) fn parse_text(path: &Path, bytes: &[u8]) -> Result<DocumentLines> {
    let text = decode(bytes).ok_or_else(|| {
        ManualsError::damaged(path, "neither UTF-8, UTF-16 nor CP949: it is no text")
    })?;
    let mut lines: Vec<PrintedLine> = Vec::new();
    let mut count = 0;
    for (row, line) in text.lines().enumerate() {
        if row >= MAX_LINES {
            return Err(ManualsError::damaged(path, format!("more than {MAX_LINES} lines")));
        }
        count = u32::try_from(row + 1).unwrap_or(u32::MAX);
        lines.extend(split_cells(count, row, line));
    }
    let widest = lines.iter().map(|line| line.right).fold(0.0, f64::max);
    if widest <= MAX_WRAPPED_LETTERS * LETTER_PT {
        lines.iter_mut().for_each(|line| line.column = None);
    }
    Ok(DocumentLines::new(ManualFormat::Text, count, lines))
}

/// The decoded text, or `None` if the bytes are text in none of the encodings.
fn decode(bytes: &[u8]) -> Option<String> {
    let text = if let Some((encoding, length)) = Encoding::for_bom(bytes) {
        let rest = bytes.get(length..).unwrap_or_default();
        encoding.decode_without_bom_handling_and_without_replacement(rest)?.into_owned()
    } else if let Some(encoding) = utf16_without_bom(bytes) {
        encoding.decode_without_bom_handling_and_without_replacement(bytes)?.into_owned()
    } else {
        match std::str::from_utf8(bytes) {
            Ok(text) => text.to_owned(),
            // The WHATWG's EUC-KR is CP949.
            Err(_) => {
                EUC_KR.decode_without_bom_handling_and_without_replacement(bytes)?.into_owned()
            }
        }
    };
    (!text.contains('\0')).then_some(text)
}

/// Detects UTF-16 without a byte order mark: the high bytes of spaces and line ends are zero. They
/// outnumber the letters whose low byte is zero, such as `가` (AC00).
fn utf16_without_bom(bytes: &[u8]) -> Option<&'static Encoding> {
    let zeros = |at: usize| bytes.iter().skip(at).step_by(2).filter(|byte| **byte == 0).count();
    match zeros(1).cmp(&zeros(0)) {
        Ordering::Greater => Some(UTF_16LE),
        Ordering::Less => Some(UTF_16BE),
        Ordering::Equal => None,
    }
}

/// The cells of a line, which tabs or wide gaps separate.
fn split_cells(number: u32, row: usize, line: &str) -> Vec<PrintedLine> {
    let mut out: Vec<PrintedLine> = Vec::new();
    let mut cell = String::new();
    let (mut at, mut begin, mut spaces, mut tab) = (0_usize, 0_usize, 0_usize, false);
    let mut push = |cell: &mut String, begin: usize, end: usize| {
        let text: String = std::mem::take(cell).nfc().collect();
        // Rules such as `====` are no text.
        if text.chars().any(char::is_alphanumeric) {
            let line = PrintedLine::unpaged(number, row, begin as f64 * LETTER_PT, text);
            out.push(PrintedLine { right: end as f64 * LETTER_PT, ..line });
        }
    };
    for c in line.chars() {
        if c.is_whitespace() || c.is_control() || c == '\u{FEFF}' {
            tab |= c == '\t';
            let next = match c {
                '\t' => (at / TAB_LETTERS + 1) * TAB_LETTERS,
                '\u{3000}' => at + 2,
                _ => at + 1,
            };
            spaces += next - at;
            at = next;
            continue;
        }
        let separated = (tab || spaces >= CELL_SPACES) && !is_lone_marker(&cell);
        if !cell.is_empty() && separated {
            push(&mut cell, begin, at - spaces);
        }
        if cell.is_empty() {
            begin = at;
        } else if spaces > 0 {
            cell.push(' ');
        }
        cell.push(c);
        (spaces, tab) = (0, false);
        at += if c >= '\u{1100}' { 2 } else { 1 };
    }
    push(&mut cell, begin, at - spaces);
    mark_heading(out)
}

/// Formats a Markdown heading such as `# 기공` as a heading.
fn mark_heading(mut cells: Vec<PrintedLine>) -> Vec<PrintedLine> {
    if let [only] = &mut cells[..] {
        let text = only.line.text.trim_start_matches('#');
        let marks = only.line.text.len() - text.len();
        if (1..=6).contains(&marks) && text.starts_with(' ') {
            only.line.text = text.trim_start().to_owned();
            (only.line.bold, only.line.font_size_pt) = (true, only.line.font_size_pt * 1.2);
        }
    }
    cells
}
