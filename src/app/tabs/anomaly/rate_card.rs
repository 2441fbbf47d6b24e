//! A card with an error rate: overkill or escape.

use egui::{Align, Frame, Layout, RichText, Ui};

use crate::tab_context::TabContext;
use fettle_domain::Rate;
use fettle_i18n::Value;

/// Least height of a card, in points.
const MIN_HEIGHT: f32 = 112.0;

/// Shows the rate of one kind of error and its confidence interval. The locale ids are the name of
/// the rate, its explanation, and why it is unknown. `in_force` is the rate of the threshold in
/// force, shown where another one is tried.
pub(super) fn rate_card(
    ui: &mut Ui,
    cx: &TabContext<'_>,
    (name, hint, none): (&str, &str, &str),
    rate: Option<Rate>,
    in_force: Option<Rate>,
) {
    let frame = Frame::group(ui.style()).fill(ui.visuals().faint_bg_color);
    let card = |ui: &mut Ui| {
        ui.take_available_width();
        ui.set_min_height(MIN_HEIGHT);
        ui.strong(cx.text(name));
        let Some(rate) = rate else {
            ui.label(cx.text(none));
            return;
        };
        let percent = |share: f64| Value::Number { value: share * 100.0, digits: 1 };
        let large = cx.localizer.with("scores-percent", &[("percent", percent(rate.share()))]);
        ui.label(RichText::new(large).size(28.0).strong());
        let values = [
            ("events", Value::from(rate.events)),
            ("trials", rate.trials.into()),
            ("low", percent(rate.low)),
            ("high", percent(rate.high)),
        ];
        ui.label(cx.localizer.with("scores-rate-of", &values));
        let now = in_force.map(|rate| {
            cx.localizer.with("scores-rate-now", &[("percent", percent(rate.share()))])
        });
        // The line is there also when empty, so that nothing moves while the threshold does.
        ui.weak(now.unwrap_or_default());
        ui.small(cx.text(hint));
    };
    frame.show(ui, |ui| ui.with_layout(Layout::top_down(Align::LEFT), card));
}
