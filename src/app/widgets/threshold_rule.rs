//! The rule that sets the thresholds of a memory bank: its description and its editor.

use egui::{DragValue, Ui};

use super::combo_box::{MIN_WIDTH, labelled_combo};
use crate::tab_context::TabContext;
use fettle_domain::ThresholdRule;
use fettle_i18n::Value;

/// A description of `rule` for people.
pub(crate) fn describe_rule(cx: &TabContext<'_>, rule: &ThresholdRule) -> String {
    let percent = |share: f64| ("percent", Value::Number { value: share * 100.0, digits: 2 });
    let cost = |value: f64| Value::Number { value, digits: 1 };
    match *rule {
        ThresholdRule::MaxOverkill { rate } => cx.localizer.with("rule-overkill", &[percent(rate)]),
        ThresholdRule::MaxEscape { rate } => cx.localizer.with("rule-escape", &[percent(rate)]),
        ThresholdRule::Quantile { share } => cx.localizer.with("rule-quantile", &[percent(share)]),
        ThresholdRule::Cost { escape, overkill, prevalence } => {
            let values =
                [("escape", cost(escape)), ("overkill", cost(overkill)), percent(prevalence)];
            cx.localizer.with("rule-cost", &values)
        }
        ThresholdRule::Manual { .. } => cx.text("rule-manual"),
    }
}

/// Combo box of the kinds of rules and fields for the parameters. The rules that need known
/// defects are enabled where `has_defects`.
pub(crate) fn rule_editor(
    ui: &mut Ui,
    cx: &TabContext<'_>,
    rule: &mut ThresholdRule,
    has_defects: bool,
) {
    let kinds = [
        ("scores-rule-overkill", ThresholdRule::MaxOverkill { rate: 0.01 }, true),
        ("scores-rule-escape", ThresholdRule::MaxEscape { rate: 0.01 }, has_defects),
        ("scores-rule-quantile", ThresholdRule::Quantile { share: 0.99 }, true),
        (
            "scores-rule-cost",
            ThresholdRule::Cost { escape: 10.0, overkill: 1.0, prevalence: 0.01 },
            has_defects,
        ),
    ];
    let same =
        |other: &ThresholdRule| std::mem::discriminant(&*rule) == std::mem::discriminant(other);
    let selected_text =
        kinds.iter().find(|(_, kind, _)| same(kind)).map(|(label, ..)| cx.text(label));
    let label = cx.text("scores-rule");
    let mut selected = None;
    labelled_combo(ui, &label, selected_text.unwrap_or_default(), MIN_WIDTH, |ui| {
        for (label, kind, is_enabled) in kinds {
            let button = egui::Button::selectable(same(&kind), cx.text(label));
            if ui.add_enabled(is_enabled, button).clicked() && !same(&kind) {
                selected = Some(kind);
            }
        }
    });
    if let Some(selected) = selected {
        *rule = selected;
    }
    match rule {
        ThresholdRule::MaxOverkill { rate } => {
            percent_field(ui, cx, "scores-rate", rate, 0.01, 50.0)
        }
        ThresholdRule::MaxEscape { rate } => {
            percent_field(ui, cx, "scores-escape-rate", rate, 0.01, 50.0)
        }
        ThresholdRule::Quantile { share: of } => {
            percent_field(ui, cx, "scores-share", of, 0.0, 100.0)
        }
        ThresholdRule::Cost { escape, overkill, prevalence } => {
            number_field(ui, cx, "scores-cost-escape", DragValue::new(escape).range(0.1..=1e6));
            number_field(ui, cx, "scores-cost-overkill", DragValue::new(overkill).range(0.1..=1e6));
            percent_field(ui, cx, "scores-prevalence", prevalence, 0.01, 99.0);
        }
        ThresholdRule::Manual { .. } => {}
    }
}

/// A field for a share, shown as a percentage between `low` and `high`.
fn percent_field(
    ui: &mut Ui,
    cx: &TabContext<'_>,
    label: &str,
    share: &mut f64,
    low: f64,
    high: f64,
) {
    let mut percent = *share * 100.0;
    let field = DragValue::new(&mut percent).range(low..=high).speed(0.1).suffix(" %");
    if number_field(ui, cx, label, field) {
        *share = percent / 100.0;
    }
}

/// A number field and its label. Returns whether the number changed.
pub(crate) fn number_field(
    ui: &mut Ui,
    cx: &TabContext<'_>,
    label: &str,
    field: DragValue<'_>,
) -> bool {
    ui.horizontal(|ui| {
        let field = ui.add(field);
        let label = ui.label(cx.text(label));
        field.labelled_by(label.id).changed()
    })
    .inner
}
