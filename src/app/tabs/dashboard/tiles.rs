//! Four tiles with the numbers of the period, and those of today against yesterday.

use egui::{Frame, RichText, Role, Ui, WidgetInfo, vec2};
use jiff::{ToSpan, Zoned};

use crate::command::{Command, HistoryView};
use crate::fonts::bold;
use crate::period::Period;
use crate::tab_context::TabContext;
use crate::theme::LARGE;
use crate::widgets::verdict_mark;
use fettle_domain::{ReviewState, Verdict};
use fettle_engine::Statistics;
use fettle_i18n::Value;

/// Least width of a tile, in points.
const TILE_WIDTH: f32 = 190.0;

/// Parts, NG parts and unsure parts of a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct DayTotals {
    parts: usize,
    ng: usize,
    unsure: usize,
}

/// The totals of a day, such as `2026-11-30`.
fn totals_of(statistics: &Statistics, wanted: impl Fn(&str) -> bool) -> DayTotals {
    let mut sum = DayTotals::default();
    for day in statistics.days.iter().filter(|day| wanted(&day.day)) {
        sum.parts += day.parts;
        sum.ng += day.ng;
        sum.unsure += day.unsure;
    }
    sum
}

/// Shows the tiles. A click opens the history with the inspections that the tile counts.
pub(super) fn show(
    ui: &mut Ui,
    cx: &mut TabContext<'_>,
    statistics: &Statistics,
    view: &HistoryView,
) {
    let now = Zoned::now();
    let today = now.date().to_string();
    let yesterday = now.date().checked_sub(1.day()).map(|day| day.to_string()).unwrap_or_default();
    let all = totals_of(statistics, |_| true);
    let on = |day: &str| totals_of(statistics, |one| one == day);
    let (today, yesterday) = (on(&today), on(&yesterday));
    let percent = |ng: usize| match all.parts {
        0 => String::new(),
        parts => format!(" ({:.1} %)", 100.0 * ng as f64 / parts as f64),
    };
    let change = |count: fn(&DayTotals) -> usize| {
        if view.period == Period::Today {
            // The statistics are those of the period: yesterday is not in them.
            return String::new();
        }
        let values =
            [("today", Value::from(count(&today))), ("yesterday", count(&yesterday).into())];
        cx.localizer.with("dashboard-today", &values)
    };
    let with = |verdict| HistoryView { verdict: Some(verdict), ..view.clone() };
    let overdue = [("overdue", statistics.overdue_actions.len().into())];
    let tiles = [
        (
            None,
            "dashboard-parts",
            all.parts.to_string(),
            change(|day| day.parts),
            Some(view.clone()),
        ),
        (
            Some(Verdict::Ng),
            "verdict-ng",
            format!("{}{}", all.ng, percent(all.ng)),
            change(|day| day.ng),
            Some(with(Verdict::Ng)),
        ),
        (
            Some(Verdict::Unsure),
            "verdict-unsure",
            all.unsure.to_string(),
            change(|day| day.unsure),
            Some(with(Verdict::Unsure)),
        ),
        (
            None,
            "dashboard-open-actions",
            statistics.open_actions.to_string(),
            cx.localizer.with("dashboard-overdue", &overdue),
            // Records of actions, of which an inspection may have several or none: they are listed below.
            None,
        ),
    ];
    let mut wanted = None;
    ui.horizontal_wrapped(|ui| {
        for (verdict, label, number, below, view) in tiles {
            let tile = Frame::group(ui.style()).show(ui, |ui| {
                ui.set_width(TILE_WIDTH);
                ui.vertical(|ui| {
                    ui.horizontal(|ui| {
                        if let Some(verdict) = verdict {
                            verdict_mark::show(ui, verdict, verdict_mark::SMALL);
                        }
                        let label = cx.text(label);
                        if view.is_none() {
                            ui.label(label);
                            return;
                        }
                        let link = ui.link(&label);
                        // The charts have legends of the same words.
                        let name = format!("{label}: {number}");
                        link.widget_info(|| WidgetInfo::labeled(Role::Link, true, &name));
                        if link.clicked() {
                            wanted.clone_from(&view);
                        }
                    });
                    ui.label(RichText::new(number).font(bold(LARGE)));
                    ui.weak(below);
                });
            });
            if view.is_some() {
                tile.response.on_hover_text(cx.text("dashboard-open-history"));
            }
        }
    });
    let values = [
        ("parts", Value::from(all.parts)),
        ("ng", all.ng.into()),
        ("judged", statistics.judged.into()),
    ];
    ui.horizontal_wrapped(|ui| {
        ui.label(cx.localizer.with("dashboard-totals", &values));
        for (id, review) in [
            ("review-unjudged", ReviewState::Unjudged),
            ("review-overruled", ReviewState::Overruled),
        ] {
            if ui.link(cx.text(id)).clicked() {
                wanted = Some(HistoryView { review: Some(review), ..view.clone() });
            }
        }
        let values =
            [("unsure", Value::from(all.unsure)), ("looked", statistics.looked_at_again.into())];
        let text = ui.weak(cx.localizer.with("dashboard-unsure-totals", &values));
        text.on_hover_text(cx.text("dashboard-looked-again-hint"));
    });
    for (label, what, found) in [
        ("dashboard-overkill", "dashboard-overkill-hint", &statistics.overkill),
        ("dashboard-escape", "dashboard-escape-hint", &statistics.escape),
    ] {
        let text = match found {
            None => cx.text("dashboard-none-judged"),
            Some(rate) => format!("{rate} · {} / {}", rate.events, rate.trials),
        };
        ui.label(format!("{}: {text}", cx.text(label))).on_hover_text(cx.text(what));
    }
    let _spacing = ui.allocate_space(vec2(0.0, 4.0));
    if let Some(view) = wanted {
        cx.send(Command::ShowHistory(view));
    }
}
