//! Pages of a PDF rendered to pixels by hayro.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;

use hayro::hayro_interpret::InterpreterSettings;
use hayro::hayro_syntax::page::Page;
use hayro::hayro_syntax::{LoadPdfError, Pdf};
use hayro::vello_cpu::color::palette::css::WHITE;
use hayro::{PixmapSettings, RenderCache, RenderSettings, render};
use image::RgbImage;

use super::cmaps::cmap_file;
use super::damage::ManualDamage;
use super::error::{ManualsError, Result};
use super::fallback_font::fallback_font;
use fettle_domain::SizePt;

/// The longest side of a picture in pixels; larger pages are scaled down.
pub(crate) const MAX_PICTURE_SIDE: u32 = 4096;

/// A rendered page.
#[derive(Debug, Clone)]
pub struct PagePicture {
    /// The whole page. A [`fettle_domain::RectPt`] on the page lies at the same share of width and
    /// height in the picture.
    pub pixels: RgbImage,
    /// Size of the page in points.
    pub size: SizePt,
}

/// The sizes of all pages of a PDF as viewers show them. `path` is for messages only.
///
/// # Errors
/// [`ManualsError::Encrypted`], [`ManualsError::Damaged`].
pub fn page_sizes(path: &Path, bytes: Vec<u8>) -> Result<Vec<SizePt>> {
    catch_panic(path, || open(path, bytes)?.pages().iter().map(|page| size(path, page)).collect())
}

/// Renders `page` (from 1) of a PDF, `width_px` wide, on white. `path` is for messages only.
/// `korean_font` replaces Korean fonts that neither the file nor the system has.
///
/// # Errors
/// [`ManualsError::NoPage`], [`ManualsError::Encrypted`], [`ManualsError::Damaged`].
pub fn page_picture(
    path: &Path,
    bytes: Vec<u8>,
    page: u32,
    width_px: u32,
    korean_font: &'static [u8],
) -> Result<PagePicture> {
    PagePictures::open(path, bytes)?.picture(path, page, |_| width_px, korean_font)
}

/// A PDF of which several pages are drawn: it is parsed once.
pub(super) struct PagePictures(Pdf);

impl PagePictures {
    pub(super) fn open(path: &Path, bytes: Vec<u8>) -> Result<Self> {
        catch_panic(path, || open(path, bytes)).map(Self)
    }

    /// [`page_picture`] as wide as the size of the page asks for.
    pub(super) fn picture(
        &self,
        path: &Path,
        page: u32,
        width_px: impl FnOnce(SizePt) -> u32,
        korean_font: &'static [u8],
    ) -> Result<PagePicture> {
        catch_panic(path, || {
            let pages = self.0.pages();
            let index = usize::try_from(page).unwrap_or(usize::MAX).checked_sub(1);
            let no_page = || {
                let pages = u32::try_from(pages.len()).unwrap_or(u32::MAX);
                ManualsError::NoPage { path: path.to_owned(), page, pages }
            };
            let page = index.and_then(|index| pages.get(index)).ok_or_else(no_page)?;
            render_page(path, page, width_px(size(path, page)?), korean_font)
        })
    }
}

/// Runs `work`; a panic of the third-party renderer means a damaged file.
fn catch_panic<R>(path: &Path, work: impl FnOnce() -> Result<R>) -> Result<R> {
    catch_unwind(AssertUnwindSafe(work))
        .unwrap_or_else(|_| Err(ManualsError::damaged(path, ManualDamage::structure("panic"))))
}

pub(super) fn open(path: &Path, bytes: Vec<u8>) -> Result<Pdf> {
    let pdf = Pdf::new(bytes).map_err(|error| match error {
        LoadPdfError::Decryption(_) => ManualsError::Encrypted { path: path.to_owned() },
        LoadPdfError::Invalid => {
            ManualsError::damaged(path, ManualDamage::structure("no PDF is left"))
        }
    })?;
    if pdf.pages().is_empty() {
        return Err(ManualsError::damaged(path, ManualDamage::structure("no pages")));
    }
    Ok(pdf)
}

pub(super) fn size(path: &Path, page: &Page<'_>) -> Result<SizePt> {
    let (width, height) = page.render_dimensions();
    let is_sane = |side: f32| side.is_finite() && side > 0.0;
    if is_sane(width) && is_sane(height) {
        Ok(SizePt { width, height })
    } else {
        Err(ManualsError::damaged(path, ManualDamage::structure("a page without a size")))
    }
}

fn render_page(
    path: &Path,
    page: &Page<'_>,
    width_px: u32,
    korean_font: &'static [u8],
) -> Result<PagePicture> {
    let size = size(path, page)?;
    let max = MAX_PICTURE_SIDE as f32;
    let scale = (width_px.min(MAX_PICTURE_SIDE) as f32 / size.width).min(max / size.height);
    // Whole pixels each way. hayro rounds down, so a hundredth of a pixel keeps the last one.
    let scale_of = |side: f32| ((side * scale).round().max(1.0) + 0.01) / side;
    let to = PixmapSettings {
        x_scale: scale_of(size.width),
        y_scale: scale_of(size.height),
        bg_color: WHITE,
    };
    let font_resolver = Arc::new(move |query: &_| fallback_font(query, korean_font));
    let cmap_resolver = Arc::new(cmap_file);
    let settings = InterpreterSettings { font_resolver, cmap_resolver, ..Default::default() };
    let pixmap = render(page, &RenderCache::new(), &settings, &RenderSettings::default(), &to);
    let pixels: Vec<u8> =
        pixmap.data().iter().flat_map(|pixel| [pixel.r, pixel.g, pixel.b]).collect();
    let pixels = RgbImage::from_raw(pixmap.width().into(), pixmap.height().into(), pixels);
    let pixels = pixels.ok_or_else(|| ManualsError::damaged(path, ManualDamage::Undrawable))?;
    Ok(PagePicture { pixels, size })
}
