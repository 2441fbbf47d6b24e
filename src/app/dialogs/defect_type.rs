//! A new defect type of a product, or new names for one.

use super::{Dialog, Wish, buttons, field, modal, offer_undo, refusal};
use crate::command::Command;
use crate::desk::Desk;
use crate::tasks::Task;
use crate::under_way;
use fettle_domain::{DefectCode, DefectType, ProductCode};
use fettle_engine::{AddDefectType, TakeBack};

/// The dialog.
pub(crate) struct DefectTypeDialog {
    product: ProductCode,
    code: String,
    name_ko: String,
    name_en: String,
    full_name: String,
    /// Codes that are taken.
    known: Vec<DefectCode>,
    /// The code stays, the names change.
    renaming: bool,
    task: Option<Task<DefectType>>,
    error: Option<String>,
    opened: bool,
}

impl DefectTypeDialog {
    /// For a defect type of `product` whose code is none of `known`.
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

    /// For new names of `defect`.
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

    /// The defect type as typed; `Err` is the id of what is wrong with it.
    fn typed(&self) -> Result<AddDefectType, &'static str> {
        let code = DefectCode::new(&self.code).map_err(|_| "dialog-code-bad")?;
        if self.known.contains(&code) {
            return Err("dialog-code-taken");
        }
        // An empty name of a new one is made of the code and the others.
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
    fn show(&mut self, ctx: &egui::Context, desk: &mut Desk<'_>) -> bool {
        if let Some(answer) = self.task.as_ref().and_then(Task::poll) {
            self.task = None;
            match answer {
                Ok(defect) => {
                    let values = [
                        ("product", desk.product_name(&defect.product).into()),
                        ("defect", defect.full_name.into()),
                    ];
                    let text = desk.words.with("registered-defect", &values);
                    let undo = TakeBack::DefectType(defect.product, defect.code);
                    offer_undo(desk, text, (!self.renaming).then_some(undo));
                    desk.send(Command::LibraryChanged(None));
                    return false;
                }
                Err(error) => self.error = Some(error.explain(desk.words.0)),
            }
        }
        let title = if self.renaming { "dialog-rename-defect" } else { "dialog-new-defect" };
        let title = format!("{} · {}", desk.text(title), desk.product_name(&self.product));
        let modal = modal(ctx, "defect_type_dialog", &title, |ui| {
            ui.add_enabled_ui(!self.renaming, |ui| {
                let code = field(ui, &desk.text("dialog-code"), &mut self.code);
                if !std::mem::replace(&mut self.opened, true) {
                    code.request_focus();
                }
            });
            ui.weak(desk.text("dialog-code-hint"));
            field(ui, &desk.text("dialog-name-ko"), &mut self.name_ko);
            field(ui, &desk.text("dialog-name-en"), &mut self.name_en);
            field(ui, &desk.text("dialog-full-name"), &mut self.full_name);
            ui.weak(desk.text("dialog-full-name-hint"));
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
            if let (Wish::Do, Ok(request)) = (wish, typed) {
                self.error = None;
                self.task = desk.start(request);
            }
            wish
        });
        self.task.is_some() || (modal.inner != Wish::Close && !modal.should_close())
    }
}
