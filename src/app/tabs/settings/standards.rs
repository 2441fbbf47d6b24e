//! What holds where nobody says otherwise: the rule of new banks, how long pictures are kept, and
//! whose sentences a report has.

use egui::{Button, Context, DragValue, Ui};

use super::waiting;
use crate::asked::Asked;
use crate::desk::Desk;
use crate::dialogs::Dialog as _;
use crate::dialogs::tidy::TidyDialog;
use crate::tabs::anomaly::rule::choose;
use fettle_domain::ThresholdRule;
use fettle_engine::{Preference, Preferences};
use fettle_settings::Settings;

/// Offered first where pictures shall not be kept for ever.
const DAYS: u32 = 365;

/// What is being changed, before it is in force.
#[derive(Default)]
pub(super) struct Standards {
    rule: ThresholdRule,
    days: Option<u32>,
    supported_only: bool,
    tidying: Option<TidyDialog>,
}

impl Standards {
    /// Shows what is in force.
    pub(super) fn take(&mut self, preferences: Option<&Preferences>) {
        if let Some(preferences) = preferences {
            (self.rule, self.days) = (preferences.threshold_rule, preferences.keep_pictures_days);
            self.supported_only = preferences.supported_only;
        }
    }

    /// Draws them; what a person wants otherwise.
    pub(super) fn show(
        &mut self,
        ui: &mut Ui,
        desk: &mut Desk<'_>,
        preferences: &Asked<Preferences>,
    ) -> Option<Preference> {
        ui.heading(desk.text("settings-standards"));
        let Some(in_force) = preferences.answer() else {
            waiting(ui, preferences.error());
            return None;
        };
        // One that needs known defects is for the products that have some.
        choose(ui, desk, &mut self.rule, false);
        ui.weak(desk.text("settings-rule-hint"));
        ui.add_space(super::GAP);
        ui.heading(desk.text("settings-pictures"));
        self.pictures(ui, desk, in_force.keep_pictures_days);
        ui.add_space(super::GAP);
        ui.heading(desk.text("settings-reports"));
        ui.checkbox(&mut self.supported_only, desk.text("settings-supported-only"));
        ui.weak(desk.text("settings-supported-only-hint"));
        // A value that is dragged or typed is none yet.
        let ctx = ui.ctx();
        if ctx.input(|input| input.pointer.any_down()) || ctx.text_edit_focused() {
            return None;
        }
        if self.rule != in_force.threshold_rule {
            Some(Preference::ThresholdRule(self.rule))
        } else if self.days != in_force.keep_pictures_days {
            Some(Preference::KeepPictures(self.days))
        } else if self.supported_only != in_force.supported_only {
            Some(Preference::SupportedOnly(self.supported_only))
        } else {
            None
        }
    }

    fn pictures(&mut self, ui: &mut Ui, desk: &Desk<'_>, in_force: Option<u32>) {
        ui.horizontal(|ui| {
            ui.radio_value(&mut self.days, None, desk.text("settings-pictures-always"));
            let days = ui.radio(self.days.is_some(), desk.text("settings-pictures-days"));
            if days.clicked() {
                self.days = Some(self.days.unwrap_or(DAYS));
            }
            if let Some(days_kept) = &mut self.days {
                let suffix = format!(" {}", desk.text("settings-days"));
                let field = DragValue::new(days_kept).range(1..=Settings::MOST_DAYS);
                ui.add(field.suffix(suffix)).labelled_by(days.id);
            }
        });
        ui.weak(desk.text("tidy-kept"));
        if in_force.is_some() {
            ui.weak(desk.text("settings-pictures-hint"));
            let can = self.days == in_force && self.tidying.is_none();
            if ui.add_enabled(can, Button::new(desk.text("settings-tidy"))).clicked() {
                self.tidying = Some(TidyDialog::default());
            }
        }
    }

    /// Draws the dialog that is open.
    pub(super) fn dialogs(&mut self, ctx: &Context, desk: &mut Desk<'_>) {
        if let Some(dialog) = &mut self.tidying
            && !dialog.show(ctx, desk)
        {
            self.tidying = None;
        }
    }
}
