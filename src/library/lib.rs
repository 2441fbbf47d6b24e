//! The library of a workspace: an SQLite database (`data/fettle.db`) of products, defect types,
//! images, manuals, memory banks and inspections, and the files that belong to its rows.
//!
//! The database is the source of truth. A file and its row appear together or not at all, whatever
//! interrupts ([`Library::open`] undoes unfinished registrations), and any number of processes may
//! work on one workspace. Indexes and embeddings are not part of the library: they can be rebuilt.
//!
//! Start with [`Library`] and [`Library::open`]. Each other module adds the methods for one kind of
//! row; `file_store` describes how a file and its row are stored together, `layout` lists the
//! folders.

mod action_state;
mod archive;
mod archive_fault;
mod areas;
mod audit;
mod backup;
mod bank_sweep;
mod banks;
mod corrective_actions;
mod counts;
mod defect_mapping;
mod defect_regions;
mod deletions;
mod durable_file;
mod error;
mod failpoint;
mod feedback;
mod file_names;
mod file_store;
mod history;
mod history_pages;
mod image_file;
mod images;
mod imported_names;
mod inspections;
mod judgements;
mod layout;
mod legacy_folder;
mod lessons;
mod library;
mod limits;
mod lock;
mod manual_corrections;
mod manual_texts;
mod manual_versions;
mod manuals;
mod mask_file;
mod measurements;
mod migrate;
mod normal_codes;
mod open;
mod open_fault;
mod open_to_read;
mod people;
mod products;
mod recover;
mod registered;
mod relabelling;
mod retention;
mod rows;
mod scan;
mod source_file;
#[cfg(test)]
mod tests;
mod thresholds;
mod tokens;
mod uploads;

pub use archive::ImageArchive;
pub use archive_fault::ArchiveFault;
pub use backup::{
    BackedUpFile, BackupFault, BackupManifest, StagedBackup, restore_backup, verify_backup,
};
pub use bank_sweep::BANK_LOCK_NAME;
pub use banks::RegisteredBank;
pub use corrective_actions::{ImportedAction, action_digest};
pub use counts::Counts;
pub use defect_mapping::DefectMapping;
pub use error::{LibraryError, Result};
pub use history::HistoryCounts;
pub use image_file::{
    DecodedImage, decode_image, decode_image_of, is_picture_file, read_image, read_image_of,
};
pub use images::LabelFilter;
pub use imported_names::AddedNames;
pub use inspections::InspectionFilter;
pub use judgements::JudgedPicture;
pub use legacy_folder::{LegacyFile, LegacyFileKind, LegacyFolder, RefusedFile};
pub use library::{Library, Recovery};
pub use limits::{MAX_ARCHIVE_BYTES, MAX_ARCHIVE_ENTRIES};
pub use manual_corrections::{ManualLineage, corrections_digest};
pub use manual_texts::{ReadText, StoredManualText};
pub use manual_versions::ManualVersion;
pub use mask_file::{MaskLevels, read_mask};
pub use normal_codes::RenamedCode;
pub use open_fault::OpenFault;
pub use registered::Registered;
pub use retention::{DeletedUpload, ExpiredUpload};
pub use scan::{ImportedFile, ScanReport, ScannedAs};
pub use source_file::{content_hash, read_source};
pub use thresholds::BankThresholds;
pub use tokens::NewToken;
pub use uploads::StoredUpload;
