//! Why a product's bank should be fitted anew.

use egui::Ui;

use crate::desk::Desk;
use fettle_engine::BankState;
use fettle_i18n::Value;

/// Draws a line for each reason; nothing where there is none.
pub(crate) fn bank_warnings(ui: &mut Ui, desk: &Desk<'_>, bank: &BankState) {
    let warn = ui.visuals().warn_fg_color;
    if bank.unseen_images > 0 {
        let values = [("count", Value::from(bank.unseen_images))];
        ui.colored_label(warn, desk.words.with("library-bank-stale", &values));
    }
    if bank.area_changed {
        ui.colored_label(warn, desk.text("library-bank-area"));
    }
}
