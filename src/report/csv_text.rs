//! What all tables for spreadsheets share.

use std::io::{self, Write};

use csv::{IntoInnerError, Terminator, Writer, WriterBuilder};

use fettle_domain::{normal_form, printable_lines};

/// Byte order mark; without it spreadsheets take Korean for another encoding.
const UTF8_BOM: &[u8] = b"\xef\xbb\xbf";

/// A table as spreadsheets read it: with a byte order mark, the titles of its columns first, lines
/// ended by CR and LF.
///
/// # Errors
/// When `out` cannot be written.
pub(crate) fn csv_writer<W: Write>(mut out: W, columns: &[&str]) -> io::Result<Writer<W>> {
    out.write_all(UTF8_BOM)?;
    let mut writer = WriterBuilder::new().terminator(Terminator::CRLF).from_writer(out);
    writer.write_record(columns)?;
    Ok(writer)
}

/// A whole table in memory.
///
/// # Errors
/// When a record has another number of cells than there are columns.
pub(crate) fn csv_table<const N: usize>(
    columns: [&str; N],
    records: impl Iterator<Item = [String; N]>,
) -> io::Result<Vec<u8>> {
    let mut writer = csv_writer(Vec::new(), &columns)?;
    for record in records {
        writer.write_record(record)?;
    }
    writer.into_inner().map_err(IntoInnerError::into_error)
}

/// Text in the normal form, since spreadsheets show decomposed Hangul letter by letter, that no
/// spreadsheet takes for a formula: an apostrophe precedes a first character that
/// starts one (OWASP, "CSV Injection"). Characters that are not shown but do something are written out,
/// since such files are also read on terminals.
pub(crate) fn defused(text: &str) -> String {
    // Lines as other systems end them are lines.
    let text = normal_form(text).replace("\r\n", "\n");
    let text = printable_lines(&text).into_owned();
    let is_formula = text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']);
    if is_formula { format!("'{text}") } else { text }
}
