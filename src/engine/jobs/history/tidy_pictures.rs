//! Deleting the pictures of old inspections.

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use crate::error::Result;
use crate::protocol::{JobContext, NoEvent, Request};
use fettle_domain::Role;
use fettle_library::ExpiredUpload;

/// Files deleted at a time, since no inspection can be recorded meanwhile.
const BATCH: usize = 64;

/// Deletes the pictures of inspections older than a number of days; records and verdicts stay.
/// Pictures are kept where a user judged the part NG, where the action is open, where the picture is a
/// registered image, and where the same file was inspected again later.
#[derive(Debug, Clone, Copy)]
pub struct TidyPictures {
    /// Minimum age in days; `None`: as in the settings.
    pub days: Option<u32>,
    /// Only count, delete nothing.
    pub dry_run: bool,
}

/// Result of [`TidyPictures`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct TidiedPictures {
    /// Minimum age in days; `None`: pictures are kept forever.
    pub days: Option<u32>,
    /// Number of inspections without their pictures.
    pub inspections: usize,
    /// Number of files; a file may belong to several inspections.
    pub files: usize,
    /// Size of the files, in bytes.
    pub bytes: u64,
}

impl TidiedPictures {
    fn count(&mut self, copy: &ExpiredUpload) {
        self.inspections += copy.inspections;
        self.files += 1;
        self.bytes += copy.bytes;
    }
}

impl Request for TidyPictures {
    type Answer = TidiedPictures;
    type Event = NoEvent;

    fn name(&self) -> &'static str {
        "tidy-pictures"
    }

    /// What the settings say is done by itself; another number of days is for administrators.
    fn role(&self) -> Role {
        if self.days.is_none() || self.dry_run { Role::Operator } else { Role::Admin }
    }

    fn run(self, job: &JobContext) -> Result<TidiedPictures> {
        let days = self.days.or(job.shared.settings().keep_pictures_days);
        let mut tidied = TidiedPictures { days, ..TidiedPictures::default() };
        let Some(days) = days else { return Ok(tidied) };
        let before = Timestamp::now() - SignedDuration::from_hours(24 * i64::from(days));
        let copies = job.library(move |library| library.expired_uploads(before))?;
        if self.dry_run {
            copies.iter().for_each(|copy| tidied.count(copy));
            return Ok(tidied);
        }
        for (index, batch) in copies.chunks(BATCH).enumerate() {
            job.check()?;
            job.report("progress-tidy", "", (index * BATCH) as u64, copies.len() as u64);
            let paths: Vec<String> = batch.iter().map(|copy| copy.path.clone()).collect();
            let deleted =
                job.library(move |library| library.delete_uploads(&paths, before, days))?;
            deleted.iter().for_each(|copy| tidied.count(copy));
        }
        Ok(tidied)
    }
}
