//! Listing the images of a product.

use super::catalogue::require_product;
use crate::error::Result;
use crate::protocol::{JobContext, NoEvent, Request};
use fettle_domain::{ImageLabel, ProductCode, RegisteredImage, Role};
use fettle_library::LabelFilter;

/// Lists the images registered under one label, oldest first. No file is opened.
#[derive(Debug, Clone)]
pub struct ListImages {
    /// The product.
    pub product: ProductCode,
    /// Label of the images: normal, or a defect type.
    pub label: ImageLabel,
}

impl Request for ListImages {
    type Answer = Vec<RegisteredImage>;
    type Event = NoEvent;

    fn name(&self) -> &'static str {
        "list-images"
    }

    fn role(&self) -> Role {
        Role::Operator
    }

    fn is_quick(&self) -> bool {
        true
    }

    fn run(self, job: &JobContext) -> Result<Vec<RegisteredImage>> {
        require_product(job, &self.product)?;
        let label = match self.label {
            ImageLabel::Normal => LabelFilter::Normal,
            ImageLabel::Defect(defect) => LabelFilter::Defect(defect),
        };
        job.library(move |library| library.images(Some(&self.product), &label))
    }
}
