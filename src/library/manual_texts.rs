//! Texts that were parsed from manuals. Earlier texts of a manual stay, since reports refer to
//! them.

use rusqlite::{Connection, params};

use super::rows::{now, rows};
use super::{Library, LibraryError, Result};
use fettle_domain::{ContentHash, ManualId, ManualText};

/// A text that was parsed from a version of a manual.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredManualText {
    /// The text.
    pub text: ManualText,
    /// Version of the parser.
    pub parser_version: u32,
    /// Digest of the corrections that the text was made with; see
    /// [`corrections_digest`](super::corrections_digest).
    pub corrections: String,
    /// Hash of the parsed file.
    pub content_hash: ContentHash,
    /// Time of saving, RFC 3339.
    pub saved_at: String,
}

/// A text to be saved, and what it was made with.
#[derive(Debug, Clone, Copy)]
pub struct ReadText<'a> {
    /// Version of the parser.
    pub parser_version: u32,
    /// Digest of the corrections; see [`corrections_digest`](super::corrections_digest).
    pub corrections: &'a str,
    /// The text.
    pub text: &'a ManualText,
}

impl Library {
    /// Saves the parsed text of a manual. Earlier texts stay; a text equal to the last one is not
    /// saved again.
    ///
    /// # Errors
    /// [`LibraryError::UnknownManual`], [`LibraryError::BadRecord`].
    pub fn save_manual_text(&mut self, id: ManualId, read: ReadText<'_>) -> Result<()> {
        let manual = self.manual(id)?;
        let json = text_to_json(id, read.text)?;
        self.write(|tx| insert_text(tx, id, &manual.content_hash, &read, &json))
    }

    /// The last saved text of a manual; `None` where the manual was never parsed.
    ///
    /// # Errors
    /// [`LibraryError::BadRecord`].
    pub fn manual_text(&self, id: ManualId) -> Result<Option<StoredManualText>> {
        Ok(self.manual_texts(id)?.pop())
    }

    /// All saved texts of a manual, oldest first.
    pub(crate) fn manual_texts(&self, id: ManualId) -> Result<Vec<StoredManualText>> {
        let sql = "SELECT * FROM manual_texts WHERE manual = ?1 ORDER BY id";
        let stored = rows(&self.conn, sql, [id.0], |row| {
            let json: String = row.get("text")?;
            let version: u32 = row.get("parser_version")?;
            let hash = ContentHash(row.get("content_hash")?);
            Ok((json, version, row.get("corrections")?, hash, row.get("saved_at")?))
        })?;
        stored
            .into_iter()
            .map(|(json, parser_version, corrections, content_hash, saved_at)| {
                let text = serde_json::from_str(&json).map_err(|e| bad_text(id, e))?;
                Ok(StoredManualText { text, parser_version, corrections, content_hash, saved_at })
            })
            .collect()
    }
}

fn bad_text(id: ManualId, source: serde_json::Error) -> LibraryError {
    LibraryError::BadRecord { what: format!("text of manual {id}"), source }
}

/// The JSON of a text, as it is stored.
pub(crate) fn text_to_json(id: ManualId, text: &ManualText) -> Result<String> {
    serde_json::to_string(text).map_err(|error| bad_text(id, error))
}

/// Inserts a text, unless it equals the last one.
pub(crate) fn insert_text(
    conn: &Connection,
    id: ManualId,
    hash: &ContentHash,
    read: &ReadText<'_>,
    json: &str,
) -> Result<()> {
    conn.execute(
        "INSERT INTO manual_texts
             (manual, content_hash, parser_version, corrections, text, saved_at)
         SELECT ?1, ?2, ?3, ?4, ?5, ?6 WHERE NOT EXISTS (
             SELECT 1 FROM (SELECT * FROM manual_texts WHERE manual = ?1
                            ORDER BY id DESC LIMIT 1)
             WHERE parser_version = ?3 AND corrections = ?4 AND text = ?5)",
        params![id.0, hash.0, read.parser_version, read.corrections, json, now()],
    )?;
    Ok(())
}
