//! What is registered, as all tabs see it: asked for once, and anew when it changes.

use super::asked::Asked;
use super::command::Command;
use super::desk::Desk;
use super::words::Words;
use fettle_domain::{DefectCode, DefectType, ProductCode};
use fettle_engine::{ListLibrary, ProductSummary};

/// Products and their defect types.
#[derive(Default)]
pub(super) struct Catalogue(Asked<Vec<ProductSummary>>);

impl Catalogue {
    /// Asks what is registered; what was known is shown until the answer comes.
    pub(super) fn ask(&mut self, desk: &mut Desk<'_>) {
        self.0.ask(desk, ListLibrary);
    }

    /// Takes the answer.
    pub(super) fn poll(&mut self, desk: &mut Desk<'_>) {
        self.0.ask_once(desk, ListLibrary);
        self.0.poll(desk);
    }

    /// The products; `None` until it is known which.
    pub(super) fn known(&self) -> Option<&[ProductSummary]> {
        self.0.answer().map(Vec::as_slice)
    }

    /// The products, none while it is not known which.
    pub(super) fn products(&self) -> &[ProductSummary] {
        self.known().unwrap_or_default()
    }

    /// Why they could not be listed.
    pub(super) fn error(&self) -> Option<&str> {
        self.0.error()
    }

    /// Draws why, and a button that tries again.
    pub(super) fn show_error(ui: &mut egui::Ui, desk: &mut Desk<'_>) {
        let Some(error) = desk.catalogue.error() else { return };
        ui.colored_label(ui.visuals().error_fg_color, error);
        if ui.button(desk.text("history-again")).clicked() {
            desk.send(Command::LibraryChanged(None));
        }
    }

    /// What is registered of a product.
    pub(super) fn of(&self, code: &ProductCode) -> Option<&ProductSummary> {
        self.products().iter().find(|one| one.product.code == *code)
    }

    /// The defects that a part of this product can have, each with how many images show it.
    pub(super) fn defects(&self, product: Option<&ProductCode>) -> &[(DefectType, usize)] {
        let product = product.and_then(|code| self.of(code));
        product.map(|product| product.defects.as_slice()).unwrap_or_default()
    }

    /// A product's name with its code; the code alone where it has no name or is not known.
    pub(super) fn product_name(&self, words: Words, code: &ProductCode) -> String {
        let product = self.of(code).map(|summary| &summary.product);
        product.map_or_else(|| code.to_string(), |product| product.name_and_code(words.0))
    }

    /// A defect's name; the code where it has none or is not known.
    pub(super) fn defect_name(
        &self,
        words: Words,
        product: Option<&ProductCode>,
        code: &DefectCode,
    ) -> String {
        let known = self.defects(product).iter().find(|(defect, _)| defect.code == *code);
        known.map_or_else(|| code.to_string(), |(defect, _)| defect.name(words.0).to_owned())
    }
}

impl Desk<'_> {
    /// A product's name in the language of the window.
    pub(super) fn product_name(&self, code: &ProductCode) -> String {
        self.catalogue.product_name(self.words, code)
    }

    /// A defect's name in the language of the window.
    pub(super) fn defect_name(&self, product: Option<&ProductCode>, code: &DefectCode) -> String {
        self.catalogue.defect_name(self.words, product, code)
    }
}
