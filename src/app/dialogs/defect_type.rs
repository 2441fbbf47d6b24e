//! The dialog that registers a defect type of a product or renames one.

use super::dialog::Dialog;
use super::form::{DialogAction, buttons, error_label, modal, text_field};
use super::registration_toast::toast_registered;
use crate::command::Command;
use crate::job_progress;
use crate::tab_context::TabContext;
use crate::tasks::Task;
use fettle_domain::{DefectCode, DefectType, ProductCode};
use fettle_engine::{AddDefectType, UndoRegistration};

/// Code and names of a defect type.
pub(crate) struct DefectTypeDialog {
    product: ProductCode,
    code: String,
    name_ko: String,
    name_en: String,
    full_name: String,
    /// Codes of the product's other defect types.
    known: Vec<DefectCode>,
    /// Whether an existing defect type is renamed; its code is read-only then.
    renaming: bool,
    task: Option<Task<DefectType>>,
    error: Option<String>,
    opened: bool,
}

impl DefectTypeDialog {
    /// Registers a defect type of `product`, with a code that is not in `known`.
    pub(crate) fn new(product: ProductCode, known: Vec<DefectCode>) -> Self {
        Self {
            product,
            code: String::new(),
            name_ko: String::new(),
            name_en: String::new(),
            full_name: String::new(),
            known,
            renaming: false,
            task: None,
            error: None,
            opened: false,
        }
    }

    /// Registers a defect type with proposed names.
    pub(crate) fn proposed(
        product: ProductCode,
        known: Vec<DefectCode>,
        (name_ko, name_en, code): (String, String, String),
        full_name: String,
    ) -> Self {
        Self { name_ko, name_en, code, full_name, ..Self::new(product, known) }
    }

    /// Renames `defect`.
    pub(crate) fn rename(defect: &DefectType) -> Self {
        Self {
            code: defect.code.to_string(),
            name_ko: defect.name_ko.clone(),
            name_en: defect.name_en.clone(),
            full_name: defect.full_name.clone(),
            renaming: true,
            ..Self::new(defect.product.clone(), Vec::new())
        }
    }

    /// The request made of the fields; `Err` is the locale id of what is wrong with them.
    fn typed(&self) -> Result<AddDefectType, &'static str> {
        let code = DefectCode::new(&self.code).map_err(|_| "dialog-code-bad")?;
        if self.known.contains(&code) {
            return Err("dialog-code-taken");
        }
        // The engine derives the empty names of a new defect type from its code and other names.
        let name = |name: &str| {
            let name = name.trim();
            (self.renaming || !name.is_empty()).then(|| name.to_owned())
        };
        Ok(AddDefectType {
            product: self.product.clone(),
            code,
            name_ko: name(&self.name_ko),
            name_en: name(&self.name_en),
            full_name: name(&self.full_name),
        })
    }
}

impl Dialog for DefectTypeDialog {
    fn show(&mut self, ctx: &egui::Context, cx: &mut TabContext<'_>) -> bool {
        if let Some(answer) = self.task.as_ref().and_then(Task::poll) {
            self.task = None;
            match answer {
                Ok(defect) => {
                    let values = [
                        ("product", cx.product_name(&defect.product).into()),
                        ("defect", defect.full_name.into()),
                    ];
                    let text = cx.localizer.with("registered-defect", &values);
                    let undo = UndoRegistration::DefectType(defect.product, defect.code);
                    toast_registered(cx, text, (!self.renaming).then_some(undo));
                    cx.send(Command::LibraryChanged(None));
                    return false;
                }
                Err(error) => self.error = Some(error.explain(cx.localizer.language)),
            }
        }
        let title = if self.renaming { "dialog-rename-defect" } else { "dialog-new-defect" };
        let title = format!("{} · {}", cx.text(title), cx.product_name(&self.product));
        let modal = modal(ctx, "defect_type_dialog", &title, |ui| {
            ui.add_enabled_ui(!self.renaming, |ui| {
                let code = text_field(ui, &cx.text("dialog-code"), &mut self.code);
                if !std::mem::replace(&mut self.opened, true) {
                    code.request_focus();
                }
            });
            ui.weak(cx.text("dialog-code-hint"));
            text_field(ui, &cx.text("dialog-name-ko"), &mut self.name_ko);
            text_field(ui, &cx.text("dialog-name-en"), &mut self.name_en);
            text_field(ui, &cx.text("dialog-full-name"), &mut self.full_name);
            ui.weak(cx.text("dialog-full-name-hint"));
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
            if let (DialogAction::Confirm, Ok(request)) = (action, typed) {
                self.error = None;
                self.task = cx.start(request);
            }
            action
        });
        self.task.is_some() || (modal.inner != DialogAction::Cancel && !modal.should_close())
    }
}
