//! Registered products and defect types, as all tabs see them.

use super::localizer::Localizer;
use fettle_domain::{DefectCode, DefectType, ProductCode};
use fettle_engine::ProductSummary;

/// Products and their defect types, as the engine listed them last.
#[derive(Default)]
pub(super) struct Catalogue {
    /// `None` until the first list came.
    pub(super) listed: Option<Vec<ProductSummary>>,
    /// Why there is no newer list, in the language of the window.
    pub(super) error: Option<String>,
    /// How many lists came.
    pub(super) generation: u64,
}

impl Catalogue {
    /// A number that changes whenever another list comes.
    pub(super) fn generation(&self) -> u64 {
        self.generation
    }

    /// The products; `None` until the first list came.
    pub(super) fn listed(&self) -> Option<&[ProductSummary]> {
        self.listed.as_deref()
    }

    /// The products; none while no list has come.
    pub(super) fn products(&self) -> &[ProductSummary] {
        self.listed().unwrap_or_default()
    }

    /// Why there is no newer list.
    pub(super) fn error(&self) -> Option<&str> {
        self.error.as_deref()
    }

    /// The number of registered images that show a defect, of all products.
    pub(super) fn defect_images(&self) -> usize {
        self.products().iter().flat_map(|one| &one.defects).map(|(_, count)| count).sum()
    }

    /// The product `code` and what is registered of it.
    pub(super) fn product(&self, code: &ProductCode) -> Option<&ProductSummary> {
        self.products().iter().find(|one| one.product.code == *code)
    }

    /// The defect types of `product`, each with the number of images that show it.
    pub(super) fn defects(&self, product: Option<&ProductCode>) -> &[(DefectType, usize)] {
        let product = product.and_then(|code| self.product(code));
        product.map(|product| product.defects.as_slice()).unwrap_or_default()
    }

    /// A product's name with its code; the code alone where the product has no name or is unknown.
    pub(super) fn product_name(&self, localizer: Localizer, code: &ProductCode) -> String {
        let product = self.product(code).map(|summary| &summary.product);
        product
            .map_or_else(|| code.to_string(), |product| product.name_and_code(localizer.language))
    }

    /// A defect type's name; the code where the defect type has no name or is unknown.
    pub(super) fn defect_name(
        &self,
        localizer: Localizer,
        product: Option<&ProductCode>,
        code: &DefectCode,
    ) -> String {
        let known = self.defects(product).iter().find(|(defect, _)| defect.code == *code);
        known.map_or_else(
            || code.to_string(),
            |(defect, _)| defect.name(localizer.language).to_owned(),
        )
    }
}
