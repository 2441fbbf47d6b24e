//! Everything that can be asked of the engine: one file, one line here.

mod area;
mod bank;
mod bank_in_use;
mod bank_stats;
mod bank_versions;
mod bench;
mod catalogue;
mod demo;
mod doctor;
mod eval;
mod extend;
mod fit;
mod impact;
mod import_seed;
mod index;
mod inspect;
mod known_defects;
mod language;
mod manuals;
mod models;
mod plots;
mod register;
mod remove;
mod rethreshold;
mod scan;
mod search;
mod search_manual;
mod seed_comparison;
mod twins;

pub use area::{AreaState, AreaUnit, DrawArea, DrawnShape};
pub use bank::{BankInfo, BankState, FitBank, FittedBank};
pub use bank_stats::{BankStatistics, BankStats, ScoredDefect, ScoredNormal, SuspiciousImage};
pub use bank_versions::{BankVersion, ListBanks, UndoBank, UndoneBank};
pub use bench::{Bench, Benchmark, Measurement, Skipped};
pub use catalogue::{AddDefectType, AddProduct, ListLibrary, ProductSummary};
pub use demo::{BuildDemo, DemoInspection};
pub use doctor::{Doctor, DoctorReport, Lack};
pub use eval::{
    ClassEvaluation, DefectQuality, Evaluate, Evaluation, Quality, ScoredImage, TestRates,
};
pub use extend::{AddedImage, ExtendBank, ExtendedBank};
pub use impact::{Impact, VerdictChange};
pub use import_seed::{ImportSeed, ImportedSeed, SeedBankState};
pub use index::{BuildIndex, BuiltIndex, IndexInfo, IndexState};
pub use inspect::{Inspect, Inspected};
pub use language::ChangeLanguage;
pub use manuals::{IngestManuals, ReadManual, RegisterManual};
pub use models::{FindModel, ListModels, ListedModel, PullModels, VerifiedModel, VerifyModels};
pub use register::{Refusal, RegisterImages, RegisteredImages};
pub use remove::RemoveImages;
pub use rethreshold::{LimitChange, Rethreshold, Rethresholded};
pub use scan::ScanLibrary;
pub use search::{Among, Query, Search};
pub use search_manual::{FoundPassage, SearchManual};
pub use seed_comparison::{BankQuality, SeedComparison};
pub use twins::Twin;
