//! Removing images from the library.

use std::path::{Path, PathBuf};

use crate::error::{EngineError, Result};
use crate::protocol::{JobContext, NoEvent, Request};
use fettle_domain::{RegisteredImage, Role};

/// Removes images from lists and from banks and indexes built later. The image files stay, since
/// past inspections show them.
#[derive(Debug, Clone)]
pub struct RemoveImages {
    /// Image files of the workspace: relative to the workspace as listed, or relative to the current
    /// directory.
    pub paths: Vec<PathBuf>,
}

/// Finds registered images by their files.
#[derive(Debug, Clone)]
pub struct FindImages {
    /// As in [`RemoveImages`].
    pub paths: Vec<PathBuf>,
}

impl Request for FindImages {
    /// The images by id, each once.
    type Answer = Vec<RegisteredImage>;
    type Event = NoEvent;

    fn name(&self) -> &'static str {
        "find-images"
    }

    fn role(&self) -> Role {
        Role::Operator
    }

    fn run(self, job: &JobContext) -> Result<Vec<RegisteredImage>> {
        let mut found: Vec<RegisteredImage> = Vec::new();
        for path in self.paths {
            let known = workspace_path(job.shared.workspace.root().as_path(), &path);
            let image = match known {
                Some(known) => job.library(move |library| library.registered_image_at(&known))?,
                None => None,
            };
            found.push(image.ok_or(EngineError::NotRegistered(path))?);
        }
        found.sort_by_key(|image| image.id);
        found.dedup();
        Ok(found)
    }
}

impl Request for RemoveImages {
    /// The removed images. Nothing is removed where one path belongs to no registered image.
    type Answer = Vec<RegisteredImage>;
    type Event = NoEvent;

    fn name(&self) -> &'static str {
        "remove-images"
    }

    fn role(&self) -> Role {
        Role::Engineer
    }

    fn run(self, job: &JobContext) -> Result<Vec<RegisteredImage>> {
        let found = FindImages { paths: self.paths }.run(job)?;
        let ids: Vec<_> = found.iter().map(|image| image.id).collect();
        job.library(move |library| ids.into_iter().try_for_each(|id| library.remove_image(id)))?;
        Ok(found)
    }
}

/// `path` in the form of the library: relative to the workspace, separated by `/`.
fn workspace_path(root: &Path, path: &Path) -> Option<String> {
    let inside = match (root.canonicalize(), path.canonicalize()) {
        (Ok(root), Ok(path)) if path.starts_with(&root) => {
            path.strip_prefix(&root).ok()?.to_owned()
        }
        _ => path.to_owned(),
    };
    let parts: Option<Vec<&str>> = inside.iter().map(|part| part.to_str()).collect();
    Some(parts?.join("/"))
}
