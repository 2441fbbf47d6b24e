//! The records of corrective actions of the inspection shown: listed, written, changed, removed.

use std::collections::HashMap;

use egui::{Button, Frame, Label, RichText, Ui};
use jiff::Zoned;

use super::action_form::{ActionForm, FormAction};
use crate::command::Command;
use crate::loadable::Loadable;
use crate::tab_context::TabContext;
use crate::tasks::Task;
use crate::widgets::inspection::past_actions::{record_colour, text};
use fettle_domain::{
    ActionChange, ActionEntry, ActionFilter, ActionStage, ActionState, ActionSubject,
    CorrectiveAction, CorrectiveActionId, DefectCode, Inspection, InspectionId, PastAction,
    Recurrence,
};
use fettle_engine::{EngineError, ListActions, RemoveAction, UndoActionImport, WriteAction};

/// The records of one inspection, and what is typed about any.
#[derive(Default)]
pub(super) struct ActionRecords {
    of: Option<InspectionId>,
    listed: Loadable<Vec<CorrectiveAction>>,
    /// Forms that are open. They stay while other inspections are looked at.
    forms: HashMap<InspectionId, ActionForm>,
    saving: Option<Saving>,
    removing: Vec<Task<RemoveAction>>,
    undoing: Vec<Task<usize>>,
}

/// A record that is being written.
struct Saving {
    inspection: InspectionId,
    /// `None`: a new record.
    record: Option<CorrectiveActionId>,
    task: Task<CorrectiveAction>,
}

impl ActionRecords {
    /// Lists the records of an inspection.
    pub(super) fn open(&mut self, cx: &mut TabContext<'_>, id: InspectionId) {
        if self.of != Some(id) {
            self.listed = Loadable::default();
        }
        self.of = Some(id);
        self.reload(cx);
    }

    /// Lists the records again.
    pub(super) fn reload(&mut self, cx: &mut TabContext<'_>) {
        if self.of.is_some() {
            let filter = ActionFilter { inspection: self.of, ..ActionFilter::default() };
            self.listed.load(cx, ListActions(filter));
        }
    }

    /// Whether the records say the state of the inspection's action.
    pub(super) fn say_state(&self) -> bool {
        self.listed.answer().is_some_and(|listed| !listed.is_empty())
    }

    /// Whether something typed is not saved.
    pub(super) fn has_drafts(&self) -> bool {
        let listed = self.listed.answer().map(Vec::as_slice).unwrap_or_default();
        self.forms.values().any(|form| {
            let saved = listed.iter().find(|action| Some(action.id) == form.id());
            // A record that is not listed now cannot be compared: rather asked once too often.
            saved.is_none() && form.id().is_some() || form.is_changed(saved)
        })
    }

    /// Forgets what is typed.
    pub(super) fn drop_drafts(&mut self) {
        self.forms.clear();
    }

    /// Removes a record or takes its removal back.
    pub(super) fn remove(&mut self, cx: &mut TabContext<'_>, request: RemoveAction) {
        self.removing.extend(cx.start(request));
    }

    /// Takes an import back.
    pub(super) fn undo_import(&mut self, cx: &mut TabContext<'_>, import: i64) {
        self.undoing.extend(cx.start(UndoActionImport(import)));
    }

    /// Takes the outcomes of jobs. Returns the inspection and the state of its action where its
    /// records were listed anew and say one.
    pub(super) fn poll(&mut self, cx: &mut TabContext<'_>) -> Option<(InspectionId, ActionChange)> {
        let mut changed = false;
        if let Some(answer) = self.saving.as_ref().and_then(|saving| saving.task.poll())
            && let Some(saving) = self.saving.take()
        {
            match answer {
                Ok(action) => {
                    // What is typed about another record of the inspection stays.
                    if self.forms.get(&saving.inspection).map(ActionForm::id) == Some(saving.record)
                    {
                        self.forms.remove(&saving.inspection);
                    }
                    let mark = [("mark", action.mark().into())];
                    cx.toasts.done(cx.localizer.with("action-saved", &mark));
                    changed = true;
                }
                Err(error) => cx.toasts.error(error.explain(cx.localizer.language)),
            }
        }
        self.removing.retain(|task| match task.poll() {
            None => true,
            Some(answer) => {
                changed |= toast_removed(answer, cx);
                false
            }
        });
        self.undoing.retain(|task| match task.poll() {
            None => true,
            Some(Ok(count)) => {
                let count = [("count", count.into())];
                cx.toasts.done(cx.localizer.with("actions-import-undone", &count));
                changed = true;
                false
            }
            Some(Err(error)) => {
                cx.toasts.error(error.explain(cx.localizer.language));
                false
            }
        });
        if changed {
            cx.send(Command::ActionsChanged);
        }
        if !self.listed.poll(cx) {
            return None;
        }
        let (id, listed) = (self.of?, self.listed.answer()?);
        let newest = listed.iter().max_by(|a, b| a.at.cmp(&b.at))?;
        let is_done = listed.iter().all(|action| action.entry.stage() != ActionStage::Open);
        let state = if is_done { ActionState::Done } else { ActionState::Open };
        Some((id, ActionChange { state, by: newest.by.clone(), at: newest.at.clone() }))
    }

