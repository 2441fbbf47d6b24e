//! The program's log in memory, for the log panel.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

/// Lines kept; older ones are only in the terminal that started the program.
const KEPT: usize = 2_000;

/// The last lines of the log, oldest first. Clones share the lines.
#[derive(Debug, Clone, Default)]
pub struct LogLines(Arc<Mutex<VecDeque<String>>>);

impl LogLines {
    /// Adds a line.
    pub fn push(&self, line: &str) {
        let mut lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if lines.len() == KEPT {
            lines.pop_front();
        }
        lines.push_back(line.trim_end().to_owned());
    }

    /// The lines that contain `wanted`, in upper or lower case; all where `wanted` is empty.
    pub(crate) fn containing(&self, wanted: &str) -> Vec<String> {
        let lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let wanted = wanted.to_lowercase();
        lines.iter().filter(|line| line.to_lowercase().contains(&wanted)).cloned().collect()
    }
}

/// `tracing` writes whole lines at a time.
impl std::io::Write for LogLines {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        String::from_utf8_lossy(bytes).lines().for_each(|line| self.push(line));
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    #[test]
    fn the_last_lines_are_kept_and_filtered() {
        let mut log = LogLines::default();
        for n in 0..KEPT + 5 {
            log.write_all(format!("INFO line {n}\n").as_bytes()).unwrap();
        }
        log.write_all("WARN 모델이 없습니다\n".as_bytes()).unwrap();
        assert_eq!(log.containing("").len(), KEPT);
        assert_eq!(log.containing("line 5").first().unwrap(), "INFO line 50");
        assert_eq!(log.containing("모델"), ["WARN 모델이 없습니다"]);
    }
}
