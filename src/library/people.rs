//! People who sign in at the window.

use rusqlite::{OptionalExtension, Row, params};

use super::rows::{now, rows, unknown};
use super::{Library, LibraryError, Result};
use fettle_domain::{Person, Role};

/// Columns as [`read`] reads them.
const COLUMNS: &str = "name, role, added_at, pin";

impl Library {
    /// Adds a person, or gives one of this name another role and PIN.
    ///
    /// # Errors
    /// A database error.
    pub fn set_person(&mut self, name: &str, role: Role, pin_digest: &str) -> Result<Person> {
        self.write(|tx| {
            let find = "SELECT id FROM people WHERE name = ?1 AND removed_at IS NULL";
            let known: Option<i64> = tx.query_row(find, [name], |row| row.get(0)).optional()?;
            match known {
                Some(id) => tx.execute(
                    "UPDATE people SET role = ?2, pin = ?3 WHERE id = ?1",
                    params![id, role.name(), pin_digest],
                )?,
                None => tx.execute(
                    "INSERT INTO people (name, role, pin, added_at) VALUES (?1, ?2, ?3, ?4)",
                    params![name, role.name(), pin_digest, now()],
                )?,
            };
            let sql =
                format!("SELECT {COLUMNS} FROM people WHERE name = ?1 AND removed_at IS NULL");
            Ok(tx.query_row(&sql, [name], |row| read(row).map(|(person, _pin)| person))?)
        })
    }

    /// The people who may sign in, by name, each with the digest of the PIN.
    ///
    /// # Errors
    /// A database error.
    pub fn people(&self) -> Result<Vec<(Person, String)>> {
        let sql = format!("SELECT {COLUMNS} FROM people WHERE removed_at IS NULL ORDER BY name");
        rows(&self.conn, &sql, [], read)
    }

    /// The person of this name, who may sign in.
    ///
    /// # Errors
    /// A database error.
    pub fn person(&self, name: &str) -> Result<Option<Person>> {
        let sql = format!("SELECT {COLUMNS} FROM people WHERE name = ?1 AND removed_at IS NULL");
        let read = |row: &Row<'_>| read(row).map(|(person, _pin)| person);
        Ok(self.conn.query_row(&sql, [name], read).optional()?)
    }

    /// Removes a person, who then cannot sign in any more.
    ///
    /// # Errors
    /// [`LibraryError::UnknownPerson`].
    pub fn remove_person(&mut self, name: &str) -> Result<()> {
        self.write(|tx| {
            let sql = "UPDATE people SET removed_at = ?2 WHERE name = ?1 AND removed_at IS NULL";
            match tx.execute(sql, params![name, now()])? {
                0 => Err(LibraryError::UnknownPerson(name.to_owned())),
                _ => Ok(()),
            }
        })
    }
}

fn read(row: &Row<'_>) -> rusqlite::Result<(Person, String)> {
    let role: String = row.get(1)?;
    let role = Role::from_name(&role).ok_or_else(|| unknown(1, &role))?;
    Ok((Person { name: row.get(0)?, role, added_at: row.get(2)? }, row.get(3)?))
}
