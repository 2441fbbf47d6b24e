//! Counts of inspections: over time, by defect, how often the verdict was wrong, and what each
//! product has.

use std::collections::BTreeMap;

use egui::{Grid, ScrollArea, Ui};
use egui_plot::{Bar, BarChart, Corner, GridInput, GridMark, Legend, Plot};
use jiff::Zoned;

use super::history::filters::{Period, period};
use super::{LastDrawn, Tab};
use crate::asked::Asked;
use crate::clock::days_since;
use crate::command::Command;
use crate::desk::Desk;
use crate::theme::verdict_colours;
use crate::widgets::choice::product_choice;
use fettle_domain::{DefectCount, HistoryFilter, ProductCode, Rate, Verdict};
use fettle_engine::{Statistics, StatisticsOf};
use fettle_i18n::Value;

/// Height of a plot in points.
const PLOT: f32 = 230.0;
/// Bars of the Pareto chart; rarer defects are counted as one.
const BARS: usize = 12;

pub(super) fn make() -> Box<dyn Tab> {
    Box::<DashboardTab>::default()
}

#[derive(Default)]
struct DashboardTab {
    drawn: LastDrawn,
    period: Period,
    product: Option<ProductCode>,
    counted: Asked<Statistics>,
}

impl Tab for DashboardTab {
    fn poll(&mut self, desk: &mut Desk<'_>) {
        self.counted.poll(desk);
    }

    fn ui(&mut self, ui: &mut Ui, desk: &mut Desk<'_>) {
        let before = self.period;
        let another = ui.horizontal_wrapped(|ui| {
            period(ui, desk, &mut self.period);
            product_choice(ui, desk, &mut self.product, &desk.text("filter-any"))
        });
        if self.drawn.anew(ui.ctx()) || another.inner || before != self.period {
            self.count(desk);
        }
        ui.separator();
        if let Some(error) = self.counted.error() {
            ui.colored_label(ui.visuals().error_fg_color, error);
            if ui.button(desk.text("history-again")).clicked() {
                self.count(desk);
            }
            return;
        }
        let Some(counted) = self.counted.answer() else {
            ui.horizontal(|ui| {
                ui.spinner();
                ui.label(desk.text("dashboard-loading"));
            });
            return;
        };
        ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
            if counted.days.is_empty() {
                ui.weak(desk.text("dashboard-none"));
            } else {
                totals(ui, desk, counted);
                ui.columns(2, |columns| {
                    if let [left, right] = columns {
                        over_time(left, desk, counted);
                        pareto(right, desk, counted);
                    }
                });
            }
            ui.add_space(12.0);
            products(ui, desk, counted);
        });
    }

    fn command(&mut self, command: &Command, _ctx: &egui::Context, _desk: &mut Desk<'_>) {
        if let Command::Judged(_) = command {
            // Counted anew when the tab is shown next.
            self.drawn = LastDrawn::default();
        }
    }
}

impl DashboardTab {
    fn count(&mut self, desk: &mut Desk<'_>) {
        let filter = HistoryFilter {
            product: self.product.clone(),
            since: self.period.since(&Zoned::now()),
            ..HistoryFilter::default()
        };
        self.counted.ask(desk, StatisticsOf(filter));
    }
}

fn totals(ui: &mut Ui, desk: &Desk<'_>, counted: &Statistics) {
    let parts: usize = counted.days.iter().map(|day| day.parts).sum();
    let ng: usize = counted.days.iter().map(|day| day.ng).sum();
    let values =
        [("parts", Value::from(parts)), ("ng", ng.into()), ("judged", counted.judged.into())];
    ui.heading(desk.words.with("dashboard-totals", &values));
    for (label, what, found) in [
        ("dashboard-overkill", "dashboard-overkill-hint", &counted.overkill),
        ("dashboard-escape", "dashboard-escape-hint", &counted.escape),
    ] {
        let text = match found {
            None => desk.text("dashboard-none-judged"),
            Some(rate) => format!("{rate} · {} / {}", rate.events, rate.trials),
        };
        ui.label(format!("{}: {text}", desk.text(label))).on_hover_text(desk.text(what));
    }
    ui.add_space(8.0);
}

