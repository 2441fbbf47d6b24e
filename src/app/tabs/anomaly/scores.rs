//! The scores of normal and defective pictures, and a threshold that is moved over them. All of it
//! is computed from the scores at hand: the engine is asked only to set the threshold.

use egui::{
    Align, Align2, Color32, CursorIcon, Frame, Layout, RichText, Role, Slider, Stroke, Ui,
    WidgetInfo,
};
use egui_plot::{
    Bar, BarChart, Corner, GridInput, GridMark, Legend, Plot, PlotBounds, PlotPoint, Span, Text,
    VLine,
};

use super::Wish;
use super::rule::choose;
use crate::desk::Desk;
use crate::theme::verdict_colours;
use fettle_domain::{Histogram, Rate, ThresholdRule, Verdict};
use fettle_engine::BankStatistics;
use fettle_i18n::Value;

/// Bins of the histogram, at most.
const BINS: usize = 40;
/// Height of the plot in points.
const PLOT: f32 = 300.0;
/// Where the highest score is so many times the threshold, steps are of ratio at first: of equal
/// width they would leave no room where it matters.
const FAR: f32 = 8.0;
/// Height of what is said of a rate, in points.
const CARD: f32 = 112.0;

/// The histogram, and the threshold as it was moved.
pub(super) struct Scores {
    /// In the plot's units: logarithms where its steps are of ratio.
    histogram: Option<Histogram>,
    /// Steps of the plot are of ratio, not of difference.
    ratio: bool,
    /// Scores from the left edge to the right one.
    low: f32,
    high: f32,
    /// The threshold in force.
    in_force: f32,
    pub(super) limit: f32,
    rule: ThresholdRule,
}

impl Scores {
    /// Of what is known of a bank. A threshold that was being moved over the same scores stays
    /// where it was.
    pub(super) fn of(stats: &BankStatistics, before: Option<Self>) -> Self {
        let normal: Vec<f32> = stats.normals.iter().map(|normal| normal.score).collect();
        let defective: Vec<f32> = stats.defects.iter().map(|defect| defect.score).collect();
        let in_force = stats.thresholds.image;
        let all = normal.iter().chain(&defective).copied().chain([in_force]);
        let (low, high) = all.fold((f32::INFINITY, f32::NEG_INFINITY), |(low, high), score| {
            (low.min(score), high.max(score))
        });
        let before = before.filter(|before| (before.low, before.high) == (low, high));
        let far = low > 0.0 && high > FAR * in_force;
        let ratio = before.as_ref().map_or(far, |before| before.ratio);
        let place = |scores: &[f32]| -> Vec<f32> {
            scores.iter().map(|score| place(*score, ratio) as f32).collect()
        };
        let histogram = Histogram::of(&place(&normal), &place(&defective), BINS);
        let moved = before.as_ref().filter(|before| before.limit != before.in_force);
        let moved = moved.filter(|before| before.in_force == in_force);
        Self {
            limit: moved.map_or(in_force, |before| before.limit),
            rule: before.map_or_else(ThresholdRule::default, |before| before.rule),
            histogram,
            ratio,
            low,
            high,
            in_force,
        }
    }

