use std::path::{Path, PathBuf};

use fettle_domain::{
    BankRef, Cancelled, DefectCode, ImageId, InspectionId, InvalidCode, ManualId, ProductCode,
};

/// The catalogue's path below the workspace.
pub const DATABASE_PATH: &str = "data/fettle.db";

/// What can go wrong with the library.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LibraryError {
    /// The catalogue was written by a newer Fettle.
    #[error(
        "{path}: made by a newer Fettle (schema {found}, this program knows {known}): update Fettle"
    )]
    NewerDatabase {
        /// The database.
        path: PathBuf,
        /// Its schema version.
        found: u32,
        /// The newest this program knows.
        known: u32,
    },
    /// The catalogue is damaged or is not a database.
    #[error(
        "{path}: the catalogue is damaged ({why}). The images and manuals are safe in their \
         folders: move this file away and run `fettle library scan` to rebuild the catalogue"
    )]
    CorruptDatabase {
        /// The database.
        path: PathBuf,
        /// What SQLite says.
        why: String,
    },
    /// Another process kept the catalogue for longer than we wait.
    #[error("{path}: another Fettle is using it: try again when it has finished")]
    Busy {
        /// The file that is held.
        path: PathBuf,
    },
    /// No room on the disk. What was begun is undone.
    #[error("{path}: the disk is full: free some space and try again")]
    DiskFull {
        /// The file being written.
        path: PathBuf,
    },
    /// The database refused for another reason.
    #[error("{path}: {source}")]
    Database {
        /// The database.
        path: PathBuf,
        /// SQLite's reason.
        source: rusqlite::Error,
    },
    /// A row's JSON cannot be written, or not read back.
    #[error("{DATABASE_PATH}: {what}: {source}")]
    BadRecord {
        /// Which record.
        what: String,
        /// What is wrong with it.
        source: serde_json::Error,
    },
    /// A time is not RFC 3339.
    #[error("'{text}' is not a time as RFC 3339 writes it: {source}")]
    BadTime {
        /// The text.
        text: String,
        /// What is wrong with it.
        source: jiff::Error,
    },
    /// A file could not be read or written.
    #[error("{path}: {source}")]
    Io {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        source: std::io::Error,
    },
    /// The file has no bytes.
    #[error("{path}: the file is empty")]
    EmptyFile {
        /// The file.
        path: PathBuf,
    },
    /// The file has more bytes than any image or manual should.
    #[error("{path}: {bytes} bytes are too many (at most {limit})")]
    FileTooBig {
        /// The file.
        path: PathBuf,
        /// Its size.
        bytes: u64,
        /// The limit.
        limit: u64,
    },
    /// Not a format that Fettle reads.
    #[error("{path}: not a JPEG, PNG, BMP, TIFF or WebP image")]
    NotAnImage {
        /// The file.
        path: PathBuf,
    },
    /// It says it is an image and cannot be decoded to its end.
    #[error("{path}: the image is damaged or cut short: {why}")]
    DamagedImage {
        /// The file.
        path: PathBuf,
        /// What the decoder says.
        why: String,
    },
    /// More pixels than Fettle takes.
    #[error(
        "{path}: {width}×{height} pixels are too many (at most {max_side} a side and \
         {max_pixels} in all)",
        max_side = super::MAX_IMAGE_SIDE,
        max_pixels = super::MAX_IMAGE_PIXELS
    )]
    ImageTooLarge {
        /// The file.
        path: PathBuf,
        /// Width in pixels.
        width: u32,
        /// Height in pixels.
        height: u32,
    },
    /// A rectangle that does not lie in the image it was drawn on.
    #[error("{path}: the region is not in the picture of {width}×{height}")]
    RegionOutside {
        /// The image.
        path: PathBuf,
        /// Width of the image in pixels.
        width: u32,
        /// Height of the image in pixels.
        height: u32,
    },
    /// A zip, or a file in one, that cannot be read.
    #[error("{path}: cannot be unpacked: {why}")]
    BadArchive {
        /// The zip, or the file's name after that of the zip.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// A zip without images.
    #[error("{path}: no image in it")]
    EmptyArchive {
        /// The zip.
        path: PathBuf,
    },
    /// A zip that would be too much unpacked.
    #[error(
        "{path}: too much in it (at most {max_entries} files and {max_bytes} bytes unpacked)",
        max_entries = super::MAX_ARCHIVE_ENTRIES,
        max_bytes = super::MAX_ARCHIVE_BYTES
    )]
    ArchiveTooLarge {
        /// The zip.
        path: PathBuf,
    },
    /// The file is no manual that is read here.
    #[error("{path}: not a PDF, Word (.docx) or text (.txt) file")]
    NotAManual {
        /// The file.
        path: PathBuf,
    },
    /// A registered file was overwritten with something else.
    #[error(
        "{path}: not what was registered under this name: put the old file back, or give the \
         new one another number"
    )]
    ChangedFile {
        /// The file.
        path: PathBuf,
    },
    /// The name does not say what the file is.
    #[error("{path}: the name does not follow {expected}")]
    UnknownName {
        /// The file.
        path: PathBuf,
        /// The pattern.
        expected: &'static str,
    },
    /// `defect_mapping.json` is not JSON, or a part of it has no accepted shape.
    #[error("{path}: {why}")]
    BadMapping {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// A name cannot be a code.
    #[error(transparent)]
    InvalidCode(#[from] InvalidCode),
    /// Nothing is called this.
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
    /// No such image row.
    #[error("no image {0} is registered")]
    UnknownImage(ImageId),
    /// No such manual row.
    #[error("no manual {0} is registered")]
    UnknownManual(ManualId),
    /// No such inspection row.
    #[error("no inspection {0} is recorded")]
    UnknownInspection(InspectionId),
    /// No such bank row.
    #[error("product '{}' has no bank version {}", .0.product, .0.version)]
    UnknownBank(BankRef),
    /// Another bank took this version number first.
    #[error("product '{}' already has a bank version {}", .0.product, .0.version)]
    BankExists(BankRef),
    /// Something belongs to the product already.
    #[error("product '{0}' is in use")]
    ProductInUse(ProductCode),
    /// Something was registered or inspected as this defect already.
    #[error("defect type '{defect}' of product '{product}' is in use")]
    DefectInUse {
        /// The product.
        product: ProductCode,
        /// The defect.
        defect: DefectCode,
    },
    /// Another manual took its place since, or the file that it had replaced is gone.
    #[error("manual {0} cannot be taken back")]
    ManualReplaced(ManualId),
    /// Somebody cancelled.
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
}

/// The room's result.
pub type Result<T, E = LibraryError> = std::result::Result<T, E>;

impl LibraryError {
    /// What SQLite said about the database at `path`, by kind.
    pub(super) fn database(path: &Path, source: rusqlite::Error) -> Self {
        use rusqlite::ErrorCode;
        let path = path.to_owned();
        match source.sqlite_error_code() {
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => {
                Self::CorruptDatabase { path, why: source.to_string() }
            }
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::Busy { path },
            Some(ErrorCode::DiskFull) => Self::DiskFull { path },
            // On a full disk SQLite's shared memory cannot grow, which it calls an I/O error.
            Some(ErrorCode::SystemIoFailure) if is_on_full_disk(&path) => Self::DiskFull { path },
            _ => Self::Database { path, source },
        }
    }

    /// What the system said about the file at `path`, by kind.
    pub(super) fn io(path: &Path, source: std::io::Error) -> Self {
        use std::io::ErrorKind;
        let path = path.to_owned();
        match source.kind() {
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded => Self::DiskFull { path },
            _ => Self::Io { path, source },
        }
    }

    /// The file or row is as good as there, the library itself is not at fault:
    /// a scan reports it and goes on.
    pub fn is_about_one_file(&self) -> bool {
        matches!(
            self,
            Self::Io { .. }
                | Self::EmptyFile { .. }
                | Self::FileTooBig { .. }
                | Self::NotAnImage { .. }
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

/// Whether a page more fits beside `path`.
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
