//! The charts of the dashboard: parts by day, the rate of NG parts, NG parts by defect.

use std::collections::BTreeMap;

use egui::Ui;
use egui_plot::{
    Bar, BarChart, Corner, GridInput, GridMark, Legend, Line, LineStyle, Plot, PlotPoints, PlotUi,
};

use super::control_limits::{DayRate, RateChart, RateLimits};
use crate::command::{Command, HistoryView};
use crate::period::Period;
use crate::tab_context::TabContext;
use crate::theme::verdict_look;
use fettle_domain::{DefectCount, Verdict};
use fettle_engine::Statistics;
use fettle_i18n::Value;

/// Height of a plot, in points.
const PLOT_HEIGHT: f32 = 230.0;
/// Largest number of bars of the Pareto chart; rarer defects share one more.
const MAX_BARS: usize = 12;
const DASHED: LineStyle = LineStyle::Dashed { length: 6.0 };

/// Parts, NG parts and unsure parts per day. Days without parts are left out.
pub(super) fn over_time(
    ui: &mut Ui,
    cx: &mut TabContext<'_>,
    statistics: &Statistics,
    view: &HistoryView,
) {
    let days = daily(statistics);
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
    let shown = chart("dashboard_days", names.clone()).show(ui, |plot| {
        plot.bar_chart(all.color(egui::Color32::from_gray(130)));
        plot.bar_chart(bad.color(verdict_look(Verdict::Ng).fill));
        plot.bar_chart(open.color(verdict_look(Verdict::Unsure).fill));
        clicked_place(plot)
    });
    let day = shown.inner.and_then(|place| names.get(place));
    if let Some(period) = day.and_then(|day| period_of(day)) {
        cx.send(Command::ShowHistory(HistoryView { period, ..view.clone() }));
    }
}

/// NG parts by defect, the most frequent first.
pub(super) fn pareto(
    ui: &mut Ui,
    cx: &mut TabContext<'_>,
    statistics: &Statistics,
    view: &HistoryView,
) {
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
    let bars = BarChart::new(cx.text("dashboard-pareto"), bars.collect()).width(0.7);
    let names = counts.iter().map(|(name, _)| name.clone()).collect();
    let total: usize = counts.iter().map(|(_, count)| count).sum();
    // The share of all NG parts up to each defect, on the scale of the counts: its end is all of them.
    let shares = cumulative(counts.iter().map(|(_, count)| *count));
    let line = shares.iter().enumerate().map(|(place, sum)| [place as f64, *sum as f64]).collect();
    let line = Line::new(cx.text("dashboard-cumulative"), PlotPoints::new(line));
    let colour = ui.visuals().text_color();
    let plotted = chart("dashboard_defects", names).show(ui, |plot| {
        plot.bar_chart(bars.color(verdict_look(Verdict::Ng).fill));
        plot.line(line.color(colour));
        clicked_place(plot)
    });
    let of_defect = |one: &DefectCount| {
        let product = one.product.clone().or(view.product.clone());
        let (defect, verdict) = (one.defect.clone(), Some(Verdict::Ng));
        Command::ShowHistory(HistoryView { product, defect, verdict, ..view.clone() })
    };
    let bar = plotted.inner.and_then(|place| shown.get(place));
    if let Some(one) = bar.filter(|one| one.defect.is_some()) {
        cx.send(of_defect(one));
    }
    // The plot as text, for screen readers, each line opening its parts.
    for (index, ((name, count), sum)) in counts.iter().zip(shares).enumerate() {
        let percent = 100 * sum / total.max(1);
        let text = format!("{name}: {count} ({percent} %)");
        // The history has no filter for parts without a defect.
        let Some(one) = shown.get(index).filter(|one| one.defect.is_some()) else {
            ui.label(text);
            continue;
        };
        if ui.link(text).on_hover_text(cx.text("dashboard-open-history")).clicked() {
            cx.send(of_defect(one));
        }
    }
}

/// The sums up to each count.
fn cumulative(counts: impl Iterator<Item = usize>) -> Vec<usize> {
    let mut sum = 0;
    counts
        .map(|count| {
            sum += count;
            sum
        })
        .collect()
}

