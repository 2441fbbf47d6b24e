//! The catalogue (SQLite, `data/fettle.db`) and the files it describes: products,
//! defect types, images, manuals, banks, inspections.
//!
//! SQLite is the truth. A file and its row appear together or not at all, whatever
//! interrupts (see [`Library::open`]); any number of processes may work on one
//! workspace. Indexes and embeddings are not here: they can be rebuilt.

mod archive;
mod areas;
mod banks;
mod error;
mod history;
mod image_file;
mod images;
mod inspections;
mod judgements;
mod lock;
mod manuals;
mod mapping;
mod migrate;
mod names;
mod products;
mod recover;
mod regions;
mod scan;
mod seed_layout;
mod source_file;
mod store_file;
#[cfg(test)]
mod test_files;
#[cfg(test)]
mod tests;
mod thresholds;
mod tidy;
mod uploads;

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, Row, TransactionBehavior};

pub use archive::{ImageArchive, MAX_ARCHIVE_BYTES, MAX_ARCHIVE_ENTRIES};
pub use banks::RegisteredBank;
pub use error::{DATABASE_PATH, LibraryError, Result};
pub use history::HistoryCounts;
pub use image_file::{DecodedImage, MAX_IMAGE_PIXELS, MAX_IMAGE_SIDE, decode_image, read_image};
pub use images::LabelFilter;
pub use inspections::InspectionFilter;
pub use manuals::{ManualVersion, StoredManualText};
pub use mapping::Mapping;
pub use names::Adopted;
pub use recover::Recovery;
pub use scan::{Imported, Refused, ScanReport, ScannedAs};
pub use seed_layout::{SeedFile, SeedFolder, SeedKind};
pub use source_file::{content_hash, read_source};
pub use thresholds::Limits;
pub use tidy::{TidiedCopy, TidyCopy};
pub use uploads::StoredUpload;

/// How long one process waits for another's write.
const PATIENCE: Duration = Duration::from_secs(15);

/// What registering a file came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Registered<Id> {
    /// It is in the library now, under this id.
    New(Id),
    /// The same bytes were there under the same label; nothing was copied.
    Already(Id),
}

impl<Id: Copy> Registered<Id> {
    /// The id either way.
    pub fn id(self) -> Id {
        match self {
            Self::New(id) | Self::Already(id) => id,
        }
    }

    fn map<Other>(self, f: impl FnOnce(Id) -> Other) -> Registered<Other> {
        match self {
            Self::New(id) => Registered::New(f(id)),
            Self::Already(id) => Registered::Already(f(id)),
        }
    }
}

/// How much the library holds; what was removed or replaced is not counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Products.
    pub products: u64,
    /// Defect types of all products.
    pub defect_types: u64,
    /// Normal images.
    pub normal_images: u64,
    /// Defect images.
    pub defect_images: u64,
    /// Manuals in force.
    pub manuals: u64,
    /// Memory banks, all versions.
    pub banks: u64,
    /// Inspections.
    pub inspections: u64,
}

/// An open workspace. One a thread: open it again rather than share it.
#[derive(Debug)]
pub struct Library {
    conn: Connection,
    root: PathBuf,
    lock: File,
    recovery: Recovery,
}

impl Library {
    /// Opens the workspace at `root`, makes what is missing (`data/fettle.db`), brings
    /// the schema up to date, and undoes whatever a crash interrupted
    /// ([`Self::recovery`] says what).
    ///
    /// # Errors
    /// [`LibraryError::NewerDatabase`], [`LibraryError::CorruptDatabase`] (neither is
    /// touched), [`LibraryError::Busy`] when another process is in the way for 15
    /// seconds, [`LibraryError::DiskFull`], [`LibraryError::Io`].
    pub fn open(root: &Path) -> Result<Self> {
        let data = root.join("data");
        fs::create_dir_all(&data).map_err(|e| LibraryError::io(&data, e))?;
        let lock = lock::open(root)?;
        let path = root.join(DATABASE_PATH);
        // Nobody is between the steps of placing a file while this is held, so what
        // looks interrupted was.
        let alone = lock::exclusive(&lock, &path, PATIENCE)?;
        let mut conn = connect(&path)?;
        migrate::migrate(&mut conn, &path)?;
        let recovery = recover::recover(&mut conn, root)?;
        drop(alone);
        Ok(Self { conn, root: root.to_owned(), lock, recovery })
    }

