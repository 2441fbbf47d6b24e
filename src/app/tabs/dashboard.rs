//! The tab of statistics: inspections over time and by defect, error rates of the verdict, and the
//! state of each product.

use std::collections::BTreeMap;

use egui::{Grid, Key, ScrollArea, Ui};
use egui_plot::{Bar, BarChart, Corner, GridInput, GridMark, Legend, Plot};
use jiff::Zoned;

use super::last_drawn::LastDrawn;
use super::tab::{Tab, TabEntry};
use crate::clock::days_since;
use crate::command::{Command, TabId, ctrl};
use crate::loadable::Loadable;
use crate::tab_context::TabContext;
use crate::theme::verdict_look;
use crate::widgets::combo_box::optional_product_combo;
use crate::widgets::period::{Period, period_combo};
use crate::widgets::verdict_mark;
use fettle_domain::{DefectCount, HistoryFilter, ProductCode, Rate, Verdict};
use fettle_engine::{GetStatistics, Statistics};
use fettle_i18n::Value;

/// Height of a plot, in points.
const PLOT_HEIGHT: f32 = 230.0;
/// The most overdue actions that are listed.
const MAX_OVERDUE: usize = 10;
/// Largest number of bars of the Pareto chart; rarer defects share one more.
const MAX_BARS: usize = 12;

pub(super) const TAB: TabEntry = TabEntry {
    id: TabId::Dashboard,
    label: "tab-dashboard",
    shortcut: ctrl(Key::Num6),
    make: || Box::<DashboardTab>::default(),
};

/// The selected period and product, and their statistics.
#[derive(Default)]
struct DashboardTab {
    drawn: LastDrawn,
    period: Period,
    product: Option<ProductCode>,
    statistics: Loadable<Statistics>,
}

impl Tab for DashboardTab {
    fn poll(&mut self, cx: &mut TabContext<'_>) {
        self.statistics.poll(cx);
    }

    fn ui(&mut self, ui: &mut Ui, cx: &mut TabContext<'_>) {
        let before = self.period;
        let product_changed = ui.horizontal_wrapped(|ui| {
            period_combo(ui, cx, &mut self.period);
            optional_product_combo(ui, cx, &mut self.product, &cx.text("filter-any"))
        });
        if self.drawn.is_reopened(ui.ctx()) || product_changed.inner || before != self.period {
            self.load(cx);
        }
        ui.separator();
        if let Some(error) = self.statistics.error() {
            ui.colored_label(ui.visuals().error_fg_color, error);
            if ui.button(cx.text("history-again")).clicked() {
                self.load(cx);
            }
            return;
        }
        let Some(statistics) = self.statistics.answer() else {
            ui.horizontal(|ui| {
                ui.spinner();
                ui.label(cx.text("dashboard-loading"));
            });
            return;
        };
        ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
            if statistics.days.is_empty() {
                ui.weak(cx.text("dashboard-none"));
            } else {
                totals(ui, cx, statistics);
                ui.columns(2, |columns| {
                    if let [left, right] = columns {
                        over_time(left, cx, statistics);
                        pareto(right, cx, statistics);
                    }
                });
            }
            open_actions(ui, cx, statistics);
            ui.add_space(12.0);
            products(ui, cx, statistics);
        });
    }

    fn command(&mut self, command: &Command, _ctx: &egui::Context, _cx: &mut TabContext<'_>) {
        if let Command::Judged(_) | Command::ActionsChanged = command {
            // The statistics are loaded again when the tab is reopened.
            self.drawn = LastDrawn::default();
        }
    }
}

impl DashboardTab {
    /// Loads the statistics of the selected period and product.
    fn load(&mut self, cx: &mut TabContext<'_>) {
        let filter = HistoryFilter {
            product: self.product.clone(),
            since: self.period.since(&Zoned::now()),
            ..HistoryFilter::default()
        };
        self.statistics.load(cx, GetStatistics(filter));
    }
}

