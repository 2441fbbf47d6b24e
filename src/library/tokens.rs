//! Access tokens: who was given which, and which are in force.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::rows::{now, rows, unknown};
use super::{Library, LibraryError, Result};
use fettle_domain::{AccessToken, Role};

/// Columns as [`read`] reads them.
const COLUMNS: &str = "id, name, role, created_at, created_by, expires_at, revoked_at, digest";

/// An access token to be stored.
#[derive(Debug, Clone, Copy)]
pub struct NewToken<'a> {
    /// The part that finds it.
    pub id: &'a str,
    /// Whom or what it is given to.
    pub name: &'a str,
    /// What its bearer may do.
    pub role: Role,
    /// SHA-256 of its secret, hex.
    pub digest: &'a str,
    /// Who gives it.
    pub by: &'a str,
    /// From when on it is not accepted, RFC 3339 in UTC.
    pub expires_at: Option<&'a str>,
}

impl Library {
    /// Stores a token.
    ///
    /// # Errors
    /// [`LibraryError::TokenExists`] where one of this name is in force.
    pub fn add_token(&mut self, token: &NewToken<'_>) -> Result<AccessToken> {
        self.write(|tx| {
            revoke_expired(tx, token.name)?;
            let taken =
                "SELECT EXISTS (SELECT 1 FROM tokens WHERE name = ?1 AND revoked_at IS NULL)";
            if tx.query_row(taken, [token.name], |row| row.get::<_, bool>(0))? {
                return Err(LibraryError::TokenExists(token.name.to_owned()));
            }
            tx.execute(
                "INSERT INTO tokens (id, name, role, digest, created_at, created_by, expires_at)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
                params![
                    token.id,
                    token.name,
                    token.role.name(),
                    token.digest,
                    now(),
                    token.by,
                    token.expires_at
                ],
            )?;
            let sql = format!("SELECT {COLUMNS} FROM tokens WHERE id = ?1");
            Ok(tx.query_row(&sql, [token.id], |row| read(row).map(|(token, _digest)| token))?)
        })
    }

    /// All tokens that were ever given, oldest first, each with the digest of its secret.
    ///
    /// # Errors
    /// A database error.
    pub fn tokens(&self) -> Result<Vec<(AccessToken, String)>> {
        let sql = format!("SELECT {COLUMNS} FROM tokens ORDER BY created_at, id");
        rows(&self.conn, &sql, [], read)
    }

    /// Revokes the token that is called `name`.
    ///
    /// # Errors
    /// [`LibraryError::UnknownToken`] where none of this name is in force.
    pub fn revoke_token(&mut self, name: &str) -> Result<AccessToken> {
        self.write(|tx| {
            let find = "SELECT id FROM tokens WHERE name = ?1 AND revoked_at IS NULL";
            let id: Option<String> = tx.query_row(find, [name], |row| row.get(0)).optional()?;
            let id = id.ok_or_else(|| LibraryError::UnknownToken(name.to_owned()))?;
            tx.execute("UPDATE tokens SET revoked_at = ?2 WHERE id = ?1", params![id, now()])?;
            let sql = format!("SELECT {COLUMNS} FROM tokens WHERE id = ?1");
            Ok(tx.query_row(&sql, [id], |row| read(row).map(|(token, _digest)| token))?)
        })
    }
}

/// Revokes a token whose time is over, so that its name may be given again.
fn revoke_expired(tx: &Connection, name: &str) -> Result<()> {
    let find = "SELECT id, expires_at FROM tokens
                WHERE name = ?1 AND revoked_at IS NULL AND expires_at IS NOT NULL";
    let found: Option<(String, String)> =
        tx.query_row(find, [name], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
    let has_ended = |ends: &str| ends.parse().is_ok_and(|ends: Timestamp| ends <= Timestamp::now());
    if let Some((id, ends)) = found.filter(|(_id, ends)| has_ended(ends)) {
        tx.execute("UPDATE tokens SET revoked_at = ?2 WHERE id = ?1", [id, ends])?;
    }
    Ok(())
}

fn read(row: &Row<'_>) -> rusqlite::Result<(AccessToken, String)> {
    let role: String = row.get(2)?;
    let token = AccessToken {
        id: row.get(0)?,
        name: row.get(1)?,
        role: Role::from_name(&role).ok_or_else(|| unknown(2, &role))?,
        created_at: row.get(3)?,
        created_by: row.get(4)?,
        expires_at: row.get(5)?,
        revoked_at: row.get(6)?,
    };
    Ok((token, row.get(7)?))
}
