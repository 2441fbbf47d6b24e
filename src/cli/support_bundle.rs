//! What somebody who is to help needs to know of this machine and workspace, in one file: versions,
//! settings, what is missing, the log. No picture, no manual and no token.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::Path;

use serde_json::{Map, Value};
use zip::write::SimpleFileOptions;

use crate::log_entries::log_files;
use fettle_engine::DoctorReport;
use fettle_settings::{Settings, Workspace};

/// Writes the bundle to `path`, where no file may be yet.
///
/// # Errors
/// A file that cannot be read or written.
pub(crate) fn write_bundle(
    path: &Path,
    (workspace, settings): (&Workspace, Settings),
    report: &DoctorReport,
) -> io::Result<()> {
    let file = File::create_new(path)?;
    let written = fill(file, (workspace, settings), report);
    if written.is_err() {
        // Half a bundle helps nobody, and would stand in the way of the next.
        let _left = fs::remove_file(path);
    }
    written
}

fn fill(
    file: File,
    (workspace, settings): (&Workspace, Settings),
    report: &DoctorReport,
) -> io::Result<()> {
    let mut bundle = zip::ZipWriter::new(file);
    let mut add = |name: &str, content: &[u8]| -> io::Result<()> {
        bundle.start_file(name, SimpleFileOptions::default())?;
        bundle.write_all(content)
    };
    add("about.txt", about(report).as_bytes())?;
    add("doctor.json", &serde_json::to_vec_pretty(&report_without_secrets(report))?)?;
    add("settings.json", &serde_json::to_vec_pretty(&without_secrets(settings))?)?;
    for file in log_files(&workspace.logs_dir())? {
        if let Some(name) = file.file_name().and_then(|name| name.to_str()) {
            add(&format!("logs/{name}"), &fs::read(&file)?)?;
        }
    }
    bundle.finish()?.sync_all()
}

/// The versions of program and system.
fn about(report: &DoctorReport) -> String {
    let kernel = fs::read_to_string("/proc/version").unwrap_or_default();
    let (os, cpu) = (std::env::consts::OS, std::env::consts::ARCH);
    let made_at = jiff::Timestamp::now();
    format!("fettle {}\n{os} {cpu}\n{}\n{made_at}\n", report.version, kernel.trim())
}

/// The settings that this version knows, without what lets anybody in.
fn without_secrets(settings: Settings) -> Value {
    let mut settings = Settings { unknown: Map::new(), ..settings };
    for remote in settings.remote.values_mut() {
        remote.address = without_user(&remote.address);
    }
    serde_json::to_value(settings).unwrap_or_default()
}

fn report_without_secrets(report: &DoctorReport) -> DoctorReport {
    let mut report = report.clone();
    for remote in report.remote.values_mut() {
        remote.address = without_user(&remote.address);
    }
    report
}

/// An address of the web without name, password and query.
fn without_user(address: &str) -> String {
    let address = address.split(['?', '#']).next().unwrap_or_default();
    let Some((scheme, rest)) = address.split_once("://") else {
        return address.rsplit('@').next().unwrap_or_default().to_owned();
    };
    let (host, path) = rest.split_once('/').map_or((rest, None), |(host, path)| (host, Some(path)));
    let host = host.rsplit('@').next().unwrap_or_default();
    path.map_or_else(|| format!("{scheme}://{host}"), |path| format!("{scheme}://{host}/{path}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_lose_what_lets_anybody_in() {
        let cases = [
            ("http://localhost:8080", "http://localhost:8080"),
            ("https://me:secret@host/v1", "https://host/v1"),
            ("https://host/v1?key=secret#x", "https://host/v1"),
            ("me:secret@host", "host"),
            ("https://a@b@host/x@y", "https://host/x@y"),
        ];
        for (address, expected) in cases {
            assert_eq!(without_user(address), expected, "{address}");
        }
    }
}
