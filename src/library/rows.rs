//! Queries, and columns that hold codes, verdicts, states, times and JSON.

use rusqlite::types::Type;
use rusqlite::{Connection, Row};

use super::Result;
use fettle_domain::{ActionState, Verdict};

/// Runs a query and reads all its rows.
pub(crate) fn rows<T>(
    conn: &Connection,
    sql: &str,
    params: impl rusqlite::Params,
    read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
) -> Result<Vec<T>> {
    let mut statement = conn.prepare_cached(sql)?;
    let rows = statement.query_map(params, read)?;
    Ok(rows.collect::<rusqlite::Result<Vec<T>>>()?)
}

/// The current time as the database stores times: RFC 3339 in UTC.
pub(crate) fn now() -> String {
    jiff::Timestamp::now().to_string()
}

/// Reads a code.
pub(crate) fn code_column<Code>(row: &Row<'_>, column: &str) -> rusqlite::Result<Code>
where
    Code: TryFrom<String>,
    Code::Error: std::error::Error + Send + Sync + 'static,
{
    Code::try_from(row.get::<_, String>(column)?)
        .map_err(|error| rusqlite::Error::FromSqlConversionFailure(0, Type::Text, Box::new(error)))
}

/// Reads a code or NULL.
pub(crate) fn optional_code_column<Code>(
    row: &Row<'_>,
    column: usize,
) -> rusqlite::Result<Option<Code>>
where
    Code: TryFrom<String>,
    Code::Error: std::error::Error + Send + Sync + 'static,
{
    let text: Option<String> = row.get(column)?;
    text.map(Code::try_from).transpose().map_err(|error| {
        rusqlite::Error::FromSqlConversionFailure(column, Type::Text, Box::new(error))
    })
}

/// Reads the state of an action.
pub(crate) fn action_column(row: &Row<'_>, column: usize) -> rusqlite::Result<ActionState> {
    let name: String = row.get(column)?;
    let state = ActionState::ALL.into_iter().find(|state| state.name() == name);
    state.ok_or_else(|| unknown(column, &name))
}

/// Reads a verdict or NULL.
pub(crate) fn verdict_column(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<Verdict>> {
    let Some(name) = row.get::<_, Option<String>>(column)? else { return Ok(None) };
    let verdict = Verdict::ALL.into_iter().find(|verdict| verdict.name() == name);
    verdict.map(Some).ok_or_else(|| unknown(column, &name))
}

/// Reads a value that is stored as JSON, or NULL.
pub(crate) fn json_column<T: serde::de::DeserializeOwned>(
    row: &Row<'_>,
    column: usize,
) -> rusqlite::Result<Option<T>> {
    let Some(text) = row.get::<_, Option<String>>(column)? else { return Ok(None) };
    serde_json::from_str(&text).map(Some).map_err(|error| {
        rusqlite::Error::FromSqlConversionFailure(column, Type::Text, Box::new(error))
    })
}

/// Reads a value that is stored as JSON and is never NULL.
pub(crate) fn required_json_column<T: serde::de::DeserializeOwned>(
    row: &Row<'_>,
    column: usize,
) -> rusqlite::Result<T> {
    json_column(row, column)?.ok_or_else(|| unknown(column, "NULL"))
}

/// A value as [`json_column`] reads it.
pub(crate) fn json_text(value: Option<&impl serde::Serialize>) -> Result<Option<String>> {
    let text = value.map(serde_json::to_string).transpose();
    text.map_err(|error| rusqlite::Error::ToSqlConversionFailure(Box::new(error)).into())
}

/// The error for a text that no name of this program's is.
pub(crate) fn unknown(column: usize, text: &str) -> rusqlite::Error {
    let why = format!("'{text}' is not known here");
    rusqlite::Error::FromSqlConversionFailure(column, Type::Text, why.into())
}