/// Numbers of parts, and overkill and escape rates.
fn totals(ui: &mut Ui, cx: &TabContext<'_>, statistics: &Statistics) {
    let parts: usize = statistics.days.iter().map(|day| day.parts).sum();
    let ng: usize = statistics.days.iter().map(|day| day.ng).sum();
    let values =
        [("parts", Value::from(parts)), ("ng", ng.into()), ("judged", statistics.judged.into())];
    ui.heading(cx.localizer.with("dashboard-totals", &values));
    let unsure: usize = statistics.days.iter().map(|day| day.unsure).sum();
    let values = [("unsure", Value::from(unsure)), ("looked", statistics.looked_at_again.into())];
    ui.horizontal(|ui| {
        verdict_mark::show(ui, Verdict::Unsure, verdict_mark::SMALL);
        let text = ui.label(cx.localizer.with("dashboard-unsure-totals", &values));
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
    ui.add_space(8.0);
}

/// Parts, NG parts and unsure parts per day. Days without parts are left out.
fn over_time(ui: &mut Ui, cx: &TabContext<'_>, statistics: &Statistics) {
    // Parts, NG parts, unsure parts.
    let mut days: BTreeMap<&str, [usize; 3]> = BTreeMap::new();
    for day in &statistics.days {
        let [parts, ng, unsure] = days.entry(&day.day).or_default();
        *parts += day.parts;
        *ng += day.ng;
        *unsure += day.unsure;
    }
    let bars = |count: fn(&[usize; 3]) -> usize, shift: f64, label: &str| -> Vec<Bar> {
        let bar = |(place, (day, counts)): (usize, (&&str, &[usize; 3]))| {
            let count = count(counts);
            Bar::new(place as f64 + shift, count as f64).name(format!("{day}\n{label}: {count}"))
        };
        days.iter().enumerate().map(bar).collect()
    };
    ui.strong(cx.text("dashboard-by-day"));
    let [parts, ng, unsure] =
        ["dashboard-parts", "verdict-ng", "verdict-unsure"].map(|id| cx.text(id));
    let all = BarChart::new(parts.clone(), bars(|[parts, ..]| *parts, 0.0, &parts)).width(0.8);
    let bad = BarChart::new(ng.clone(), bars(|[_, ng, _]| *ng, -0.18, &ng)).width(0.3);
    let open = bars(|[.., unsure]| *unsure, 0.18, &unsure);
    let open = BarChart::new(unsure, open).width(0.3);
    let names: Vec<String> = days.keys().map(|day| (*day).to_owned()).collect();
    chart("dashboard_days", names).show(ui, |plot| {
        plot.bar_chart(all.color(egui::Color32::from_gray(130)));
        plot.bar_chart(bad.color(verdict_look(Verdict::Ng).fill));
        plot.bar_chart(open.color(verdict_look(Verdict::Unsure).fill));
    });
}

/// NG parts by defect, the most frequent first.
fn pareto(ui: &mut Ui, cx: &TabContext<'_>, statistics: &Statistics) {
    ui.strong(cx.text("dashboard-pareto"));
    let (shown, rest) = statistics.defects.split_at(statistics.defects.len().min(MAX_BARS));
    let name = |count: &DefectCount| {
        let product = count.product.as_ref();
        let defect = match &count.defect {
            Some(defect) => cx.defect_name(product, defect),
            None => cx.text("dashboard-no-defect"),
        };
        let product = product.map(|product| cx.product_name(product));
        product.map_or_else(|| defect.clone(), |product| format!("{product} · {defect}"))
    };
    let mut counts: Vec<(String, usize)> =
        shown.iter().map(|count| (name(count), count.count)).collect();
    if !rest.is_empty() {
        counts.push((cx.text("dashboard-rest"), rest.iter().map(|count| count.count).sum()));
    }
    if counts.is_empty() {
        ui.weak(cx.text("dashboard-no-ng"));
        return;
    }
    let bars = counts.iter().enumerate().map(|(place, (name, count))| {
        Bar::new(place as f64, *count as f64).name(format!("{name}: {count}"))
    });
    let bars = BarChart::new(cx.text("verdict-ng"), bars.collect()).width(0.7);
    let names = counts.iter().map(|(name, _)| name.clone()).collect();
    chart("dashboard_defects", names).show(ui, |plot| {
        plot.bar_chart(bars.color(verdict_look(Verdict::Ng).fill));
    });
    // The plot as text, for screen readers.
    for (name, count) in &counts {
        ui.label(format!("{name}: {count}"));
    }
}

/// A chart with bars at 0, 1, 2 … and their names on the axis.
fn chart<'a>(id: &'static str, names: Vec<String>) -> Plot<'a> {
    let count = names.len();
    // Six names at most have room.
    let every = count.div_ceil(6).max(1);
    let at_bars = move |_: GridInput| {
        let mark = |place: usize| GridMark { value: place as f64, step_size: every as f64 };
        (0..count).step_by(every).map(mark).collect()
    };
    Plot::new(id)
        .height(PLOT_HEIGHT)
        .legend(Legend::default().position(Corner::RightTop))
        .allow_drag(false)
        .allow_zoom(false)
        .allow_scroll(false)
        .allow_boxed_zoom(false)
        .include_y(0.0)
        .include_x(-0.7)
        .include_x(count as f64 - 0.3)
        .x_grid_spacer(at_bars)
        .x_axis_formatter(move |mark, _| {
            names.get(mark.value.round() as usize).cloned().unwrap_or_default()
        })
}

