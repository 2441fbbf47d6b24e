//! What was done last time about the defect: a second source, framed and coloured apart from the
//! manual's.

use egui::{Color32, Frame, RichText, Stroke, Ui};

use crate::command::Command;
use crate::tab_context::TabContext;
use fettle_domain::{ActionMessage, ActionSource, Inspection, PastAction};
use fettle_i18n::Value;

/// Shows the records of corrective actions; nothing where there are none.
pub(crate) fn show(ui: &mut Ui, cx: &mut TabContext<'_>, inspection: &Inspection) {
    if inspection.past_actions.is_empty() {
        return;
    }
    let colour = record_colour(ui);
    ui.add_space(10.0);
    Frame::group(ui.style()).stroke(Stroke::new(1.5, colour)).show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.label(RichText::new(cx.text("past-actions-title")).strong().color(colour));
        ui.small(cx.text("past-actions-note"));
        for past in &inspection.past_actions {
            ui.add_space(6.0);
            past_action(ui, cx, past, colour);
        }
    });
}

fn past_action(ui: &mut Ui, cx: &mut TabContext<'_>, past: &PastAction, colour: Color32) {
    ui.label(format!("◆ {}", past.action_line()));
    ui.indent(("past_action", past.action.id.0), |ui| {
        ui.horizontal_wrapped(|ui| {
            ui.small(RichText::new(past.action.mark()).color(colour));
            let facts: Vec<String> = past.facts().into_iter().map(|fact| text(cx, fact)).collect();
            match (&past.action.source, past.action.inspection, facts.split_last()) {
                // The last fact names the inspection that called for it.
                (ActionSource::Written, Some(id), Some((last, others))) => {
                    ui.small(others.join(" · "));
                    if ui.link(RichText::new(last).small()).clicked() {
                        cx.send(Command::OpenInspection(id));
                    }
                }
                _ => {
                    ui.small(facts.join(" · "));
                }
            }
        });
        for detail in past.details() {
            ui.label(text(cx, detail));
        }
    });
}

/// A message about a record in the language of the window.
pub(crate) fn text(cx: &TabContext<'_>, (id, values): ActionMessage) -> String {
    let values: Vec<(&str, Value)> =
        values.into_iter().map(|(name, value)| (name, value.into())).collect();
    cx.localizer.with(id, &values)
}

/// The colour of records of corrective actions, which the manual's statements never have.
pub(crate) fn record_colour(ui: &Ui) -> Color32 {
    if ui.visuals().dark_mode {
        Color32::from_rgb(110, 190, 220)
    } else {
        Color32::from_rgb(0, 84, 112)
    }
}
