//! Warnings that the memory bank of a product is out of date.

use egui::Ui;

use crate::tab_context::TabContext;
use fettle_engine::BankState;
use fettle_i18n::Value;

/// Shows one line for each reason to fit the bank again.
pub(crate) fn bank_warnings(ui: &mut Ui, cx: &TabContext<'_>, bank: &BankState) {
    let warn = ui.visuals().warn_fg_color;
    if bank.unseen_images > 0 {
        let values = [("count", Value::from(bank.unseen_images))];
        ui.colored_label(warn, cx.localizer.with("library-bank-stale", &values));
    }
    if bank.area_changed {
        ui.colored_label(warn, cx.text("library-bank-area"));
    }
}
