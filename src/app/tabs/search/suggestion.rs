//! The product and defect that the nearest known defects vote for.

use egui::RichText;

use crate::tab_context::TabContext;
use fettle_domain::Suggestion;
use fettle_i18n::Value;

/// Shows the suggestion and its confidence.
pub(super) fn show(ui: &mut egui::Ui, cx: &TabContext<'_>, suggestion: Option<&Suggestion>) {
    ui.strong(cx.text("search-suggestion"));
    let Some(suggestion) = suggestion else {
        ui.label(cx.text("inspect-unknown"));
        return;
    };
    let defect = match &suggestion.defect {
        Some(defect) => cx.defect_name(Some(&suggestion.product), defect),
        None => cx.text("search-defect-unknown"),
    };
    ui.label(RichText::new(defect).size(20.0).strong());
    ui.label(cx.product_name(&suggestion.product));
    let values =
        [("percent", Value::Number { value: f64::from(suggestion.confidence * 100.0), digits: 0 })];
    ui.label(cx.localizer.with("search-confidence", &values));
}