    /// Shows the records of the inspection, the open form, and the button that opens one.
    pub(super) fn show(
        &mut self,
        ui: &mut Ui,
        cx: &mut TabContext<'_>,
        inspection: &Inspection,
        defect: Option<&DefectCode>,
    ) {
        let (Some(id), Some(product)) = (inspection.id, &inspection.product) else { return };
        if let Some(error) = self.listed.error() {
            ui.colored_label(ui.visuals().error_fg_color, error);
        }
        let is_saving = self.saving.is_some();
        let edited = self.forms.get(&id).and_then(ActionForm::id);
        let can = RecordButtons { write: !is_saving, edit: !self.forms.contains_key(&id) };
        let mut opened = None;
        let mut written = None;
        for action in self.listed.answer().into_iter().flatten() {
            if edited == Some(action.id) {
                continue;
            }
            match record(ui, cx, action, can) {
                None => {}
                Some(RecordButton::Edit) => opened = Some(ActionForm::edit(id, action)),
                Some(RecordButton::DoneToday) => written = Some(done_today(action)),
                Some(RecordButton::Remove) => {
                    self.removing.extend(cx.start(RemoveAction { id: action.id, removed: true }));
                }
            }
        }
        if let Some(form) = self.forms.get_mut(&id) {
            let frame = Frame::group(ui.style());
            let answer = frame.show(ui, |ui| form.show(ui, cx, is_saving)).inner;
            match answer {
                FormAction::Wait => {}
                FormAction::Cancel => {
                    self.forms.remove(&id);
                }
                FormAction::Save(request) => written = Some(*request),
            }
        } else if ui.button(format!("➕ {}", cx.text("action-add"))).clicked() {
            opened = Some(ActionForm::new(id, product.clone(), defect.cloned()));
        }
        if let Some(form) = opened {
            self.forms.insert(id, form);
        }
        // A second save would take the first one's place and cancel it.
        if let Some(request) = written.filter(|_| !is_saving) {
            let record = request.id;
            let task = cx.start(request);
            self.saving = task.map(|task| Saving { inspection: id, record, task });
        }
    }
}

/// A button beside a record.
enum RecordButton {
    Edit,
    DoneToday,
    Remove,
}

/// What the buttons beside a record can do.
#[derive(Clone, Copy)]
struct RecordButtons {
    /// Nothing is being written.
    write: bool,
    /// No form is open, whose text another would replace.
    edit: bool,
}

/// A record: how far it is, what was done, by whom.
fn record(
    ui: &mut Ui,
    cx: &TabContext<'_>,
    action: &CorrectiveAction,
    can: RecordButtons,
) -> Option<RecordButton> {
    let mut pressed = None;
    let shown = PastAction { action: action.clone(), recurrence: Recurrence::NotDone };
    let colour = record_colour(ui);
    Frame::group(ui.style()).show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.horizontal_wrapped(|ui| {
            ui.label(RichText::new(action.mark()).small().color(colour));
            ui.strong(cx.text(action.entry.stage_message_id()));
            if action.entry.is_overdue(Zoned::now().date()) {
                ui.colored_label(ui.visuals().error_fg_color, cx.text("action-overdue"));
            }
        });
        ui.add(Label::new(shown.action_line()).wrap());
        for detail in shown.details() {
            ui.label(text(cx, detail));
        }
        let facts: Vec<String> = shown.facts().into_iter().map(|fact| text(cx, fact)).collect();
        ui.small(facts.join(" · "));
        if !action.entry.note.trim().is_empty() {
            ui.small(&action.entry.note);
        }
        ui.horizontal(|ui| {
            ui.add_enabled_ui(can.write, |ui| {
                if action.entry.stage() == ActionStage::Open
                    && ui.button(cx.text("action-done-today")).clicked()
                {
                    pressed = Some(RecordButton::DoneToday);
                }
                let edit = ui.add_enabled(can.edit, Button::new(cx.text("action-edit")));
                if edit.on_disabled_hover_text(cx.text("action-form-open")).clicked() {
                    pressed = Some(RecordButton::Edit);
                }
                if ui.button(cx.text("action-remove")).clicked() {
                    pressed = Some(RecordButton::Remove);
                }
            });
        });
    });
    pressed
}

/// The request that says that an action was done today.
fn done_today(action: &CorrectiveAction) -> WriteAction {
    let subject = ActionSubject {
        product: action.product.clone(),
        defect: action.defect.clone(),
        inspection: action.inspection,
    };
    let entry = ActionEntry { done: Some(Zoned::now().date()), ..action.entry.clone() };
    WriteAction { id: Some(action.id), subject, entry }
}

/// A toast for a record removed or back, with a button that undoes it. Returns whether it is done.
fn toast_removed(answer: Result<RemoveAction, EngineError>, cx: &mut TabContext<'_>) -> bool {
    match answer {
        Ok(RemoveAction { id, removed }) => {
            let mark = [("mark", id.mark().into())];
            if removed {
                let undo = Command::RemoveAction(RemoveAction { id, removed: false });
                let text = cx.localizer.with("action-removed", &mark);
                cx.toasts.done_with_action(text, cx.text("judge-undo"), undo);
            } else {
                cx.toasts.done(cx.localizer.with("action-restored", &mark));
            }
            true
        }
        Err(error) => {
            cx.toasts.error(error.explain(cx.localizer.language));
            false
        }
    }
}
