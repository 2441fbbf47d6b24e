//! Errors of the library.

use std::path::{Path, PathBuf};

use super::archive_fault::ArchiveFault;
use super::backup::BackupFault;
use super::layout::DATABASE_PATH;
use super::limits::{MAX_ARCHIVE_BYTES, MAX_ARCHIVE_ENTRIES, MAX_IMAGE_PIXELS, MAX_IMAGE_SIDE};
use super::open_fault::OpenFault;
use fettle_domain::{
    BankRef, Cancelled, CorrectiveActionId, DefectCode, DeletionId, ImageDamage, ImageId,
    ImageKind, InspectionId, InvalidCode, ManualId, ProductCode,
};

/// An error of the library.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LibraryError {
    /// The database was written by a newer Fettle.
    #[error(
        "{path}: made by a newer Fettle (schema {found}, this program knows {known}): update Fettle"
    )]
    NewerDatabase {
        /// The database.
        path: PathBuf,
        /// Its schema version.
        found: u32,
        /// The newest schema version that this program knows.
        known: u32,
    },
    /// The database was written by an earlier Fettle, and only looked at.
    #[error(
        "{path}: made by an earlier Fettle (schema {found}, this program's is {known}); it is brought up to date when work begins in it"
    )]
    OlderDatabase {
        /// The database.
        path: PathBuf,
        /// Its schema version.
        found: u32,
        /// The schema version of this program.
        known: u32,
    },
    /// The database is damaged or is not an SQLite file.
    #[error(
        "{path}: the catalogue is damaged ({why}). The images and manuals are safe in their \
         folders: move this file away and run `fettle library scan` to rebuild the catalogue"
    )]
    CorruptDatabase {
        /// The database.
        path: PathBuf,
        /// SQLite's message.
        why: String,
    },
    /// The database cannot be opened.
    #[error("{path}: cannot be opened: {fault}")]
    CannotOpen {
        /// The database.
        path: PathBuf,
        /// The likely cause.
        fault: OpenFault,
    },
    /// Another process held the lock or the database for too long.
    #[error("{path}: another Fettle is using it: try again when it has finished")]
    Busy {
        /// The file in use.
        path: PathBuf,
    },
    /// The disk is full. The operation is undone.
    #[error("{path}: the disk is full: free some space and try again")]
    DiskFull {
        /// The file being written.
        path: PathBuf,
    },
    /// Another error of the database.
    #[error("{path}: {source}")]
    Database {
        /// The database.
        path: PathBuf,
        /// SQLite's error.
        source: rusqlite::Error,
    },
    /// The JSON of a row cannot be written or parsed.
    #[error("{DATABASE_PATH}: {what}: {source}")]
    BadRecord {
        /// The record.
        what: String,
        /// The JSON error.
        source: serde_json::Error,
    },
    /// A time is not RFC 3339.
    #[error("'{text}' is not a time as RFC 3339 writes it: {source}")]
    BadTime {
        /// The text.
        text: String,
        /// The parser's error.
        source: jiff::Error,
    },
    /// A file cannot be read or written.
    #[error("{path}: {source}")]
    Io {
        /// The file.
        path: PathBuf,
        /// The system's error.
        source: std::io::Error,
    },
    /// The file has no bytes.
    #[error("{path}: the file is empty")]
    EmptyFile {
        /// The file.
        path: PathBuf,
    },
    /// The file is larger than any image or manual may be.
    #[error("{path}: {bytes} bytes are too many (at most {limit})")]
    FileTooBig {
        /// The file.
        path: PathBuf,
        /// Size in bytes.
        bytes: u64,
        /// Largest size in bytes.
        limit: u64,
    },
    /// The file is not an image in a format that Fettle reads.
    #[error("{path}: not a JPEG, PNG, BMP, TIFF or WebP image")]
    NotAnImage {
        /// The file.
        path: PathBuf,
    },
    /// The file is of a known kind that Fettle does not read.
    #[error("{path}: of a kind that is not read ({kind:?})")]
    UnsupportedImage {
        /// The file.
        path: PathBuf,
        /// Its kind.
        kind: ImageKind,
    },
    /// The image cannot be decoded completely.
    #[error("{path}: the image is damaged or cut short: {why}")]
    DamagedImage {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        why: ImageDamage,
    },
    /// The image has more pixels than Fettle accepts.
    #[error(
        "{path}: {width}×{height} pixels are too many (at most {max_side} a side and \
         {max_pixels} in all)",
        max_side = MAX_IMAGE_SIDE,
        max_pixels = MAX_IMAGE_PIXELS
    )]
    ImageTooLarge {
        /// The file.
        path: PathBuf,
        /// Width in pixels.
        width: u32,
        /// Height in pixels.
        height: u32,
    },
    /// A region is not within its image.
    #[error("{path}: the region is not in the picture of {width}×{height}")]
    RegionOutside {
        /// The image.
        path: PathBuf,
        /// Width of the image in pixels.
        width: u32,
        /// Height of the image in pixels.
        height: u32,
    },
    /// An archive, or an entry of one, cannot be read.
    #[error("{path}: cannot be unpacked: {fault}")]
    BadArchive {
        /// The archive's path, followed by the entry's name for an entry.
        path: PathBuf,
        /// What is wrong with the archive.
        fault: ArchiveFault,
    },
    /// The archive has no images.
    #[error("{path}: no image in it")]
    EmptyArchive {
        /// The archive.
        path: PathBuf,
    },
    /// The archive has too many entries, or its images are too large when unpacked.
    #[error(
        "{path}: too much in it (at most {max_entries} files and {max_bytes} bytes unpacked)",
        max_entries = MAX_ARCHIVE_ENTRIES,
        max_bytes = MAX_ARCHIVE_BYTES
    )]
    ArchiveTooLarge {
        /// The archive.
        path: PathBuf,
    },
    /// The file of a backup cannot be used.
    #[error("{path}: {fault}")]
    BadBackup {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        fault: BackupFault,
    },
    /// The restoration of a backup into this folder was cut off.
    #[error("{path}: a backup is restored only in part: restore it again")]
    RestoreUnfinished {
        /// The folder.
        path: PathBuf,
    },
    /// A backup was to be restored where a workspace is already.
    #[error("{path}: there is a workspace already: restore into an empty folder")]
    WorkspaceInUse {
        /// The database of the workspace.
        path: PathBuf,
    },
    /// The file is not a manual in a format that Fettle reads.
    #[error("{path}: not a PDF, Word (.docx) or text (.txt) file")]
    NotAManual {
        /// The file.
        path: PathBuf,
    },
    /// A registered file was overwritten with other content.
    #[error(
        "{path}: not what was registered under this name: put the old file back, or give the \
         new one another number"
    )]
    ChangedFile {
        /// The file.
        path: PathBuf,
    },
    /// The file name does not follow the pattern of its folder.
    #[error("{path}: the name does not follow {expected}")]
    UnknownName {
        /// The file.
        path: PathBuf,
        /// The expected pattern.
        expected: &'static str,
    },
    /// A mapping file is not JSON, or an entry of it has no accepted shape.
    #[error("{path}: {why}")]
    BadMapping {
        /// The file.
        path: PathBuf,
        /// What is wrong with the file.
        why: String,
    },
    /// A text cannot be a code.
    #[error(transparent)]
    InvalidCode(#[from] InvalidCode),
    /// No product has this code.
    #[error("no product '{0}' is registered")]
    UnknownProduct(ProductCode),
    /// The product has no such defect type.
    #[error("product '{product}' has no defect type '{defect}'")]
    UnknownDefect {
        /// The product.
        product: ProductCode,
        /// The defect.
        defect: DefectCode,
    },
    /// No image has this id.
    #[error("no image {0} is registered")]
    UnknownImage(ImageId),
    /// No manual has this id.
    #[error("no manual {0} is registered")]
    UnknownManual(ManualId),
    /// No inspection has this id.
    #[error("no inspection {0} is recorded")]
    UnknownInspection(InspectionId),
    /// No record of a corrective action has this id.
    #[error("no corrective action {0} is recorded")]
    UnknownAction(CorrectiveActionId),
    /// No corrective actions were imported under this number.
    #[error("no import {0} of corrective actions")]
    UnknownImport(i64),
    /// No deletion that can be undone has this id.
    #[error("no deletion {0} can be undone")]
    UnknownDeletion(DeletionId),
    /// A token of this name is in force.
    #[error("a token '{0}' is in force")]
    TokenExists(String),
    /// Nobody of this name may sign in.
    #[error("no person '{0}'")]
    UnknownPerson(String),
    /// No token of this name is in force.
    #[error("no token '{0}' is in force")]
    UnknownToken(String),
    /// The state of an inspection's action is what the records of its corrective actions say.
    #[error("the action of inspection {0} has records, which say whether it is done")]
    ActionHasRecords(InspectionId),
    /// No memory bank has this version.
    #[error("product '{}' has no bank version {}", .0.product, .0.version)]
    UnknownBank(BankRef),
    /// Another memory bank has this version.
    #[error("product '{}' already has a bank version {}", .0.product, .0.version)]
    BankExists(BankRef),
    /// Rows refer to the product.
    #[error("product '{0}' is in use")]
    ProductInUse(ProductCode),
    /// Rows refer to the defect type.
    #[error("defect type '{defect}' of product '{product}' is in use")]
    DefectInUse {
        /// The product.
        product: ProductCode,
        /// The defect.
        defect: DefectCode,
    },
    /// The registration of a manual cannot be undone: the manual was replaced since, or the file of
    /// the one before is gone.
    #[error("manual {0} cannot be taken back")]
    ManualReplaced(ManualId),
    /// The work was cancelled.
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
}

