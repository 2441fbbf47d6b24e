//! What was learned of a product's known defects.

use egui::{Button, Ui};

use crate::command::Command;
use crate::tab_context::TabContext;
use crate::widgets::bank_words::known_defects_text;
use fettle_domain::ProductCode;
use fettle_engine::{BankStatistics, LimitChange, Rethreshold};

/// Shows what known defects taught the bank of `product`, a button that learns anew, and one that
/// takes the last change of limits back. `can_change` is false while limits are being changed.
pub(super) fn show(
    ui: &mut Ui,
    cx: &mut TabContext<'_>,
    product: &ProductCode,
    stats: &BankStatistics,
    can_change: bool,
) {
    ui.strong(cx.text("known-title"));
    ui.label(match &stats.known {
        Some(known) => known_defects_text(cx, known),
        None => cx.text("known-none"),
    });
    ui.horizontal_wrapped(|ui| {
        let again = Button::new(cx.text("known-learn"));
        if ui.add_enabled(can_change, again).clicked() {
            cx.send(Command::LearnDefects(product.clone()));
        }
        let undo = Button::new(cx.text("scores-undo-change"));
        if ui.add_enabled(can_change && stats.changes > 0, undo).clicked() {
            let change = LimitChange::Undo;
            cx.send(Command::Rethreshold(Rethreshold { product: product.clone(), change }));
        }
    });
}
