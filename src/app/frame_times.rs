//! Processor time of the window's own code in each frame. Other threads and programs do not count,
//! nor does the drawing by the graphics card or a software rasteriser.

use std::collections::VecDeque;
use std::time::Duration;

use cpu_time::ThreadTime;

/// Frames remembered.
const KEPT: usize = 2_000;

/// The time that a frame may take at 60 frames a second.
#[cfg(test)]
pub(super) const LIMIT: Duration = Duration::from_millis(16);

/// The times of the last frames.
#[derive(Default)]
pub(super) struct FrameTimes {
    frames: VecDeque<Duration>,
    /// The time so far of the present frame.
    now: Duration,
}

/// Percentiles of the last frames.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Summary {
    pub(super) frames: usize,
    pub(super) p50: Duration,
    pub(super) p99: Duration,
    pub(super) max: Duration,
}

impl FrameTimes {
    /// Adds the time since `begun` to the present frame.
    pub(super) fn spent(&mut self, begun: ThreadTime) {
        self.now += begun.elapsed();
    }

    /// Ends the present frame.
    pub(super) fn end(&mut self) {
        if self.frames.len() == KEPT {
            self.frames.pop_front();
        }
        self.frames.push_back(std::mem::take(&mut self.now));
    }

    /// Forgets all frames.
    #[cfg(test)]
    pub(super) fn forget(&mut self) {
        self.frames.clear();
    }

    /// Percentiles of the last frames; `None` before the first.
    pub(super) fn summary(&self) -> Option<Summary> {
        let mut sorted: Vec<Duration> = self.frames.iter().copied().collect();
        sorted.sort_unstable();
        let at = |share: f64| sorted.get((share * (sorted.len() as f64 - 1.0)).round() as usize);
        Some(Summary {
            frames: sorted.len(),
            p50: *at(0.5)?,
            p99: *at(0.99)?,
            max: *sorted.last()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_summary_is_of_the_last_frames() {
        let mut times = FrameTimes::default();
        assert_eq!(times.summary(), None);
        // The first is forgotten once there are more than are kept.
        for ms in 0..=KEPT as u64 {
            times.now = Duration::from_millis(ms);
            times.end();
        }
        let ms = |ms| Duration::from_millis(ms);
        let expected = Summary { frames: KEPT, p50: ms(1_001), p99: ms(1_980), max: ms(2_000) };
        assert_eq!(times.summary(), Some(expected));
        // Sleeping takes no processor time.
        let begun = ThreadTime::now();
        std::thread::sleep(Duration::from_millis(20));
        times.spent(begun);
        assert!(times.now < ms(10), "{:?}", times.now);
    }
}