/// A result with [`LibraryError`].
pub type Result<T, E = LibraryError> = std::result::Result<T, E>;

impl LibraryError {
    /// The error for an SQLite error of the database at `path`.
    pub(crate) fn database(path: &Path, source: rusqlite::Error) -> Self {
        use rusqlite::ErrorCode;
        let fault = OpenFault::of_database(path, &source);
        let path = path.to_owned();
        match source.sqlite_error_code() {
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => {
                Self::CorruptDatabase { path, why: source.to_string() }
            }
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::Busy { path },
            Some(ErrorCode::DiskFull) => Self::DiskFull { path },
            // On a full disk SQLite's shared memory cannot grow, which SQLite reports as an I/O
            // error.
            Some(ErrorCode::SystemIoFailure) if is_on_full_disk(&path) => Self::DiskFull { path },
            _ => match fault {
                Some(fault) => Self::CannotOpen { path, fault },
                None => Self::Database { path, source },
            },
        }
    }

    /// The error for a system error of the file at `path`.
    pub(crate) fn io(path: &Path, source: std::io::Error) -> Self {
        use std::io::ErrorKind;
        let path = path.to_owned();
        match source.kind() {
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded => Self::DiskFull { path },
            _ => Self::Io { path, source },
        }
    }

    /// Whether the error concerns one file and not the library: a scan reports the file and goes
    /// on.
    pub fn is_about_one_file(&self) -> bool {
        matches!(
            self,
            Self::Io { .. }
                | Self::EmptyFile { .. }
                | Self::FileTooBig { .. }
                | Self::NotAnImage { .. }
                | Self::UnsupportedImage { .. }
                | Self::DamagedImage { .. }
                | Self::ImageTooLarge { .. }
                | Self::RegionOutside { .. }
                | Self::BadArchive { .. }
                | Self::EmptyArchive { .. }
                | Self::ArchiveTooLarge { .. }
                | Self::NotAManual { .. }
                | Self::ChangedFile { .. }
                | Self::UnknownName { .. }
                | Self::BadMapping { .. }
                | Self::InvalidCode(_)
        )
    }
}

/// Whether the disk of `path` has no room for another page.
fn is_on_full_disk(path: &Path) -> bool {
    use std::io::Write;
    let Some(folder) = path.parent() else { return false };
    let written = tempfile::NamedTempFile::new_in(folder)
        .and_then(|mut page| page.write_all(&[1; 32 * 1024]).and_then(|()| page.flush()));
    written.is_err_and(|error| error.kind() == std::io::ErrorKind::StorageFull)
}

impl From<rusqlite::Error> for LibraryError {
    fn from(source: rusqlite::Error) -> Self {
        Self::database(Path::new(DATABASE_PATH), source)
    }
}
