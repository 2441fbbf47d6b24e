//! The form in which a person writes what was done about the defect of an inspection.

use egui::{Button, Grid, TextEdit, Ui};
use jiff::Zoned;
use jiff::civil::Date;

use crate::tab_context::TabContext;
use crate::widgets::combo_box::{labelled_combo_cells, optional_combo};
use fettle_domain::{
    ActionEntry, ActionSubject, CorrectiveAction, CorrectiveActionId, DefectCode, Effectiveness,
    InspectionId, ProductCode,
};
use fettle_engine::WriteAction;

/// Width of a day's field, in points.
const DAY_WIDTH: f32 = 100.0;

/// A day as it is typed.
#[derive(Debug, Clone, Default, PartialEq)]
struct TypedDay(String);

impl TypedDay {
    fn of(day: Option<Date>) -> Self {
        Self(day.map(|day| day.to_string()).unwrap_or_default())
    }

    /// The day; `Err` where what is typed is none. Nothing typed is no day.
    fn parse(&self) -> Result<Option<Date>, ()> {
        let text = self.0.trim().trim_end_matches('.').replace(['.', '/'], "-").replace(' ', "");
        if text.is_empty() {
            return Ok(None);
        }
        text.parse().map(Some).map_err(|_| ())
    }
}

/// What is typed, of a new record or one that is changed.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct ActionForm {
    id: Option<CorrectiveActionId>,
    product: ProductCode,
    defect: Option<DefectCode>,
    inspection: InspectionId,
    /// The texts, and the days as they were before.
    entry: ActionEntry,
    due: TypedDay,
    done: TypedDay,
    verified: TypedDay,
}

/// The button that was pressed.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum FormAction {
    Wait,
    Cancel,
    Save(Box<WriteAction>),
}

impl ActionForm {
    /// A new record of an inspection.
    pub(super) fn new(
        inspection: InspectionId,
        product: ProductCode,
        defect: Option<DefectCode>,
    ) -> Self {
        let entry = ActionEntry::default();
        let (due, done, verified) = Default::default();
        Self { id: None, product, defect, inspection, entry, due, done, verified }
    }

    /// Changes a record of an inspection.
    pub(super) fn edit(inspection: InspectionId, action: &CorrectiveAction) -> Self {
        let entry = &action.entry;
        Self {
            id: Some(action.id),
            due: TypedDay::of(entry.due),
            done: TypedDay::of(entry.done),
            verified: TypedDay::of(entry.verified),
            entry: entry.clone(),
            ..Self::new(inspection, action.product.clone(), action.defect.clone())
        }
    }

    /// The record that is changed; `None`: a new one.
    pub(super) fn id(&self) -> Option<CorrectiveActionId> {
        self.id
    }

    /// Whether something is typed that `saved`, the record that is changed, does not say.
    pub(super) fn is_changed(&self, saved: Option<&CorrectiveAction>) -> bool {
        let before = match saved {
            Some(action) => Self::edit(self.inspection, action),
            None => Self::new(self.inspection, self.product.clone(), self.defect.clone()),
        };
        (&before.entry, &before.due, &before.done, &before.verified)
            != (&self.entry, &self.due, &self.done, &self.verified)
    }

