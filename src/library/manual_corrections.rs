//! A person's corrections of manuals, and what labels stand for in all of them.

use std::path::Path;

use rusqlite::{Connection, OptionalExtension, params};

use super::layout::MANUAL_FOLDER;
use super::rows::{now, rows};
use super::source_file::content_hash;
use super::{Library, LibraryError, Result};
use fettle_domain::{
    LabelRule, ManualCorrections, ManualEdit, ManualId, ProductCode, StatementKind, normal_form,
    same_text,
};

/// What all versions of a manual have in common. A version with the name or the path of another one is
/// its next version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ManualLineage {
    /// The product.
    pub product: ProductCode,
    /// The name of the file that was registered, in Unicode's normalisation form C.
    pub original_name: String,
    /// The path in the workspace; `None` before the registration.
    pub path: Option<String>,
}

impl Library {
    /// The lineage of a registered manual.
    ///
    /// # Errors
    /// [`LibraryError::UnknownManual`].
    pub fn manual_lineage(&self, id: ManualId) -> Result<ManualLineage> {
        let manual = self.manual(id)?;
        let sql = "SELECT original_name FROM manuals WHERE id = ?1";
        let original_name = self.conn.query_row(sql, [id.0], |row| row.get(0))?;
        Ok(ManualLineage { product: manual.product, original_name, path: Some(manual.path) })
    }

    /// The lineage that a file will have once it is registered as a manual of `product`.
    pub fn lineage_of_file(&self, product: &ProductCode, file: &Path) -> ManualLineage {
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        ManualLineage {
            product: product.clone(),
            original_name: normal_form(&name),
            path: self.path_in_folder(file, MANUAL_FOLDER),
        }
    }

    /// The corrections in force of a manual, and those of the workspace.
    ///
    /// # Errors
    /// [`LibraryError::BadRecord`].
    pub fn manual_corrections(&self, lineage: &ManualLineage) -> Result<ManualCorrections> {
        let newest = newest_revision(&self.conn, lineage)?;
        let edits = match newest {
            Some((id, json)) => read_edits(id, &json)?,
            None => Vec::new(),
        };
        Ok(ManualCorrections { labels: self.label_rules()?, edits })
    }

    /// Saves the edits of a manual as the newest revision; edits equal to those in force are not saved
    /// again.
    ///
    /// # Errors
    /// [`LibraryError::BadRecord`].
    pub fn save_manual_edits(
        &mut self,
        lineage: &ManualLineage,
        edits: &[ManualEdit],
    ) -> Result<()> {
        let json = serde_json::to_string(edits).map_err(|error| bad_edits(0, error))?;
        self.write(|tx| {
            let newest = newest_revision(tx, lineage)?;
            let in_force = newest.map_or_else(|| "[]".to_owned(), |(_, json)| json);
            if in_force != json {
                let path = lineage.path.as_deref().unwrap_or_default();
                tx.execute(
                    "INSERT INTO manual_corrections (product, original_name, path, edits, saved_at)
                     VALUES (?1, ?2, ?3, ?4, ?5)",
                    params![lineage.product.as_str(), lineage.original_name, path, json, now()],
                )?;
            }
            Ok(())
        })
    }

    /// Removes the newest revision of a manual's edits: the one before is in force again. Whether there
    /// was one.
    ///
    /// # Errors
    /// A database error.
    pub fn undo_manual_edits(&mut self, lineage: &ManualLineage) -> Result<bool> {
        self.write(|tx| {
            let Some((id, _)) = newest_revision(tx, lineage)? else { return Ok(false) };
            tx.execute("DELETE FROM manual_corrections WHERE id = ?1", [id])?;
            Ok(true)
        })
    }

    /// What labels stand for in all manuals, by label.
    ///
    /// # Errors
    /// [`LibraryError::BadRecord`].
    pub fn label_rules(&self) -> Result<Vec<LabelRule>> {
        let stored = rows(&self.conn, "SELECT * FROM manual_labels ORDER BY label", [], |row| {
            Ok((row.get::<_, String>("label")?, row.get::<_, String>("kind")?))
        })?;
        let read = |(label, kind): (String, String)| {
            let kind: StatementKind = serde_json::from_value(kind.into()).map_err(|source| {
                LibraryError::BadRecord { what: format!("kind of the label '{label}'"), source }
            })?;
            Ok(LabelRule { label, kind })
        };
        stored.into_iter().map(read).collect()
    }

    /// Saves what labels stand for, and forgets what those in `forgotten` do.
    ///
    /// # Errors
    /// [`LibraryError::BadRecord`].
    pub fn save_label_rules(&mut self, rules: &[LabelRule], forgotten: &[String]) -> Result<()> {
        let known = self.label_rules()?;
        let mut kinds = Vec::new();
        for rule in rules {
            let kind = serde_json::to_value(rule.kind).map_err(|source| {
                LibraryError::BadRecord { what: format!("label '{}'", rule.label), source }
            })?;
            kinds.push((&rule.label, kind.as_str().unwrap_or_default().to_owned()));
        }
        self.write(|tx| {
            // Labels that are the same but for spaces are one label.
            let forget = |label: &str| -> Result<()> {
                for old in known.iter().filter(|old| same_text(&old.label, label)) {
                    tx.execute("DELETE FROM manual_labels WHERE label = ?1", [&old.label])?;
                }
                Ok(())
            };
            forgotten.iter().try_for_each(|label| forget(label))?;
            for (label, kind) in &kinds {
                forget(label)?;
                tx.execute(
                    "INSERT INTO manual_labels (label, kind, saved_at) VALUES (?1, ?2, ?3)
                     ON CONFLICT (label) DO UPDATE SET kind = ?2, saved_at = ?3",
                    params![label, kind, now()],
                )?;
            }
            Ok(())
        })
    }
}

/// A name of corrections, by their content; empty where there are none.
///
/// # Errors
/// [`LibraryError::BadRecord`].
pub fn corrections_digest(corrections: &ManualCorrections) -> Result<String> {
    if corrections.is_empty() {
        return Ok(String::new());
    }
    let json = serde_json::to_vec(corrections).map_err(|error| bad_edits(0, error))?;
    Ok(content_hash(&json).0)
}

/// Id and edits of the newest revision.
fn newest_revision(conn: &Connection, lineage: &ManualLineage) -> Result<Option<(i64, String)>> {
    let sql = "SELECT id, edits FROM manual_corrections
               WHERE product = ?1 AND (original_name = ?2 OR path = ?3)
               ORDER BY id DESC LIMIT 1";
    let values = params![lineage.product.as_str(), lineage.original_name, lineage.path];
    Ok(conn.query_row(sql, values, |row| Ok((row.get(0)?, row.get(1)?))).optional()?)
}

fn read_edits(id: i64, json: &str) -> Result<Vec<ManualEdit>> {
    serde_json::from_str(json).map_err(|error| bad_edits(id, error))
}

fn bad_edits(id: i64, source: serde_json::Error) -> LibraryError {
    LibraryError::BadRecord { what: format!("corrections {id} of a manual"), source }
}
