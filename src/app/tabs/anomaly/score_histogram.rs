//! The histogram of normal and defective scores, with two limits to move over it.
//!
//! Everything is computed from the scores that are loaded; only setting the limits takes a job.

use egui::{Align2, Color32, CursorIcon, RichText, Role, Slider, Stroke, Ui, WidgetInfo};
use egui_plot::{
    Bar, BarChart, Corner, Legend, Plot, PlotBounds, PlotPoint, PlotUi, Span, Text, VLine,
};

use super::moved_limits::{Limit, MovedLimits};
use super::rate_card::{RateCard, rate_cards};
use super::score_axis::{from_axis, log_marks, mark_label, to_axis};
use crate::tab_context::TabContext;
use crate::theme::verdict_look;
use crate::widgets::bank_words::uncertainty_text;
use crate::widgets::threshold_rule::rule_editor;
use fettle_domain::{Histogram, ThresholdRule, Verdict};
use fettle_engine::BankStatistics;

/// Largest number of bins.
const MAX_BINS: usize = 40;
/// Height of the plot, in points.
const PLOT_HEIGHT: f32 = 300.0;
/// The axis starts logarithmic where the highest score is more than this many times the second
/// limit: a linear axis would squeeze the scores around the limits.
const LOG_AXIS_RATIO: f32 = 8.0;

/// The histogram and the limits that are tried on it.
pub(super) struct ScoreHistogram {
    /// In units of the axis: logarithms where it is logarithmic.
    histogram: Option<Histogram>,
    is_log: bool,
    /// Lowest and highest score, including the limits in force.
    low: f32,
    high: f32,
    /// The limits that are tried.
    pub(super) limits: MovedLimits,
    /// The rule in the editor.
    rule: ThresholdRule,
}

impl ScoreHistogram {
    /// The histogram of a bank's scores. Limits that are being tried on the same scores are kept
    /// from `before`.
    pub(super) fn of(stats: &BankStatistics, before: Option<Self>) -> Self {
        let normal: Vec<f32> = stats.normals.iter().map(|normal| normal.score).collect();
        let defective: Vec<f32> = stats.defects.iter().map(|defect| defect.score).collect();
        let in_force = stats.thresholds;
        let all = normal.iter().chain(&defective).copied().chain([in_force.unsure, in_force.image]);
        let (low, high) = all.fold((f32::INFINITY, f32::NEG_INFINITY), |(low, high), score| {
            (low.min(score), high.max(score))
        });
        let before = before.filter(|before| (before.low, before.high) == (low, high));
        let far = low > 0.0 && high > LOG_AXIS_RATIO * in_force.image;
        let is_log = before.as_ref().map_or(far, |before| before.is_log);
        let positions = |scores: &[f32]| -> Vec<f32> {
            scores.iter().map(|score| to_axis(*score, is_log) as f32).collect()
        };
        let histogram = Histogram::of(&positions(&normal), &positions(&defective), MAX_BINS);
        let moved = before.as_ref().map(|before| before.limits);
        let moved = moved.filter(|limits| limits.in_force == in_force);
        Self {
            limits: moved.unwrap_or(MovedLimits::of(in_force)),
            rule: before.map_or_else(ThresholdRule::default, |before| before.rule),
            histogram,
            is_log,
            low,
            high,
        }
    }

    /// Shows histogram, sliders of the limits, error rates and rule editor. Returns the rule to
    /// apply; `can_apply` is false while one is being applied.
    pub(super) fn show(
        &mut self,
        ui: &mut Ui,
        cx: &TabContext<'_>,
        stats: &BankStatistics,
        can_apply: bool,
    ) -> Option<ThresholdRule> {
        ui.heading(cx.text("scores-title"));
        let mut is_log = self.is_log;
        ui.horizontal_wrapped(|ui| {
            ui.weak(cx.text("scores-hint"));
            // A score of 0 has no logarithm.
            let can_be_log = self.low > 0.0;
            let steps = egui::Checkbox::new(&mut is_log, cx.text("scores-ratio-steps"));
            ui.add_enabled(can_be_log, steps);
        });
        if is_log != self.is_log {
            self.is_log = is_log;
            let limits = self.limits;
            let before = Self { histogram: None, ..*self };
            *self = Self { limits, ..Self::of(stats, Some(before)) };
        }
        self.plot(ui, cx, stats);
        let mut wanted = self.sliders(ui, cx, stats, can_apply);
        ui.label(uncertainty_text(cx, &stats.rates.uncertainty));
        ui.add_space(6.0);
        let now = self.limits.is_moved().then(|| stats.rates_at(self.limits.in_force));
        rate_cards(ui, cx, &RateCard::all(stats.rates_at(self.limits.tried), now));
        ui.add_space(6.0);
        ui.collapsing(cx.text("scores-by-rule"), |ui| {
            rule_editor(ui, cx, &mut self.rule, !stats.defects.is_empty());
            let set = egui::Button::new(cx.text("scores-set-by-rule"));
            if ui.add_enabled(can_apply, set).clicked() {
                wanted = Some(self.rule);
            }
        });
        wanted
    }

