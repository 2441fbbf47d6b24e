//! Source: files in a local directory, on a USB stick or a network share.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use super::disk::{io_error, remove};
use super::hash::HashedFile;
use super::progress::{ByteProgress, STEP_COPY};
use super::source::{FetchedFile, FileRequest, Source, SourceError};
use super::wheel::{self, Part};
use crate::manifest::{ModelFile, PipPackage, SourceEntry};
use fettle_domain::ProgressSink;

/// Depth to which the directory is searched.
const MAX_DEPTH: usize = 4;

/// Directory or single file named with `--from`.
pub(super) struct Directory {
    pub(super) path: PathBuf,
}

impl Source for Directory {
    fn name(&self) -> String {
        self.path.display().to_string()
    }

    fn is_remote(&self) -> bool {
        false
    }

    fn fetch(
        &self,
        request: &FileRequest<'_>,
        sink: &dyn ProgressSink,
    ) -> Result<FetchedFile, SourceError> {
        let mut wrong = Vec::new();
        for parts in self.candidates(request, sink)? {
            let Some(first) = parts.first() else { continue };
            let name = first.path().display().to_string();
            match copy(&parts, request, sink) {
                Ok(sha256) => {
                    return Ok(FetchedFile { path: request.part(), sha256, published: None });
                }
                Err(SourceError::Unavailable(why)) => wrong.push(format!("{name}: {why}")),
                Err(stop) => return Err(stop),
            }
        }
        Err(SourceError::Unavailable(if wrong.is_empty() {
            format!("nothing there is {}", described(request.file))
        } else {
            wrong.join("; ")
        }))
    }

    fn discard(&self, request: &FileRequest<'_>) {
        remove(&request.part());
    }
}

impl Directory {
    /// Parts that may make up the file, likeliest candidate first.
    fn candidates(
        &self,
        request: &FileRequest<'_>,
        sink: &dyn ProgressSink,
    ) -> Result<Vec<Vec<Part>>, SourceError> {
        let file = request.file;
        let whole = |path: PathBuf| vec![Part::File(path)];
        if self.path.is_file() {
            return Ok(vec![whole(self.path.clone())]);
        }
        let mut found = Vec::new();
        // The name of the folder identifies the file, even without a known hash.
        let own = self.path.join(&request.entry.id.0).join(&file.name);
        if own.is_file() {
            found.push(whole(own.clone()));
        }
        if file.sha256.is_none() {
            return Ok(found);
        }

        let here = self.files(sink)?;
        let named = here.iter().filter(|p| file_name(p) == file.name && **p != own);
        found.extend(named.map(|path| whole(path.clone())));
        found.extend(split_parts(&here, file));
        for source in &file.sources {
            if let SourceEntry::Pip { packages, .. } = source {
                found.extend(from_wheels(&here, packages));
                found.extend(from_members(&here, packages));
            }
        }
        // Under any other name: files of the same size, of which the hash decides.
        let same_size = here.iter().filter(|p| {
            file_name(p) != file.name
                && file.bytes.is_some()
                && fs::metadata(p).ok().map(|m| m.len()) == file.bytes
        });
        found.extend(same_size.map(|path| whole(path.clone())));
        Ok(found)
    }

    /// All files, in a fixed order.
    fn files(&self, sink: &dyn ProgressSink) -> Result<Vec<PathBuf>, SourceError> {
        let mut files = Vec::new();
        for entry in walkdir::WalkDir::new(&self.path).max_depth(MAX_DEPTH).sort_by_file_name() {
            sink.check()?;
            // An unreadable folder does not hide the readable ones.
            let Ok(entry) = entry else { continue };
            if entry.path().is_file() {
                files.push(entry.into_path());
            }
        }
        Ok(files)
    }
}

/// Concatenates `parts` to the file and checks it; returns its SHA-256.
fn copy(
    parts: &[Part],
    request: &FileRequest<'_>,
    sink: &dyn ProgressSink,
) -> Result<String, SourceError> {
    let part = request.part();
    if let ([Part::File(path)], Some(expected)) = (parts, request.file.bytes) {
        let bytes = fs::metadata(path).map_err(|e| SourceError::Unavailable(e.to_string()))?.len();
        if bytes != expected {
            return Err(SourceError::Unavailable(format!("it has {bytes} bytes, not {expected}")));
        }
    }
    let out = HashedFile::create(&part, request.file.bytes)?;
    let progress = ByteProgress {
        sink,
        step: STEP_COPY,
        subject: &request.file.name,
        total: request.file.bytes,
    };
    let sha256 =
        wheel::concatenate(parts, out, &progress).map_err(|(i, e)| match SourceError::from(e) {
            SourceError::Unavailable(why) => {
                let name = parts.get(i).map(|p| file_name(p.path())).unwrap_or_default();
                SourceError::Unavailable(format!("{name}: {why}"))
            }
            stop => stop,
        })?;
    let bytes = fs::metadata(&part).map_err(io_error(&part))?.len();
    request.check(bytes, &sha256).map_err(SourceError::Unavailable)?;
    Ok(sha256)
}

/// Sets of `<file>.part01`, `<file>.part02`, … or `<file>.001`, …: files split for a FAT32 stick.
/// Each folder with such parts is one candidate.
fn split_parts(here: &[PathBuf], file: &ModelFile) -> Vec<Vec<Part>> {
    let mut sets: BTreeMap<PathBuf, Vec<(u32, PathBuf)>> = BTreeMap::new();
    for path in here {
        let name = file_name(path);
        let Some(suffix) = name.strip_prefix(file.name.as_str()) else { continue };
        let Some(suffix) = suffix.strip_prefix('.') else { continue };
        let number = suffix.strip_prefix("part").unwrap_or(suffix);
        if let (Ok(number), Some(parent)) = (number.parse(), path.parent()) {
            sets.entry(parent.to_owned()).or_default().push((number, path.clone()));
        }
    }
    let to_parts = |mut set: Vec<(u32, PathBuf)>| {
        set.sort();
        set.into_iter().map(|(_, path)| Part::File(path)).collect()
    };
    sets.into_values().map(to_parts).collect()
}

/// The members of the wheels of all packages, if all wheels are present.
fn from_wheels(here: &[PathBuf], packages: &[PipPackage]) -> Option<Vec<Part>> {
    let wheel_of = |package: &PipPackage| {
        let wheel = here.iter().find(|p| wheel::is_wheel_of(&file_name(p), package))?;
        Some(Part::Member { wheel: wheel.clone(), member: package.member.clone() })
    };
    packages.iter().map(wheel_of).collect()
}

/// The members of all packages as unpacked files, if all are present.
fn from_members(here: &[PathBuf], packages: &[PipPackage]) -> Option<Vec<Part>> {
    let member_of = |package: &PipPackage| {
        let by_path = here.iter().find(|p| p.ends_with(&package.member));
        let name = file_name(Path::new(&package.member));
        let path = by_path.or_else(|| here.iter().find(|p| file_name(p) == name))?;
        Some(Part::File(path.clone()))
    };
    // A single member is the file itself, which its name or size has found already.
    if packages.len() < 2 { None } else { packages.iter().map(member_of).collect() }
}

/// Description of the wanted file for a message.
fn described(file: &ModelFile) -> String {
    match (&file.sha256, file.bytes) {
        (Some(_), Some(bytes)) => format!("{} ({bytes} bytes, known by its SHA-256)", file.name),
        // Without a hash only the full path identifies the file.
        _ => format!("<model>/{}", file.name),
    }
}

fn file_name(path: &Path) -> String {
    path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default()
}
