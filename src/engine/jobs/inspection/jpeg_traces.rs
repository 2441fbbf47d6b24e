//! Compressed pictures beside normal ones that never were.

use std::path::Path;

use crate::error::Result;
use crate::protocol::JobContext;
use fettle_domain::{JpegQuality, ProductCode};
use fettle_library::LabelFilter;
use fettle_vision::capture::NormalCompression;
use fettle_vision::memory_bank::MemoryBank;

/// File name extensions, in the workspace, of formats that keep every pixel.
const LOSSLESS: [&str; 4] = ["png", "bmp", "tif", "tiff"];

/// The notice about a picture whose compression left traces, where none of the normal pictures of
/// `bank` was ever compressed: the bank does not know such traces.
pub(super) fn jpeg_traces(
    job: &JobContext,
    bank: &MemoryBank,
    compression: Option<JpegQuality>,
) -> Result<Option<String>> {
    let Some(quality) = compression.filter(|quality| quality.leaves_traces()) else {
        return Ok(None);
    };
    let info = bank.info();
    let is_unknown = match info.capture.and_then(|normal| normal.compression) {
        Some(normal) => normal == NormalCompression::Never,
        // A bank from before that was kept.
        None => all_keep_every_pixel(job, &info.bank.product)?,
    };
    let quality = ("quality", u32::from(quality.0).into());
    let language = job.shared.report_language();
    let notice = || fettle_i18n::text_with(language, "notice-jpeg-traces", &[quality]);
    Ok(is_unknown.then(notice))
}

/// Whether all registered normal pictures are of formats that keep every pixel.
fn all_keep_every_pixel(job: &JobContext, product: &ProductCode) -> Result<bool> {
    let code = product.clone();
    let normals = job.library(move |library| library.images(Some(&code), &LabelFilter::Normal))?;
    Ok(!normals.is_empty() && normals.iter().all(|image| keeps_every_pixel(&image.path)))
}

/// Whether a registered image is of a format that keeps every pixel, by its name, which the library
/// gave it by its first bytes.
fn keeps_every_pixel(path: &str) -> bool {
    let extension = Path::new(path).extension().and_then(|extension| extension.to_str());
    extension
        .is_some_and(|extension| LOSSLESS.iter().any(|known| extension.eq_ignore_ascii_case(known)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_that_keep_every_pixel_are_known_by_name() {
        for (path, expect) in [
            ("data/patchCore/p/ok/p_ok_1.png", true),
            ("a.TIF", true),
            ("a.tiff", true),
            ("a.bmp", true),
            ("a.jpeg", false),
            // Either way.
            ("a.webp", false),
            ("a", false),
        ] {
            assert_eq!(keeps_every_pixel(path), expect, "{path}");
        }
    }
}