/// Parts and NG parts a day. Days without parts take no room.
fn over_time(ui: &mut Ui, desk: &Desk<'_>, counted: &Statistics) {
    let mut days: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for day in &counted.days {
        let (parts, ng) = days.entry(&day.day).or_default();
        *parts += day.parts;
        *ng += day.ng;
    }
    let bars = |count: fn(&(usize, usize)) -> usize, label: &str| -> Vec<Bar> {
        let bar = |(place, (day, counts)): (usize, (&&str, &(usize, usize)))| {
            let count = count(counts);
            Bar::new(place as f64, count as f64).name(format!("{day}\n{label}: {count}"))
        };
        days.iter().enumerate().map(bar).collect()
    };
    ui.strong(desk.text("dashboard-by-day"));
    let (parts, ng) = (desk.text("dashboard-parts"), desk.text("verdict-ng"));
    let all = BarChart::new(parts.clone(), bars(|(parts, _)| *parts, &parts)).width(0.8);
    let bad = BarChart::new(ng.clone(), bars(|(_, ng)| *ng, &ng)).width(0.4);
    let names: Vec<String> = days.keys().map(|day| (*day).to_owned()).collect();
    chart("dashboard_days", names).show(ui, |plot| {
        plot.bar_chart(all.color(egui::Color32::from_gray(130)));
        plot.bar_chart(bad.color(verdict_colours(Verdict::Ng).0));
    });
}

/// NG parts by defect, the most frequent first.
fn pareto(ui: &mut Ui, desk: &Desk<'_>, counted: &Statistics) {
    ui.strong(desk.text("dashboard-pareto"));
    let (shown, rest) = counted.defects.split_at(counted.defects.len().min(BARS));
    let name = |count: &DefectCount| {
        let product = count.product.as_ref();
        let defect = match &count.defect {
            Some(defect) => desk.defect_name(product, defect),
            None => desk.text("dashboard-no-defect"),
        };
        let product = product.map(|product| desk.product_name(product));
        product.map_or_else(|| defect.clone(), |product| format!("{product} · {defect}"))
    };
    let mut counts: Vec<(String, usize)> =
        shown.iter().map(|count| (name(count), count.count)).collect();
    if !rest.is_empty() {
        counts.push((desk.text("dashboard-rest"), rest.iter().map(|count| count.count).sum()));
    }
    if counts.is_empty() {
        ui.weak(desk.text("dashboard-no-ng"));
        return;
    }
    let bars = counts.iter().enumerate().map(|(place, (name, count))| {
        Bar::new(place as f64, *count as f64).name(format!("{name}: {count}"))
    });
    let bars = BarChart::new(desk.text("verdict-ng"), bars.collect()).width(0.7);
    let names = counts.iter().map(|(name, _)| name.clone()).collect();
    chart("dashboard_defects", names).show(ui, |plot| {
        plot.bar_chart(bars.color(verdict_colours(Verdict::Ng).0));
    });
    // What a plot shows, in words too.
    for (name, count) in &counts {
        ui.label(format!("{name}: {count}"));
    }
}

/// A chart of bars at 0, 1, 2 …, named so below.
fn chart<'a>(id: &'static str, names: Vec<String>) -> Plot<'a> {
    let count = names.len();
    // As many names as have room.
    let every = count.div_ceil(6).max(1);
    let at_bars = move |_: GridInput| {
        let mark = |place: usize| GridMark { value: place as f64, step_size: every as f64 };
        (0..count).step_by(every).map(mark).collect()
    };
    Plot::new(id)
        .height(PLOT)
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

fn products(ui: &mut Ui, desk: &Desk<'_>, counted: &Statistics) {
    ui.strong(desk.text("dashboard-products"));
    if counted.products.is_empty() {
        ui.weak(desk.text("dashboard-no-products"));
        return;
    }
    let titles = [
        "label-product",
        "dashboard-parts",
        "verdict-ng",
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
                ui.strong(desk.text(title));
            }
            ui.end_row();
            let rate = |rate: &Option<Rate>| rate.map_or("–".to_owned(), |rate| rate.to_string());
            for state in &counted.products {
                let product = &state.product;
                ui.label(product.name_and_code(desk.words.0));
                ui.label(state.parts.to_string());
                ui.label(state.ng.to_string());
                ui.label(rate(&state.overkill));
                ui.label(rate(&state.escape));
                ui.label(state.normal_images.to_string());
                ui.label(state.defect_images.to_string());
                ui.label(match &state.bank {
                    None => desk.text("dashboard-no-bank"),
                    Some((version, fitted)) => {
                        let days = days_since(fitted).map_or_else(|| "?".into(), Value::from);
                        let values = [("version", (*version).into()), ("days", days)];
                        desk.words.with("dashboard-bank", &values)
                    }
                });
                let has = if state.has_manual { "dashboard-yes" } else { "dashboard-no" };
                ui.label(desk.text(has));
                ui.end_row();
            }
        });
    });
}
