//! By which rule a threshold is set: in words, and chosen.

use egui::{DragValue, Ui};

use crate::desk::Desk;
use crate::widgets::choice::{WIDTH, named_list};
use fettle_domain::ThresholdRule;
use fettle_i18n::Value;

/// A rule in words.
pub(super) fn rule_words(desk: &Desk<'_>, rule: &ThresholdRule) -> String {
    let percent = |share: f64| ("percent", Value::Number { value: share * 100.0, digits: 2 });
    let cost = |value: f64| Value::Number { value, digits: 1 };
    match *rule {
        ThresholdRule::MaxOverkill { rate } => desk.words.with("rule-overkill", &[percent(rate)]),
        ThresholdRule::Quantile { share } => desk.words.with("rule-quantile", &[percent(share)]),
        ThresholdRule::Cost { escape, overkill, prevalence } => {
            let values =
                [("escape", cost(escape)), ("overkill", cost(overkill)), percent(prevalence)];
            desk.words.with("rule-cost", &values)
        }
        ThresholdRule::Manual { .. } => desk.text("rule-manual"),
    }
}

/// Chooses a rule that sets a threshold by itself; `costs` where defects are known.
pub(in crate::tabs) fn choose(ui: &mut Ui, desk: &Desk<'_>, rule: &mut ThresholdRule, costs: bool) {
    let kinds = [
        ("scores-rule-overkill", ThresholdRule::MaxOverkill { rate: 0.01 }, true),
        ("scores-rule-quantile", ThresholdRule::Quantile { share: 0.99 }, true),
        (
            "scores-rule-cost",
            ThresholdRule::Cost { escape: 10.0, overkill: 1.0, prevalence: 0.01 },
            costs,
        ),
    ];
    let same =
        |other: &ThresholdRule| std::mem::discriminant(&*rule) == std::mem::discriminant(other);
    let shown = kinds.iter().find(|(_, kind, _)| same(kind)).map(|(label, ..)| desk.text(label));
    let label = desk.text("scores-rule");
    let mut chosen = None;
    named_list(ui, &label, shown.unwrap_or_default(), WIDTH, |ui| {
        for (label, kind, can) in kinds {
            let button = egui::Button::selectable(same(&kind), desk.text(label));
            if ui.add_enabled(can, button).clicked() && !same(&kind) {
                chosen = Some(kind);
            }
        }
    });
    if let Some(chosen) = chosen {
        *rule = chosen;
    }
    match rule {
        ThresholdRule::MaxOverkill { rate } => share(ui, desk, "scores-rate", rate, 0.01, 50.0),
        ThresholdRule::Quantile { share: of } => share(ui, desk, "scores-share", of, 0.0, 100.0),
        ThresholdRule::Cost { escape, overkill, prevalence } => {
            number(ui, desk, "scores-cost-escape", DragValue::new(escape).range(0.1..=1e6));
            number(ui, desk, "scores-cost-overkill", DragValue::new(overkill).range(0.1..=1e6));
            share(ui, desk, "scores-prevalence", prevalence, 0.01, 99.0);
        }
        ThresholdRule::Manual { .. } => {}
    }
}

/// A share as percent between two limits.
fn share(ui: &mut Ui, desk: &Desk<'_>, label: &str, share: &mut f64, low: f64, high: f64) {
    let mut percent = *share * 100.0;
    let field = DragValue::new(&mut percent).range(low..=high).speed(0.1).suffix(" %");
    if number(ui, desk, label, field) {
        *share = percent / 100.0;
    }
}

/// A number and what it is; whether it was changed.
pub(super) fn number(ui: &mut Ui, desk: &Desk<'_>, label: &str, field: DragValue<'_>) -> bool {
    ui.horizontal(|ui| {
        let field = ui.add(field);
        let label = ui.label(desk.text(label));
        field.labelled_by(label.id).changed()
    })
    .inner
}
