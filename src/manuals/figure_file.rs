//! The pixels of a manual's picture, from its file.

use std::path::Path;

use fettle_domain::{FigureSource, ManualFormat, RectPt, SizePt};
use image::RgbImage;
use image::imageops::crop_imm;

use super::damage::ManualDamage;
use super::error::{ManualsError, Result};
use super::figure_check::fault_of;
use super::html::pictures_of_html;
use super::markdown::pictures_of_markdown;
use super::package::{Package, PartBytes};
use super::page_picture::{PagePicture, page_picture_of};

/// What a manual's file holds of a picture.
#[derive(Debug)]
pub enum FigureContent {
    /// The pixels, drawn from a page.
    Drawn(RgbImage),
    /// The bytes of a picture file, not decoded.
    File(Vec<u8>),
}

/// The picture at `source` in the file with content `bytes`; one that is drawn is about `side` pixels long on
/// its longer side. `path` states the format; `korean_font` is that of `page_picture`.
///
/// # Errors
/// [`ManualsError::NoFigure`] where there is no such picture (any more), and those of `page_picture`.
pub fn figure_content(
    path: &Path,
    bytes: &[u8],
    source: &FigureSource,
    side: u32,
    korean_font: &'static [u8],
) -> Result<FigureContent> {
    let missing = || ManualsError::NoFigure { path: path.to_owned() };
    match source {
        FigureSource::Page { page, rect } => {
            drawn(path, bytes, (*page, *rect), side, korean_font).map(FigureContent::Drawn)
        }
        FigureSource::Part { name } => match Package::open(path, bytes)?.read_bytes(name, u64::MAX)
        {
            PartBytes::Read(bytes) => checked(bytes).ok_or_else(missing),
            PartBytes::TooLarge | PartBytes::Broken => Err(missing()),
        },
        FigureSource::Inline { number } => {
            let pictures = match ManualFormat::detect(&path.to_string_lossy(), bytes) {
                Some(ManualFormat::Markdown) => pictures_of_markdown(path, bytes)?,
                _ => pictures_of_html(path, bytes)?,
            };
            pictures.bytes(*number).and_then(checked).ok_or_else(missing)
        }
    }
}

/// The bytes of a picture of which nothing says that it cannot be shown.
fn checked(bytes: Vec<u8>) -> Option<FigureContent> {
    fault_of(&bytes).is_none().then_some(FigureContent::File(bytes))
}

/// A part of a page as a reader sees it.
fn drawn(
    path: &Path,
    bytes: &[u8],
    (page, rect): (u32, RectPt),
    side: u32,
    korean_font: &'static [u8],
) -> Result<RgbImage> {
    let longer = rect.width.max(rect.height).max(1.0);
    let width = |size: SizePt| (size.width * side as f32 / longer).round().max(1.0) as u32;
    let (picture, size) = match page_picture_of(path, bytes.to_vec(), page, width, korean_font) {
        Ok(PagePicture { pixels, size }) => (pixels, size),
        Err(ManualsError::NoPage { .. }) => {
            return Err(ManualsError::NoFigure { path: path.to_owned() });
        }
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
