//! Reading a picture of 16 bits as its product's bank was fitted, once the product is known.

use std::sync::Arc;

use image::RgbImage;

use super::similarity::embed;
use crate::error::Result;
use crate::protocol::{JobContext, Stopwatch};
use fettle_domain::{ImageNotice, ProductCode, SampleBits};
use fettle_library::LibraryError;
use fettle_vision::memory_bank::MemoryBank;

/// A picture whose white is that of its product.
pub(super) struct ProductPicture {
    pub(super) picture: Arc<RgbImage>,
    pub(super) notices: Vec<ImageNotice>,
    /// Of this picture, as the normal ones beside the bank are embedded; `None` where it could not be
    /// embedded before, either.
    pub(super) embedding: Option<Vec<f32>>,
}

/// Reads a picture again, where the active bank of `product` says which samples are white. `embedding`
/// is that of the picture as it was read without the product.
pub(super) fn read_for_product(
    job: &JobContext,
    product: &ProductCode,
    decode: impl Fn(SampleBits) -> Result<(RgbImage, Vec<ImageNotice>), LibraryError>,
    embedding: Option<&[f32]>,
    watch: &mut Stopwatch,
) -> Result<Option<ProductPicture>> {
    let Some(samples) = sample_bits(job, product)? else { return Ok(None) };
    let (picture, notices) = watch.time("decode", || decode(samples))?;
    let picture = Arc::new(picture);
    let embedding = embedding.map(|_| embed(job, &picture, watch)).transpose()?;
    Ok(Some(ProductPicture { picture, notices, embedding }))
}

/// The bits of white in samples of 16 bits that the active bank of `product` was fitted with. A bank
/// that cannot be read is the anomaly stage's to report.
fn sample_bits(job: &JobContext, product: &ProductCode) -> Result<Option<SampleBits>> {
    let code = product.clone();
    let Some(bank) = job.library(move |library| library.active_bank(&code))? else {
        return Ok(None);
    };
    let path = job.shared.workspace.file(&bank.path);
    Ok(MemoryBank::load_info(&path).ok().and_then(|info| info.sample_bits))
}
