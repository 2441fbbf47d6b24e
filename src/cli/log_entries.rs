//! Reading the log that the window and the server keep.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde_json::{Map, Value};

/// A line of the log.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct LogEntry {
    at: Timestamp,
    /// The line as it stands in the file.
    pub(crate) line: String,
    content: Map<String, Value>,
}

/// Keys of an entry that are no values of it.
const NOT_VALUES: [&str; 5] = ["timestamp", "level", "target", "message", "spans"];

impl LogEntry {
    fn read(line: &str) -> Option<Self> {
        let content: Map<String, Value> = serde_json::from_str(line).ok()?;
        let at = content.get("timestamp")?.as_str()?.parse().ok()?;
        Some(Self { at, line: line.to_owned(), content })
    }

    /// The entry for people: when, how grave, within what, and what happened.
    pub(crate) fn text(&self) -> String {
        let word = |key: &str| self.content.get(key).and_then(Value::as_str).unwrap_or_default();
        let mut text =
            format!("{} {:5}", self.at.round(jiff::Unit::Second).unwrap_or(self.at), word("level"));
        for span in self.content.get("spans").and_then(Value::as_array).into_iter().flatten() {
            let Some(span) = span.as_object() else { continue };
            let name = span.get("name").and_then(Value::as_str).unwrap_or_default();
            let values = values(span.iter().filter(|(key, _)| *key != "name"));
            text.push_str(&format!(" {name}{{{values}}}:"));
        }
        let message = word("message");
        let own =
            values(self.content.iter().filter(|(key, _)| !NOT_VALUES.contains(&key.as_str())));
        for part in [message, &own].into_iter().filter(|part| !part.is_empty()) {
            text.push(' ');
            text.push_str(part);
        }
        text
    }
}

/// `key=value …`.
fn values<'a>(pairs: impl Iterator<Item = (&'a String, &'a Value)>) -> String {
    let pairs = pairs.map(|(key, value)| match value.as_str() {
        Some(text) => format!("{key}={text}"),
        None => format!("{key}={value}"),
    });
    pairs.collect::<Vec<_>>().join(" ")
}

/// The files of the log in `folder`; none where there is no such folder.
///
/// # Errors
/// A folder that cannot be read.
pub(crate) fn log_files(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries?,
    };
    let mut files = Vec::new();
    for entry in entries {
        let path = entry?.path();
        if path.is_file() && path.extension().is_some_and(|ending| ending == "log") {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

/// The entries in `folder` since `since`, the oldest first. A line that a crash cut off is left out.
///
/// # Errors
/// A file that cannot be read.
pub(crate) fn entries_since(folder: &Path, since: Timestamp) -> io::Result<Vec<LogEntry>> {
    let mut entries = Vec::new();
    for file in log_files(folder)? {
        let bytes = fs::read(&file)?;
        let text = String::from_utf8_lossy(&bytes);
        entries.extend(text.lines().filter_map(LogEntry::read).filter(|entry| entry.at >= since));
    }
    entries.sort_by_key(|entry| entry.at);
    Ok(entries)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_of_all_files_are_read_in_order() {
        let dir = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| fs::write(dir.path().join(name), text).unwrap();
        let entry = |at: &str, rest: &str| format!("{{\"timestamp\":\"{at}\",{rest}}}\n");
        let request = r#""level":"INFO","message":"answered","status":200,"target":"fettle_server::measure","spans":[{"id":"0f","method":"GET","route":"/parts/{id}","name":"request"}]"#;
        write("server.log", &entry("2026-11-30T10:00:02.5Z", request));
        write(
            "server.1.log",
            &(entry("2026-11-30T10:00:00Z", r#""level":"WARN","message":"old""#)
                + &entry("2026-11-30T09:00:00Z", r#""level":"WARN","message":"older""#)),
        );
        write(
            "window.log",
            &(entry("2026-11-30T10:00:01Z", r#""level":"ERROR","error":"없음""#) + "{\"cut"),
        );
        write("note.txt", "no log");
        let since = "2026-11-30T10:00:00Z".parse().unwrap();
        let entries = entries_since(dir.path(), since).unwrap();
        let texts: Vec<_> = entries.iter().map(LogEntry::text).collect();
        assert_eq!(
            texts,
            [
                "2026-11-30T10:00:00Z WARN  old",
                "2026-11-30T10:00:01Z ERROR error=없음",
                "2026-11-30T10:00:03Z INFO  request{id=0f method=GET route=/parts/{id}}: answered status=200",
            ]
        );
        assert!(entries[2].line.contains("fettle_server::measure"));
        assert!(log_files(&dir.path().join("none")).unwrap().is_empty());
    }
}
