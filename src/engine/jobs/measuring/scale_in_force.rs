//! The scale that an inspection is recorded with.

use crate::protocol::JobContext;
use fettle_domain::{Measurements, ProductCode};

/// The measurements of a new inspection: the scale that pictures of this size of the product have now. An
/// inspection does not fail because its library cannot say.
pub(crate) fn scale_in_force(
    job: &JobContext,
    product: Option<&ProductCode>,
    (width, height): (u32, u32),
) -> Measurements {
    let Some(product) = product.cloned() else { return Measurements::default() };
    let scale = job.library(move |library| library.product_scale(&product));
    let scale = scale.unwrap_or_else(|error| {
        tracing::warn!(%error, "the scale of a product cannot be read");
        None
    });
    Measurements { scale: scale.filter(|scale| scale.fits(width, height)), lines: Vec::new() }
}
