//! Everything that can be asked of the engine: one file, one line here.

mod bank;
mod bank_stats;
mod catalogue;
mod demo;
mod doctor;
mod eval;
mod fit;
mod import_seed;
mod index;
mod inspect;
mod known_defects;
mod manuals;
mod models;
mod plots;
mod register;
mod rethreshold;
mod scan;
mod search_manual;

pub use bank::{BankInfo, BankState, FitBank, FittedBank};
pub use bank_stats::{BankStatistics, BankStats, ScoredDefect, ScoredNormal, SuspiciousImage};
pub use catalogue::{AddDefectType, AddProduct, ListLibrary, ProductSummary};
pub use demo::{BuildDemo, DemoInspection};
pub use doctor::{Doctor, DoctorReport, Lack};
pub use eval::{
    ClassEvaluation, DefectQuality, Evaluate, Evaluation, Quality, ScoredImage, TestRates,
};
pub use import_seed::{ImportSeed, ImportedSeed, SeedBankState};
pub use index::{BuildIndex, BuiltIndex, IndexInfo, IndexState};
pub use inspect::{Inspect, Inspected, place_id};
pub use manuals::{IngestManuals, ReadManual, RegisterManual};
pub use models::{FindModel, ListModels, ListedModel, PullModels, VerifiedModel, VerifyModels};
pub use register::{Refusal, RegisterImages, RegisteredImages};
pub use rethreshold::{LimitChange, Rethreshold, Rethresholded};
pub use scan::ScanLibrary;
pub use search_manual::{FoundPassage, SearchManual};
