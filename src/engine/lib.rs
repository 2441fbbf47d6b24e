//! The only door to networks, library, manuals and index.
//!
//! [`Engine::submit`] takes any [`Request`]; the files of `jobs/` are all there are. What requests
//! and jobs have in common is in `protocol/`. What only one thread may touch lives in lanes
//! (`lane.rs`); which device they compute on is decided in `devices.rs`.

mod asker;
mod devices;
mod engine;
mod error;
mod error_kind;
mod explain;
mod jobs;
mod lane;
mod language_lane;
mod manual_warnings;
mod options;
mod picture_notices;
mod protocol;
mod residency;
mod server;
mod shared;
mod sign_in_attempts;
mod user;
mod vision_lane;
mod window_claim;
mod worker;
mod workspace_files;

pub use engine::Engine;
pub use error::{EngineError, Result};
pub use error_kind::ErrorKind;
pub use fettle_library::{Counts, ScanReport};
pub use fettle_manuals::{Corrected, apply_corrections};
pub use fettle_models::manifest::ModelEntry;
pub use fettle_models::store::{ModelState, PullReport, Verdict as FileVerdict};
pub use fettle_report::{GOTHIC, GOTHIC_BOLD, Pictures, is_own_picture};
pub use fettle_system::{ScratchFolder, free_bytes, read as read_own_file};
pub use fettle_vision::align::position::PositionRange;
pub use fettle_vision::defect_term::{TermGain, TermOutcome};
pub use fettle_vision::sensitivity::{CompressedScores, Sensitivity};
pub use fettle_vision::thresholds::{ExpectedRates, LimitUncertainty, Rates};
pub use jobs::*;
pub use manual_warnings::explain_manual_warning;
pub use options::EngineOptions;
pub use picture_notices::PictureNotices;
pub use protocol::{
    JobContext, JobHandle, JobRecord, JobStep, JobSummary, JobUpdate, NoEvent, Request,
    UnfinishedJob,
};
pub use window_claim::WindowClaim;
pub use worker::{JOB_THREADS, QUICK_JOB_THREADS};
