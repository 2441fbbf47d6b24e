//! The chain of hashes, and the SQL functions with which triggers write an entry.

use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::Connection;
use rusqlite::functions::{Context, FunctionFlags};
use sha2::{Digest, Sha256};

use fettle_domain::{Actor, Role, Via};

/// Whose changes a connection's next ones are.
#[derive(Debug, Clone)]
pub(crate) struct AuditActor(Arc<Mutex<Actor>>);

impl Default for AuditActor {
    /// The program itself, as nobody has said otherwise.
    fn default() -> Self {
        Self(Arc::new(Mutex::new(Actor {
            name: "fettle".to_owned(),
            via: Via::Cli,
            role: Role::Admin,
        })))
    }
}

impl AuditActor {
    pub(crate) fn set(&self, actor: Actor) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = actor;
    }

    fn get(&self) -> Actor {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// The columns of an entry that its hash covers, in the order of the table.
const HASHED: usize = 8;

/// SHA-256 (hex) over the hash of the entry before and the entry's `columns`. Each part begins with its
/// length, so that no two entries are written alike; NULL is a length of its own.
pub(super) fn entry_hash(before: Option<&str>, columns: [Option<&str>; HASHED]) -> String {
    let mut hash = Sha256::new();
    for part in std::iter::once(before).chain(columns) {
        match part {
            None => hash.update(u64::MAX.to_le_bytes()),
            Some(text) => {
                hash.update((text.len() as u64).to_le_bytes());
                hash.update(text);
            }
        }
    }
    hex::encode(hash.finalize())
}

/// Registers `audit_who()`, `audit_via()`, `audit_hash(before, at, who, via, action, kind, subject,
/// before, after)` and `audit_digest(text)`.
pub(super) fn register(conn: &Connection, actor: &AuditActor) -> rusqlite::Result<()> {
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_INNOCUOUS;
    let pure = flags | FunctionFlags::SQLITE_DETERMINISTIC;
    let (who, via) = (actor.clone(), actor.clone());
    conn.create_scalar_function("audit_who", 0, flags, move |_| Ok(who.get().name))?;
    conn.create_scalar_function("audit_via", 0, flags, move |_| Ok(via.get().via.name()))?;
    conn.create_scalar_function("audit_digest", 1, pure, |context| {
        let text: Option<String> = context.get(0)?;
        Ok(text.map(|text| format!("sha256:{}", hex::encode(Sha256::digest(text)))))
    })?;
    conn.create_scalar_function("audit_hash", 9, pure, |context| {
        let text = |at: usize| text_of(context, at);
        let mut columns = [None; HASHED];
        for (at, column) in columns.iter_mut().enumerate() {
            *column = text(at + 1)?;
        }
        Ok(entry_hash(text(0)?, columns))
    })
}

fn text_of<'a>(context: &'a Context<'_>, at: usize) -> rusqlite::Result<Option<&'a str>> {
    context.get_raw(at).as_str_or_null().map_err(rusqlite::Error::from)
}
