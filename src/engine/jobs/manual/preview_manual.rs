//! The first page or lines of a manual before its registration.

use std::path::PathBuf;

use image::RgbImage;

use crate::error::Result;
use crate::protocol::{JobContext, NoEvent, Request};
use fettle_domain::{ManualFormat, Role};
use fettle_manuals::{page_picture, page_sizes, parse_lines, read_file};
use fettle_report::GOTHIC;

/// Reads the beginning of a manual; nothing is registered.
#[derive(Debug, Clone)]
pub struct PreviewManual {
    /// The manual file.
    pub path: PathBuf,
    /// Width of the rendered first page, in pixels.
    pub width_px: u32,
    /// Maximum number of lines from a file without pages.
    pub max_lines: usize,
}

/// Result of [`PreviewManual`].
#[derive(Debug)]
pub struct ManualPreview {
    /// Format of the file.
    pub format: ManualFormat,
    /// Number of pages, paragraphs or lines.
    pub pages: usize,
    /// The first page, of a format with pages.
    pub first: Option<RgbImage>,
    /// The first lines, of a format without pages.
    pub lines: Vec<String>,
}

impl Request for PreviewManual {
    type Answer = ManualPreview;
    type Event = NoEvent;

    fn name(&self) -> &'static str {
        "preview-manual"
    }

    fn role(&self) -> Role {
        Role::Operator
    }

    fn run(self, job: &JobContext) -> Result<ManualPreview> {
        let Self { path, width_px, max_lines } = self;
        let bytes = read_file(&path)?;
        let format = ManualFormat::detect(&path.to_string_lossy(), &bytes);
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
        // A file that is no manual is an error of `lines`.
        let lines = parse_lines(&path, &bytes)?;
        let pages = lines.iter().map(|line| line.page as usize).max().unwrap_or(0);
        let lines = lines.into_iter().take(max_lines).map(|line| line.text).collect();
        let format = format.unwrap_or(ManualFormat::Text);
        Ok(ManualPreview { format, pages, first: None, lines })
    }
}
