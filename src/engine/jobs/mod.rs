//! Everything that can be asked of the engine: one file, one line here.

mod bank;
mod bank_versions;
mod catalogue;
mod demo;
mod doctor;
mod eval;
mod extend;
mod fit;
mod impact;
mod index;
mod inspect;
mod manuals;
mod models;
mod register;
mod scan;
mod search_manual;

pub use bank::{BankInfo, BankState, FitBank, FittedBank};
pub use bank_versions::{BankVersion, ListBanks, UndoBank, UndoneBank};
pub use catalogue::{AddDefectType, AddProduct, ListLibrary, ProductSummary};
pub use demo::{BuildDemo, DemoInspection};
pub use doctor::{Doctor, DoctorReport, Lack};
pub use eval::{ClassEvaluation, DefectQuality, Evaluate, Evaluation, Quality, ScoredImage};
pub use extend::{AddedImage, ExtendBank, ExtendedBank};
pub use impact::{Impact, VerdictChange};
pub use index::{BuildIndex, BuiltIndex, IndexInfo, IndexState};
pub use inspect::{Inspect, Inspected, place_id};
pub use manuals::{IngestManuals, ReadManual, RegisterManual};
pub use models::{FindModel, ListModels, ListedModel, PullModels, VerifiedModel, VerifyModels};
pub use register::{Refusal, RegisterImages, RegisteredImages};
pub use scan::ScanLibrary;
pub use search_manual::{FoundPassage, SearchManual};
