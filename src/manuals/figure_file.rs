//! The pixels of a manual's pictures, from its file.

use std::path::Path;

use fettle_domain::{FigureSource, ManualFormat, RectPt, SizePt};
use image::RgbImage;
use image::imageops::crop_imm;

use super::damage::ManualDamage;
use super::error::{ManualsError, Result};
use super::figure_check::fault_of;
use super::html::pictures_of_html;
use super::html_pictures::HtmlPictures;
use super::markdown::pictures_of_markdown;
use super::package::{Package, PartBytes};
use super::page_picture::{PagePicture, PagePictures};

/// What a manual's file holds of a picture.
#[derive(Debug)]
pub enum FigureContent {
    /// The pixels, drawn from a page.
    Drawn(RgbImage),
    /// The bytes of a picture file, not decoded.
    File(Vec<u8>),
}

/// A manual's file of which several pictures are read: it is parsed once.
pub struct FigureFile<'a> {
    path: &'a Path,
    bytes: &'a [u8],
    korean_font: &'static [u8],
    pdf: Option<PagePictures>,
    package: Option<Package<'a>>,
    inline: Option<HtmlPictures>,
}

impl<'a> FigureFile<'a> {
    /// The file with content `bytes`, which is parsed when its first picture is read. `path` states the format;
    /// `korean_font` is that of `page_picture`.
    pub fn new(path: &'a Path, bytes: &'a [u8], korean_font: &'static [u8]) -> Self {
        Self { path, bytes, korean_font, pdf: None, package: None, inline: None }
    }

    /// The picture at `source`; one that is drawn is about `side` pixels long on its longer side.
    ///
    /// # Errors
    /// [`ManualsError::NoFigure`] where there is no such picture (any more), and those of `page_picture`.
    pub fn content(&mut self, source: &FigureSource, side: u32) -> Result<FigureContent> {
        match source {
            FigureSource::Page { page, rect } => {
                self.drawn(*page, *rect, side).map(FigureContent::Drawn)
            }
            FigureSource::Part { name } => {
                let (path, bytes) = (self.path, self.bytes);
                let package = or_open(&mut self.package, || Package::open(path, bytes))?;
                match package.read_bytes(name, u64::MAX) {
                    PartBytes::Read(bytes) => checked(bytes).ok_or_else(|| self.missing()),
                    PartBytes::TooLarge | PartBytes::Broken => Err(self.missing()),
                }
            }
            FigureSource::Inline { number } => {
                let (path, bytes) = (self.path, self.bytes);
                let pictures = or_open(&mut self.inline, || {
                    match ManualFormat::detect(&path.to_string_lossy(), bytes) {
                        Some(ManualFormat::Markdown) => pictures_of_markdown(path, bytes),
                        _ => pictures_of_html(path, bytes),
                    }
                })?;
                pictures.bytes(*number).and_then(checked).ok_or_else(|| self.missing())
            }
        }
    }

    fn missing(&self) -> ManualsError {
        ManualsError::NoFigure { path: self.path.to_owned() }
    }

    /// A part of a page as a reader sees it.
    fn drawn(&mut self, page: u32, rect: RectPt, side: u32) -> Result<RgbImage> {
        let longer = rect.width.max(rect.height).max(1.0);
        let width = |size: SizePt| (size.width * side as f32 / longer).round().max(1.0) as u32;
        let (path, bytes) = (self.path, self.bytes);
        let pdf = or_open(&mut self.pdf, || PagePictures::open(path, bytes.to_vec()))?;
        let drawn = pdf.picture(path, page, width, self.korean_font);
        let (picture, size) = match drawn {
            Ok(PagePicture { pixels, size }) => (pixels, size),
            Err(ManualsError::NoPage { .. }) => return Err(self.missing()),
            Err(error) => return Err(error),
        };
        let scale = picture.width() as f32 / size.width;
        let pixels = |points: f32| (points * scale).round().max(0.0) as u32;
        let (x, y) = (pixels(rect.x), pixels(rect.y));
        let room = (picture.width().saturating_sub(x), picture.height().saturating_sub(y));
        let (width, height) = (pixels(rect.width).min(room.0), pixels(rect.height).min(room.1));
        if width == 0 || height == 0 {
            return Err(ManualsError::damaged(path, ManualDamage::Undrawable));
        }
        Ok(crop_imm(&picture, x, y, width, height).to_image())
    }
}

/// What is open, or what `open` opens.
fn or_open<T>(place: &mut Option<T>, open: impl FnOnce() -> Result<T>) -> Result<&mut T> {
    Ok(match place {
        Some(opened) => opened,
        none => none.insert(open()?),
    })
}

/// The bytes of a picture of which nothing says that it cannot be shown.
fn checked(bytes: Vec<u8>) -> Option<FigureContent> {
    fault_of(&bytes).is_none().then_some(FigureContent::File(bytes))
}
