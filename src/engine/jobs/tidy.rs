//! Letting the pictures of old inspections go.

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use crate::error::Result;
use crate::request::{JobContext, Request};
use fettle_library::TidyCopy;

/// Files removed at once: nobody can inspect meanwhile.
const BATCH: usize = 64;

/// Lets the pictures go of inspections that are older than so many days; records and verdicts
/// stay. Kept are those that a person called NG, whose action is open, that show a registered
/// image, and whose very file was inspected again later.
#[derive(Debug, Clone, Copy)]
pub struct TidyPictures {
    /// Older than so many days; `None`: as the settings say.
    pub days: Option<u32>,
    /// Only count them.
    pub dry_run: bool,
}

/// What went, or would go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct TidiedPictures {
    /// Older than so many days; `None`: pictures are kept for ever.
    pub days: Option<u32>,
    /// Inspections that are without their pictures.
    pub inspections: usize,
    /// Files: one may belong to several inspections.
    pub files: usize,
    /// Their size.
    pub bytes: u64,
}

impl TidiedPictures {
    fn count(&mut self, copy: &TidyCopy) {
        self.inspections += copy.inspections;
        self.files += 1;
        self.bytes += copy.bytes;
    }
}

impl Request for TidyPictures {
    type Answer = TidiedPictures;

    fn name(&self) -> &'static str {
        "tidy-pictures"
    }

    fn run(self, job: &JobContext) -> Result<TidiedPictures> {
        let days = self.days.or(job.shared.settings().keep_pictures_days);
        let mut tidied = TidiedPictures { days, ..TidiedPictures::default() };
        let Some(days) = days else { return Ok(tidied) };
        let before = Timestamp::now() - SignedDuration::from_hours(24 * i64::from(days));
        let copies = job.shared.library(move |library| library.copies_to_tidy(before))?;
        if self.dry_run {
            copies.iter().for_each(|copy| tidied.count(copy));
            return Ok(tidied);
        }
        for (index, batch) in copies.chunks(BATCH).enumerate() {
            job.check()?;
            job.report("progress-tidy", "", (index * BATCH) as u64, copies.len() as u64);
            let paths: Vec<String> = batch.iter().map(|copy| copy.path.clone()).collect();
            let gone = job.shared.library(move |library| library.tidy(&paths, before, days))?;
            gone.iter().for_each(|copy| tidied.count(copy));
        }
        Ok(tidied)
    }
}
