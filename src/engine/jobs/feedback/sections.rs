//! The sections of manuals, to choose the right one from.

use crate::error::Result;
use crate::jobs::manual::in_force::manuals_in_force;
use crate::jobs::manual::manual_text::manual_text;
use crate::jobs::registration::catalogue::require_product;
use crate::protocol::{JobContext, NoEvent, Request};
use fettle_domain::{ProductCode, ProductSection};

/// The sections of the manuals in force of a product, or of all, in printed order.
#[derive(Debug, Clone)]
pub struct ListSections(pub Option<ProductCode>);

impl Request for ListSections {
    type Answer = Vec<ProductSection>;
    type Event = NoEvent;

    fn name(&self) -> &'static str {
        "list-sections"
    }

    fn run(self, job: &JobContext) -> Result<Vec<ProductSection>> {
        if let Some(product) = &self.0 {
            require_product(job, product)?;
        }
        let mut sections = Vec::new();
        for manual in manuals_in_force(job, self.0)? {
            for section in manual_text(job, &manual)?.sections {
                let (heading, defect) = (section.heading, section.defect);
                let section = ProductSection { product: manual.product.clone(), heading, defect };
                if !sections.contains(&section) {
                    sections.push(section);
                }
            }
        }
        Ok(sections)
    }
}
