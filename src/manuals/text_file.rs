//! Plain text → lines. The encoding is UTF-8, UTF-16, CP949 (older Korean Windows) or ISO-2022-KR
//! (Korean mail, RFC 1557).

use std::cmp::Ordering;
use std::path::Path;

use encoding_rs::{EUC_KR, Encoding, UTF_16BE, UTF_16LE};
use unicode_normalization::UnicodeNormalization;

use fettle_domain::ManualFormat;

use super::damage::ManualDamage;
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
/// At least one of so many units of UTF-16 is a space, a digit or the end of a line.
const UNITS_PER_ZERO: usize = 12;
/// A single zero is a slip.
const MIN_ZEROS: usize = 2;
/// Of a text that has zeros at all, so many bytes stand between them.
const MIN_LETTERS_PER_ZERO: usize = 20;
/// A text whose longest line has no more letters than this is hard-wrapped.
const MAX_WRAPPED_LETTERS: f64 = 100.0;
/// One whose longest line has fewer is a list of short lines.
const MIN_WRAPPED_LETTERS: f64 = 50.0;

/// The lines of a text file. `path` is for messages only.
pub(super) fn parse_text(path: &Path, bytes: &[u8]) -> Result<DocumentLines> {
    let text = decode(bytes).ok_or_else(|| ManualsError::damaged(path, ManualDamage::Encoding))?;
    let mut lines: Vec<PrintedLine> = Vec::new();
    let mut count = 0;
    let text = text.replace("\r\n", "\n").replace(['\r', '\u{2028}', '\u{2029}'], "\n");
    let is_table = is_tab_separated(&text);
    for (row, line) in text.lines().enumerate() {
        if row >= MAX_LINES {
            return Err(ManualsError::damaged(path, ManualDamage::TooMany(MAX_LINES)));
        }
        count = u32::try_from(row + 1).unwrap_or(u32::MAX);
        if is_table && line.contains('\t') {
            lines.extend(table_row(count, row, line));
        } else {
            lines.extend(split_cells(count, row, line));
        }
    }
    let widest = lines.iter().map(|line| line.right).fold(0.0, f64::max);
    if (MIN_WRAPPED_LETTERS..=MAX_WRAPPED_LETTERS).contains(&(widest / LETTER_PT)) {
        lines.iter_mut().for_each(|line| line.column = None);
    }
    Ok(DocumentLines::new(ManualFormat::Text, count, lines))
}

/// Whether the text has a table whose columns tabs separate: several rows of as many cells.
fn is_tab_separated(text: &str) -> bool {
    const MIN_ROWS: usize = 2;
    let cells = |line: &str| line.matches('\t').count();
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
    let is_row = |line: &str| !line.starts_with(char::is_whitespace) && cells(line) > 0;
    lines.windows(MIN_ROWS).any(|rows| {
        rows.iter().all(|row| is_row(row))
            && rows.iter().all(|row| Some(cells(row)) == rows.first().map(|first| cells(first)))
    })
}

/// A row of a table whose columns tabs separate.
fn table_row(number: u32, row: usize, line: &str) -> Vec<PrintedLine> {
    let mut out = Vec::new();
    for (column, cell) in line.split('\t').enumerate() {
        let text: String = cell.split_whitespace().collect::<Vec<_>>().join(" ").nfc().collect();
        if text.chars().any(char::is_alphanumeric) {
            out.push(PrintedLine::in_cell(number, row, (column, 1), (row, 1), text));
        }
    }
    out
}

/// The decoded text, or `None` if the bytes are text in none of the encodings.
pub(super) fn decode(bytes: &[u8]) -> Option<String> {
    let text = if let Some((encoding, length)) = Encoding::for_bom(bytes) {
        let rest = bytes.get(length..).unwrap_or_default();
        encoding.decode_without_bom_handling_and_without_replacement(rest)?.into_owned()
    } else if let Some(encoding) = utf16_without_bom(bytes) {
        encoding.decode_without_bom_handling_and_without_replacement(bytes)?.into_owned()
    } else if let Some(korean) = from_iso_2022_kr(bytes) {
        EUC_KR.decode_without_bom_handling_and_without_replacement(&korean)?.into_owned()
    } else {
        match std::str::from_utf8(bytes) {
            Ok(text) => text.to_owned(),
            // The WHATWG's EUC-KR is CP949.
            Err(_) => {
                EUC_KR.decode_without_bom_handling_and_without_replacement(bytes)?.into_owned()
            }
        }
    };
    // A few zeros are slips of some program; more are no text.
    let zeros = text.matches('\0').count();
    (zeros * MIN_LETTERS_PER_ZERO <= text.len()).then(|| text.replace('\0', " "))
}

/// ISO-2022-KR as EUC-KR: between the controls SO and SI stand the bytes of EUC-KR without their
/// highest bits. `None` without the header `ESC $ ) C`.
fn from_iso_2022_kr(bytes: &[u8]) -> Option<Vec<u8>> {
    const HEADER: &[u8] = b"\x1B$)C";
    const SHIFT_OUT: u8 = 0x0E;
    const SHIFT_IN: u8 = 0x0F;
    let at = bytes.windows(HEADER.len()).position(|window| window == HEADER)?;
    let text = bytes.iter().take(at).chain(bytes.iter().skip(at + HEADER.len()));
    let mut shifted = false;
    let mut out = Vec::with_capacity(bytes.len());
    for byte in text {
        match *byte {
            SHIFT_OUT => shifted = true,
            SHIFT_IN => shifted = false,
            // Lines begin in ASCII.
            b'\n' | b'\r' => {
                shifted = false;
                out.push(*byte);
            }
            0x21..=0x7E if shifted => out.push(byte | 0x80),
            plain => out.push(plain),
        }
    }
    Some(out)
}

/// Detects UTF-16 without a byte order mark: the high bytes of spaces and line ends are zero. They
/// outnumber the letters whose low byte is zero, such as `가` (AC00).
fn utf16_without_bom(bytes: &[u8]) -> Option<&'static Encoding> {
    let zeros = |at: usize| bytes.iter().skip(at).step_by(2).filter(|byte| **byte == 0).count();
    let units = bytes.len() / 2;
    let most = zeros(0).max(zeros(1));
    if most < MIN_ZEROS || most * UNITS_PER_ZERO < units {
        return None;
    }
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
    let mut letters = line.chars().peekable();
    while let Some(c) = letters.next() {
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
        // Signs behind labels are set below one another: `원인   : …`, `fix   -> …`.
        let is_sign = matches!(c, ':' | '：' | '→' | '⇒')
            || matches!(c, '-' | '=') && letters.peek() == Some(&'>');
        let is_apart = tab || spaces >= CELL_SPACES;
        let separated = is_apart && !is_sign && !is_lone_marker(&cell);
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
