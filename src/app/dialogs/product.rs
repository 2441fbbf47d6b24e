//! The dialog that registers a product or renames one.

use super::dialog::Dialog;
use super::form::{DialogAction, buttons, error_label, modal, text_field};
use super::registration_toast::toast_registered;
use crate::command::Command;
use crate::job_progress;
use crate::tab_context::TabContext;
use crate::tasks::Task;
use fettle_domain::{Product, ProductCode};
use fettle_engine::{AddProduct, UndoRegistration};

/// Code and names of a product.
pub(crate) struct ProductDialog {
    code: String,
    name_ko: String,
    name_en: String,
    /// Codes of the other products.
    known: Vec<ProductCode>,
    /// Whether an existing product is renamed; its code is read-only then.
    renaming: bool,
    task: Option<Task<Product>>,
    error: Option<String>,
    opened: bool,
}

impl ProductDialog {
    /// Registers a product with a code that is not in `known`.
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

    /// Renames `product`.
    pub(crate) fn rename(product: &Product) -> Self {
        Self {
            code: product.code.to_string(),
            name_ko: product.name_ko.clone(),
            name_en: product.name_en.clone(),
            renaming: true,
            ..Self::new(Vec::new())
        }
    }

    /// The product made of the fields; `Err` is the locale id of what is wrong with them.
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
    fn show(&mut self, ctx: &egui::Context, cx: &mut TabContext<'_>) -> bool {
        if let Some(answer) = self.task.as_ref().and_then(Task::poll) {
            self.task = None;
            match answer {
                Ok(product) => {
                    let name = product.name_and_code(cx.localizer.language);
                    let values = [("product", name.into())];
                    let text = cx.localizer.with("registered-product", &values);
                    let undo = UndoRegistration::Product(product.code.clone());
                    toast_registered(cx, text, (!self.renaming).then_some(undo));
                    cx.send(Command::LibraryChanged(Some(product.code)));
                    return false;
                }
                Err(error) => self.error = Some(error.explain(cx.localizer.language)),
            }
        }
        let title = if self.renaming { "dialog-rename-product" } else { "command-new-product" };
        let modal = modal(ctx, "product_dialog", &cx.text(title), |ui| {
            ui.add_enabled_ui(!self.renaming, |ui| {
                let code = text_field(ui, &cx.text("dialog-code"), &mut self.code);
                if !std::mem::replace(&mut self.opened, true) {
                    code.request_focus();
                }
            });
            ui.weak(cx.text("dialog-code-hint"));
            text_field(ui, &cx.text("dialog-name-ko"), &mut self.name_ko);
            text_field(ui, &cx.text("dialog-name-en"), &mut self.name_en);
            let typed = self.typed();
            if let (Err(message), false) = (&typed, self.code.is_empty()) {
                error_label(ui, &cx.text(message));
            }
            if let Some(error) = &self.error {
                error_label(ui, error);
            }
            if let Some(task) = &self.task {
                job_progress::show(ui, cx, task);
                return DialogAction::Wait;
            }
            let action = buttons(ui, cx, "dialog-register", typed.is_ok());
            if let (DialogAction::Confirm, Ok(product)) = (action, typed) {
                self.error = None;
                self.task = cx.start(AddProduct(product));
            }
            action
        });
        self.task.is_some() || (modal.inner != DialogAction::Cancel && !modal.should_close())
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
