//! A new product, or new names for one.

use super::{Dialog, Wish, buttons, field, modal, offer_undo, refusal};
use crate::command::Command;
use crate::desk::Desk;
use crate::tasks::Task;
use crate::under_way;
use fettle_domain::{Product, ProductCode};
use fettle_engine::{AddProduct, TakeBack};

/// The dialog.
pub(crate) struct ProductDialog {
    code: String,
    name_ko: String,
    name_en: String,
    /// Codes that are taken.
    known: Vec<ProductCode>,
    /// The code stays, the names change.
    renaming: bool,
    task: Option<Task<Product>>,
    error: Option<String>,
    opened: bool,
}

impl ProductDialog {
    /// For a product whose code is none of `known`.
    pub(crate) fn new(known: Vec<ProductCode>) -> Self {
        Self {
            code: String::new(),
            name_ko: String::new(),
            name_en: String::new(),
            known,
            renaming: false,
            task: None,
            error: None,
            opened: false,
        }
    }

    /// For new names of `product`.
    pub(crate) fn rename(product: &Product) -> Self {
        Self {
            code: product.code.to_string(),
            name_ko: product.name_ko.clone(),
            name_en: product.name_en.clone(),
            renaming: true,
            ..Self::new(Vec::new())
        }
    }

    /// The product as typed; `Err` is the id of what is wrong with it.
    fn typed(&self) -> Result<Product, &'static str> {
        let code = ProductCode::new(&self.code).map_err(|_| "dialog-code-bad")?;
        if self.known.contains(&code) {
            return Err("dialog-code-taken");
        }
        let name = |name: &str| name.trim().to_owned();
        Ok(Product { code, name_ko: name(&self.name_ko), name_en: name(&self.name_en) })
    }
}

impl Dialog for ProductDialog {
    fn show(&mut self, ctx: &egui::Context, desk: &mut Desk<'_>) -> bool {
        if let Some(answer) = self.task.as_ref().and_then(Task::poll) {
            self.task = None;
            match answer {
                Ok(product) => {
                    let name = product.name_and_code(desk.words.0);
                    let values = [("product", name.into())];
                    let text = desk.words.with("registered-product", &values);
                    let undo = TakeBack::Product(product.code.clone());
                    offer_undo(desk, text, (!self.renaming).then_some(undo));
                    desk.send(Command::LibraryChanged(Some(product.code)));
                    return false;
                }
                Err(error) => self.error = Some(error.explain(desk.words.0)),
            }
        }
        let title = if self.renaming { "dialog-rename-product" } else { "command-new-product" };
        let modal = modal(ctx, "product_dialog", &desk.text(title), |ui| {
            ui.add_enabled_ui(!self.renaming, |ui| {
                let code = field(ui, &desk.text("dialog-code"), &mut self.code);
                if !std::mem::replace(&mut self.opened, true) {
                    code.request_focus();
                }
            });
            ui.weak(desk.text("dialog-code-hint"));
            field(ui, &desk.text("dialog-name-ko"), &mut self.name_ko);
            field(ui, &desk.text("dialog-name-en"), &mut self.name_en);
            let typed = self.typed();
            if let (Err(why), false) = (&typed, self.code.is_empty()) {
                refusal(ui, &desk.text(why));
            }
            if let Some(error) = &self.error {
                refusal(ui, error);
            }
            if let Some(task) = &self.task {
                under_way::show(ui, desk, task);
                return Wish::Wait;
            }
            let wish = buttons(ui, desk, "dialog-register", typed.is_ok());
            if let (Wish::Do, Ok(product)) = (wish, typed) {
                self.error = None;
                self.task = desk.start(AddProduct(product));
            }
            wish
        });
        self.task.is_some() || (modal.inner != Wish::Close && !modal.should_close())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_checked_as_it_is_typed() {
        let mut dialog = ProductDialog::new(vec![ProductCode::new("prod1").unwrap()]);
        // Given, expected.
        let cases = [
            ("", Err("dialog-code-bad")),
            ("a b", Err("dialog-code-bad")),
            ("a_b", Err("dialog-code-bad")),
            ("prod1", Err("dialog-code-taken")),
            (" prod2 ", Ok("prod2")),
            ("가죽", Ok("가죽")),
        ];
        for (given, expected) in cases {
            dialog.code = given.to_owned();
            let typed = dialog.typed();
            assert_eq!(typed.as_ref().map(|p| p.code.as_str()).map_err(|id| *id), expected);
        }
    }
}
