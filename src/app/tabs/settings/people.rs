//! The section of people: who may sign in with which role, and what may be done while nobody is.

use egui::{Button, Context, Grid, TextEdit, Ui};

use super::section::spinner_or_error;
use crate::command::Command;
use crate::dialogs::removal_question::RemovalQuestion;
use crate::loadable::Loadable;
use crate::tab_context::TabContext;
use crate::tasks::Task;
use crate::widgets::combo_box::{labelled_combo, labelled_combo_cells};
use fettle_domain::{Person, Role};
use fettle_engine::{EngineError, ListPeople, Preference, Preferences, RemovePerson, SetPerson};

/// Width of a combo box, in points.
pub(super) const COMBO_WIDTH: f32 = 160.0;

/// The people, and one who is being added.
#[derive(Default)]
pub(super) struct People {
    people: Loadable<Vec<Person>>,
    name: String,
    pin: String,
    role: Option<Role>,
    adding: Option<Task<Person>>,
    /// Who is to be removed, while it is asked.
    asking: Option<(String, RemovalQuestion)>,
    removing: Option<Task<()>>,
}

impl People {
    /// Loads the people again.
    pub(super) fn load(&mut self, cx: &mut TabContext<'_>) {
        self.people.load(cx, ListPeople);
    }

    /// Takes what is loaded, added and removed.
    pub(super) fn poll(&mut self, cx: &mut TabContext<'_>) {
        self.people.poll(cx);
        if let Some(answer) = self.adding.as_ref().and_then(Task::poll) {
            self.adding = None;
            if answer.is_ok() {
                self.name.clear();
                self.role = None;
            }
            self.pin.clear();
            self.changed(cx, answer.map(drop));
        }
        if let Some(answer) = self.removing.as_ref().and_then(Task::poll) {
            self.removing = None;
            self.changed(cx, answer);
        }
    }

    fn changed(&mut self, cx: &mut TabContext<'_>, answer: Result<(), EngineError>) {
        match answer {
            Ok(()) => cx.send(Command::PeopleChanged),
            Err(error) => cx.toasts.error(error.explain(cx.localizer.language)),
        }
        self.people.load(cx, ListPeople);
    }

    /// Shows the section. Returns the preference that a person changed.
    pub(super) fn show(
        &mut self,
        ui: &mut Ui,
        cx: &mut TabContext<'_>,
        preferences: &Loadable<Preferences>,
    ) -> Option<Preference> {
        ui.heading(cx.text("settings-people"));
        let error = preferences.error().or(self.people.error());
        let (Some(in_force), Some(people)) = (preferences.answer(), self.people.answer()) else {
            spinner_or_error(ui, error);
            return None;
        };
        ui.weak(cx.text("settings-people-hint"));
        let mut chosen = in_force.default_role;
        let label = cx.text("settings-default-role");
        labelled_combo(ui, &label, role_text(cx, chosen), COMBO_WIDTH, |ui| {
            roles(ui, cx, &mut chosen);
        });
        if !people.iter().any(|person| person.role == Role::Admin) {
            let (id, ink) = match in_force.default_role {
                Role::Admin => ("settings-administrator-first", ui.visuals().weak_text_color()),
                _ => ("settings-no-administrator", ui.visuals().warn_fg_color),
            };
            ui.colored_label(ink, cx.text(id));
        }
        let mut removed = None;
        Grid::new("settings_people").num_columns(3).striped(true).show(ui, |ui| {
            for person in people {
                ui.label(&person.name);
                ui.label(role_text(cx, person.role));
                let name = [("name", person.name.clone().into())];
                let button = Button::new(cx.localizer.with("settings-remove-person", &name));
                if ui.add_enabled(self.removing.is_none(), button).clicked() {
                    removed = Some(person.name.clone());
                }
                ui.end_row();
            }
        });
        if let Some(name) = removed {
            let named = [("name", name.clone().into())];
            let title = cx.localizer.with("person-remove-title", &named);
            let consequence = cx.localizer.with("person-remove-hint", &named);
            let question = RemovalQuestion::new(title, consequence, "person-remove");
            self.asking = Some((name, question));
        }
        self.form(ui, cx);
        (chosen != in_force.default_role).then_some(Preference::DefaultRole(chosen))
    }

    /// Shows the question before a person is removed.
    pub(super) fn dialogs(&mut self, ctx: &Context, cx: &mut TabContext<'_>) {
        let Some((name, question)) = &self.asking else { return };
        match question.show(ctx, cx) {
            None => {}
            Some(is_removed) => {
                if is_removed {
                    self.removing = cx.start(RemovePerson(name.clone()));
                }
                self.asking = None;
            }
        }
    }

    /// The fields of a person who is added, or who gets another role or PIN.
    fn form(&mut self, ui: &mut Ui, cx: &mut TabContext<'_>) {
        let mut role = self.role.unwrap_or(Role::Operator);
        Grid::new("settings_person").num_columns(2).show(ui, |ui| {
            let name = ui.label(cx.text("sign-in-name"));
            ui.add(TextEdit::singleline(&mut self.name)).labelled_by(name.id);
            ui.end_row();
            let label = cx.text("settings-person-role");
            labelled_combo_cells(ui, &label, role_text(cx, role), COMBO_WIDTH, |ui| {
                roles(ui, cx, &mut role);
            });
            ui.end_row();
            let pin = ui.label(cx.text("sign-in-pin"));
            ui.add(TextEdit::singleline(&mut self.pin).password(true)).labelled_by(pin.id);
            ui.end_row();
        });
        self.role = Some(role);
        let can_add = self.adding.is_none() && !self.name.trim().is_empty() && !self.pin.is_empty();
        let button = Button::new(cx.text("settings-add-person"));
        if ui.add_enabled(can_add, button).clicked() {
            let (name, pin) = (self.name.clone(), self.pin.clone());
            self.adding = cx.start(SetPerson { name, role, pin });
        }
    }
}

pub(super) fn role_text(cx: &TabContext<'_>, role: Role) -> String {
    cx.text(role.message_id())
}

/// The roles to choose from.
pub(super) fn roles(ui: &mut Ui, cx: &TabContext<'_>, chosen: &mut Role) {
    for role in Role::ALL {
        ui.selectable_value(chosen, role, role_text(cx, role));
    }
}
