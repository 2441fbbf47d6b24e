//! What all tables for spreadsheets share.

use fettle_domain::{normal_form, printable_lines};

/// Byte order mark; without it spreadsheets take Korean for another encoding.
pub(crate) const UTF8_BOM: &[u8] = b"\xef\xbb\xbf";

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