    /// A slider for each limit, and the buttons that apply the limits or give them up.
    fn sliders(
        &mut self,
        ui: &mut Ui,
        cx: &TabContext<'_>,
        stats: &BankStatistics,
        can_apply: bool,
    ) -> Option<ThresholdRule> {
        let mut wanted = None;
        let (low, high) = self.range();
        for (limit, label) in
            [(Limit::Second, "scores-threshold"), (Limit::First, "scores-first-limit")]
        {
            ui.horizontal_wrapped(|ui| {
                ui.spacing_mut().slider_width = (ui.available_width() - 460.0).clamp(160.0, 640.0);
                let mut value = self.limits.get(limit);
                let slider = Slider::new(&mut value, low..=high).logarithmic(self.is_log);
                if ui.add(slider.text(cx.text(label))).changed() {
                    self.limits.set(limit, value);
                }
            });
        }
        ui.horizontal(|ui| {
            let moved = self.limits.is_moved();
            let apply = egui::Button::new(cx.text("scores-apply"));
            if ui.add_enabled(can_apply && moved, apply).clicked() {
                wanted = Some(self.limits.rule(&stats.rule));
            }
            let back = egui::Button::new(cx.text("scores-as-in-force"));
            if ui.add_enabled(moved, back).clicked() {
                self.limits = MovedLimits::of(self.limits.in_force);
            }
        });
        wanted
    }

    /// The range of the limits: 6 % beyond all scores.
    fn range(&self) -> (f32, f32) {
        let Self { low, high, .. } = *self;
        if self.is_log {
            let margin = (high / low).powf(0.06).max(1.02);
            return (low / margin, high * margin);
        }
        let margin = (0.06 * (high - low)).max(0.01 * high.abs()).max(1e-3);
        (low - margin, high + margin)
    }