/// The rate of NG parts per day with its limits: a day outside of them is more than chance.
pub(super) fn ng_rate(
    ui: &mut Ui,
    cx: &mut TabContext<'_>,
    statistics: &Statistics,
    view: &HistoryView,
) {
    let days = daily(statistics);
    let chart_of = RateChart::of(days.iter().map(|(day, [parts, ng, _])| DayRate {
        day: (*day).to_owned(),
        parts: *parts,
        ng: *ng,
    }));
    let Some(rates) = chart_of else { return };
    ui.strong(cx.text("dashboard-ng-rate"));
    let percent = |rate: f64| 100.0 * rate;
    let points = |value: fn(&RateLimits) -> f64| -> PlotPoints<'static> {
        let limits = rates.limits.iter().enumerate();
        limits.map(|(place, limits)| [place as f64, 100.0 * value(limits)]).collect()
    };
    let values = rates.days.iter().enumerate();
    let values: PlotPoints<'_> =
        values.map(|(place, day)| [place as f64, percent(day.rate())]).collect();
    let names: Vec<String> = rates.days.iter().map(|day| day.day.clone()).collect();
    let grey = egui::Color32::from_gray(130);
    let red = verdict_look(Verdict::Ng).fill;
    let [rate, mean, limit] =
        ["dashboard-ng-rate", "dashboard-mean", "dashboard-limits"].map(|id| cx.text(id));
    let shown = chart("dashboard_rate", names.clone()).show(ui, |plot| {
        plot.line(Line::new(rate, values).color(red));
        let mean_line = (0..rates.days.len()).map(|place| [place as f64, percent(rates.mean)]);
        plot.line(Line::new(mean, mean_line.collect::<PlotPoints<'_>>()).color(grey));
        plot.line(Line::new(limit.clone(), points(|one| one.upper)).color(grey).style(DASHED));
        plot.line(Line::new(limit, points(|one| one.lower)).color(grey).style(DASHED));
        clicked_place(plot)
    });
    let ng_of = |day: &str| {
        let period = period_of(day)?;
        let verdict = Some(Verdict::Ng);
        Some(Command::ShowHistory(HistoryView { period, verdict, ..view.clone() }))
    };
    let day = shown.inner.and_then(|place| names.get(place));
    if let Some(command) = day.and_then(|day| ng_of(day)) {
        cx.send(command);
    }
    for day in rates.outside() {
        let values = [
            ("day", day.day.clone().into()),
            ("percent", Value::Number { value: percent(day.rate()), digits: 1 }),
            ("ng", day.ng.into()),
            ("parts", day.parts.into()),
        ];
        let text = cx.localizer.with("dashboard-outside", &values);
        let text = egui::RichText::new(text).color(ui.visuals().warn_fg_color);
        let link = ui.link(text).on_hover_text(cx.text("dashboard-open-history"));
        if let Some(command) = ng_of(&day.day).filter(|_| link.clicked()) {
            cx.send(command);
        }
    }
}

/// The number of the bar or point that was clicked, or that stands nearest to the click.
fn clicked_place(plot: &PlotUi<'_>) -> Option<usize> {
    let response = plot.response();
    let at = response.interact_pointer_pos().filter(|_| response.clicked())?;
    let x = plot.plot_from_screen(at).x.round();
    (x >= 0.0).then_some(x as usize)
}

/// The period of a day such as `2026-11-22`.
fn period_of(day: &str) -> Option<Period> {
    day.parse().ok().map(Period::Day)
}

/// Parts, NG parts and unsure parts of each day.
fn daily(statistics: &Statistics) -> BTreeMap<&str, [usize; 3]> {
    let mut days: BTreeMap<&str, [usize; 3]> = BTreeMap::new();
    for day in &statistics.days {
        let [parts, ng, unsure] = days.entry(&day.day).or_default();
        *parts += day.parts;
        *ng += day.ng;
        *unsure += day.unsure;
    }
    days
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cumulative_line_ends_at_all_parts() {
        assert_eq!(cumulative([5, 3, 2].into_iter()), [5, 8, 10]);
        assert!(cumulative(std::iter::empty()).is_empty());
    }
}
