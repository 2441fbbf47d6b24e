//! Reading an image file at full size.

use std::path::PathBuf;
use std::sync::Arc;

use image::RgbImage;

use crate::error::Result;
use crate::protocol::{JobContext, NoEvent, Request};
use crate::workspace_files::WorkspaceFiles;
use fettle_domain::Role;
use fettle_library::read_image;

/// The file of a picture, by who names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PictureFile {
    /// A person, who may name any file.
    Given(PathBuf),
    /// The database, whose files are all in the workspace.
    Stored(String),
}

impl PictureFile {
    /// The file's path.
    pub(crate) fn path(&self, workspace: &WorkspaceFiles) -> PathBuf {
        match self {
            Self::Given(path) => path.clone(),
            Self::Stored(path) => workspace.file(path),
        }
    }
}

/// Reads an image at full size.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadPicture(pub PictureFile);

impl Request for ReadPicture {
    type Answer = Arc<RgbImage>;
    type Event = NoEvent;

    fn name(&self) -> &'static str {
        "read-picture"
    }

    fn role(&self) -> Role {
        Role::Operator
    }

    fn run(self, job: &JobContext) -> Result<Arc<RgbImage>> {
        Ok(Arc::new(read_image(&self.0.path(&job.shared.workspace))?.rgb))
    }
}
