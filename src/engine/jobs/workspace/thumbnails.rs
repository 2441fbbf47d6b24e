//! Thumbnails of images of the workspace.

use image::RgbImage;
use image::imageops::thumbnail;
use rayon::prelude::*;

use super::read_picture::PictureFile;
use crate::error::Result;
use crate::protocol::{JobContext, NoEvent, Request};
use fettle_domain::Role;
use fettle_library::read_image;

/// Reads images and shrinks them, in parallel.
#[derive(Debug, Clone)]
pub struct Thumbnails {
    /// Image files.
    pub paths: Vec<String>,
    /// Whose the paths are: the database's, relative to the workspace, or a person's.
    pub of: fn(String) -> PictureFile,
    /// Longer side of a thumbnail, in pixels; a smaller image keeps its size.
    pub side: u32,
}

/// A thumbnail of an image.
#[derive(Debug)]
pub struct Thumbnail {
    /// Path of the image as given, or its name in a zip archive.
    pub path: String,
    /// `None` where the file is gone or damaged.
    pub picture: Option<RgbImage>,
    /// Width and height of the image itself, in pixels.
    pub full_size: Option<(u32, u32)>,
}

impl Request for Thumbnails {
    type Answer = Vec<Thumbnail>;
    type Event = NoEvent;

    fn name(&self) -> &'static str {
        "thumbnails"
    }

    fn role(&self) -> Role {
        Role::Operator
    }

    fn run(self, job: &JobContext) -> Result<Vec<Thumbnail>> {
        let (workspace, sink) = (&job.shared.workspace, &job.sink);
        let thumbnail_of = |path: String| {
            sink.check()?;
            let (picture, full_size) = match read_image(&(self.of)(path.clone()).path(workspace)) {
                Ok(read) => (Some(shrunk(&read.rgb, self.side)), Some(read.rgb.dimensions())),
                Err(error) => {
                    tracing::warn!(%error, "no thumbnail");
                    (None, None)
                }
            };
            Ok(Thumbnail { path, picture, full_size })
        };
        self.paths.into_par_iter().map(thumbnail_of).collect()
    }
}

/// `picture` shrunk to a longer side of `side` pixels, if larger; the aspect ratio is kept.
pub(crate) fn shrunk(picture: &RgbImage, side: u32) -> RgbImage {
    let (width, height) = picture.dimensions();
    let longer = width.max(height);
    if longer <= side {
        return picture.clone();
    }
    let scaled = |length: u32| {
        let length = u64::from(length) * u64::from(side) / u64::from(longer);
        u32::try_from(length).unwrap_or(side).max(1)
    };
    thumbnail(picture, scaled(width), scaled(height))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longer_side_is_shrunk_and_the_ratio_kept() {
        // Given, expected of side 100.
        let cases = [
            ((400, 200), (100, 50)),
            ((50, 20), (50, 20)),
            ((1, 900), (1, 100)),
            ((100, 100), (100, 100)),
        ];
        for ((width, height), expected) in cases {
            assert_eq!(shrunk(&RgbImage::new(width, height), 100).dimensions(), expected);
        }
    }
}