    /// Draws it; what is wanted of the threshold. `can`: nothing is being set already.
    pub(super) fn show(
        &mut self,
        ui: &mut Ui,
        desk: &Desk<'_>,
        stats: &BankStatistics,
        can: bool,
    ) -> Option<Wish> {
        ui.heading(desk.text("scores-title"));
        let mut ratio = self.ratio;
        ui.horizontal_wrapped(|ui| {
            ui.weak(desk.text("scores-hint"));
            // Of a score of 0 there is no ratio.
            let can_ratio = self.low > 0.0;
            let steps = egui::Checkbox::new(&mut ratio, desk.text("scores-ratio-steps"));
            ui.add_enabled(can_ratio, steps);
        });
        if ratio != self.ratio {
            self.ratio = ratio;
            let limit = self.limit;
            let before = Self { histogram: None, ..*self };
            *self = Self { limit, ..Self::of(stats, Some(before)) };
        }
        self.plot(ui, desk, stats);
        let mut wish = None;
        ui.horizontal_wrapped(|ui| {
            ui.spacing_mut().slider_width = (ui.available_width() - 460.0).clamp(160.0, 640.0);
            let (low, high) = self.range();
            let slider = Slider::new(&mut self.limit, low..=high).logarithmic(self.ratio);
            ui.add(slider.text(desk.text("scores-threshold")));
            let moved = self.limit != self.in_force;
            let apply = egui::Button::new(desk.text("scores-apply"));
            if ui.add_enabled(can && moved, apply).clicked() {
                // A pixel threshold that a person chose stays.
                let pixel = match stats.rule {
                    ThresholdRule::Manual { pixel, .. } => pixel,
                    _ => None,
                };
                wish = Some(ThresholdRule::Manual { image: self.limit, pixel });
            }
            let back = egui::Button::new(desk.text("scores-as-in-force"));
            if ui.add_enabled(moved, back).clicked() {
                self.limit = self.in_force;
            }
        });
        ui.add_space(6.0);
        let (overkill, escape) = stats.rates_at(self.limit);
        let of_now = stats.rates_at(self.in_force);
        ui.columns(2, |columns| {
            if let [left, right] = columns {
                let of_now = [of_now.0, of_now.1];
                for ((ui, id, hint, none), (rate, now)) in [
                    (left, "dashboard-overkill", "scores-overkill-hint", "scores-no-normals"),
                    (right, "dashboard-escape", "scores-escape-hint", "scores-no-defects"),
                ]
                .into_iter()
                .zip([overkill, escape].into_iter().zip(of_now))
                {
                    let moved = self.limit != self.in_force;
                    card(ui, desk, (id, hint, none), rate, now.filter(|_| moved));
                }
            }
        });
        ui.add_space(6.0);
        ui.collapsing(desk.text("scores-by-rule"), |ui| {
            choose(ui, desk, &mut self.rule, !stats.defects.is_empty());
            let set = egui::Button::new(desk.text("scores-set-by-rule"));
            if ui.add_enabled(can, set).clicked() {
                wish = Some(self.rule);
            }
        });
        wish.map(Wish::Set)
    }

    /// Where the threshold can be moved to: a little beyond all scores.
    fn range(&self) -> (f32, f32) {
        let Self { low, high, .. } = *self;
        if self.ratio {
            let margin = (high / low).powf(0.06).max(1.02);
            return (low / margin, high * margin);
        }
        let margin = (0.06 * (high - low)).max(0.01 * high.abs()).max(1e-3);
        (low - margin, high + margin)
    }

    fn plot(&mut self, ui: &mut Ui, desk: &Desk<'_>, stats: &BankStatistics) {
        let Some(histogram) = &self.histogram else {
            ui.label(desk.text("scores-no-normals"));
            return;
        };
        let tallest = histogram.normal.iter().chain(&histogram.defective).copied().max();
        let top = tallest.unwrap_or(0).max(1) as f64 * 1.18;
        let (ok, ng) = (verdict_colours(Verdict::Ok).0, verdict_colours(Verdict::Ng).0);
        let named = |id: &str, count: usize| desk.words.with(id, &[("count", count.into())]);
        // Half a bin each, side by side: neither hides the other.
        let half = histogram.step / 2.0;
        let ratio = self.ratio;
        let chart = |name: String, counts: &[usize], shift: f64, colour: Color32| {
            let bar = |(bin, count): (usize, &usize)| {
                let begin = histogram.low + histogram.step * bin as f64;
                let end = begin + histogram.step;
                let (from, to) = (score(begin, ratio), score(end, ratio));
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
        let (low, high) = (place(range.0, ratio), place(range.1, ratio));
        let limit = place(self.limit, ratio);
        let line = ui.visuals().strong_text_color();
        let word = |verdict: &str| RichText::new(desk.text(verdict)).strong().size(16.0);
        let [good, bad] = [word("verdict-ok"), word("verdict-ng")];
        let gap = (high - low) * 0.01;
        let mut plot = Plot::new("anomaly_scores");
        if ratio {
            plot = plot.x_grid_spacer(ratio_marks);
        }
        let shown = plot
            .height(PLOT)
            .legend(Legend::default().position(Corner::RightTop))
            .allow_drag(false)
            .allow_zoom(false)
            .allow_scroll(false)
            .allow_boxed_zoom(false)
            .allow_double_click_reset(false)
            .show_x(false)
            .show_y(false)
            .grid_color(ui.visuals().weak_text_color().gamma_multiply(0.35))
            .x_axis_formatter(move |mark, _| score_mark(mark.value, ratio))
            .x_axis_label(desk.text("plot-score"))
            .y_axis_label(desk.text("plot-images"))
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
                let held = plot.response();
                let is_held = held.dragged() || held.clicked();
                let at = held.interact_pointer_pos().filter(|_| is_held);
                at.map(|at| plot.plot_from_screen(at).x)
            });
        if let Some(moved) = shown.inner {
            self.limit = (score(moved, ratio) as f32).clamp(range.0, range.1);
            ui.ctx().request_repaint();
        }
        let plot = shown.response.on_hover_and_drag_cursor(CursorIcon::ResizeHorizontal);
        plot.widget_info(|| {
            let label = desk.text("scores-plot");
            WidgetInfo::labeled(Role::Image, true, label)
        });
    }
}

