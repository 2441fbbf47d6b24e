//! The choice of a period.

use super::combo_box::{MIN_WIDTH, labelled_combo};
use crate::period::Period;
use crate::tab_context::TabContext;

/// A combo box of all periods.
pub(crate) fn period_combo(ui: &mut egui::Ui, cx: &TabContext<'_>, selected: &mut Period) {
    let label = cx.text("history-period");
    labelled_combo(ui, &label, selected.text(cx.localizer), MIN_WIDTH, |ui| {
        for period in Period::ALL {
            ui.selectable_value(selected, period, period.text(cx.localizer));
        }
    });
}
