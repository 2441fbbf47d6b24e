//! Memory banks: fitting, extending, thresholds, inspection areas.

mod active_bank;
mod backtest;
mod bank_files;
mod bank_info;
pub(crate) mod bank_stats;
mod bank_versions;
pub(crate) mod calibration;
mod extend_bank;
mod extension;
pub(crate) mod fit;
pub(crate) mod fit_bank;
pub(crate) mod inspection_area;
mod known_defects_summary;
mod learn_defects;
mod normal_capture;
pub(crate) mod normal_index;
pub(crate) mod normal_pictures;
mod patch_statistics;
mod product_lock;
mod rethreshold;
pub(crate) mod score_plots;
pub(crate) mod scored_bank;

pub use backtest::{Backtest, VerdictChange};
pub use bank_info::{BankInfo, BankState};
pub use bank_stats::{
    BankStatistics, BankStats, RatesOfLimits, ScoredDefect, ScoredNormal, SuspiciousImage,
};
pub use bank_versions::{BankVersion, ListBanks, UndoBank, UndoneBank};
pub use extend_bank::{AddedImage, ExtendBank, ExtendedBank};
pub use fit_bank::{FitBank, FittedBank};
pub use inspection_area::{AreaState, AreaUnit, DrawArea, DrawnShape};
pub use known_defects_summary::KnownDefectsSummary;
pub use learn_defects::{LearnDefects, LearnedDefects};
pub use rethreshold::{LimitChange, Rethreshold, Rethresholded};