    /// The workspace's folder.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// A workspace path (relative, with `/`) as a path of this machine.
    pub fn absolute(&self, path: &str) -> PathBuf {
        path.split('/').fold(self.root.clone(), |whole, part| whole.join(part))
    }

    /// What [`Self::open`] found interrupted and undid.
    pub fn recovery(&self) -> &Recovery {
        &self.recovery
    }

    /// Counts the rows.
    ///
    /// # Errors
    /// A database error.
    pub fn counts(&self) -> Result<Counts> {
        let count = |from: &str| {
            let sql = format!("SELECT count(*) FROM {from}");
            let count: i64 = self.conn.query_row(&sql, [], |row| row.get(0))?;
            Ok::<u64, LibraryError>(u64::try_from(count).unwrap_or(0))
        };
        Ok(Counts {
            products: count("products")?,
            defect_types: count("defect_types")?,
            normal_images: count("images WHERE removed_at IS NULL AND defect IS NULL")?,
            defect_images: count("images WHERE removed_at IS NULL AND defect IS NOT NULL")?,
            manuals: count("manuals WHERE replaced_at IS NULL")?,
            banks: count("banks")?,
            inspections: count("inspections")?,
        })
    }

    /// Reads the whole database and checks its structure: seconds for a large one.
    ///
    /// # Errors
    /// [`LibraryError::CorruptDatabase`] with what is wrong first.
    pub fn check_integrity(&self) -> Result<()> {
        let path = self.root.join(DATABASE_PATH);
        let first: String = self
            .conn
            .pragma_query_value(None, "integrity_check", |row| row.get(0))
            .map_err(|e| LibraryError::database(&path, e))?;
        if first == "ok" { Ok(()) } else { Err(LibraryError::CorruptDatabase { path, why: first }) }
    }

    /// One writing transaction: all of `work` or nothing.
    fn write<T>(&mut self, work: impl FnOnce(&Connection) -> Result<T>) -> Result<T> {
        let tx = self.conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let done = work(&tx)?;
        tx.commit()?;
        Ok(done)
    }

    /// `path` relative to the workspace if it lies directly in `folder` there.
    fn in_place(&self, path: &Path, folder: &str) -> Option<String> {
        let folder_path = fs::canonicalize(self.absolute(folder)).ok()?;
        let path = fs::canonicalize(path).ok()?;
        let name = path.file_name()?.to_str()?;
        (path.parent()? == folder_path).then(|| format!("{folder}/{name}"))
    }
}

fn connect(path: &Path) -> Result<Connection> {
    let database = |source| LibraryError::database(path, source);
    let conn = Connection::open(path).map_err(database)?;
    conn.busy_timeout(PATIENCE).map_err(database)?;
    // Before anything is written: a newer program's database stays as it is.
    let found = migrate::user_version(&conn).map_err(database)?;
    let known = migrate::known_version();
    if found > known {
        return Err(LibraryError::NewerDatabase { path: path.to_owned(), found, known });
    }
    // Reads the schema, so that damage there is told now and not in the middle of work.
    conn.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get::<_, i64>(0))
        .map_err(database)?;
    let mode: String = conn
        .pragma_update_and_check(None, "journal_mode", "wal", |row| row.get(0))
        .map_err(database)?;
    if mode != "wal" {
        tracing::warn!(%mode, "{}: no write-ahead log on this file system", path.display());
    }
    // FULL: a confirmed registration survives a power cut, not only a crash.
    conn.pragma_update(None, "synchronous", "full").map_err(database)?;
    conn.pragma_update(None, "foreign_keys", true).map_err(database)?;
    Ok(conn)
}

/// Now, as the catalogue writes times.
fn now() -> String {
    jiff::Timestamp::now().to_string()
}

/// A column that holds a code.
fn code_column<Code>(row: &Row<'_>, column: &str) -> rusqlite::Result<Code>
where
    Code: TryFrom<String>,
    Code::Error: std::error::Error + Send + Sync + 'static,
{
    Code::try_from(row.get::<_, String>(column)?).map_err(|e| {
        rusqlite::Error::FromSqlConversionFailure(0, rusqlite::types::Type::Text, Box::new(e))
    })
}

/// Collects rows that `read` understands.
fn rows<T>(
    conn: &Connection,
    sql: &str,
    params: impl rusqlite::Params,
    read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
) -> Result<Vec<T>> {
    let mut statement = conn.prepare_cached(sql)?;
    let rows = statement.query_map(params, read)?;
    Ok(rows.collect::<rusqlite::Result<Vec<T>>>()?)
}
