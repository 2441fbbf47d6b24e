//! The tab of statistics: inspections over time and by defect, error rates of the verdict, and the
//! state of each product.

mod charts;
mod control_limits;
mod shifts_and_lots;
#[cfg(test)]
mod tests;
mod tiles;

use egui::{Grid, Key, ScrollArea, Ui};
use jiff::Zoned;

use super::last_drawn::LastDrawn;
use super::tab::{Tab, TabEntry};
use crate::clock::days_since;
use crate::command::{Command, HistoryView, TabId, ctrl};
use crate::loadable::Loadable;
use crate::period::Period;
use crate::tab_context::TabContext;
use crate::widgets::combo_box::{optional_combo, optional_product_combo};
use crate::widgets::period::period_combo;
use fettle_domain::{HistoryFilter, Hours, ProductCode, Rate};
use fettle_engine::{GetPreferences, GetStatistics, Preferences, Statistics};
use fettle_i18n::Value;

/// The most overdue actions that are listed.
const MAX_OVERDUE: usize = 10;
/// Width below which the charts stand below each other, in points.
const TWO_COLUMNS: f32 = 900.0;

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
    /// The shift whose parts are counted; `None`: all.
    shift: Option<Hours>,
    /// When the shifts begin, among others.
    preferences: Loadable<Preferences>,
    statistics: Loadable<Statistics>,
    /// What the statistics that are shown count: not what is selected, until the new ones arrive.
    counted: HistoryView,
    /// Whether there are newer inspections, which nobody at this window made.
    is_outdated: bool,
}

impl Tab for DashboardTab {
    fn poll(&mut self, cx: &mut TabContext<'_>) {
        if self.statistics.poll(cx) {
            let (product, period) = (self.product.clone(), self.period);
            let hours = self.shift;
            self.counted = HistoryView { product, period, hours, ..HistoryView::default() };
        }
        self.preferences.poll(cx);
        if self.is_outdated {
            self.is_outdated = !self.statistics.renew(cx, self.request());
        }
    }

    fn ui(&mut self, ui: &mut Ui, cx: &mut TabContext<'_>) {
        let before = self.period;
        let any = cx.text("filter-any");
        let shifts = self.preferences.answer().map(|preferences| preferences.shifts.shifts());
        let shifts = shifts.unwrap_or_default();
        let changed = ui.horizontal_wrapped(|ui| {
            period_combo(ui, cx, &mut self.period);
            let label = cx.text("dashboard-shift");
            let by_shift =
                optional_combo(ui, &label, &mut self.shift, &any, &shifts, Hours::to_string);
            optional_product_combo(ui, cx, &mut self.product, &any) || by_shift
        });
        if self.drawn.is_reopened(ui.ctx()) || changed.inner || before != self.period {
            self.preferences.load(cx, GetPreferences);
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
        let view = &self.counted;
        ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
            if statistics.days.is_empty() {
                ui.weak(cx.text("dashboard-none"));
            } else {
                tiles::show(ui, cx, statistics, view);
                ui.add_space(8.0);
                let columns = if ui.available_width() < TWO_COLUMNS { 1 } else { 2 };
                ui.columns(columns, |columns| {
                    if let Some(first) = columns.first_mut() {
                        charts::over_time(first, cx, statistics, view);
                        charts::ng_rate(first, cx, statistics, view);
                        shifts_and_lots::shifts(first, cx, (statistics, &shifts), view);
                    }
                    if let Some(last) = columns.last_mut() {
                        charts::pareto(last, cx, statistics, view);
                        shifts_and_lots::lots(last, cx, statistics, view);
                    }
                });
            }
            open_actions(ui, cx, statistics);
            ui.add_space(12.0);
            products(ui, cx, statistics, view);
        });
    }

    fn command(&mut self, command: &Command, _ctx: &egui::Context, _cx: &mut TabContext<'_>) {
        match command {
            // The statistics are loaded again when the tab is reopened.
            Command::Judged(_) | Command::ActionsChanged => self.drawn = LastDrawn::default(),
            Command::InspectionsRecorded => self.is_outdated = true,
            _ => {}
        }
    }
}

impl DashboardTab {
    /// Loads the statistics of the selected period and product.
    fn load(&mut self, cx: &mut TabContext<'_>) {
        self.is_outdated = false;
        self.statistics.load(cx, self.request());
    }

    fn request(&self) -> GetStatistics {
        GetStatistics(HistoryFilter {
            product: self.product.clone(),
            since: self.period.since(&Zoned::now()),
            until: self.period.until(&Zoned::now()),
            hours: self.shift,
            ..HistoryFilter::default()
        })
    }
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
fn products(ui: &mut Ui, cx: &mut TabContext<'_>, statistics: &Statistics, view: &HistoryView) {
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
                let name = product.name_and_code(cx.localizer.language);
                if ui.link(name).on_hover_text(cx.text("dashboard-open-history")).clicked() {
                    let product = Some(product.code.clone());
                    cx.send(Command::ShowHistory(HistoryView { product, ..view.clone() }));
                }
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
