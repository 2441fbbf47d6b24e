//! The file that the log goes to: a few files of bounded size, the oldest of which is removed.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Bytes of a file, after which the next one is begun.
const MOST_BYTES: u64 = 5_000_000;
/// Files that are kept beside the one being written.
const KEPT: usize = 4;

/// The files `<name>.log`, `<name>.1.log` (the last full one), … of a folder. They are made with the first
/// line: a program that has nothing to say leaves nothing.
#[derive(Debug)]
pub(crate) struct LogFile {
    folder: PathBuf,
    name: &'static str,
    open: Option<(File, u64)>,
}

impl LogFile {
    /// The files of this name in `folder`.
    pub(crate) fn new(folder: &Path, name: &'static str) -> Self {
        Self { folder: folder.to_owned(), name, open: None }
    }

    fn path(&self, number: usize) -> PathBuf {
        match number {
            0 => self.folder.join(format!("{}.log", self.name)),
            _ => self.folder.join(format!("{}.{number}.log", self.name)),
        }
    }

    /// The file to write to, once `more` bytes fit in.
    fn file(&mut self, more: u64) -> io::Result<&mut (File, u64)> {
        let opened = match self.open.take() {
            Some(open) => open,
            None => self.begin()?,
        };
        let has_room = opened.1 == 0 || opened.1 + more <= MOST_BYTES;
        let opened = match has_room {
            true => opened,
            false => {
                drop(opened);
                self.turn()?;
                self.begin()?
            }
        };
        Ok(self.open.insert(opened))
    }

    /// Opens the file to be written, and how long it is.
    fn begin(&self) -> io::Result<(File, u64)> {
        fs::create_dir_all(&self.folder)?;
        let file = OpenOptions::new().create(true).append(true).open(self.path(0))?;
        let bytes = file.metadata()?.len();
        Ok((file, bytes))
    }

    /// Gives each file the next number; the oldest goes.
    fn turn(&self) -> io::Result<()> {
        for number in (0..KEPT).rev() {
            match fs::rename(self.path(number), self.path(number + 1)) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
        }
        Ok(())
    }
}

/// Whole lines at a time.
impl Write for LogFile {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let (file, bytes) = self.file(line.len() as u64)?;
        file.write_all(line)?;
        *bytes += line.len() as u64;
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.open.as_mut().map_or(Ok(()), |(file, _)| file.flush())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_have_a_size_and_a_number_at_most() {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().join("new/logs");
        let mut log = LogFile::new(&folder, "server");
        assert!(!folder.exists(), "nothing was said yet");
        let line = |number: usize| format!("{number:09}{}\n", "x".repeat(990));
        let lines = 40_000;
        for number in 0..lines {
            // Closed and opened again, as by the next start of the program.
            if number == 1_000 {
                log = LogFile::new(&folder, "server");
            }
            log.write_all(line(number).as_bytes()).unwrap();
        }
        let mut names: Vec<_> =
            fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        names.sort();
        let expected =
            ["server.1.log", "server.2.log", "server.3.log", "server.4.log", "server.log"];
        assert_eq!(names, expected);
        for name in expected {
            assert!(fs::metadata(folder.join(name)).unwrap().len() <= MOST_BYTES, "{name}");
        }
        // The newest lines are there, one after the other.
        let order = ["server.4.log", "server.3.log", "server.2.log", "server.1.log", "server.log"];
        let text: String =
            order.iter().map(|name| fs::read_to_string(folder.join(name)).unwrap()).collect();
        let numbers: Vec<usize> = text
            .lines()
            .map(|line| line.chars().take(9).collect::<String>().parse().unwrap())
            .collect();
        assert!(numbers.len() > 20_000, "{}", numbers.len());
        let first = lines - numbers.len();
        assert!(numbers.iter().copied().eq(first..lines));
    }

    #[test]
    fn a_line_that_is_longer_than_a_file_is_kept_whole() {
        let dir = tempfile::tempdir().unwrap();
        let mut log = LogFile::new(dir.path(), "window");
        log.write_all(b"before\n").unwrap();
        let long = "y".repeat(MOST_BYTES as usize + 1);
        log.write_all(long.as_bytes()).unwrap();
        log.write_all(b"after\n").unwrap();
        let read = |name: &str| fs::read_to_string(dir.path().join(name)).unwrap();
        assert_eq!(read("window.2.log"), "before\n");
        assert_eq!(read("window.1.log").len(), long.len());
        assert_eq!(read("window.log"), "after\n");
    }
}
