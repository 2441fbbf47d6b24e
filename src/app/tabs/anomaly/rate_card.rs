//! Cards with the error rates of two limits: overkill, escape, and what is left for a person.

use egui::{Align, Frame, Layout, RichText, Ui};

use crate::tab_context::TabContext;
use fettle_domain::Rate;
use fettle_engine::RatesOfLimits;
use fettle_i18n::Value;

/// Least height of a card, in points.
const MIN_HEIGHT: f32 = 132.0;

/// One rate with what is said about it.
pub(super) struct RateCard {
    /// Message ids: name of the rate, its explanation, why it is unknown.
    name: &'static str,
    hint: &'static str,
    none: &'static str,
    rate: Option<Rate>,
    /// The rate of the limits in force, where others are tried.
    in_force: Option<Rate>,
    /// The share expected of further parts.
    expected: Option<f64>,
    /// The same rate of the known defects.
    of_known: Option<Rate>,
}

impl RateCard {
    /// The cards of the limits shown; `in_force` are the rates of those in force, where others are
    /// tried.
    pub(super) fn all(shown: RatesOfLimits, in_force: Option<RatesOfLimits>) -> [Self; 3] {
        let card = |(name, hint, none), rate, in_force| Self {
            name,
            hint,
            none,
            rate,
            in_force,
            expected: None,
            of_known: None,
        };
        let overkill = ("dashboard-overkill", "scores-overkill-hint", "scores-no-normals");
        let escape = ("dashboard-escape", "scores-escape-hint", "scores-no-defects");
        let unsure = ("verdict-unsure", "scores-unsure-hint", "scores-no-normals");
        let now = |rate: fn(RatesOfLimits) -> Option<Rate>| in_force.and_then(rate);
        [
            Self {
                expected: shown.expected_overkill,
                ..card(overkill, shown.overkill, now(|now| now.overkill))
            },
            Self {
                expected: shown.expected_escape,
                ..card(escape, shown.escape, now(|now| now.escape))
            },
            Self {
                of_known: shown.unsure_known,
                ..card(unsure, shown.unsure_normals, now(|now| now.unsure_normals))
            },
        ]
    }

    fn show(&self, ui: &mut Ui, cx: &TabContext<'_>) {
        ui.take_available_width();
        ui.set_min_height(MIN_HEIGHT);
        ui.strong(cx.text(self.name));
        let percent = |share: f64| Value::Number { value: share * 100.0, digits: 1 };
        match self.rate {
            None => drop(ui.label(cx.text(self.none))),
            Some(rate) => {
                let values = [("percent", percent(rate.share()))];
                let large = cx.localizer.with("scores-percent", &values);
                ui.label(RichText::new(large).size(28.0).strong());
                let values = [
                    ("events", Value::from(rate.events)),
                    ("trials", rate.trials.into()),
                    ("low", percent(rate.low)),
                    ("high", percent(rate.high)),
                ];
                ui.label(cx.localizer.with("scores-rate-of", &values));
            }
        }
        if let Some(expected) = self.expected {
            let values = [("percent", percent(expected))];
            ui.label(cx.localizer.with("scores-expected", &values));
        }
        if let Some(known) = self.of_known {
            let values = [("events", Value::from(known.events)), ("trials", known.trials.into())];
            ui.label(cx.localizer.with("scores-unsure-known", &values));
        }
        let now = self.in_force.map(|rate| {
            cx.localizer.with("scores-rate-now", &[("percent", percent(rate.share()))])
        });
        // The line is there also when empty, so that nothing moves while a limit does.
        ui.weak(now.unwrap_or_default());
        ui.small(cx.text(self.hint));
    }
}

/// Shows the cards beside each other.
pub(super) fn rate_cards(ui: &mut Ui, cx: &TabContext<'_>, cards: &[RateCard; 3]) {
    ui.columns(cards.len(), |columns| {
        for (ui, card) in columns.iter_mut().zip(cards) {
            let frame = Frame::group(ui.style()).fill(ui.visuals().faint_bg_color);
            frame.show(ui, |ui| {
                ui.with_layout(Layout::top_down(Align::LEFT), |ui| card.show(ui, cx));
            });
        }
    });
}
