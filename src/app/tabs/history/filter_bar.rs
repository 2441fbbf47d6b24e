//! The filters above the table of inspections.

use egui::TextEdit;
use jiff::Zoned;

use crate::command::HistoryView;
use crate::period::Period;
use crate::tab_context::TabContext;
use crate::widgets::combo_box::{optional_combo, optional_defect_combo, optional_product_combo};
use crate::widgets::period::period_combo;
use fettle_domain::{
    ActionState, DefectCode, HistoryFilter, Hours, ProductCode, ReviewState, Verdict,
};

/// The filters as selected.
#[derive(Default)]
pub(super) struct FilterBar {
    product: Option<ProductCode>,
    defect: Option<DefectCode>,
    verdict: Option<Verdict>,
    action: Option<ActionState>,
    review: Option<ReviewState>,
    period: Period,
    /// The hours of a shift, as the dashboard asked for them.
    hours: Option<Hours>,
    text: String,
}

impl FilterBar {
    /// The filter of the engine's requests.
    pub(super) fn filter(&self) -> HistoryFilter {
        HistoryFilter {
            product: self.product.clone(),
            defect: self.defect.clone(),
            verdict: self.verdict,
            text: self.text.clone(),
            since: self.period.since(&Zoned::now()),
            until: self.period.until(&Zoned::now()),
            hours: self.hours,
            action: self.action,
            review: self.review,
            repeated: false,
        }
    }

    /// Sets the filters to those of another view.
    pub(super) fn set(&mut self, wanted: &HistoryView) {
        *self = Self {
            product: wanted.product.clone(),
            defect: wanted.defect.clone(),
            verdict: wanted.verdict,
            action: None,
            review: wanted.review,
            period: wanted.period,
            hours: wanted.hours,
            text: wanted.text.clone(),
        };
    }

    /// Adds the filters to the current row. Returns whether one of them changed.
    pub(super) fn show(&mut self, ui: &mut egui::Ui, cx: &TabContext<'_>) -> bool {
        let any = cx.text("filter-any");
        let by_product = optional_product_combo(ui, cx, &mut self.product, &any);
        if by_product {
            self.defect = None;
        }
        let by_defect =
            optional_defect_combo(ui, cx, self.product.as_ref(), &mut self.defect, &any);
        let name = |verdict: &Verdict| cx.text(verdict.message_id());
        let label = cx.text("label-verdict");
        let by_verdict = optional_combo(ui, &label, &mut self.verdict, &any, &Verdict::ALL, name);
        let name = |state: &ActionState| cx.text(state.message_id());
        let label = cx.text("history-action");
        let by_action = optional_combo(ui, &label, &mut self.action, &any, &ActionState::ALL, name);
        let name = |state: &ReviewState| cx.text(state.message_id());
        let label = cx.text("history-review");
        let by_review = optional_combo(ui, &label, &mut self.review, &any, &ReviewState::ALL, name);
        let before = self.period;
        period_combo(ui, cx, &mut self.period);
        let mut by_hours = false;
        if let Some(hours) = self.hours {
            let values = [("hours", hours.to_string().into())];
            let name = cx.localizer.with("history-any-shift", &values);
            let chip = ui.button(format!("{hours} ×"));
            chip.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, &name));
            by_hours = chip.on_hover_text(&name).clicked();
        }
        if by_hours {
            self.hours = None;
        }
        let hint = cx.text("history-text");
        let edit =
            ui.add(TextEdit::singleline(&mut self.text).hint_text(&hint).desired_width(160.0));
        edit.widget_info(|| egui::WidgetInfo::labeled(egui::Role::TextInput, true, &hint));
        by_product
            || by_defect
            || by_verdict
            || by_action
            || by_review
            || by_hours
            || before != self.period
            || edit.changed()
    }
}
