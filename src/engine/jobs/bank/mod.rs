//! Memory banks: fitting, extending, thresholds, inspection areas.

mod active_bank;
mod backtest;
mod bank_files;
mod bank_info;
pub(crate) mod bank_stats;
mod bank_versions;
mod calibration;
mod extend_bank;
pub(crate) mod fit;
pub(crate) mod fit_bank;
pub(crate) mod inspection_area;
pub(crate) mod normal_index;
pub(crate) mod normal_pictures;
mod patch_statistics;
mod rethreshold;
pub(crate) mod score_plots;

pub use backtest::{Backtest, VerdictChange};
pub use bank_info::{BankInfo, BankState};
pub use bank_stats::{BankStatistics, BankStats, ScoredDefect, ScoredNormal, SuspiciousImage};
pub use bank_versions::{BankVersion, ListBanks, UndoBank, UndoneBank};
pub use extend_bank::{AddedImage, ExtendBank, ExtendedBank};
pub use fit_bank::{FitBank, FittedBank};
pub use inspection_area::{AreaState, AreaUnit, DrawArea, DrawnShape};
pub use rethreshold::{LimitChange, Rethreshold, Rethresholded};
