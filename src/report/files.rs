//! The files of `fettle inspect --out DIR`.

use std::io::Cursor;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use image::{GrayImage, ImageFormat, RgbImage};

use super::error::{ReportError, Result};
use super::own_pictures::marked;
use fettle_domain::{Inspection, printable_lines};

/// The pictures of one inspection. All have the size of the inspected image, except `comparison`,
/// which has several side by side.
#[derive(Debug, Clone, PartialEq)]
pub struct Pictures {
    /// The anomaly map in colours, on the product's scale.
    pub heatmap: RgbImage,
    /// 255 where a pixel is above the threshold.
    pub mask: GrayImage,
    /// The heatmap blended over the part.
    pub overlay: RgbImage,
    /// Part with contour, nearest normal part, and overlay side by side.
    pub comparison: RgbImage,
    /// The nearest normal part, registered to the inspected part. Where registration failed, the
    /// unchanged picture in its own size.
    pub reference: Option<Arc<RgbImage>>,
    /// Difference between the part and the registered normal part: black none, white much.
    pub difference: Option<GrayImage>,
}

/// Writes `result.json`, `report.md`, `report.pdf` and, where the anomaly stage ran, `heatmap.png`,
/// `mask.png`, `overlay.png`, `comparison.png` and, where there is a normal part to compare with,
/// `reference.png` and `difference.png` into `dir`, which is created if absent.
///
/// Each file is written atomically. Pictures of an earlier inspection that this one lacks are removed,
/// so that no picture of another part is mistaken for one of this part.
///
/// # Errors
/// When a file cannot be written; the message names the file.
pub fn write_all(
    dir: &Path,
    inspection: &Inspection,
    report: &str,
    print: &[u8],
    pictures: Option<&Pictures>,
) -> Result<Vec<PathBuf>> {
    fettle_system::create_folders(dir).map_err(io_error(dir))?;
    let mut written = Vec::new();
    let mut put = |name: &str, bytes: &[u8]| -> Result<()> {
        let path = dir.join(name);
        write_file(&path, bytes)?;
        written.push(path);
        Ok(())
    };
    let of = |draw: fn(&Pictures) -> &RgbImage| pictures.map(|all| encode_png(dir, draw(all)));
    let reference = pictures.and_then(|all| all.reference.as_ref());
    let difference = pictures.and_then(|all| all.difference.as_ref());
    let all = [
        ("heatmap.png", of(|all| &all.heatmap)),
        ("mask.png", pictures.map(|all| encode_png(dir, &all.mask))),
        ("overlay.png", of(|all| &all.overlay)),
        ("comparison.png", of(|all| &all.comparison)),
        ("reference.png", reference.map(|picture| encode_png(dir, picture))),
        ("difference.png", difference.map(|picture| encode_png(dir, picture))),
    ];
    for (name, picture) in all {
        match picture.transpose()? {
            Some(bytes) => put(name, &bytes)?,
            None => remove_if_present(&dir.join(name))?,
        }
    }
    put("report.md", report.as_bytes())?;
    put("report.pdf", print)?;
    put("result.json", json_text(inspection)?.as_bytes())?;
    Ok(written)
}

/// Removes a file if it exists.
fn remove_if_present(path: &Path) -> Result<()> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(io_error(path)(error)),
        _ => Ok(()),
    }
}

fn io_error(path: &Path) -> impl Fn(std::io::Error) -> ReportError {
    move |source| ReportError::Io { path: path.to_owned(), source }
}

pub(super) fn encode_png<P>(dir: &Path, picture: &image::ImageBuffer<P, Vec<u8>>) -> Result<Vec<u8>>
where
    P: image::PixelWithColorType<Subpixel = u8>,
{
    let mut bytes = Cursor::new(Vec::new());
    picture
        .write_to(&mut bytes, ImageFormat::Png)
        .map_err(|source| ReportError::Picture { path: dir.to_owned(), source })?;
    Ok(marked(bytes.into_inner()))
}

/// Writes `value` as the JSON file `name` in `dir`, which is created if absent. The write is atomic.
///
/// # Errors
/// When the file cannot be written; the message names it.
pub fn write_json(dir: &Path, name: &str, value: &impl serde::Serialize) -> Result<PathBuf> {
    fettle_system::create_folders(dir).map_err(io_error(dir))?;
    let path = dir.join(name);
    write_file(&path, json_text(value)?.as_bytes())?;
    Ok(path)
}

/// `value` as JSON on several lines, without a character that a terminal obeys: JSON itself asks that
/// only of some of them.
fn json_text(value: &impl serde::Serialize) -> Result<String> {
    let text = serde_json::to_string_pretty(value)?;
    Ok(printable_lines(&text).into_owned())
}

/// Writes the file `path` atomically, in place of an existing one.
///
/// # Errors
/// When the file cannot be written; the message names it.
pub fn write_file(path: &Path, bytes: &[u8]) -> Result<()> {
    fettle_system::replace(path, bytes).map_err(io_error(path))
}
