//! The files of `fettle inspect --out DIR`.

use std::io::{Cursor, Write};
use std::path::{Path, PathBuf};

use image::{GrayImage, ImageFormat, RgbImage};

use super::{ReportError, Result};
use crate::domain::Inspection;

/// The pictures of one inspection, all in the pixels of the inspected image but for
/// `comparison`, which sets several side by side.
#[derive(Debug, Clone)]
pub struct Pictures {
    /// The anomaly map in colours, on the product's scale.
    pub heatmap: RgbImage,
    /// 255 where a pixel is above the threshold.
    pub mask: GrayImage,
    /// The heatmap over the part.
    pub overlay: RgbImage,
    /// Part with contour, nearest normal part, overlay.
    pub comparison: RgbImage,
}

/// Writes `result.json`, `report.md` and, where the anomaly stage ran, `heatmap.png`,
/// `mask.png`, `overlay.png` and `comparison.png` into `dir`, which is made if absent.
/// Each file appears whole or not at all. Pictures left by an earlier inspection are
/// removed when this one has none, so that nothing of another part is taken for this one.
///
/// # Errors
/// When a file cannot be written; the message names it.
pub fn write_all(
    dir: &Path,
    inspection: &Inspection,
    report: &str,
    pictures: Option<&Pictures>,
) -> Result<Vec<PathBuf>> {
    std::fs::create_dir_all(dir).map_err(io_error(dir))?;
    let mut written = Vec::new();
    let mut put = |name: &str, bytes: &[u8]| -> Result<()> {
        let path = dir.join(name);
        write_atomically(&path, bytes)?;
        written.push(path);
        Ok(())
    };
    match pictures {
        Some(pictures) => {
            put("heatmap.png", &png(dir, &pictures.heatmap)?)?;
            put("mask.png", &png(dir, &pictures.mask)?)?;
            put("overlay.png", &png(dir, &pictures.overlay)?)?;
            put("comparison.png", &png(dir, &pictures.comparison)?)?;
        }
        None => {
            for name in ["heatmap.png", "mask.png", "overlay.png", "comparison.png"] {
                let path = dir.join(name);
                if path.exists() {
                    std::fs::remove_file(&path).map_err(io_error(&path))?;
                }
            }
        }
    }
    put("report.md", report.as_bytes())?;
    put("result.json", &serde_json::to_vec_pretty(inspection)?)?;
    Ok(written)
}

fn io_error(path: &Path) -> impl Fn(std::io::Error) -> ReportError {
    move |source| ReportError::Io { path: path.to_owned(), source }
}

pub(super) fn png<P>(dir: &Path, picture: &image::ImageBuffer<P, Vec<u8>>) -> Result<Vec<u8>>
where
    P: image::PixelWithColorType<Subpixel = u8>,
{
    let mut bytes = Cursor::new(Vec::new());
    picture
        .write_to(&mut bytes, ImageFormat::Png)
        .map_err(|source| ReportError::Picture { path: dir.to_owned(), source })?;
    Ok(bytes.into_inner())
}

/// Writes `value` as the file `name` of `dir`, which is made if absent. The file appears whole or
/// not at all.
///
/// # Errors
/// When it cannot be written; the message names it.
pub fn write_json(dir: &Path, name: &str, value: &impl serde::Serialize) -> Result<PathBuf> {
    std::fs::create_dir_all(dir).map_err(io_error(dir))?;
    let path = dir.join(name);
    write_atomically(&path, &serde_json::to_vec_pretty(value)?)?;
    Ok(path)
}

pub(super) fn write_atomically(path: &Path, bytes: &[u8]) -> Result<()> {
    let dir = path.parent().unwrap_or(Path::new("."));
    let mut file = tempfile::NamedTempFile::new_in(dir).map_err(io_error(dir))?;
    file.write_all(bytes).map_err(io_error(path))?;
    file.as_file().sync_all().map_err(io_error(path))?;
    // Named temporary files are private to their owner; a report is meant to be read.
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let readable = std::fs::Permissions::from_mode(0o644);
        file.as_file().set_permissions(readable).map_err(io_error(path))?;
    }
    file.persist(path).map_err(|error| io_error(path)(error.error))?;
    Ok(())
}
