//! The dialog in which a person signs in: by name and PIN, or by a badge, whose reader types its text and
//! Enter.

use egui::{TextEdit, Ui};

use super::dialog::Dialog;
use super::form::{DialogAction, buttons, error_label, modal};
use crate::command::Command;
use crate::loadable::Loadable;
use crate::tab_context::TabContext;
use crate::tasks::Task;
use crate::widgets::combo_box::optional_combo;
use fettle_domain::Person;
use fettle_engine::{ListPeople, SignIn};

/// A name, where one is chosen, and a PIN.
#[derive(Default)]
pub(crate) struct SignInDialog {
    people: Loadable<Vec<Person>>,
    name: Option<String>,
    pin: String,
    task: Option<Task<Person>>,
    error: Option<String>,
    opened: bool,
}

impl SignInDialog {
    /// The field of the PIN, which has the focus at first and after a wrong one.
    fn pin_field(&mut self, ui: &mut Ui, cx: &TabContext<'_>) {
        let label = ui.label(cx.text("sign-in-pin"));
        let field = TextEdit::singleline(&mut self.pin).password(true);
        let field = ui.add(field.desired_width(f32::INFINITY)).labelled_by(label.id);
        if !std::mem::replace(&mut self.opened, true) {
            field.request_focus();
        }
    }
}

impl Dialog for SignInDialog {
    fn show(&mut self, ctx: &egui::Context, cx: &mut TabContext<'_>) -> bool {
        self.people.load_once(cx, ListPeople);
        self.people.poll(cx);
        if let Some(answer) = self.task.as_ref().and_then(Task::poll) {
            self.task = None;
            match answer {
                Ok(person) => {
                    cx.send(Command::SignedIn(Some(person)));
                    return false;
                }
                Err(error) => {
                    self.error = Some(error.explain(cx.localizer.language));
                    self.pin.clear();
                    self.opened = false;
                }
            }
        }
        let title = cx.text("command-sign-in");
        let modal = modal(ctx, "sign_in_dialog", &title, |ui| {
            let people = self.people.answer().map(Vec::as_slice).unwrap_or_default();
            if self.people.answer().is_some_and(Vec::is_empty) {
                ui.label(cx.text("sign-in-nobody"));
            }
            let names: Vec<String> = people.iter().map(|person| person.name.clone()).collect();
            let (label, none) = (cx.text("sign-in-name"), cx.text("sign-in-by-badge"));
            optional_combo(ui, &label, &mut self.name, &none, &names, Clone::clone);
            self.pin_field(ui, cx);
            if let Some(error) = self.error.as_deref().or(self.people.error()) {
                error_label(ui, error);
            }
            let can_confirm = !self.pin.is_empty() && self.task.is_none();
            let action = buttons(ui, cx, "command-sign-in", can_confirm);
            if action == DialogAction::Confirm {
                self.error = None;
                let pin = std::mem::take(&mut self.pin);
                self.task = cx.start(SignIn { name: self.name.clone(), pin });
            }
            action
        });
        self.task.is_some() || (modal.inner != DialogAction::Cancel && !modal.should_close())
    }
}
