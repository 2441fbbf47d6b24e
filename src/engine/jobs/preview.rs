//! What files would be registered, before they are.

use std::path::{Path, PathBuf};

use image::RgbImage;
use rayon::prelude::*;

use super::register::{Refusal, Source, sources};
use super::thumbnails::{Thumbnail, shrunk};
use crate::error::Result;
use crate::request::{JobContext, Request};
use fettle_domain::{ManualFormat, ProgressSink};
use fettle_library::{LibraryError, decode_image, read_source};
use fettle_manuals::{lines, page_picture, page_sizes, read_file};
use fettle_report::GOTHIC;

/// Looks at what [`super::RegisterImages`] would find at these paths; registers nothing.
#[derive(Debug, Clone)]
pub struct PreviewImages {
    /// Files, and directories and zips of which all images are meant.
    pub paths: Vec<PathBuf>,
    /// Of so many images, the first ones, there are pictures.
    pub most: usize,
    /// Their longer side in pixels.
    pub side: u32,
}

/// What would be registered.
#[derive(Debug)]
pub struct ImagePreview {
    /// How many images.
    pub total: usize,
    /// The first of them.
    pub first: Vec<Thumbnail>,
    /// What stands for no image: a damaged zip, an empty directory.
    pub refused: Vec<Refusal>,
}

/// Looks at a manual that is to be registered; registers nothing.
#[derive(Debug, Clone)]
pub struct PreviewManual {
    /// The file.
    pub path: PathBuf,
    /// How wide its first page is to be, in pixels.
    pub width_px: u32,
    /// Of a file without pages, so many lines, the first ones.
    pub most: usize,
}

/// A manual at a glance.
#[derive(Debug)]
pub struct ManualPreview {
    /// What kind of file it is.
    pub format: ManualFormat,
    /// How many pages, paragraphs or lines it has.
    pub pages: usize,
    /// The first page, where it has pages.
    pub first: Option<RgbImage>,
    /// Its first lines, where it has none.
    pub lines: Vec<String>,
}

impl Request for PreviewManual {
    type Answer = ManualPreview;

    fn name(&self) -> &'static str {
        "preview-manual"
    }

    fn run(self, job: &JobContext) -> Result<ManualPreview> {
        let Self { path, width_px, most } = self;
        let bytes = read_file(&path)?;
        let format = ManualFormat::of(&path.to_string_lossy(), &bytes);
        if format == Some(ManualFormat::Pdf) {
            let pages = page_sizes(&path, bytes.clone())?.len();
            job.check()?;
            let first = Some(page_picture(&path, bytes, 1, width_px, GOTHIC)?.pixels);
            return Ok(ManualPreview {
                format: ManualFormat::Pdf,
                pages,
                first,
                lines: Vec::new(),
            });
        }
        // What is no manual, its reader says.
        let lines = lines(&path, &bytes)?;
        let pages = lines.iter().map(|line| line.page as usize).max().unwrap_or(0);
        let lines = lines.into_iter().take(most).map(|line| line.text).collect();
        let format = format.unwrap_or(ManualFormat::Text);
        Ok(ManualPreview { format, pages, first: None, lines })
    }
}

impl Request for PreviewImages {
    type Answer = ImagePreview;

    fn name(&self) -> &'static str {
        "preview-images"
    }

    fn run(self, job: &JobContext) -> Result<ImagePreview> {
        let Self { paths, most, side } = self;
        let (mut sources, refused) = sources(paths);
        let total = sources.iter().map(Source::count).sum();
        let mut first = Vec::new();
        for source in &mut sources {
            job.check()?;
            let left = most - first.len();
            if left == 0 {
                break;
            }
            match source {
                Source::File(path) => first.push((path.clone(), read_source(path))),
                Source::Archive(archive) => {
                    let names: Vec<PathBuf> = archive.names().map(Path::to_owned).collect();
                    let entries = names.into_iter().take(left).enumerate();
                    first.extend(entries.map(|(place, name)| (name, archive.read(place))));
                }
            }
        }
        let sink = &job.sink;
        let small = |(path, bytes): (PathBuf, Result<Vec<u8>, LibraryError>)| {
            sink.check()?;
            let image = bytes.and_then(|bytes| decode_image(&bytes, &path));
            let picture = image.ok().map(|image| shrunk(&image.rgb, side));
            Ok(Thumbnail { path: path.display().to_string(), picture })
        };
        let first = first.into_par_iter().map(small).collect::<Result<_>>()?;
        Ok(ImagePreview { total, first, refused })
    }
}
