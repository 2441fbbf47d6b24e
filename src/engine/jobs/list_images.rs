//! The images of a product.

use crate::error::Result;
use crate::request::{JobContext, Request};
use fettle_domain::{ImageLabel, ProductCode, RegisteredImage};
use fettle_library::LabelFilter;

/// Lists the images registered under one label, oldest first. Their files are not opened.
#[derive(Debug, Clone)]
pub struct ListImages {
    /// The product.
    pub product: ProductCode,
    /// Normal, or which defect.
    pub label: ImageLabel,
}

impl Request for ListImages {
    type Answer = Vec<RegisteredImage>;

    fn name(&self) -> &'static str {
        "list-images"
    }

    fn run(self, job: &JobContext) -> Result<Vec<RegisteredImage>> {
        super::catalogue::require_product(job, &self.product)?;
        let label = match self.label {
            ImageLabel::Normal => LabelFilter::Normal,
            ImageLabel::Defect(defect) => LabelFilter::Defect(defect),
        };
        job.shared.library(move |library| library.images(Some(&self.product), &label))
    }
}
