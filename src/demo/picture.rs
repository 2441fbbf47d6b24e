//! Rendered pictures with their masks.

use fettle_domain::Mask;
use image::DynamicImage;

/// A rendered picture and the mask of its defect, which is empty for a sound part.
#[derive(Debug, Clone)]
pub(crate) struct Picture {
    pub(crate) image: DynamicImage,
    pub(crate) mask: Mask,
}
