//! Folders and files of a workspace, relative to its root, with `/`.

use fettle_domain::ProductCode;

/// The database.
pub(crate) const DATABASE_PATH: &str = "data/fettle.db";
/// The lock file of processes that store or delete files.
pub(crate) const LOCK_PATH: &str = "data/fettle.lock";

/// The mark of a folder into which a backup is being restored.
pub(crate) const RESTORE_MARK_PATH: &str = "data/restore-unfinished";
/// Folder of the copies of the database from before migrations.
pub(crate) const BACKUP_FOLDER: &str = "data/backups";

/// Folder of the defect images.
pub(crate) const DEFECT_FOLDER: &str = "data/def_split";
/// Folder of the products' folders of normal images.
pub(crate) const NORMAL_FOLDER: &str = "data/patchCore";
/// Folder of the copies of inspected images.
pub(crate) const UPLOAD_FOLDER: &str = "data/uploads";
/// Folder of the masks of inspection areas.
pub(crate) const MASK_FOLDER: &str = "data/areas";
/// Folder of the manuals.
pub(crate) const MANUAL_FOLDER: &str = "manual_store";

/// All folders that files are stored in.
pub(crate) const STORED_FOLDERS: &[&str] =
    &[DEFECT_FOLDER, NORMAL_FOLDER, UPLOAD_FOLDER, MASK_FOLDER, MANUAL_FOLDER];

/// Folder of the products' folders of memory banks.
pub(crate) const BANK_FOLDER: &str = "data/banks";
/// Folder of the folders that jobs need for a while.
pub(crate) const SCRATCH_FOLDER: &str = "data/scratch";
/// Folders beside them in which files are replaced: of indexes, of the journal of jobs, and of the
/// settings.
pub(crate) const OTHER_FOLDERS: &[&str] = &["data/index", "data/unfinished", "data", ""];

/// Folder of a product's normal images.
pub(crate) fn normal_folder(product: &ProductCode) -> String {
    format!("{NORMAL_FOLDER}/{product}/ok")
}
