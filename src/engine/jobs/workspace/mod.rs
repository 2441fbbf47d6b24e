//! The workspace and the program: demo, benchmark, evaluation, doctor, preferences, legacy data.

mod back_up;
mod bench;
mod change_language;
mod demo;
mod doctor;
mod evaluate;
mod import_legacy;
mod legacy_comparison;
mod preferences;
mod read_picture;
mod readiness;
mod restore_backup;
pub(crate) mod thumbnails;
mod unfinished_jobs;

pub use back_up::{BackUp, BackUpIfDue, BackedUp, ChangeBackupPlan};
pub use bench::{Bench, Benchmark, Measurement, SkippedMeasurement};
pub use change_language::ChangeLanguage;
pub use demo::{BuildDemo, DemoInspection};
pub use doctor::{Doctor, DoctorRenamed, DoctorReport, MissingRequirement};
pub use evaluate::{
    ClassEvaluation, DefectQuality, Evaluate, Evaluation, MaskNotes, NotTwoLevel, Quality,
    ScoredImage, TestRates,
};
pub use import_legacy::{ImportLegacyData, ImportedLegacyData, LegacyBankState};
pub use legacy_comparison::{BankQuality, LegacyComparison};
pub use preferences::{ChangePreference, GetPreferences, ListDevices, Preference, Preferences};
pub use read_picture::{PictureFile, ReadPicture};
pub use readiness::CheckReadiness;
pub use restore_backup::{RestoreBackup, VerifyBackup};
pub use thumbnails::{Thumbnail, Thumbnails};
pub use unfinished_jobs::{ForgetJob, ListUnfinished, RepeatJob};
