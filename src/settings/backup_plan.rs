//! When the workspace is backed up without being asked.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::setting_fault::{SettingFault, check_range};

/// Back-ups that are made while the window is open, once the newest is old enough.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BackupPlan {
    /// The folder of the back-ups, by its absolute path; better on another disk.
    pub folder: PathBuf,
    /// Days from one to the next, 1 to [`Self::MOST_DAYS`].
    pub days: u32,
    /// How many are kept, 1 to [`Self::MOST_KEPT`]: the oldest is deleted when a newer one is
    /// complete.
    pub keep: u32,
}

impl BackupPlan {
    /// Largest value of `days`: a year.
    pub const MOST_DAYS: u32 = 365;
    /// Largest value of `keep`.
    pub const MOST_KEPT: u32 = 100;

    /// A week's back-ups of one a day, in `folder`.
    pub fn daily(folder: PathBuf) -> Self {
        Self { folder, days: 1, keep: 7 }
    }
}

pub(super) fn check_backups(plan: &Option<BackupPlan>) -> Result<(), SettingFault> {
    let Some(BackupPlan { folder, days, keep }) = plan else { return Ok(()) };
    check_range((*days).into(), BackupPlan::MOST_DAYS.into())?;
    check_range((*keep).into(), BackupPlan::MOST_KEPT.into())?;
    match folder.is_absolute() {
        true => Ok(()),
        false => Err(SettingFault::NotAbsolute(folder.clone())),
    }
}
