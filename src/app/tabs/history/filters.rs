//! Which inspections are wanted: a row of choices.

use egui::TextEdit;
use jiff::{Timestamp, ToSpan, Zoned};

use crate::desk::Desk;
use crate::widgets::choice::{WIDTH, choice, defect_choice, named_list, product_choice};
use fettle_domain::{ActionState, DefectCode, HistoryFilter, ProductCode, Verdict};

/// Since when.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(in crate::tabs) enum Period {
    #[default]
    All,
    Today,
    Week,
    Month,
}

impl Period {
    pub(in crate::tabs) const ALL: [Self; 4] = [Self::All, Self::Today, Self::Week, Self::Month];

    /// The id of its message.
    pub(in crate::tabs) fn label(self) -> &'static str {
        match self {
            Self::All => "period-all",
            Self::Today => "period-today",
            Self::Week => "period-week",
            Self::Month => "period-month",
        }
    }

    /// When it begins: the first of its days at midnight.
    pub(in crate::tabs) fn since(self, now: &Zoned) -> Option<Timestamp> {
        let days = match self {
            Self::All => return None,
            Self::Today => 0,
            Self::Week => 6,
            Self::Month => 29,
        };
        let begin = now.start_of_day().and_then(|today| today.checked_sub(days.days())).ok()?;
        Some(begin.timestamp())
    }
}

/// What was chosen.
#[derive(Default)]
pub(super) struct Filters {
    product: Option<ProductCode>,
    defect: Option<DefectCode>,
    verdict: Option<Verdict>,
    action: Option<ActionState>,
    period: Period,
    text: String,
}

impl Filters {
    /// The choice as the engine takes it.
    pub(super) fn filter(&self) -> HistoryFilter {
        HistoryFilter {
            product: self.product.clone(),
            defect: self.defect.clone(),
            verdict: self.verdict,
            text: self.text.clone(),
            since: self.period.since(&Zoned::now()),
            until: None,
            action: self.action,
        }
    }

    /// Draws it; whether something was changed.
    pub(super) fn show(&mut self, ui: &mut egui::Ui, desk: &Desk<'_>) -> bool {
        let any = desk.text("filter-any");
        let by_product = product_choice(ui, desk, &mut self.product, &any);
        if by_product {
            self.defect = None;
        }
        let by_defect = defect_choice(ui, desk, self.product.as_ref(), &mut self.defect, &any);
        let name = |verdict: &Verdict| desk.text(verdict.word());
        let label = desk.text("label-verdict");
        let by_verdict = choice(ui, &label, &mut self.verdict, &any, &Verdict::ALL, name);
        let name = |state: &ActionState| desk.text(state.word());
        let label = desk.text("history-action");
        let by_action = choice(ui, &label, &mut self.action, &any, &ActionState::ALL, name);
        let before = self.period;
        period(ui, desk, &mut self.period);
        let hint = desk.text("history-text");
        let edit =
            ui.add(TextEdit::singleline(&mut self.text).hint_text(&hint).desired_width(160.0));
        edit.widget_info(|| egui::WidgetInfo::labeled(egui::Role::TextInput, true, &hint));
        by_product
            || by_defect
            || by_verdict
            || by_action
            || before != self.period
            || edit.changed()
    }
}

/// One of the periods.
pub(in crate::tabs) fn period(ui: &mut egui::Ui, desk: &Desk<'_>, chosen: &mut Period) {
    let label = desk.text("history-period");
    named_list(ui, &label, desk.text(chosen.label()), WIDTH, |ui| {
        for period in Period::ALL {
            ui.selectable_value(chosen, period, desk.text(period.label()));
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_period_begins_at_midnight_of_its_first_day() {
        let now: Zoned = "2026-11-22T10:30:00+09:00[Asia/Seoul]".parse().unwrap();
        for (period, since) in [
            (Period::All, None),
            (Period::Today, Some("2026-11-22T00:00:00+09:00")),
            (Period::Week, Some("2026-11-16T00:00:00+09:00")),
            (Period::Month, Some("2026-10-24T00:00:00+09:00")),
        ] {
            assert_eq!(period.since(&now), since.map(|since| since.parse().unwrap()));
        }
    }
}