/// Where in the plot a score is.
fn place(score: f32, ratio: bool) -> f64 {
    let score = f64::from(score);
    if ratio { score.max(f64::MIN_POSITIVE).log10() } else { score }
}

/// The score at a place in the plot.
fn score(place: f64, ratio: bool) -> f64 {
    if ratio { 10f64.powf(place) } else { place }
}

/// 1, 2 and 5 times each power of ten.
fn ratio_marks(input: GridInput) -> Vec<GridMark> {
    let (from, to) = input.bounds;
    let powers = from.floor() as i32..=to.ceil() as i32;
    let mark = |power: i32| [1.0, 2.0, 5.0_f64].map(|digit| f64::from(power) + digit.log10());
    powers.flat_map(mark).map(|value| GridMark { value, step_size: 1.0 }).collect()
}

/// A score below the plot, with as many digits as it needs.
fn score_mark(place: f64, ratio: bool) -> String {
    match score(place, ratio) {
        score if ratio && score < 1.0 => format!("{score:.2}"),
        score if ratio && score < 10.0 => format!("{score:.1}"),
        score if ratio => format!("{score:.0}"),
        score => format!("{}", (score * 1e4).round() / 1e4),
    }
}

/// How often the threshold is wrong in one way: the id of its name, of what it means, and of why
/// nothing is known.
fn card(
    ui: &mut Ui,
    desk: &Desk<'_>,
    (name, hint, none): (&str, &str, &str),
    rate: Option<Rate>,
    in_force: Option<Rate>,
) {
    let frame = Frame::group(ui.style()).fill(ui.visuals().faint_bg_color);
    let card = |ui: &mut Ui| {
        ui.take_available_width();
        ui.set_min_height(CARD);
        ui.strong(desk.text(name));
        let Some(rate) = rate else {
            ui.label(desk.text(none));
            return;
        };
        let percent = |share: f64| Value::Number { value: share * 100.0, digits: 1 };
        let large = desk.words.with("scores-percent", &[("percent", percent(rate.share()))]);
        ui.label(RichText::new(large).size(28.0).strong());
        let values = [
            ("events", Value::from(rate.events)),
            ("trials", rate.trials.into()),
            ("low", percent(rate.low)),
            ("high", percent(rate.high)),
        ];
        ui.label(desk.words.with("scores-rate-of", &values));
        let now = in_force
            .map(|rate| desk.words.with("scores-rate-now", &[("percent", percent(rate.share()))]));
        // A line always, so that nothing moves while the threshold does.
        ui.weak(now.unwrap_or_default());
        ui.small(desk.text(hint));
    };
    frame.show(ui, |ui| ui.with_layout(Layout::top_down(Align::LEFT), card));
}