    /// The request made of the fields; `Err` is the locale id of what is wrong with them.
    fn typed(&self) -> Result<WriteAction, &'static str> {
        let day = |typed: &TypedDay| typed.parse().map_err(|()| "action-bad-day");
        let entry = ActionEntry {
            due: day(&self.due)?,
            done: day(&self.done)?,
            verified: day(&self.verified)?,
            ..self.entry.clone()
        };
        entry.check(Zoned::now().date()).map_err(|fault| fault.message_id())?;
        let subject = ActionSubject {
            product: self.product.clone(),
            defect: self.defect.clone(),
            inspection: Some(self.inspection),
        };
        Ok(WriteAction { id: self.id, subject, entry })
    }

    /// Shows the fields, what is wrong with them, and the buttons.
    pub(super) fn show(&mut self, ui: &mut Ui, cx: &TabContext<'_>, is_saving: bool) -> FormAction {
        let codes: Vec<DefectCode> = cx
            .catalogue
            .defects(Some(&self.product))
            .iter()
            .map(|(defect, _)| defect.code.clone())
            .collect();
        let product = self.product.clone();
        let name = |code: &DefectCode| cx.defect_name(Some(&product), code);
        let (label, none) = (cx.text("action-field-defect"), cx.text("judge-no-defect"));
        optional_combo(ui, &label, &mut self.defect, &none, &codes, name);
        let entry = &mut self.entry;
        for (label, text, rows) in [
            ("action-field-action", &mut entry.action, 2),
            ("action-field-cause", &mut entry.root_cause, 2),
            ("action-field-containment", &mut entry.containment, 1),
            ("action-field-prevention", &mut entry.prevention, 1),
        ] {
            text_area(ui, &cx.text(label), text, rows);
        }
        Grid::new("action_days").num_columns(2).spacing([12.0, 6.0]).show(ui, |ui| {
            let label = ui.label(cx.text("action-field-owner"));
            ui.add(TextEdit::singleline(&mut entry.owner).desired_width(180.0))
                .labelled_by(label.id);
            ui.end_row();
            day_field(ui, cx, "action-field-due", &mut self.due, false);
            day_field(ui, cx, "action-field-done", &mut self.done, true);
            if !self.done.0.trim().is_empty() || !self.verified.0.trim().is_empty() {
                day_field(ui, cx, "action-field-verified", &mut self.verified, true);
                let chosen = cx.text(entry.effect.message_id());
                labelled_combo_cells(ui, &cx.text("action-field-effect"), chosen, 120.0, |ui| {
                    for effect in Effectiveness::ALL {
                        let text = cx.text(effect.message_id());
                        ui.selectable_value(&mut entry.effect, effect, text);
                    }
                });
                ui.end_row();
            }
        });
        text_area(ui, &cx.text("action-field-note"), &mut entry.note, 1);
        let typed = self.typed();
        if let Err(message) = &typed
            && !self.entry.action.trim().is_empty()
        {
            ui.colored_label(ui.visuals().error_fg_color, cx.text(message));
        }
        let mut action = FormAction::Wait;
        ui.horizontal(|ui| {
            let save = Button::new(cx.text("action-save"));
            let hint = typed.as_ref().err().map(|message| cx.text(message)).unwrap_or_default();
            let save = ui.add_enabled(typed.is_ok() && !is_saving, save);
            if save.on_disabled_hover_text(hint).clicked()
                && let Ok(request) = typed
            {
                action = FormAction::Save(Box::new(request));
            }
            if is_saving {
                ui.spinner();
            } else if ui.button(cx.text("dialog-cancel")).clicked() {
                action = FormAction::Cancel;
            }
        });
        action
    }
}

/// A text of several lines below its label.
fn text_area(ui: &mut Ui, label: &str, text: &mut String, rows: usize) {
    let label = ui.label(label);
    let edit = TextEdit::multiline(text).desired_rows(rows).desired_width(f32::INFINITY);
    ui.add(edit).labelled_by(label.id);
}

/// A day beside its label, as a row of a grid, with a button for today where it is likely.
fn day_field(ui: &mut Ui, cx: &TabContext<'_>, id: &str, day: &mut TypedDay, today: bool) {
    let label = ui.label(cx.text(id));
    ui.horizontal(|ui| {
        let hint = cx.text("action-day-hint");
        let edit = TextEdit::singleline(&mut day.0).hint_text(hint).desired_width(DAY_WIDTH);
        ui.add(edit).labelled_by(label.id);
        if day.parse().is_err() {
            ui.colored_label(ui.visuals().error_fg_color, "⚠");
        }
        if today && day.0.is_empty() && ui.small_button(cx.text("period-today")).clicked() {
            *day = TypedDay::of(Some(Zoned::now().date()));
        }
    });
    ui.end_row();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_typed_with_hyphens_points_or_strokes() {
        for (typed, expected) in [
            ("2026-11-30", Ok(Some("2026-11-30"))),
            (" 2026.11.30 ", Ok(Some("2026-11-30"))),
            ("2026. 11. 30.", Ok(Some("2026-11-30"))),
            ("2026/11/30", Ok(Some("2026-11-30"))),
            ("", Ok(None)),
            ("내일", Err(())),
            ("2026-02-30", Err(())),
        ] {
            let found = TypedDay(typed.to_owned()).parse();
            let expected = expected.map(|day| day.map(|day| day.parse::<Date>().unwrap()));
            assert_eq!(found, expected, "{typed}");
        }
    }
}