    fn plot(&mut self, ui: &mut Ui, cx: &TabContext<'_>, stats: &BankStatistics) {
        let Some(histogram) = &self.histogram else {
            ui.label(cx.text("scores-no-normals"));
            return;
        };
        let tallest = histogram.normal.iter().chain(&histogram.defective).copied().max();
        let top = tallest.unwrap_or(0).max(1) as f64 * 1.25;
        let (ok, ng) = (verdict_look(Verdict::Ok).fill, verdict_look(Verdict::Ng).fill);
        let named = |id: &str, count: usize| cx.localizer.with(id, &[("count", count.into())]);
        // Normal and defective bars share a bin side by side, so that neither hides the other.
        let half = histogram.step / 2.0;
        let is_log = self.is_log;
        let chart = |name: String, counts: &[usize], shift: f64, colour: Color32| {
            let bar = |(bin, count): (usize, &usize)| {
                let begin = histogram.low + histogram.step * bin as f64;
                let end = begin + histogram.step;
                let (from, to) = (from_axis(begin, is_log), from_axis(end, is_log));
                let text = format!("{from:.2}–{to:.2}\n{name}: {count}");
                let bar = Bar::new(begin + half * shift, *count as f64).width(half * 0.94);
                bar.name(text).fill(colour).stroke(Stroke::NONE)
            };
            let bars = counts.iter().enumerate().filter(|(_, count)| **count > 0).map(bar);
            BarChart::new(name.clone(), bars.collect()).color(colour)
        };
        let normal = named("plot-normal", stats.normals.len());
        let normal = chart(normal, &histogram.normal, 0.5, ok);
        let defective = named("plot-defective", stats.defects.len());
        let defective = chart(defective, &histogram.defective, 1.5, ng);
        let range = self.range();
        let (low, high) = (to_axis(range.0, is_log), to_axis(range.1, is_log));
        let axis = |limit: Limit| to_axis(self.limits.get(limit), is_log);
        let zones =
            Zones { first: axis(Limit::First), second: axis(Limit::Second), low, high, top };
        let line = ui.visuals().strong_text_color();
        let word =
            |verdict: Verdict| RichText::new(cx.text(verdict.message_id())).strong().size(16.0);
        let words = [Verdict::Ok, Verdict::Unsure, Verdict::Ng].map(word);
        let mut plot = Plot::new("anomaly_scores");
        if is_log {
            plot = plot.x_grid_spacer(log_marks);
        }
        let shown = plot
            .height(PLOT_HEIGHT)
            .legend(Legend::default().position(Corner::RightTop))
            .allow_drag(false)
            .allow_zoom(false)
            .allow_scroll(false)
            .allow_boxed_zoom(false)
            .allow_double_click_reset(false)
            .show_x(false)
            .show_y(false)
            .grid_color(ui.visuals().weak_text_color().gamma_multiply(0.35))
            .x_axis_formatter(move |mark, _| mark_label(mark.value, is_log))
            .x_axis_label(cx.text("plot-score"))
            .y_axis_label(cx.text("plot-images"))
            .show(ui, |plot| {
                plot.set_plot_bounds(PlotBounds::from_min_max([low, 0.0], [high, top]));
                zones.fill(plot);
                plot.bar_chart(normal);
                plot.bar_chart(defective);
                zones.draw_limits(plot, words, line);
                let response = plot.response();
                let begins = response.drag_started() || response.clicked();
                let is_held = response.dragged() || response.clicked();
                let at = response.interact_pointer_pos().filter(|_| is_held);
                let from = plot.ctx().input(|input| input.pointer.press_origin());
                let position = |at: egui::Pos2| plot.plot_from_screen(at).x;
                at.map(|at| (position(at), begins.then(|| position(from.unwrap_or(at)))))
            });
        if let Some((moved, begun)) = shown.inner {
            if let Some(begun) = begun {
                self.limits.hold(zones.nearest(begun));
            }
            let moved = (from_axis(moved, is_log) as f32).clamp(range.0, range.1);
            self.limits.set_held(moved);
            ui.ctx().request_repaint();
        }
        let plot = shown.response.on_hover_and_drag_cursor(CursorIcon::ResizeHorizontal);
        plot.widget_info(|| {
            let label = cx.text("scores-plot");
            WidgetInfo::labeled(Role::Image, true, label)
        });
    }
}

/// The zones of the verdict in the plot, in units of its axes.
#[derive(Clone, Copy)]
struct Zones {
    first: f64,
    second: f64,
    low: f64,
    high: f64,
    top: f64,
}

impl Zones {
    /// The limit that a press at `x` takes hold of: the nearest one. Of two at one place the first
    /// lies to the left.
    fn nearest(&self, x: f64) -> Limit {
        let (first, second) = ((x - self.first).abs(), (x - self.second).abs());
        if first < second || (first == second && x < self.first) {
            Limit::First
        } else {
            Limit::Second
        }
    }

    fn fill(&self, plot: &mut PlotUi<'_>) {
        let mut span = |range: std::ops::RangeInclusive<f64>, verdict: Verdict| {
            let colour = verdict_look(verdict).fill.gamma_multiply(0.14);
            plot.span(Span::new("", range).border_width(0.0).fill(colour));
        };
        span(self.first..=self.second, Verdict::Unsure);
        span(self.second..=self.high, Verdict::Ng);
    }

    /// Draws both limits and the words of the three zones.
    fn draw_limits(&self, plot: &mut PlotUi<'_>, words: [RichText; 3], line: Color32) {
        let Self { first, second, low, high, top } = *self;
        let thin = VLine::new("", first).color(line).width(1.5);
        plot.vline(thin.style(egui_plot::LineStyle::dashed_loose()));
        plot.vline(VLine::new("", second).color(line).width(2.5));
        let gap = (high - low) * 0.01;
        let [good, unsure, bad] = words;
        let at = |x: f64, height: f64| PlotPoint::new(x, top * height);
        plot.text(Text::new("", at(first - gap, 0.97), good).anchor(Align2::RIGHT_TOP));
        plot.text(Text::new("", at(second + gap, 0.97), bad).anchor(Align2::LEFT_TOP));
        if second > first {
            // Below the others: the zone may be narrower than the word.
            let middle = at(0.5 * (first + second), 0.88);
            plot.text(Text::new("", middle, unsure).anchor(Align2::CENTER_TOP));
        }
    }
}
