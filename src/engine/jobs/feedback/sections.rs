//! The sections of manuals, to choose the right one from.

use crate::error::Result;
use crate::jobs::manual::in_force::manuals_in_force;
use crate::jobs::manual::manual_text::manual_text;
use crate::jobs::registration::catalogue::require_product;
use crate::protocol::{JobContext, NoEvent, Request};
use fettle_domain::{ProductCode, ProductSection, Role};

/// The sections of the manuals in force of a product, or of all, in printed order.
#[derive(Debug, Clone)]
pub struct ListSections(pub Option<ProductCode>);

impl Request for ListSections {
    type Answer = Vec<ProductSection>;
    type Event = NoEvent;

    fn name(&self) -> &'static str {
        "list-sections"
    }

    fn role(&self) -> Role {
        Role::Operator
    }

    fn run(self, job: &JobContext) -> Result<Vec<ProductSection>> {
        if let Some(product) = &self.0 {
            require_product(job, product)?;
        }
        sections_in_force(job, self.0)
    }
}

/// The sections of the manuals in force of a product, or of all, in printed order.
pub(super) fn sections_in_force(
    job: &JobContext,
    product: Option<ProductCode>,
) -> Result<Vec<ProductSection>> {
    let mut sections = Vec::new();
    for manual in manuals_in_force(job, product)? {
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
