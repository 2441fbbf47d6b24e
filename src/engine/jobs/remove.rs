//! Taking images out of the library.

use std::path::{Path, PathBuf};

use crate::error::{EngineError, Result};
use crate::request::{JobContext, Request};
use fettle_domain::RegisteredImage;

/// Takes images out of lists, and of banks and indexes to come. Their files stay, since past
/// inspections show them.
#[derive(Debug, Clone)]
pub struct RemoveImages {
    /// The images' files in the workspace: as listed (relative to it), or from here.
    pub paths: Vec<PathBuf>,
}

impl Request for RemoveImages {
    /// What was removed; nothing where one of the paths is of no registered image.
    type Answer = Vec<RegisteredImage>;

    fn name(&self) -> &'static str {
        "remove-images"
    }

    fn run(self, job: &JobContext) -> Result<Vec<RegisteredImage>> {
        let mut found: Vec<RegisteredImage> = Vec::new();
        for path in self.paths {
            let known = workspace_path(job.shared.workspace.root(), &path);
            let image = match known {
                Some(known) => {
                    job.shared.library(move |library| library.registered_image_at(&known))?
                }
                None => None,
            };
            found.push(image.ok_or(EngineError::NotRegistered(path))?);
        }
        found.sort_by_key(|image| image.id);
        found.dedup();
        let ids: Vec<_> = found.iter().map(|image| image.id).collect();
        job.shared
            .library(move |library| ids.into_iter().try_for_each(|id| library.remove_image(id)))?;
        Ok(found)
    }
}

/// `path` as the library writes it: relative to the workspace, with `/`.
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
