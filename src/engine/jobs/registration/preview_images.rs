//! A preview of images before their registration.

use std::path::{Path, PathBuf};

use rayon::prelude::*;

use super::image_folder::UnreadFolders;
use super::image_sources::{FoundImages, ImageSource, image_sources};
use super::rejected_file::RejectedFile;
use crate::error::Result;
use crate::jobs::workspace::thumbnails::{Thumbnail, shrunk};
use crate::protocol::{JobContext, NoEvent, Request};
use fettle_domain::Role;
use fettle_library::{LibraryError, decode_image, read_source};

/// Lists the images that [`super::RegisterImages`] would register; nothing is registered.
#[derive(Debug, Clone)]
pub struct PreviewImages {
    /// Image files, directories and zip archives; of the latter two, all images.
    pub paths: Vec<PathBuf>,
    /// Whether directories stand for the images of their sub-folders, too.
    pub recursive: bool,
    /// Maximum number of thumbnails.
    pub limit: usize,
    /// Longer side of a thumbnail, in pixels.
    pub side: u32,
}

/// Result of [`PreviewImages`].
#[derive(Debug)]
pub struct ImagePreview {
    /// Number of images.
    pub total: usize,
    /// The image files, without those in archives.
    pub files: Vec<PathBuf>,
    /// Thumbnails of the first images.
    pub first: Vec<Thumbnail>,
    /// Paths without an image: a damaged zip, an empty directory.
    pub rejected: Vec<RejectedFile>,
    /// Files in directories and archives that are no images.
    pub passed_over: Vec<PathBuf>,
    /// Sub-folders that were not looked into.
    pub unread: UnreadFolders,
}

impl Request for PreviewImages {
    type Answer = ImagePreview;
    type Event = NoEvent;

    fn name(&self) -> &'static str {
        "preview-images"
    }

    fn role(&self) -> Role {
        Role::Operator
    }

    fn run(self, job: &JobContext) -> Result<ImagePreview> {
        let Self { paths, recursive, limit, side } = self;
        let found = image_sources(&paths, recursive);
        let (total, files) = (found.count(), found.files().cloned().collect());
        let FoundImages { mut sources, rejected, passed_over, unread } = found;
        let mut first = Vec::new();
        for source in &mut sources {
            job.check()?;
            let left = limit - first.len();
            if left == 0 {
                break;
            }
            match source {
                ImageSource::File(path) => first.push((path.clone(), read_source(path))),
                ImageSource::Archive(archive) => {
                    let names: Vec<PathBuf> = archive.names().map(Path::to_owned).collect();
                    let entries = names.into_iter().take(left).enumerate();
                    first.extend(entries.map(|(index, name)| (name, archive.read(index))));
                }
            }
        }
        let sink = &job.sink;
        let thumbnail = |(path, bytes): (PathBuf, Result<Vec<u8>, LibraryError>)| {
            sink.check()?;
            let image = bytes.and_then(|bytes| decode_image(&bytes, &path));
            let picture = image.ok().map(|image| shrunk(&image.rgb, side));
            Ok(Thumbnail { path: path.display().to_string(), picture, full_size: None })
        };
        let first = first.into_par_iter().map(thumbnail).collect::<Result<_>>()?;
        Ok(ImagePreview { total, files, first, rejected, passed_over, unread })
    }
}