/// Corrective actions that are open, and those whose day has passed, with their inspections. Nothing
/// where there is none.
fn open_actions(ui: &mut Ui, cx: &mut TabContext<'_>, statistics: &Statistics) {
    if statistics.open_actions == 0 {
        return;
    }
    ui.add_space(12.0);
    let overdue = &statistics.overdue_actions;
    let values = [("open", statistics.open_actions.into()), ("overdue", overdue.len().into())];
    ui.strong(cx.localizer.with("dashboard-actions", &values));
    for action in overdue.iter().take(MAX_OVERDUE) {
        let product = Some(&action.product);
        let name = match &action.defect {
            Some(defect) => cx.defect_name(product, defect),
            None => cx.product_name(&action.product),
        };
        let due = action.entry.due.map(|due| due.to_string()).unwrap_or_default();
        let first = action.entry.action.lines().next().unwrap_or_default();
        let text = format!("{due} · {name} · {first} · {}", action.entry.owner);
        match action.inspection {
            Some(id) if ui.link(&text).clicked() => cx.send(Command::OpenInspection(id)),
            Some(_) => {}
            None => {
                ui.label(&text);
            }
        }
    }
}

/// A table of all products.
fn products(ui: &mut Ui, cx: &TabContext<'_>, statistics: &Statistics) {
    ui.strong(cx.text("dashboard-products"));
    if statistics.products.is_empty() {
        ui.weak(cx.text("dashboard-no-products"));
        return;
    }
    let titles = [
        "label-product",
        "dashboard-parts",
        "verdict-ok",
        "verdict-ng",
        "verdict-unsure",
        "dashboard-looked-again",
        "dashboard-overkill",
        "dashboard-escape",
        "dashboard-normal-images",
        "dashboard-defect-images",
        "label-bank",
        "label-manual",
    ];
    ScrollArea::horizontal().show(ui, |ui| {
        Grid::new("dashboard_products").num_columns(titles.len()).striped(true).show(ui, |ui| {
            for title in titles {
                ui.strong(cx.text(title));
            }
            ui.end_row();
            let rate = |rate: &Option<Rate>| rate.map_or("–".to_owned(), |rate| rate.to_string());
            for state in &statistics.products {
                let product = &state.product;
                ui.label(product.name_and_code(cx.localizer.language));
                ui.label(state.parts.to_string());
                let ok = state.parts.saturating_sub(state.ng + state.unsure);
                for count in [ok, state.ng, state.unsure, state.looked_at_again] {
                    ui.label(count.to_string());
                }
                ui.label(rate(&state.overkill));
                ui.label(rate(&state.escape));
                ui.label(state.normal_images.to_string());
                ui.label(state.defect_images.to_string());
                ui.label(match &state.bank {
                    None => cx.text("dashboard-no-bank"),
                    Some((version, fitted)) => {
                        let days = days_since(fitted).map_or_else(|| "?".into(), Value::from);
                        let values = [("version", (*version).into()), ("days", days)];
                        cx.localizer.with("dashboard-bank", &values)
                    }
                });
                let has = if state.has_manual { "dashboard-yes" } else { "dashboard-no" };
                ui.label(cx.text(has));
                ui.end_row();
            }
        });
    });
}
