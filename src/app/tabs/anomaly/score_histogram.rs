//! The histogram of normal and defective scores, with a threshold to move over it.
//!
//! Everything is computed from the scores that are loaded; only setting the threshold takes a job.

use egui::{Align2, Color32, CursorIcon, RichText, Role, Slider, Stroke, Ui, WidgetInfo};
use egui_plot::{Bar, BarChart, Corner, Legend, Plot, PlotBounds, PlotPoint, Span, Text, VLine};

use super::rate_card::rate_card;
use super::score_axis::{from_axis, log_marks, mark_label, to_axis};
use crate::tab_context::TabContext;
use crate::theme::verdict_colours;
use crate::widgets::threshold_rule::rule_editor;
use fettle_domain::{Histogram, ThresholdRule, Verdict};
use fettle_engine::BankStatistics;

/// Largest number of bins.
const MAX_BINS: usize = 40;
/// Height of the plot, in points.
const PLOT_HEIGHT: f32 = 300.0;
/// The axis starts logarithmic where the highest score is more than this many times the threshold:
/// a linear axis would squeeze the scores around the threshold.
const LOG_AXIS_RATIO: f32 = 8.0;

/// The histogram and the threshold that is tried on it.
pub(super) struct ScoreHistogram {
    /// In units of the axis: logarithms where it is logarithmic.
    histogram: Option<Histogram>,
    is_log: bool,
    /// Lowest and highest score, including the threshold in force.
    low: f32,
    high: f32,
    /// The threshold in force.
    in_force: f32,
    /// The threshold that is tried.
    pub(super) limit: f32,
    /// The rule in the editor.
    rule: ThresholdRule,
}

impl ScoreHistogram {
    /// The histogram of a bank's scores. A threshold that is being tried on the same scores is kept
    /// from `before`.
    pub(super) fn of(stats: &BankStatistics, before: Option<Self>) -> Self {
        let normal: Vec<f32> = stats.normals.iter().map(|normal| normal.score).collect();
        let defective: Vec<f32> = stats.defects.iter().map(|defect| defect.score).collect();
        let in_force = stats.thresholds.image;
        let all = normal.iter().chain(&defective).copied().chain([in_force]);
        let (low, high) = all.fold((f32::INFINITY, f32::NEG_INFINITY), |(low, high), score| {
            (low.min(score), high.max(score))
        });
        let before = before.filter(|before| (before.low, before.high) == (low, high));
        let far = low > 0.0 && high > LOG_AXIS_RATIO * in_force;
        let is_log = before.as_ref().map_or(far, |before| before.is_log);
        let positions = |scores: &[f32]| -> Vec<f32> {
            scores.iter().map(|score| to_axis(*score, is_log) as f32).collect()
        };
        let histogram = Histogram::of(&positions(&normal), &positions(&defective), MAX_BINS);
        let moved = before.as_ref().filter(|before| before.limit != before.in_force);
        let moved = moved.filter(|before| before.in_force == in_force);
        Self {
            limit: moved.map_or(in_force, |before| before.limit),
            rule: before.map_or_else(ThresholdRule::default, |before| before.rule),
            histogram,
            is_log,
            low,
            high,
            in_force,
        }
    }

    /// Shows histogram, threshold slider, error rates and rule editor. Returns the rule to apply;
    /// `can_apply` is false while one is being applied.
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
            let limit = self.limit;
            let before = Self { histogram: None, ..*self };
            *self = Self { limit, ..Self::of(stats, Some(before)) };
        }
        self.plot(ui, cx, stats);
        let mut wanted = None;
        ui.horizontal_wrapped(|ui| {
            ui.spacing_mut().slider_width = (ui.available_width() - 460.0).clamp(160.0, 640.0);
            let (low, high) = self.range();
            let slider = Slider::new(&mut self.limit, low..=high).logarithmic(self.is_log);
            ui.add(slider.text(cx.text("scores-threshold")));
            let moved = self.limit != self.in_force;
            let apply = egui::Button::new(cx.text("scores-apply"));
            if ui.add_enabled(can_apply && moved, apply).clicked() {
                // A pixel threshold set by a person is kept.
                let pixel = match stats.rule {
                    ThresholdRule::Manual { pixel, .. } => pixel,
                    _ => None,
                };
                wanted = Some(ThresholdRule::Manual { image: self.limit, pixel });
            }
            let back = egui::Button::new(cx.text("scores-as-in-force"));
            if ui.add_enabled(moved, back).clicked() {
                self.limit = self.in_force;
            }
        });
        ui.add_space(6.0);
        let (overkill, escape) = stats.rates_at(self.limit);
        let in_force = stats.rates_at(self.in_force);
        ui.columns(2, |columns| {
            if let [left, right] = columns {
                let in_force = [in_force.0, in_force.1];
                for ((ui, id, hint, none), (rate, now)) in [
                    (left, "dashboard-overkill", "scores-overkill-hint", "scores-no-normals"),
                    (right, "dashboard-escape", "scores-escape-hint", "scores-no-defects"),
                ]
                .into_iter()
                .zip([overkill, escape].into_iter().zip(in_force))
                {
                    let moved = self.limit != self.in_force;
                    rate_card(ui, cx, (id, hint, none), rate, now.filter(|_| moved));
                }
            }
        });
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

    /// The range of the threshold: 6 % beyond all scores.
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
        let top = tallest.unwrap_or(0).max(1) as f64 * 1.18;
        let (ok, ng) = (verdict_colours(Verdict::Ok).0, verdict_colours(Verdict::Ng).0);
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
        let limit = to_axis(self.limit, is_log);
        let line = ui.visuals().strong_text_color();
        let word = |verdict: &str| RichText::new(cx.text(verdict)).strong().size(16.0);
        let [good, bad] = [word("verdict-ok"), word("verdict-ng")];
        let gap = (high - low) * 0.01;
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
                let beyond = Span::new("", limit..=high).border_width(0.0);
                plot.span(beyond.fill(ng.gamma_multiply(0.12)));
                plot.bar_chart(normal);
                plot.bar_chart(defective);
                plot.vline(VLine::new("", limit).color(line).width(2.5));
                let at = |x: f64| PlotPoint::new(x, top * 0.97);
                plot.text(Text::new("", at(limit - gap), good).anchor(Align2::RIGHT_TOP));
                plot.text(Text::new("", at(limit + gap), bad).anchor(Align2::LEFT_TOP));
                let response = plot.response();
                let is_held = response.dragged() || response.clicked();
                let at = response.interact_pointer_pos().filter(|_| is_held);
                at.map(|at| plot.plot_from_screen(at).x)
            });
        if let Some(moved) = shown.inner {
            self.limit = (from_axis(moved, is_log) as f32).clamp(range.0, range.1);
            ui.ctx().request_repaint();
        }
        let plot = shown.response.on_hover_and_drag_cursor(CursorIcon::ResizeHorizontal);
        plot.widget_info(|| {
            let label = cx.text("scores-plot");
            WidgetInfo::labeled(Role::Image, true, label)
        });
    }
}
