//! The section of defaults: threshold rule of new banks, retention of pictures, whether reports have
//! sentences of the language model, and when shifts begin.

use egui::{Button, Context, DragValue, Ui};

use super::section::{GAP, spinner_or_error};
use crate::dialogs::Dialog as _;
use crate::dialogs::tidy_pictures::TidyPicturesDialog;
use crate::loadable::Loadable;
use crate::tab_context::TabContext;
use crate::widgets::threshold_rule::rule_editor;
use fettle_domain::{ShiftPlan, ThresholdRule};
use fettle_engine::{Preference, Preferences};
use fettle_settings::Settings;

/// Days that are proposed where pictures are not kept for ever.
const DEFAULT_DAYS: u32 = 365;

/// The defaults in the form, before they are saved.
#[derive(Default)]
pub(super) struct Defaults {
    rule: ThresholdRule,
    days: Option<u32>,
    model_text: bool,
    shifts: ShiftPlan,
    tidying: Option<TidyPicturesDialog>,
}

impl Defaults {
    /// Fills the form with the preferences in force.
    pub(super) fn set(&mut self, preferences: Option<&Preferences>) {
        if let Some(preferences) = preferences {
            (self.rule, self.days) = (preferences.threshold_rule, preferences.keep_pictures_days);
            (self.model_text, self.shifts) = (preferences.model_text, preferences.shifts);
        }
    }

    /// Shows the section. Returns the preference that a person changed.
    pub(super) fn show(
        &mut self,
        ui: &mut Ui,
        cx: &mut TabContext<'_>,
        preferences: &Loadable<Preferences>,
    ) -> Option<Preference> {
        ui.heading(cx.text("settings-standards"));
        let Some(in_force) = preferences.answer() else {
            spinner_or_error(ui, preferences.error());
            return None;
        };
        // The cost rule needs known defects: it is chosen per product.
        rule_editor(ui, cx, &mut self.rule, false);
        ui.weak(cx.text("settings-rule-hint"));
        ui.add_space(GAP);
        ui.heading(cx.text("settings-pictures"));
        self.pictures(ui, cx, in_force.keep_pictures_days);
        ui.add_space(GAP);
        ui.heading(cx.text("settings-reports"));
        ui.checkbox(&mut self.model_text, cx.text("settings-model-text"));
        ui.weak(cx.text("settings-model-text-hint"));
        ui.add_space(GAP);
        ui.heading(cx.text("settings-shifts"));
        self.shift_fields(ui, cx);
        // Values are saved once dragging or typing has ended.
        let ctx = ui.ctx();
        if ctx.input(|input| input.pointer.any_down()) || ctx.text_edit_focused() {
            return None;
        }
        if self.rule != in_force.threshold_rule {
            Some(Preference::ThresholdRule(self.rule))
        } else if self.days != in_force.keep_pictures_days {
            Some(Preference::KeepPictures(self.days))
        } else if self.model_text != in_force.model_text {
            Some(Preference::ModelText(self.model_text))
        } else if self.shifts != in_force.shifts {
            Some(Preference::Shifts(self.shifts))
        } else {
            None
        }
    }

    /// How long pictures are kept, and the button that removes old ones now.
    fn pictures(&mut self, ui: &mut Ui, cx: &TabContext<'_>, in_force: Option<u32>) {
        ui.horizontal(|ui| {
            ui.radio_value(&mut self.days, None, cx.text("settings-pictures-always"));
            let days = ui.radio(self.days.is_some(), cx.text("settings-pictures-days"));
            if days.clicked() {
                self.days = Some(self.days.unwrap_or(DEFAULT_DAYS));
            }
            if let Some(days_kept) = &mut self.days {
                let suffix = format!(" {}", cx.text("settings-days"));
                let field = DragValue::new(days_kept).range(1..=Settings::MOST_DAYS);
                ui.add(field.suffix(suffix)).labelled_by(days.id);
            }
        });
        ui.weak(cx.text("tidy-kept"));
        if in_force.is_some() {
            ui.weak(cx.text("settings-pictures-hint"));
            let can_tidy = self.days == in_force && self.tidying.is_none();
            if ui.add_enabled(can_tidy, Button::new(cx.text("settings-tidy"))).clicked() {
                self.tidying = Some(TidyPicturesDialog::default());
            }
        }
    }

    /// The hours at which shifts begin, and the shifts that they make.
    fn shift_fields(&mut self, ui: &mut Ui, cx: &TabContext<'_>) {
        ui.horizontal(|ui| {
            for (number, begin) in (1_usize..).zip(&mut self.shifts.0) {
                let label =
                    ui.label(cx.localizer.with("settings-shift", &[("number", number.into())]));
                let field = DragValue::new(begin).range(0..=ShiftPlan::LAST_HOUR);
                ui.add(field.suffix(format!(" {}", cx.text("settings-hour"))))
                    .labelled_by(label.id);
            }
        });
        let shifts = self.shifts.shifts();
        let shifts: Vec<String> = shifts.iter().map(ToString::to_string).collect();
        let values = [("shifts", shifts.join(", ").into())];
        ui.weak(cx.localizer.with("settings-shifts-hint", &values));
    }

    /// Shows the open dialog.
    pub(super) fn dialogs(&mut self, ctx: &Context, cx: &mut TabContext<'_>) {
        if let Some(dialog) = &mut self.tidying
            && !dialog.show(ctx, cx)
        {
            self.tidying = None;
        }
    }
}
