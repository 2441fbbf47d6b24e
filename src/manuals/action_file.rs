//! Files with records of corrective actions: lists (CSV, Excel and other tables) and 8D reports
//! (Word, Excel, text, PDF). They are read as manuals are, hidden text left out.

use std::path::Path;

use fettle_domain::{ActionDraft, ManualWarning};
use jiff::civil::Date;

use super::action_form::{form_records, is_form};
use super::action_rows::action_rows;
use super::action_sheet::sheet_records;
use super::error::{ManualsError, Result};
use super::file::parse_document;

/// What a file of corrective actions says.
#[derive(Debug, Clone, PartialEq)]
pub struct ActionRecords {
    /// Its records, in order.
    pub drafts: Vec<ActionDraft>,
    /// What of the file was left out or may be read wrongly: hidden rows, what is struck out, a quotation
    /// mark that nothing closes.
    pub warnings: Vec<ManualWarning>,
}

/// The records in a file with content `bytes`, in its order. The name of `path` states the format;
/// what is said to be done after `today` is not.
///
/// # Errors
/// See [`ManualsError`]; a file without a record is [`ManualsError::NoActionRecords`].
pub fn parse_action_records(path: &Path, bytes: &[u8], today: Date) -> Result<ActionRecords> {
    let document = parse_document(path, bytes)?;
    let rows = action_rows(&document.lines);
    let found = if is_form(&rows) { form_records(&rows) } else { sheet_records(&rows) };
    let drafts: Vec<_> = found.into_iter().filter_map(|record| record.finish(today)).collect();
    if drafts.is_empty() {
        return Err(ManualsError::NoActionRecords { path: path.to_owned() });
    }
    Ok(ActionRecords { drafts, warnings: document.warnings })
}
