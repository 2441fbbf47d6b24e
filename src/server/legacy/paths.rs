//! Paths that callers name: relative to the workspace, and only into its uploads and images.

use std::path::{Component, Path, PathBuf};

use crate::app_state::AppState;
use crate::failure::Failure;
use fettle_engine::EngineError;

/// Where uploads of the old interface lie, relative to the workspace's root.
const UPLOADS: &str = "uploads";
/// Folders whose pictures callers may see, relative to the root.
const OPEN_FOLDERS: [&str; 4] = [UPLOADS, "data/uploads", "data/def_split", "data/patchCore"];

/// The folder of uploads.
pub(super) fn uploads_dir(state: &AppState) -> PathBuf {
    state.engine().workspace().root().join(UPLOADS)
}

/// How callers name an upload.
pub(super) fn upload_name(file_name: &str) -> String {
    format!("{UPLOADS}/{file_name}")
}

/// The file that a caller means: `uploads/…`, `./uploads/…`, `data/…` or the same after the
/// workspace's own root.
///
/// # Errors
/// A 404 for everything else, whether it exists or not, and for what is no file: a caller learns
/// nothing of the rest of the machine.
pub(super) fn picture_path(state: &AppState, named: &str) -> Result<PathBuf, Failure> {
    let root = state.engine().workspace().root();
    let missing = || Failure::Engine(EngineError::PictureGone(named.chars().take(200).collect()));
    let path = resolved(root, named).ok_or_else(missing)?;
    // Links are followed, and then have to lie inside, too.
    let real = path.canonicalize().map_err(|_| missing())?;
    let is_open = OPEN_FOLDERS.iter().any(|folder| {
        root.join(folder).canonicalize().is_ok_and(|folder| real.starts_with(folder))
    });
    match is_open && real.is_file() {
        true => Ok(real),
        false => Err(missing()),
    }
}

/// The path in the workspace that `named` means; `None` where it means none.
fn resolved(root: &Path, named: &str) -> Option<PathBuf> {
    if named.is_empty() || named.contains('\0') || named.contains('\\') {
        return None;
    }
    let named = Path::new(named);
    let inside = match named.is_absolute() {
        true => named.strip_prefix(root).ok()?,
        false => named,
    };
    let mut parts = Vec::new();
    for part in inside.components() {
        match part {
            Component::Normal(part) => parts.push(part.to_str()?),
            Component::CurDir => {}
            Component::ParentDir | Component::RootDir | Component::Prefix(_) => return None,
        }
    }
    let mut path = root.to_owned();
    path.extend(&parts);
    Some(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_stay_in_the_workspace() {
        let cases = [
            ("uploads/a.png", Some("/w/uploads/a.png")),
            ("./uploads/a.png", Some("/w/uploads/a.png")),
            ("/w/uploads/a.png", Some("/w/uploads/a.png")),
            ("data/def_split/prod1/a.png", Some("/w/data/def_split/prod1/a.png")),
            ("/w/data/patchCore/a.png", Some("/w/data/patchCore/a.png")),
            ("/etc/passwd", None),
            ("/wider/a.png", None),
            ("../a.png", None),
            ("uploads/../../a.png", None),
            ("uploads\\..\\a.png", None),
            ("uploads/a\0.png", None),
            ("", None),
        ];
        for (named, expected) in cases {
            let found = resolved(Path::new("/w"), named);
            assert_eq!(found, expected.map(PathBuf::from), "{named:?}");
        }
    }
}
