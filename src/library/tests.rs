//! Tests of the crate through its public methods, and what they share.

pub(crate) mod fixtures;

mod areas;
mod audit;
mod banks;
mod concurrency;
mod corrective_actions;
mod crash;
mod crash_recovery;
mod defect_regions;
mod feedback;
#[cfg(target_os = "linux")]
mod full_disk;
mod history_pages;
mod inspections;
mod judgements;
mod manual_corrections;
mod manual_versions;
mod measurements;
mod open;
mod products;
#[cfg(target_os = "linux")]
mod read_only;
mod registration;
mod released;
mod retention;
mod scan;
