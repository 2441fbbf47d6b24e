//! What all tables for spreadsheets share.

use fettle_domain::normal_form;

/// Byte order mark; without it spreadsheets take Korean for another encoding.
pub(crate) const UTF8_BOM: &[u8] = b"\xef\xbb\xbf";

/// Text in the normal form, since spreadsheets show decomposed Hangul letter by letter, that no
/// spreadsheet takes for a formula: an apostrophe precedes a first character that
/// starts one (OWASP, "CSV Injection").
pub(crate) fn defused(text: &str) -> String {
    let text = normal_form(text);
    let is_formula = text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']);
    if is_formula { format!("'{text}") } else { text }
}
