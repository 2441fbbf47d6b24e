//! The commands, one file each: from arguments to a request, from the answer to text.

pub(super) mod actions;
pub(super) mod backup;
pub(super) mod bank;
mod bank_learn;
mod bank_thresholds;
mod bank_versions;
pub(super) mod bench;
pub(super) mod demo;
pub(super) mod doctor;
pub(super) mod eval;
pub(super) mod feedback;
pub(super) mod history;
pub(super) mod import_seed;
pub(super) mod index;
pub(super) mod inspect;
mod known_defects;
mod left_out;
pub(super) mod library;
pub(super) mod manual;
pub(super) mod manual_answer;
mod manual_versions;
mod mask_notes;
pub(super) mod models;
mod rejected_files;
pub(super) mod roi;
pub(super) mod search;
mod stage_result;
